import type { INodeProperties } from 'n8n-workflow';
import { storeFileOption } from '../shared/store';
import { conditionProperties } from './condition-properties';

const oneCondition = conditionProperties.map(({ displayOptions, ...property }): INodeProperties => ({
  ...property, displayOptions: { show: { ...displayOptions?.show, route: ['condition'] } },
}));

export const properties: INodeProperties[] = [
  {
    displayName: 'Outputs',
    name: 'route',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'Matched and Not Matched', value: 'condition', description: 'One condition' },
      { name: 'One per Segment, First Match', value: 'first', description: 'Each person leaves by the first segment that fits' },
      { name: 'One per Segment, All Matches', value: 'all', description: 'Each person leaves by every segment that fits' },
    ],
    default: 'condition',
  },
  ...oneCondition,
  {
    displayName: 'Segments',
    name: 'segments',
    type: 'fixedCollection',
    placeholder: 'Add Segment',
    typeOptions: { multipleValues: true, sortable: true },
    default: { values: [{ name: '' }] },
    displayOptions: { show: { route: ['first', 'all'] } },
    options: [
      {
        name: 'values',
        displayName: 'Segment',
        values: [
          {
            displayName: 'Name',
            name: 'name',
            type: 'string',
            noDataExpression: true,
            default: '',
            placeholder: 'e.g. new customers',
            description: "Name of the output; its people have it under 'push.segment'",
          },
          ...conditionProperties,
        ],
      },
    ],
  },
  {
    displayName:
      'The left side is a field of the person: drag it from the input, or write <code>{{ $json.orders }}</code>. It is read from each person without evaluating an expression, so that 100,000 people take a moment. The right side may be an expression; it is evaluated once.',
    name: 'rulesNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { route: ['condition'], mode: ['rules'] } },
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Consent Category',
        name: 'category',
        type: 'string',
        noDataExpression: true,
        default: 'marketing',
        description: 'The explanation counts as reachable only people who opted in to messages of this category',
      },
      {
        displayName: 'Explain',
        name: 'explain',
        type: 'boolean',
        default: true,
        description: 'Whether to count how many people pass each condition, and how many of those who match can be reached. Adds an output.',
      },
      {
        displayName: 'Explain Person',
        name: 'person',
        type: 'string',
        default: '',
        placeholder: 'e.g. the ID of a person',
        description: "With 'Explain': says of each condition why this person passes it or does not",
      },
      {
        displayName: 'History',
        name: 'history',
        type: 'options',
        noDataExpression: true,
        options: [
          { name: 'In the Store', value: 'store', description: 'By the ID of each person' },
          { name: 'On the Items', value: 'items', description: "Under 'push': events, lists, suppressed" },
        ],
        default: 'store',
        description: 'Where it says what people did and which lists they are in',
      },
      {
        displayName: 'ID Field',
        name: 'id',
        type: 'string',
        noDataExpression: true,
        default: 'id',
        description: 'Field that names the person in the store',
      },
      {
        displayName: 'Ignore Case',
        name: 'ignoreCase',
        type: 'boolean',
        default: true,
        description: 'Whether to ignore letter case when comparing texts',
      },
      storeFileOption,
    ],
  },
];
