/** A condition as n8n's editor draws it: rules, or JSON. The node has one, or each of its segments has. */
import type { INodeProperties } from 'n8n-workflow';
import { personRules } from './person-properties';

const BY_RULES = { show: { mode: ['rules'] } };

export const conditionProperties: INodeProperties[] = [
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
    displayOptions: BY_RULES,
  },
  { ...personRules, displayOptions: BY_RULES },
  {
    displayName: 'Join By',
    name: 'join',
    type: 'options',
    noDataExpression: true,
    options: [
      { name: 'AND', value: 'and', description: 'The conditions, and every rule about the person' },
      { name: 'OR', value: 'or', description: 'The conditions, or at least one rule about the person' },
    ],
    default: 'and',
    description: 'How the conditions above and the rules about the person go together',
    displayOptions: BY_RULES,
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
];
