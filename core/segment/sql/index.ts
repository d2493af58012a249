import type { JsonObject } from '../../json';
import { readClock } from '../clock';
import type { SegmentOptions } from '../compile';
import { formatCondition, type Condition } from '../condition';
import { parseCondition } from '../parse';
import type { Dialect } from './dialect';
import { literal, render, type Fragment } from './fragment';
import { postgres } from './postgres';
import { PEOPLE, pushDown } from './push-down';
import { sqlite } from './sqlite';

const DIALECTS = { sqlite, postgres } as const satisfies Record<string, Dialect>;
export type SqlDialect = keyof typeof DIALECTS;

/** SQL with what stands for its placeholders. */
export interface SqlText {
  sql: string;
  parameters: unknown[];
}

export interface PushedDown extends SqlText {
  /**
   * A condition over the table `people` (id, locale, timezone, attributes as JSON); `?` or `$1`, `$2`, ... stand for
   * the parameters.
   */
  sql: string;
  /** What the database could not say: a condition to ask of those whom it found. Left out where it said all. */
  residual?: JsonObject;
}

/**
 * A condition as SQL over the stored people: `sql` and `residual` together mean what the condition means.
 *
 * Exact are comparisons, presence, types, `$all`, `$size` with a number and case-sensitive text. Left to the residual
 * are `$regex`, versions, `$mod`, `$elemMatch`, dates (the database narrows them), text without case, whole lists and
 * objects, items by position, and `consent`, `devices`, `push`.
 *
 * @throws PushError as `parseCondition` says, and `now-invalid`
 */
export function conditionToSql(
  condition: object, dialect: SqlDialect, options: SegmentOptions = {},
): PushedDown {
  const speaks = DIALECTS[dialect];
  const { filter, residual } = pushDown(parseCondition(condition, options), speaks, readClock(options.now));
  return { ...render(filter, speaks.placeholder), ...(residual !== undefined && { residual: formatCondition(residual) }) };
}

/** Questions to all people, and more to those of whom the formula holds. */
export interface SqlTally {
  /** Values that the questions name as `people.v0`, `people.v1`, ...; so each is looked up once a person. */
  columns: SqlText[];
  questions: SqlText[];
  more: SqlText[];
}

/** The questions as SQL; undefined where the database cannot answer one of them exactly. */
export function tallyToSql(
  questions: readonly Condition[], more: readonly Condition[], dialect: SqlDialect, { now }: SegmentOptions = {},
): SqlTally | undefined {
  const speaks = DIALECTS[dialect];
  const columns: Fragment[] = [];
  const clock = readClock(now);
  const ask = (condition: Condition, language: Dialect): SqlText | undefined => {
    const { filter, residual } = pushDown(condition, language, clock);
    return residual === undefined ? render(filter, speaks.placeholder) : undefined;
  };
  const ready = dialect === 'sqlite' ? withColumns(speaks, columns) : speaks;
  const asked = questions.map((condition) => ask(condition, ready));
  const later = more.map((condition) => ask(condition, speaks));
  if (!asked.every((one) => one !== undefined) || !later.every((one) => one !== undefined)) return undefined;
  return { columns: columns.map((column) => render(column, speaks.placeholder)), questions: asked, more: later };
}

/** The dialect with each field of the attributes as a column; the columns are collected. */
function withColumns(dialect: Dialect, columns: Fragment[]): Dialect {
  const names = new Map<string, Fragment>();
  return {
    ...dialect,
    cell(field, source) {
      const cell = dialect.cell(field, source);
      if (source !== PEOPLE || Object.hasOwn(source.columns, field.path)) return cell;
      let value = names.get(field.path);
      if (value === undefined) {
        value = literal(`people.v${columns.length}`);
        names.set(field.path, value);
        columns.push(cell.value);
      }
      return { ...cell, value, ready: true };
    },
  };
}
