/**
 * The operators of a condition, as data: the parser, the documentation's test, the words of an explanation and the
 * editors read this one table.
 */
import type { JsonObject } from '../json';
import type { Operand } from './operand-parts';

/**
 * `logic` operators join conditions; `person` operators ask something of the person and stand beside the fields, as
 * logic does; an `option` changes its neighbours; all others test the value of a field.
 */
export type OperatorGroup =
  | 'logic' | 'comparison' | 'presence' | 'list' | 'text' | 'number' | 'version' | 'date' | 'place' | 'person' | 'option';

export interface OperatorInfo {
  readonly name: string;
  readonly group: OperatorGroup;
  /** Completes "the field ...", or for logic and person "the person ...". */
  readonly meaning: string;
  /** The same for one rule, with `{}` in place of what the operator takes. */
  readonly words?: string;
  /** `fields` stands for an object, whose fields are in `OPERAND_PARTS`. */
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

  { name: '$eq', group: 'comparison', meaning: 'is this value; of a list, an item is', words: 'is {}', operand: 'value', folds: true,
    example: { plan: { $eq: 'pro' } }, finds: 'people on the pro plan; { "plan": "pro" } says the same' },
  { name: '$ne', group: 'comparison', meaning: 'is not this value, or is missing', words: 'is not {}', operand: 'value', opposite: '$eq', folds: true,
    example: { plan: { $ne: 'free' } }, finds: 'everyone not on the free plan, people without any plan included' },
  { name: '$in', group: 'comparison', meaning: 'is one of these values; of a list, an item is', words: 'is one of {}', operand: 'values', folds: true,
    example: { country: { $in: ['FR', 'BE', 'CH'] } }, finds: 'people in France, Belgium or Switzerland' },
  { name: '$nin', group: 'comparison', meaning: 'is none of these values, or is missing', words: 'is none of {}', operand: 'values', opposite: '$in', folds: true,
    example: { country: { $nin: ['JP', 'KR'] } }, finds: 'everyone outside Japan and Korea, people of unknown country included' },
  { name: '$gt', group: 'comparison', meaning: 'is greater than', words: 'is greater than {}', operand: 'bound',
    example: { orders: { $gt: 3 } }, finds: 'people with four orders or more' },
  { name: '$gte', group: 'comparison', meaning: 'is greater than or equal to', words: 'is {} or more', operand: 'bound',
    example: { orders: { $gte: 1 } }, finds: 'everyone who ever ordered' },
  { name: '$lt', group: 'comparison', meaning: 'is less than', words: 'is less than {}', operand: 'bound',
    example: { rating: { $lt: 3 } }, finds: 'people who gave one or two stars' },
  { name: '$lte', group: 'comparison', meaning: 'is less than or equal to', words: 'is {} or less', operand: 'bound',
    example: { cartValue: { $gt: 0, $lte: 50 } }, finds: 'people with something in the cart, worth 50 at most' },

  { name: '$exists', group: 'presence', meaning: 'has a value (or, with false, has none); null is no value', words: 'has a value', operand: 'flag',
    example: { phone: { $exists: true } }, finds: 'people whose phone number is known' },
  { name: '$type', group: 'presence', meaning: 'holds a value of this type; "null" also means missing', words: 'is of the type {}', operand: 'type',
    example: { birthday: { $type: 'string' } }, finds: 'people whose birthday came as a text' },

  { name: '$all', group: 'list', meaning: 'is a list that holds all of these', words: 'holds all of {}', operand: 'items', folds: true,
    example: { interests: { $all: ['running', 'yoga'] } }, finds: 'people interested in running and in yoga' },
  { name: '$elemMatch', group: 'list', meaning: 'is a list with an item that passes all of this at once', words: 'has an item with {}', operand: 'element',
    example: { purchases: { $elemMatch: { category: 'shoes', price: { $gte: 100 } } } },
    finds: 'people who bought shoes for 100 or more' },
  { name: '$size', group: 'list', meaning: 'is a list with this many items', words: 'has this many items: {}', operand: 'size',
    example: { wishlist: { $size: { $gte: 3 } } }, finds: 'people with three things or more on their wishlist' },

  { name: '$startsWith', group: 'text', meaning: 'is a text that begins with', words: 'begins with {}', operand: 'text', folds: true,
    example: { phone: { $startsWith: '+33' } }, finds: 'people with a French phone number' },
  { name: '$endsWith', group: 'text', meaning: 'is a text that ends with', words: 'ends with {}', operand: 'text', folds: true,
    example: { email: { $endsWith: '@example.com', $options: 'i' } }, finds: 'people with an address at example.com, in whatever case' },
  { name: '$contains', group: 'text', meaning: 'is a text that contains', words: 'contains {}', operand: 'text', folds: true,
    example: { company: { $contains: 'garden', $options: 'i' } }, finds: 'people of Garden Ltd, City Gardens, ...' },
  { name: '$regex', group: 'text', meaning: 'is a text in which the regular expression is found', words: 'matches {}', operand: 'pattern', folds: true,
    example: { postcode: { $regex: '^(75|92|93|94)[0-9]{3}$' } }, finds: 'people in Paris and the departments around it' },

  { name: '$mod', group: 'number', meaning: 'is a number that leaves this remainder when divided', words: 'divided {}', operand: 'modulus',
    example: { customerNumber: { $mod: [10, 0] } }, finds: 'every tenth customer by number' },

  { name: '$veq', group: 'version', meaning: 'is this version', words: 'is version {}', operand: 'version',
    example: { appVersion: { $veq: '2.10.0' } }, finds: 'people whose app is 2.10.0' },
  { name: '$vne', group: 'version', meaning: 'is not this version, or is missing', words: 'is not version {}', operand: 'version', opposite: '$veq',
    example: { appVersion: { $vne: '2.10.0' } }, finds: 'everyone whose app is not 2.10.0, people without a version included' },
  { name: '$vgt', group: 'version', meaning: 'is a later version', words: 'is later than version {}', operand: 'version',
    example: { appVersion: { $vgt: '2.9.1' } }, finds: 'people whose app is newer than 2.9.1, such as 2.10.0' },
  { name: '$vgte', group: 'version', meaning: 'is this version or a later one', words: 'is version {} or later', operand: 'version',
    example: { appVersion: { $vgte: '2.10.0' } }, finds: 'people whose app can show the new screen' },
  { name: '$vlt', group: 'version', meaning: 'is an earlier version', words: 'is earlier than version {}', operand: 'version',
    example: { appVersion: { $vlt: '3.0.0' } }, finds: 'people who should update, 3.0.0-beta included' },
  { name: '$vlte', group: 'version', meaning: 'is this version or an earlier one', words: 'is version {} or earlier', operand: 'version',
    example: { appVersion: { $vlte: '2.9.1' } }, finds: 'people whose app is 2.9.1 or older' },

  { name: '$within', group: 'date', meaning: 'is a date in the last ..., up to now', words: 'is in the last {}', operand: 'duration',
    example: { lastSeenAt: { $within: '7d' } }, finds: 'people seen in the last 168 hours' },
  { name: '$notWithin', group: 'date', meaning: 'is not a date in the last ..., or is missing', words: 'is not in the last {}', operand: 'duration', opposite: '$within',
    example: { lastOrderAt: { $notWithin: '30d' } }, finds: 'people who did not order in the last 30 days, those who never did included' },
  { name: '$before', group: 'date', meaning: 'is a date before', words: 'is before {}', operand: 'moment',
    example: { trialEndsAt: { $after: 'now', $before: '+3d' } }, finds: 'people whose trial ends in the next three days' },
  { name: '$after', group: 'date', meaning: 'is a date after', words: 'is after {}', operand: 'moment',
    example: { signedUpAt: { $after: '2026-01-01' } }, finds: 'people who signed up in 2026 or later' },

  { name: '$anniversary', group: 'date', meaning: 'is a date whose day of the year lies between', words: 'has its day of the year {}', operand: 'fields',
    example: { birthday: { $anniversary: { from: 'today', to: '+6d' } } }, finds: 'people whose birthday is in the next seven days, today included' },

  { name: '$near', group: 'place', meaning: 'is a place within a radius', words: 'is within {}', operand: 'fields',
    example: { location: { $near: { latitude: 48.8566, longitude: 2.3522, radius: '25km' } } }, finds: 'people around Paris' },

  { name: '$bucket', group: 'person', meaning: 'falls into this part of a stable random draw', words: 'falls into the part {}', operand: 'fields',
    example: { $bucket: { salt: 'spring-2026', range: [0, 0.1] } }, finds: 'a tenth of the people, the same ones each time' },
  { name: '$inList', group: 'person', meaning: 'is in the list', words: 'is in the list {}', operand: 'list',
    example: { $inList: 'vip customers' }, finds: 'everyone in the saved list "vip customers"' },
  { name: '$performed', group: 'person', meaning: 'did this as many times', words: 'did {}', operand: 'fields',
    example: { $performed: { event: 'opened', count: { $gte: 2 }, within: '30d', where: { campaign: { $startsWith: 'spring' } } } },
    finds: 'people who opened two messages or more of spring campaigns in the last 30 days' },
  { name: '$notPerformed', group: 'person', meaning: 'did not do this as many times', words: 'did not do {}', operand: 'fields', opposite: '$performed',
    example: { $notPerformed: { event: 'converted', within: '90d' } }, finds: 'people who bought nothing in the last 90 days, those who never did included' },
  { name: '$firstPerformed', group: 'person', meaning: 'did this for the first time in that window', words: 'did for the first time {}', operand: 'fields',
    example: { $firstPerformed: { event: 'converted', within: '14d' } }, finds: 'new customers: their first conversion is at most 14 days old' },
  { name: '$lastPerformed', group: 'person', meaning: 'did this for the last time in that window', words: 'did for the last time {}', operand: 'fields',
    example: { $lastPerformed: { event: 'opened', before: '-60d' } }, finds: 'people who opened something once, but nothing in the last 60 days' },
  { name: '$spent', group: 'person', meaning: 'spent this much', words: 'spent {}', operand: 'fields',
    example: { $spent: { amount: { $gte: 100 }, currency: 'EUR', within: '365d' } }, finds: 'people who spent 100 euros or more in the last 365 days' },
  { name: '$campaign', group: 'person', meaning: 'was sent, received, opened, clicked or ignored a campaign', words: '{}', operand: 'fields',
    example: { $campaign: { campaign: 'spring-sale', arm: 'B', result: 'ignored', within: '7d' } },
    finds: 'people who were sent arm B of the spring sale in the last 7 days and neither opened nor clicked it' },
  { name: '$reachable', group: 'person', meaning: 'has a device that can be reached', words: 'can be reached {}', operand: 'fields',
    example: { $reachable: { platform: 'ios', category: 'marketing', seenWithin: '60d' } },
    finds: 'people who opted in to marketing and have an iPhone that is switched on for us and was seen in the last 60 days' },

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
  return (group !== 'logic' && group !== 'person') || name === '$not';
}
