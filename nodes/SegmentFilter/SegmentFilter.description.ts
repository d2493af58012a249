import type { INodeProperties } from 'n8n-workflow';

export const properties: INodeProperties[] = [
  {
    displayName: 'Conditions As',
    name: 'mode',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Rules', value: 'rules', description: 'Drag fields and choose operators' },
      { name: 'JSON', value: 'json', description: 'One condition in the MongoDB form, nested as deep as you like' },
    ],
    default: 'rules',
  },
  {
    displayName: 'Conditions',
    name: 'conditions',
    placeholder: 'Add Condition',
    type: 'filter',
    default: {},
    typeOptions: {
      filter: { caseSensitive: '={{!$parameter.options.ignoreCase}}', typeValidation: 'loose', version: 2 },
    },
    displayOptions: { show: { mode: ['rules'] } },
  },
  {
    displayName:
      'The left side is a field of the person: drag it from the input, or write <code>{{ $json.orders }}</code>. It is read from each person without evaluating an expression, so that 100,000 people take a moment. The right side may be an expression; it is evaluated once.',
    name: 'rulesNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { mode: ['rules'] } },
  },
  {
    displayName: 'Condition',
    name: 'condition',
    type: 'json',
    typeOptions: { rows: 10 },
    default: '{\n  "$and": [\n    { "orders": { "$gte": 1 } },\n    { "country": { "$in": ["FR", "BE"] } }\n  ]\n}',
    description: 'For example <code>{ "$or": [ { "plan": "pro" }, { "orders": { "$gte": 3 } } ] }</code>. An expression is evaluated once, for the first item.',
    displayOptions: { show: { mode: ['json'] } },
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    displayOptions: { show: { mode: ['rules'] } },
    options: [
      {
        displayName: 'Ignore Case',
        name: 'ignoreCase',
        type: 'boolean',
        default: true,
        description: 'Whether to ignore letter case when comparing texts',
      },
    ],
  },
];
