/** What operators take: the words for it, and of those that take an object, its fields. */
import { CAMPAIGN_RESULTS, REACH_CONSENTS } from './condition';
import { ENVIRONMENTS, GATEWAY_TYPES, PERMISSIONS, PLATFORMS } from '../recipient';

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
  list: 'the name of a list',
  fields: 'an object of the fields below',
  options: '"i"',
} as const satisfies Record<string, string>;

export type Operand = keyof typeof SEGMENT_OPERANDS;

/** What a field of an operator's object takes. */
export const SEGMENT_PARTS = {
  event: 'the name of an event',
  name: 'a text',
  comparison: 'a number, or an object of comparisons such as {"$gte": 2}',
  duration: SEGMENT_OPERANDS.duration,
  moment: SEGMENT_OPERANDS.moment,
  condition: 'a condition on the fields of the event',
  choice: 'one of the words listed',
  range: 'two numbers from 0 to 1, [from, to]; "to" is not included',
  latitude: 'degrees from -90 to 90',
  longitude: 'degrees from -180 to 180',
  distance: 'a distance such as "500m", "25km" or "10mi"',
  day: '"today", a number of days from today such as "+7d", or a day of the year such as "12-24"',
  timezone: 'a time zone such as "Europe/Paris"',
  currency: 'three capital letters such as "EUR"',
} as const satisfies Record<string, string>;

export type PartKind = keyof typeof SEGMENT_PARTS;

/** A field of the object that an operator takes; editors draw one input for each. */
export interface OperandPart {
  readonly name: string;
  readonly takes: PartKind;
  readonly required?: true;
  /** Of `choice`. */
  readonly choices?: readonly string[];
  readonly meaning: string;
}

const WITHIN: OperandPart = { name: 'within', takes: 'duration', meaning: 'in the last ..., up to now; exact, "1d" is 24 hours' };
const AFTER: OperandPart = { name: 'after', takes: 'moment', meaning: 'after this instant' };
const BEFORE: OperandPart = { name: 'before', takes: 'moment', meaning: 'before this instant' };
const WINDOW = [WITHIN, AFTER, BEFORE] as const;
const EVENT: OperandPart = { name: 'event', takes: 'event', required: true, meaning: 'which event' };
const WHERE: OperandPart = { name: 'where', takes: 'condition', meaning: 'counts only events that pass this' };

const COUNTED: readonly OperandPart[] = [
  EVENT, { name: 'count', takes: 'comparison', meaning: 'how many times; once or more where it is left out' }, ...WINDOW, WHERE,
];

/** The fields of what an operator takes, by operator. */
export const OPERAND_PARTS: Readonly<Record<string, readonly OperandPart[]>> = {
  $near: [
    { name: 'latitude', takes: 'latitude', required: true, meaning: 'of the middle' },
    { name: 'longitude', takes: 'longitude', required: true, meaning: 'of the middle' },
    { name: 'radius', takes: 'distance', required: true, meaning: 'how far around, over the ground' },
  ],
  $anniversary: [
    { name: 'from', takes: 'day', required: true, meaning: 'the first day, included' },
    { name: 'to', takes: 'day', meaning: 'the last day, included; the same as "from" where it is left out' },
    { name: 'timezone', takes: 'timezone', meaning: "the zone whose calendar counts; the person's own where it is left out, UTC where they have none" },
  ],
  $bucket: [
    { name: 'salt', takes: 'name', required: true, meaning: 'names the draw: another salt draws other people' },
    { name: 'range', takes: 'range', required: true, meaning: 'which part of the people, [0, 0.1] being the first tenth' },
  ],
  $performed: COUNTED,
  $notPerformed: COUNTED,
  $firstPerformed: [EVENT, ...WINDOW, WHERE],
  $lastPerformed: [EVENT, ...WINDOW, WHERE],
  $spent: [
    { name: 'amount', takes: 'comparison', required: true, meaning: 'what the values of the events add up to; nothing is 0' },
    { name: 'currency', takes: 'currency', required: true, meaning: 'counts only values in this currency' },
    { name: 'event', takes: 'event', meaning: 'which event; "converted" where it is left out' },
    ...WINDOW, WHERE,
  ],
  $campaign: [
    { name: 'result', takes: 'choice', choices: CAMPAIGN_RESULTS, required: true, meaning: 'what became of it' },
    { name: 'campaign', takes: 'name', meaning: 'which campaign; any where it is left out' },
    { name: 'arm', takes: 'name', meaning: 'which arm of its split' },
    { name: 'occurrence', takes: 'name', meaning: 'which run of a recurring campaign' },
    ...WINDOW,
  ],
  $reachable: [
    { name: 'gateway', takes: 'choice', choices: GATEWAY_TYPES, meaning: 'through this gateway' },
    { name: 'platform', takes: 'choice', choices: PLATFORMS, meaning: 'on this platform' },
    { name: 'environment', takes: 'choice', choices: ENVIRONMENTS, meaning: "in this of Apple's two environments" },
    { name: 'permission', takes: 'choice', choices: PERMISSIONS, meaning: 'with exactly this said by the phone; all but "denied" where it is left out' },
    { name: 'seenWithin', takes: 'duration', meaning: 'on a device seen in the last ...' },
    { name: 'category', takes: 'name', meaning: 'for messages of this category, by the consent that "consent" asks for' },
    { name: 'consent', takes: 'choice', choices: REACH_CONSENTS, meaning: 'asks for consent to the category: "opted-in" (the default) or "not-opted-out"' },
  ],
};
