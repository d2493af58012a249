/** The collection of rules about a person: an entry for each such operator of core's table, an input for each of its fields. */
import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';
import { OPERAND_PARTS, SEGMENT_EVENTS, SEGMENT_OPERATORS, type OperandPart, type OperatorInfo, type PartKind } from '../../core';
import { namesInStore } from '../shared/list-search';

/** Operators whose rules n8n's own filter editor has no room for. */
export const PERSON_OPERATORS: readonly OperatorInfo[] =
  (SEGMENT_OPERATORS as readonly OperatorInfo[]).filter(({ group, operand }) => group === 'person' || operand === 'fields');

/** Names in the list of rules; an operator without one goes by its own. */
const TITLES: Readonly<Record<string, string>> = {
  $performed: 'Did Something',
  $notPerformed: 'Did Not Do Something',
  $firstPerformed: 'Did Something for the First Time',
  $lastPerformed: 'Did Something for the Last Time',
  $spent: 'Spent an Amount',
  $campaign: 'Result of a Campaign',
  $reachable: 'Can Be Reached',
  $inList: 'Is in a List',
  $bucket: 'Is in a Random Share',
  $near: 'Is Near a Place',
  $anniversary: 'Has an Anniversary',
};

/** What the panel calls the rules of an operator. */
export function titleOf({ name }: OperatorInfo): string {
  return TITLES[name] ?? title(name);
}

/** A name out of the store, or one that is typed. */
function chosenOrTyped(searchListMethod: Parameters<typeof namesInStore>[0], placeholder: string): Partial<INodeProperties> {
  return {
    type: 'resourceLocator',
    default: { mode: 'list', value: '' },
    modes: [
      namesInStore(searchListMethod),
      { displayName: 'Name', name: 'name', type: 'string', placeholder },
    ],
  };
}

const INPUTS: Readonly<Record<PartKind, Partial<INodeProperties>>> = {
  event: { ...chosenOrTyped('searchEvents', 'e.g. opened'), hint: `One of ${SEGMENT_EVENTS.join(', ')}, or an event of your own` },
  name: {},
  comparison: { placeholder: 'e.g. >= 2' },
  duration: { placeholder: 'e.g. 30d' },
  moment: { placeholder: 'e.g. 2026-05-01 or -30d' },
  condition: { type: 'json', default: '{}' },
  choice: { type: 'options' },
  range: { placeholder: 'e.g. 0, 0.1' },
  latitude: { type: 'number', default: 0, typeOptions: { minValue: -90, maxValue: 90, numberPrecision: 6 } },
  longitude: { type: 'number', default: 0, typeOptions: { minValue: -180, maxValue: 180, numberPrecision: 6 } },
  distance: { placeholder: 'e.g. 25km' },
  day: { placeholder: 'e.g. today, +6d or 12-24' },
  timezone: { placeholder: 'e.g. Europe/Paris' },
  currency: { placeholder: 'e.g. EUR' },
};

const PROPER_NAMES: Readonly<Record<string, string>> = { fcm: 'FCM', apns: 'APNs', ios: 'iOS' };

/** `seenWithin` as n8n writes the names of parameters: `Seen Within`. */
export function title(name: string): string {
  const words = name.replace(/^\$/, '').replace(/([a-z])([A-Z])/g, '$1 $2').split(/[ -]/);
  return words.map((word) => PROPER_NAMES[word] ?? word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function input({ name, takes, choices, required, meaning }: OperandPart): INodeProperties {
  return {
    displayName: title(name),
    name,
    type: 'string',
    default: '',
    description: sentence(meaning),
    ...(required && { required }),
    ...INPUTS[takes],
    ...(choices && { default: choices[0], options: choices.map((value) => ({ name: title(value), value })) }),
  };
}

const LIST: INodeProperties = {
  displayName: 'List', name: 'list', type: 'resourceLocator', default: '', required: true,
  description: 'A list saved in the store by Push Audience',
  ...chosenOrTyped('searchLists', 'e.g. vip customers'),
};
const FIELD: INodeProperties = {
  displayName: 'Field', name: 'field', type: 'string', default: '', required: true, noDataExpression: true, placeholder: 'e.g. birthday',
  description: 'Field of the person; a dotted path reaches into objects',
};
const NOT: INodeProperties = {
  displayName: 'Turn Around', name: 'not', type: 'boolean', default: true,
  description: 'Whether to take exactly the people whom the rule would leave out',
};

function entry(operator: OperatorInfo): INodePropertyCollection {
  const parts = OPERAND_PARTS[operator.name] ?? [];
  return {
    name: operator.name.slice(1),
    displayName: titleOf(operator),
    values: [
      ...(operator.group === 'person' ? [] : [FIELD]),
      ...(operator.operand === 'list' ? [LIST] : []),
      ...parts.filter(({ required }) => required).map(input),
      {
        displayName: 'More', name: 'more', type: 'collection', placeholder: 'Add detail', default: {},
        options: [...parts.filter(({ required }) => required !== true).map(input), NOT],
      },
    ],
  };
}

export const personRules: INodeProperties = {
  displayName: 'Rules About the Person',
  name: 'rules',
  type: 'fixedCollection',
  placeholder: 'Add Rule',
  typeOptions: { multipleValues: true, sortable: true },
  default: {},
  description: 'What people did, whether they can be reached, which lists they are in',
  options: PERSON_OPERATORS.map(entry),
};
