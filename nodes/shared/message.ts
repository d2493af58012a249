/** The fields in which a message is written. Braces in them belong to Handlebars: they never become n8n expressions. */
import type { INodeProperties } from 'n8n-workflow';

export const handlebarsNotice: INodeProperties = {
  displayName:
    '<code>{{firstName}}</code> in these fields is the field <code>firstName</code> of each person (Handlebars), not an n8n expression. <code>{{default firstName "friend"}}</code> has a stand-in, <code>{{#if vip}}...{{/if}}</code> a choice.',
  name: 'handlebarsNotice',
  type: 'notice',
  default: '',
};

export const titleField: INodeProperties = {
  displayName: 'Title',
  name: 'title',
  type: 'string',
  noDataExpression: true,
  default: '',
  placeholder: 'e.g. {{firstName}}, the autumn sale is on',
};

export const bodyField: INodeProperties = {
  displayName: 'Body',
  name: 'body',
  type: 'string',
  noDataExpression: true,
  typeOptions: { rows: 3 },
  default: '',
  placeholder: 'e.g. Up to 30 % off {{favourite}} until Sunday',
};

export const imageField: INodeProperties = {
  displayName: 'Image URL',
  name: 'image',
  type: 'string',
  noDataExpression: true,
  default: '',
  placeholder: 'e.g. https://shop.example/{{favourite}}.jpg',
};

export const linkField: INodeProperties = {
  displayName: 'Link',
  name: 'link',
  type: 'string',
  noDataExpression: true,
  default: '',
  placeholder: 'e.g. https://shop.example/sale or shop://sale',
  description: 'Where a tap leads: a web address, or an address of the app (deep link)',
};

export const subtitleField: INodeProperties = {
  displayName: 'Subtitle',
  name: 'subtitle',
  type: 'string',
  noDataExpression: true,
  default: '',
  description: 'Shown between title and body on iOS',
};

export const dataField: INodeProperties = {
  displayName: 'Data',
  name: 'data',
  type: 'fixedCollection',
  placeholder: 'Add Data',
  typeOptions: { multipleValues: true },
  default: {},
  description: 'What the app gets beside the text',
  options: [
    {
      name: 'values',
      displayName: 'Entry',
      values: [
        { displayName: 'Key', name: 'key', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. screen' },
        { displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. sale' },
      ],
    },
  ],
};

/** What happens where a text names a field that a person does not have. */
export const missingField: INodeProperties = {
  displayName: 'If a Field Is Missing',
  name: 'missing',
  type: 'options',
  noDataExpression: true,
  options: [
    { name: 'Do Not Write to This Person', value: 'refuse', description: 'The person is put out as not written, with the reason' },
    { name: 'Leave the Place Empty', value: 'empty', description: 'Hello {{firstName}}! becomes Hello !' },
    { name: 'Stop the Whole Run', value: 'fail', description: 'Nobody after this person gets a message' },
    { name: 'Use One Text for All Fields', value: 'fallback', description: 'For fields without a default of their own' },
  ],
  default: 'refuse',
};
