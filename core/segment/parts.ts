/** Reads the object that an operator takes, field by field as the table of its parts says. */
import { PushError } from '../errors';
import { isTimezone } from '../recipient';
import { parseDay, type Day } from './calendar';
import { rulesOf, type Condition, type Test } from './condition';
import { parseDuration, parseMoment, type Moment } from './instant';
import { OPERAND_PARTS, SEGMENT_PARTS, type OperandPart, type PartKind } from './operand-parts';
import type { OperatorInfo } from './operators';
import { isLatitude, isLongitude, parseDistance } from './place';
import { describe, refuse } from './refusals';

export interface PartContext {
  readonly place: string;
  readonly events?: ReadonlySet<string>;
  /** Parses what is asked of a number, and what is asked of an event. */
  readonly comparison?: (operand: unknown, place: string) => Condition;
  readonly where?: (operand: unknown, place: string) => Condition;
}

/** Every part that any operator has; which of them are there is the table's to say. */
export interface Parts {
  event?: string;
  count?: Condition;
  amount?: Condition;
  where?: Condition;
  within?: number;
  after?: Moment;
  before?: Moment;
  currency?: string;
  latitude?: number;
  longitude?: number;
  radius?: number;
  from?: Day;
  to?: Day;
  timezone?: string;
  salt?: string;
  range?: [number, number];
  result?: string;
  campaign?: string;
  arm?: string;
  occurrence?: string;
  gateway?: string;
  platform?: string;
  environment?: string;
  permission?: string;
  seenWithin?: number;
  category?: string;
  consent?: string;
}

/** @throws PushError `operand-invalid`, `unknown-event`, and what a condition inside says */
export function readParts(operator: OperatorInfo, operand: unknown, context: PartContext): Parts {
  if (Object.prototype.toString.call(operand) !== '[object Object]') throw refuse(operator, operand, context.place);
  const given = operand as Record<string, unknown>;
  const table = OPERAND_PARTS[operator.name] ?? [];
  const unknown = Object.keys(given).find((name) => !table.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw invalid(operator, `${context.place}.${unknown}`, `${operator.name} has no field '${unknown}'`, `Its fields are ${table.map(({ name }) => name).join(', ')}.`);
  }
  const read = table.flatMap((part): [string, unknown][] => {
    const value = Object.hasOwn(given, part.name) ? given[part.name] : undefined;
    const place = `${context.place}.${part.name}`;
    if (value === undefined && part.required !== true) return [];
    const result = value === undefined ? undefined : READERS[part.takes](value, { ...context, place }, part);
    if (result === undefined) {
      const takes = part.choices === undefined ? SEGMENT_PARTS[part.takes] : `one of ${part.choices.join(', ')}`;
      throw invalid(operator, place, `'${part.name}' takes ${takes}; it was given ${describe(value)}`, `For example ${JSON.stringify(operator.example)}.`);
    }
    return [[part.name, result]];
  });
  return Object.fromEntries(read) as Parts;
}

function invalid({ name }: OperatorInfo, place: string, what: string, hint: string): PushError {
  return new PushError('operand-invalid', `At ${place}: ${what}.`, hint, { place, operator: name });
}

type Reader = (value: unknown, context: PartContext, part: OperandPart) => unknown;

/** Undefined where the value is not what the part takes. */
const READERS: Readonly<Record<PartKind, Reader>> = {
  event: readEvent,
  name: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
  comparison: readComparison,
  duration: (value) => (typeof value === 'string' ? parseDuration(value) : undefined),
  moment: parseMoment,
  condition: (value, { where, place }) => where?.(value, place),
  choice: (value, _context, { choices }) => choices?.find((choice) => choice === value),
  range: readRange,
  latitude: (value) => (isLatitude(value) ? value : undefined),
  longitude: (value) => (isLongitude(value) ? value : undefined),
  distance: parseDistance,
  day: parseDay,
  timezone: (value) => (typeof value === 'string' && isTimezone(value) ? value : undefined),
  currency: (value) => (typeof value === 'string' && /^[A-Z]{3}$/.test(value) ? value : undefined),
};

function readEvent(value: unknown, { events, place }: PartContext): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (events !== undefined && !events.has(value)) {
    throw new PushError('unknown-event', `There is no event '${value}' (at ${place}).`, `Use one of ${[...events].slice(0, 20).join(', ')}.`, { place, event: value });
  }
  return value;
}

const COMPARISONS: ReadonlySet<Test['operator']> = new Set(['$eq', '$in', '$gt', '$gte', '$lt', '$lte']);

/** A condition on a number, made of comparisons with numbers. */
function readComparison(value: unknown, { comparison, place }: PartContext): Condition | undefined {
  if (typeof value !== 'number' && (typeof value !== 'object' || value === null || Array.isArray(value))) return undefined;
  const condition = comparison?.(value, place);
  if (condition === undefined) return undefined;
  const plain = [...rulesOf(condition)].every((rule) => rule.kind === 'rule' && rule.field === undefined && COMPARISONS.has(rule.test.operator) && isOfNumbers(rule.test));
  return plain ? condition : undefined;
}

function isOfNumbers(test: Test): boolean {
  if ('bound' in test) return typeof test.bound === 'number';
  if (test.operator === '$in') return test.values.every((value) => typeof value === 'number');
  return test.operator === '$eq' && typeof test.value === 'number';
}

function readRange(value: unknown): [number, number] | undefined {
  const [from, to] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  return typeof from === 'number' && typeof to === 'number' && from >= 0 && to <= 1 && from < to ? [from, to] : undefined;
}
