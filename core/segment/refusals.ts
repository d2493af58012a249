/** The words in which a condition is refused. */
import { PushError } from '../errors';
import type { JsonValue } from '../json';
import { SEGMENT_OPERANDS } from './operand-parts';
import { SEGMENT_OPERATORS, type OperatorInfo } from './operators';

/** How deep conditions and the values in them may nest. */
export const MAX_DEPTH = 100;

/** A copy of a JSON value; what JSON cannot hold (NaN, undefined, a Date, a function) is refused. */
export function readJson(value: unknown, place: string, depth: number): JsonValue {
  if (depth > MAX_DEPTH) {
    throw new PushError('condition-too-deep', `The value at ${place.slice(0, 60)} nests too deep.`,
      'Compare with a simpler value.', { place: place.slice(0, 60) });
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) {
    return Array.from(value as unknown[], (item, index) => readJson(item, `${place}[${index}]`, depth + 1));
  }
  if (Object.prototype.toString.call(value) === '[object Object]') {
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]: [string, unknown]) =>
      [key, readJson(inner, `${place}.${key}`, depth + 1)]));
  }
  throw new PushError('operand-invalid', `The value at ${place} is ${describe(value)}, which a condition cannot compare with.`,
    value instanceof Date
      ? 'Write a date as text, such as "2026-05-01", and use $before or $after.'
      : 'Use a text, a number, true, false, null, a list or an object.',
    { place });
}

/** The error for an operand of the wrong kind. */
export function refuse(operator: OperatorInfo, operand: unknown, place: string): PushError {
  return new PushError('operand-invalid',
    `The operator ${operator.name} at ${place} takes ${SEGMENT_OPERANDS[operator.operand]}; it was given ${describe(operand)}.`,
    `For example ${JSON.stringify(operator.example)}.`, { place, operator: operator.name });
}

/** A value in a few words. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value instanceof Date) return 'a Date object';
  if (typeof value === 'string') return value.length > 40 ? `the text '${value.slice(0, 40)}...'` : `the text '${value}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function tooDeep(place: string): PushError {
  const head = place.length > 60 ? `${place.slice(0, 60)}...` : place;
  return new PushError('condition-too-deep', `The condition nests deeper than ${MAX_DEPTH} levels at ${head}.`,
    'Say it with fewer levels; $and and $or take many conditions each.', { place: head });
}

/** Operators of related languages, and what stands for them here. */
const RELATED: Readonly<Record<string, string>> = {
  $ini: '$in with "$options": "i"', $nini: '$nin with "$options": "i"', $alli: '$all with "$options": "i"',
  $regexi: '$regex with "$options": "i"', $inGroup: '$inList', $notInGroup: '$not with $inList', $geoWithin: '$near', $between: '$gte with $lte',
  $like: '$contains',
};

export function unknownOperator(name: string, place: string): PushError {
  const related = Object.hasOwn(RELATED, name) ? RELATED[name] : undefined;
  return new PushError('unknown-operator', `There is no operator ${name} (at ${place}).`,
    related === undefined ? `Use one of ${SEGMENT_OPERATORS.map((one) => one.name).join(', ')}.` : `Use ${related}.`,
    { place, operator: name });
}

export function onlyOfPerson({ name, example }: OperatorInfo, place: string): PushError {
  return new PushError('unknown-operator', `${name} at ${place} asks something of the person, and cannot stand inside a list's item, an event or a number.`,
    `Put it outside: ${JSON.stringify(example)}.`, { place, operator: name });
}
