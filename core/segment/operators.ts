/**
 * The operators of a condition, as data: the parser, the documentation's test and the editors read this one table.
 */
import type { JsonObject } from '../json';

/** What an operator takes, in words that fit behind "takes". */
export const SEGMENT_OPERANDS = {
  conditions: 'a list of conditions, at least one',
  condition: 'a condition; under a field, a value or an object of operators',
  value: 'any value',
  values: 'a list of values',
  items: 'a list of values, at least one',
  bound: 'a number or a text',
  flag: 'true or false',
  type: 'one of "string", "number", "boolean", "array", "object", "null"',
  pattern: 'a regular expression, as text',
  text: 'a text',
  element: 'a condition on the item, or an object of operators for the item itself',
  size: 'a whole number, or an object of operators for the number of items',
  modulus: 'two whole numbers, [divisor, remainder], the divisor not 0',
  version: 'a version such as "2.10.0"',
  duration: 'a length of time such as "7d": a whole number and ms, s, m, h, d or w',
  moment: 'a date ("2026-05-01", "2026-05-01T09:30:00Z"), an epoch number, "now", or an offset from now such as "-30d"',
  options: '"i"',
} as const satisfies Record<string, string>;

export type Operand = keyof typeof SEGMENT_OPERANDS;

/** `logic` operators join conditions; an `option` changes its neighbours; all others test the value of a field. */
export type OperatorGroup = 'logic' | 'comparison' | 'presence' | 'list' | 'text' | 'number' | 'version' | 'date' | 'option';

export interface OperatorInfo {
  readonly name: string;
  readonly group: OperatorGroup;
  /** Completes "the field ...", or for logic "the person ...". */
  readonly meaning: string;
  readonly operand: Operand;
  /** The operator that this one is the exact opposite of, missing fields included. */
  readonly opposite?: string;
  /** Obeys a sibling `"$options": "i"`. */
  readonly folds?: true;
  readonly example: JsonObject;
  /** What the example finds. */
  readonly finds: string;
}

export const SEGMENT_OPERATORS = [
  { name: '$and', group: 'logic', meaning: 'passes all of the conditions', operand: 'conditions',
    example: { $and: [{ country: 'FR' }, { orders: { $gte: 1 } }] }, finds: 'customers in France' },
  { name: '$or', group: 'logic', meaning: 'passes at least one of the conditions', operand: 'conditions',
    example: { $or: [{ plan: 'pro' }, { orders: { $gte: 10 } }] }, finds: 'people on the pro plan, and everyone with ten orders or more' },
  { name: '$nor', group: 'logic', meaning: 'passes none of the conditions', operand: 'conditions',
    example: { $nor: [{ country: 'JP' }, { plan: 'free' }] }, finds: 'everyone who is neither in Japan nor on the free plan' },
  { name: '$not', group: 'logic', meaning: 'does not pass the condition; under a field, the field does not pass the test', operand: 'condition',
    example: { $not: { country: 'JP' } }, finds: 'everyone but people in Japan, people of unknown country included' },

  { name: '$eq', group: 'comparison', meaning: 'is this value; of a list, an item is', operand: 'value', folds: true,
    example: { plan: { $eq: 'pro' } }, finds: 'people on the pro plan; { "plan": "pro" } says the same' },
  { name: '$ne', group: 'comparison', meaning: 'is not this value, or is missing', operand: 'value', opposite: '$eq', folds: true,
    example: { plan: { $ne: 'free' } }, finds: 'everyone not on the free plan, people without any plan included' },
  { name: '$in', group: 'comparison', meaning: 'is one of these values; of a list, an item is', operand: 'values', folds: true,
    example: { country: { $in: ['FR', 'BE', 'CH'] } }, finds: 'people in France, Belgium or Switzerland' },
  { name: '$nin', group: 'comparison', meaning: 'is none of these values, or is missing', operand: 'values', opposite: '$in', folds: true,
    example: { country: { $nin: ['JP', 'KR'] } }, finds: 'everyone outside Japan and Korea, people of unknown country included' },
  { name: '$gt', group: 'comparison', meaning: 'is greater than', operand: 'bound',
    example: { orders: { $gt: 3 } }, finds: 'people with four orders or more' },
  { name: '$gte', group: 'comparison', meaning: 'is greater than or equal to', operand: 'bound',
    example: { orders: { $gte: 1 } }, finds: 'everyone who ever ordered' },
  { name: '$lt', group: 'comparison', meaning: 'is less than', operand: 'bound',
    example: { rating: { $lt: 3 } }, finds: 'people who gave one or two stars' },
  { name: '$lte', group: 'comparison', meaning: 'is less than or equal to', operand: 'bound',
    example: { cartValue: { $gt: 0, $lte: 50 } }, finds: 'people with something in the cart, worth 50 at most' },

  { name: '$exists', group: 'presence', meaning: 'has a value (or, with false, has none); null is no value', operand: 'flag',
    example: { phone: { $exists: true } }, finds: 'people whose phone number is known' },
  { name: '$type', group: 'presence', meaning: 'holds a value of this type; "null" also means missing', operand: 'type',
    example: { birthday: { $type: 'string' } }, finds: 'people whose birthday came as a text' },

  { name: '$all', group: 'list', meaning: 'is a list that holds all of these', operand: 'items', folds: true,
    example: { interests: { $all: ['running', 'yoga'] } }, finds: 'people interested in running and in yoga' },
  { name: '$elemMatch', group: 'list', meaning: 'is a list with an item that passes all of this at once', operand: 'element',
    example: { purchases: { $elemMatch: { category: 'shoes', price: { $gte: 100 } } } },
    finds: 'people who bought shoes for 100 or more' },
  { name: '$size', group: 'list', meaning: 'is a list with this many items', operand: 'size',
    example: { wishlist: { $size: { $gte: 3 } } }, finds: 'people with three things or more on their wishlist' },

  { name: '$startsWith', group: 'text', meaning: 'is a text that begins with', operand: 'text', folds: true,
    example: { phone: { $startsWith: '+33' } }, finds: 'people with a French phone number' },
  { name: '$endsWith', group: 'text', meaning: 'is a text that ends with', operand: 'text', folds: true,
    example: { email: { $endsWith: '@example.com', $options: 'i' } }, finds: 'people with an address at example.com, in whatever case' },
  { name: '$contains', group: 'text', meaning: 'is a text that contains', operand: 'text', folds: true,
    example: { company: { $contains: 'garden', $options: 'i' } }, finds: 'people of Garden Ltd, City Gardens, ...' },
  { name: '$regex', group: 'text', meaning: 'is a text in which the regular expression is found', operand: 'pattern', folds: true,
    example: { postcode: { $regex: '^(75|92|93|94)[0-9]{3}$' } }, finds: 'people in Paris and the departments around it' },

  { name: '$mod', group: 'number', meaning: 'is a number that leaves this remainder when divided', operand: 'modulus',
    example: { customerNumber: { $mod: [10, 0] } }, finds: 'every tenth customer by number' },

  { name: '$veq', group: 'version', meaning: 'is this version', operand: 'version',
    example: { appVersion: { $veq: '2.10.0' } }, finds: 'people whose app is 2.10.0' },
  { name: '$vne', group: 'version', meaning: 'is not this version, or is missing', operand: 'version', opposite: '$veq',
    example: { appVersion: { $vne: '2.10.0' } }, finds: 'everyone whose app is not 2.10.0, people without a version included' },
  { name: '$vgt', group: 'version', meaning: 'is a later version', operand: 'version',
    example: { appVersion: { $vgt: '2.9.1' } }, finds: 'people whose app is newer than 2.9.1, such as 2.10.0' },
  { name: '$vgte', group: 'version', meaning: 'is this version or a later one', operand: 'version',
    example: { appVersion: { $vgte: '2.10.0' } }, finds: 'people whose app can show the new screen' },
  { name: '$vlt', group: 'version', meaning: 'is an earlier version', operand: 'version',
    example: { appVersion: { $vlt: '3.0.0' } }, finds: 'people who should update, 3.0.0-beta included' },
  { name: '$vlte', group: 'version', meaning: 'is this version or an earlier one', operand: 'version',
    example: { appVersion: { $vlte: '2.9.1' } }, finds: 'people whose app is 2.9.1 or older' },

  { name: '$within', group: 'date', meaning: 'is a date in the last ..., up to now', operand: 'duration',
    example: { lastSeenAt: { $within: '7d' } }, finds: 'people seen in the last 168 hours' },
  { name: '$notWithin', group: 'date', meaning: 'is not a date in the last ..., or is missing', operand: 'duration', opposite: '$within',
    example: { lastOrderAt: { $notWithin: '30d' } }, finds: 'people who did not order in the last 30 days, those who never did included' },
  { name: '$before', group: 'date', meaning: 'is a date before', operand: 'moment',
    example: { trialEndsAt: { $after: 'now', $before: '+3d' } }, finds: 'people whose trial ends in the next three days' },
  { name: '$after', group: 'date', meaning: 'is a date after', operand: 'moment',
    example: { signedUpAt: { $after: '2026-01-01' } }, finds: 'people who signed up in 2026 or later' },

  { name: '$options', group: 'option', meaning: 'with "i", the text operators beside it ignore upper and lower case', operand: 'options',
    example: { city: { $in: ['paris', 'lyon'], $options: 'i' } }, finds: 'people in Paris, PARIS, paris, Lyon, ...' },
] as const satisfies readonly OperatorInfo[];

export type OperatorName = (typeof SEGMENT_OPERATORS)[number]['name'];

const BY_NAME: ReadonlyMap<string, OperatorInfo> = new Map(SEGMENT_OPERATORS.map((operator) => [operator.name, operator]));

/** The operator of this name, the leading `$` included; undefined where there is none. */
export function findOperator(name: string): OperatorInfo | undefined {
  return BY_NAME.get(name);
}

/** True for an operator that stands under a field. */
export function testsValue({ group, name }: OperatorInfo): boolean {
  return group !== 'logic' || name === '$not';
}
