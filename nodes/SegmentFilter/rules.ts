/**
 * Reads n8n's filter editor as a condition of ours.
 *
 * The left side is taken as it is written (`={{ $json.address.city }}` or `address.city`) and becomes a path: nothing
 * is evaluated for each item, which would cost n8n about 300 µs an item.
 */
import type { FilterConditionValue, FilterValue } from 'n8n-workflow';
import { parseInstant, PushError, type JsonObject, type JsonValue } from '../../core';
import { joined, type PanelCondition } from './panel-names';

/** A name of JavaScript, which may be `prénom`. */
const NAME = String.raw`[\p{ID_Start}_$][\p{ID_Continue}$]*`;
const SEGMENT = String.raw`\??\.\s*${NAME}|(?:\?\.)?\[\s*(?:"[^"\\]*"|'[^'\\]*'|\d+)\s*\]`;
const PATH_EXPRESSION = new RegExp(String.raw`^=\s*\{\{\s*\$json((?:${SEGMENT})+)\s*\}\}\s*$`, 'u');
const STEP = new RegExp(String.raw`\.\s*(${NAME})|\[\s*(?:["'](.*?)["']|(\d+))\s*\]`, 'gu');

/** What one row of the editor says of a field; `right` is already of the type that the operator asks for. */
type Operation = (right: JsonValue, ignoreCase: boolean) => JsonObject;

const EXISTS: JsonObject = { $exists: true };
const MILLISECOND = 1;

const not = (test: JsonObject): JsonObject => ({ $not: test });
const without = (operation: Operation): Operation => (right, ignoreCase) => not(operation(right, ignoreCase));
const plain = (operator: string): Operation => (right) => ({ [operator]: right });
const text = (operator: string): Operation => (right, ignoreCase) => ({ [operator]: right, ...(ignoreCase && { $options: 'i' }) });
const size = (operator: string): Operation => (right) => ({ $size: { [operator]: right } });
const moved = (date: JsonValue, by: number): string => new Date(Date.parse(String(date)) + by).toISOString();

const pattern: Operation = (right, ignoreCase) => {
  const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(String(right)) ?? [undefined, String(right)];
  return { $regex: source, ...((ignoreCase || flags.includes('i')) && { $options: 'i' }) };
};
const entry: Operation = (right, ignoreCase) => ({ $elemMatch: text('$eq')(right, ignoreCase && typeof right === 'string') });
const sameInstant: Operation = (date) => ({ $after: moved(date, -MILLISECOND), $before: moved(date, MILLISECOND) });

const PRESENCE: Record<string, Operation> = { exists: () => EXISTS, notExists: () => not(EXISTS) };
const FILLED: Record<string, Operation> = { empty: () => not(EXISTS), notEmpty: () => EXISTS };

/** Each operator of n8n's filter editor, by type. */
const OPERATIONS: Record<string, Record<string, Operation>> = {
  string: {
    ...PRESENCE,
    empty: () => not({ $exists: true, $ne: '' }),
    notEmpty: () => ({ $exists: true, $ne: '' }),
    equals: text('$eq'),
    notEquals: text('$ne'),
    contains: text('$contains'),
    notContains: without(text('$contains')),
    startsWith: text('$startsWith'),
    notStartsWith: without(text('$startsWith')),
    endsWith: text('$endsWith'),
    notEndsWith: without(text('$endsWith')),
    regex: pattern,
    notRegex: without(pattern),
  },
  number: {
    ...PRESENCE,
    ...FILLED,
    equals: plain('$eq'),
    notEquals: plain('$ne'),
    gt: plain('$gt'),
    gte: plain('$gte'),
    lt: plain('$lt'),
    lte: plain('$lte'),
  },
  dateTime: {
    ...PRESENCE,
    ...FILLED,
    equals: sameInstant,
    notEquals: without(sameInstant),
    after: plain('$after'),
    afterOrEquals: (date) => ({ $after: moved(date, -MILLISECOND) }),
    before: plain('$before'),
    beforeOrEquals: (date) => ({ $before: moved(date, MILLISECOND) }),
  },
  boolean: {
    ...PRESENCE,
    ...FILLED,
    true: () => ({ $eq: true }),
    false: () => ({ $eq: false }),
    equals: plain('$eq'),
    notEquals: plain('$ne'),
  },
  array: {
    ...PRESENCE,
    empty: () => not({ $size: { $gt: 0 } }),
    notEmpty: () => ({ $size: { $gt: 0 } }),
    contains: entry,
    notContains: without(entry),
    lengthEquals: size('$eq'),
    lengthNotEquals: without(size('$eq')),
    lengthGt: size('$gt'),
    lengthGte: size('$gte'),
    lengthLt: size('$lt'),
    lengthLte: size('$lte'),
  },
  object: {
    ...PRESENCE,
    empty: () => not({ $exists: true, $nin: [{}] }),
    notEmpty: () => ({ $exists: true, $nin: [{}] }),
  },
};

/**
 * @param filter the parameter as it was written, left values unevaluated, right values evaluated
 * @param leftOut rows that say nothing; the others keep their numbers
 * @throws PushError that names the row (counted from 1) which cannot be taken
 */
export function readFilter({ conditions = [], combinator }: Partial<FilterValue>, ignoreCase: boolean, leftOut: (row: FilterConditionValue) => boolean = () => false): PanelCondition {
  if (conditions.length === 0) {
    throw new PushError('no-condition', 'The segment has no condition.', "Add one, or take the people without a 'Push Segment Filter'.");
  }
  const rows = conditions.flatMap((row, index) => (leftOut(row) ? [] : [{
    condition: readRule(row, index + 1, ignoreCase), names: new Map([['', { name: `Condition ${index + 1}` }]]),
  }]));
  return joined(combinator === 'or' ? '$or' : '$and', rows);
}

function readRule({ leftValue, rightValue, operator }: FilterConditionValue, number: number, ignoreCase: boolean): JsonObject {
  const path = readField(leftValue, number);
  const operation = OPERATIONS[operator.type]?.[operator.operation];
  if (operation === undefined) {
    throw new PushError('unknown-operator', `Condition ${number}: the operator '${operator.type}: ${operator.operation}' is not supported.`,
      'Choose another one, or write the condition as JSON.', { number });
  }
  const right = operator.singleValue === true ? null : readValue(rightValue, operator.rightType ?? operator.type, number);
  return { [path]: operation(right, ignoreCase) };
}

/** The path of the field that the left side names. */
function readField(value: unknown, number: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== '' && !text.startsWith('=')) return text;
  const chain = PATH_EXPRESSION.exec(text)?.[1];
  if (chain !== undefined) {
    return [...chain.matchAll(STEP)]
      .map(([, name, quoted, position]) => name ?? quoted ?? position)
      .join('.');
  }
  throw new PushError('left-side-no-field', text === '' ? `Condition ${number} names no field.` : `Condition ${number}: the left side is an expression and not a field.`,
    "Drag a field of the input there, or write one, such as {{ $json.address.city }}. Computed values belong into a node before.", { number });
}

function readValue(value: unknown, type: string, number: number): JsonValue {
  if (type === 'number') {
    const figure = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof figure === 'number' && Number.isFinite(figure)) return figure;
    throw wrongValue(number, 'a number');
  }
  if (type === 'boolean') {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw wrongValue(number, 'true or false');
  }
  if (type === 'dateTime') {
    // A date out of an expression, one of Luxon too, says its instant through toJSON. A text without a zone is UTC, wherever n8n runs.
    const written: unknown = typeof value === 'object' ? (value as { toJSON?: () => unknown } | null)?.toJSON?.() : value;
    const instant = parseInstant(typeof written === 'string' ? written.trim() : written);
    if (instant !== undefined) return new Date(instant).toISOString();
    throw wrongValue(number, 'a date such as 2026-01-31');
  }
  if (type === 'string') return value === undefined || value === null ? '' : String(value);
  return (value ?? null) as JsonValue;
}

function wrongValue(number: number, wanted: string): PushError {
  return new PushError('wrong-value', `Condition ${number}: the right side is not ${wanted}.`, 'Correct the value, or choose another type of comparison.', { number });
}
