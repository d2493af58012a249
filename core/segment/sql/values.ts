/** What SQL can ask of one field. */
import type { JsonValue } from '../../json';
import type { Clock } from '../clock';
import type { Condition, Test } from '../condition';
import { isIndex, type Field } from '../field';
import type { Cases, Cell, Column, Comparison, Dialect, Source } from './dialect';
import { and, FALSE, or, sql, TRUE, type Fragment } from './fragment';
import { isExactText, ordersAlike } from './text';

const DAY = 86_400_000;

/** True for a field that SQL can name without ambiguity. */
export function isNameable({ parts }: Field): boolean {
  return parts.length <= 20
    && parts.every((part) => /^[^"\\\p{Cc}\p{Cs}]+$/u.test(part) && (parts.length === 1 || !isIndex(part)));
}

/** The test of a field where the database can answer it exactly. */
export function exactly(test: Test, field: Field, source: Source, dialect: Dialect): Fragment | undefined {
  const column = columnOf(field, source);
  const inJson = source.json === undefined ? undefined : dialect.testJson?.(test, field, source.json);
  if (column?.type === 'text') {
    const cases = casesOf(test, dialect);
    if (inJson !== undefined) return sql`CASE WHEN ${column.value} IS NULL THEN ${inJson} ELSE ${cases?.string?.(column.value) ?? FALSE} END`;
    if (source.json === undefined && cases !== undefined) return ofText(column.value, cases);
  } else if (inJson !== undefined) return inJson;
  const cell = dialect.cell(field, source);
  if (test.operator === '$all') {
    const each = test.values.map((value) => casesOf({ operator: '$eq', value, fold: test.fold }, dialect));
    if (!each.every((cases) => cases !== undefined)) return undefined;
    const array = and(each.map((cases) => dialect.someItem(field, source, (item) => dialect.cases(item, cases))));
    return dialect.cases(cell, { array });
  }
  if (test.operator === '$size') {
    const length = wantedLength(test.condition);
    return length === undefined ? undefined : dialect.cases(cell, { array: sql`${dialect.listLength(cell)} = ${length}` });
  }
  if (test.operator === '$exists') return dialect.isThere(field, source);
  if (test.operator === '$type') {
    const any = (): Fragment => TRUE;
    const { type } = test;
    if (type === 'boolean') return dialect.cases(cell, { true: TRUE, false: TRUE });
    return dialect.cases(cell, type === 'string' || type === 'number' ? { [type]: any } : { [type]: TRUE });
  }
  const cases = casesOf(test, dialect);
  return cases === undefined ? undefined : dialect.cases(cell, withItems(cases, field, source, dialect));
}

export function columnOf({ path }: Field, { columns }: Source): Column | undefined {
  return Object.hasOwn(columns, path) ? columns[path] : undefined;
}

/** Said plainly, so that an index may answer. */
function ofText(column: Fragment, { string, null: none }: Cases): Fragment {
  return or([
    ...(string === undefined ? [] : [sql`(${column} IS NOT NULL AND ${string(column)})`]),
    ...(none === undefined ? [] : [and([sql`${column} IS NULL`, none])]),
  ]);
}

/** A list passes when one of its items does. */
function withItems(cases: Cases, field: Field, source: Source, dialect: Dialect): Cases {
  return { ...cases, array: dialect.someItem(field, source, (item: Cell) => dialect.cases(item, cases)) };
}

/** What the test asks of a value that is no list; undefined where SQL would not say the same. */
export function casesOf(test: Test, dialect: Dialect): Cases | undefined {
  switch (test.operator) {
    case '$eq':
      return casesOfValues([test.value], test.fold, dialect);
    case '$in':
      return casesOfValues(test.values, test.fold, dialect);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const { bound } = test;
      const comparison = COMPARISONS[test.operator];
      if (typeof bound === 'number') return { number: (value) => dialect.compareNumber(value, comparison, bound) };
      return ordersAlike(bound) ? { string: (value) => dialect.compareText(value, comparison, bound) } : undefined;
    }
    case '$startsWith':
    case '$endsWith':
    case '$contains': {
      const { text } = test;
      if (test.fold || !isExactText(text)) return undefined;
      if (text === '') return { string: () => TRUE };
      const say = { $startsWith: dialect.startsWith, $endsWith: dialect.endsWith, $contains: dialect.contains }[test.operator];
      return { string: (value) => say(value, text) };
    }
    default:
      return undefined;
  }
}

const COMPARISONS: Readonly<Record<'$gt' | '$gte' | '$lt' | '$lte', Comparison>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

function casesOfValues(values: readonly JsonValue[], fold: boolean, dialect: Dialect): Cases | undefined {
  const texts = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  if (values.some((value) => typeof value === 'object' && value !== null)) return undefined;
  if (texts.length > 0 && (fold || !texts.every(isExactText))) return undefined;
  const [text] = texts;
  const [number] = numbers;
  return {
    ...(text !== undefined && {
      string: (value) => (texts.length === 1 ? dialect.compareText(value, '=', text) : dialect.textIn(value, texts)),
    }),
    ...(number !== undefined && {
      number: (value) => (numbers.length === 1 ? dialect.compareNumber(value, '=', number) : dialect.numberIn(value, numbers)),
    }),
    ...(values.includes(true) && { true: TRUE }),
    ...(values.includes(false) && { false: TRUE }),
    ...(values.includes(null) && { null: TRUE }),
  };
}

/**
 * A filter that everyone passes who passes the test. A date's text begins with a day that is at most a day off the
 * instant in UTC, whatever its zone; numbers and lists are left to be tested after.
 */
export function approximately(test: Test, field: Field, source: Source, dialect: Dialect, clock: Clock): Fragment | undefined {
  const cell = dialect.cell(field, source);
  if (test.operator === '$elemMatch' || test.operator === '$size') return dialect.cases(cell, { array: TRUE });
  if (test.operator === '$within' || test.operator === '$after' || test.operator === '$before') {
    const [from, to] = range(test, clock);
    const day = (instant: number): string | undefined => {
      const date = new Date(instant);
      const year = Number.isNaN(date.getTime()) ? 0 : date.getUTCFullYear();
      return year > 0 && year < 9999 ? date.toISOString().slice(0, 10) : undefined;
    };
    const first = day(from - 2 * DAY);
    const last = day(to + 2 * DAY);
    const string = (value: Fragment): Fragment => and([
      ...(first === undefined ? [] : [dialect.compareText(value, '>=', first)]),
      ...(last === undefined ? [] : [dialect.compareText(value, '<=', last)]),
    ]);
    return dialect.cases(cell, { string, number: () => TRUE, array: TRUE });
  }
  return undefined;
}

/** The instants that can pass a date test, in epoch milliseconds. */
function range(test: Extract<Test, { operator: '$within' | '$after' | '$before' }>, clock: Clock): [number, number] {
  if (test.operator === '$within') {
    const now = clock();
    return [now - test.milliseconds, now];
  }
  const instant = 'at' in test.moment ? test.moment.at : clock() + test.moment.fromNow;
  return test.operator === '$after' ? [instant, Infinity] : [-Infinity, instant];
}

function wantedLength(condition: Condition): number | undefined {
  const test = condition.kind === 'rule' ? condition.test : undefined;
  return test?.operator === '$eq' && typeof test.value === 'number' ? test.value : undefined;
}
