/** Fields of the template step that its own texts and those of a language share, and the kinds of messages. */
import type { INodeProperties } from 'n8n-workflow';
import { KIND_PRESETS, MESSAGE_KINDS, type MessageKind } from '../../core';

const KIND_NAMES: Readonly<Record<MessageKind, string>> = {
  news: 'News',
  alert: 'Alert',
  promotion: 'Promotion',
  reminder: 'Reminder',
  transaction: 'Transaction',
};

function describe(kind: MessageKind): string {
  const { priority, ttlSeconds, interruptionLevel, category, consent, quietHours } = KIND_PRESETS[kind];
  return `Priority ${priority}, kept for ${ttlSeconds / 3600} h, interruption ${interruptionLevel}; consent ${consent} in ${category}; in quiet hours: ${quietHours}`;
}

export const kindField: INodeProperties = {
  displayName: 'Kind of Message',
  name: 'kind',
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'None', value: '', description: 'Nothing is preset' },
    ...MESSAGE_KINDS.map((kind) => ({ name: KIND_NAMES[kind], value: kind, description: describe(kind) })),
  ],
  default: '',
  description: 'Sets what the options below do not say, and what Push Send goes by',
};

/** Under the choice, since the editor shows the description of an option only while the list is open. */
export const kindNotices: INodeProperties[] = MESSAGE_KINDS.map((kind) => ({
  displayName: `${KIND_NAMES[kind]}: ${describe(kind)}. What you set in the options wins.`,
  name: `kindNotice${KIND_NAMES[kind]}`,
  type: 'notice',
  default: '',
  displayOptions: { show: { kind: [kind] } },
}));

export const fragmentsField: INodeProperties = {
  displayName: 'Fragments',
  name: 'fragments',
  type: 'fixedCollection',
  placeholder: 'Add Fragment',
  typeOptions: { multipleValues: true },
  default: {},
  description: 'Texts by name that the other texts take in: {{t "name"}}, or {{t status}} for the one that a field names',
  options: [
    {
      name: 'values',
      displayName: 'Fragment',
      values: [
        { displayName: 'Name', name: 'name', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. shipped' },
        { displayName: 'Text', name: 'text', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. is on its way' },
      ],
    },
  ],
};
