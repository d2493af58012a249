import type { JsonObject } from '../../json';
import { readClock } from '../clock';
import type { SegmentOptions } from '../compile';
import { formatCondition, type Condition } from '../condition';
import { parseCondition } from '../parse';
import type { Dialect } from './dialect';
import { render } from './fragment';
import { postgres } from './postgres';
import { pushDown } from './push-down';
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
  questions: SqlText[];
  more: SqlText[];
}

/** The questions as SQL; undefined where the database cannot answer one of them exactly. */
export function tallyToSql(
  questions: readonly Condition[], more: readonly Condition[], dialect: SqlDialect, options: SegmentOptions = {},
): SqlTally | undefined {
  const [asked, further] = [questions, more].map((list) => list.map((condition) => answerToSql(condition, dialect, options)));
  if (!asked?.every((one) => one !== undefined) || !further?.every((one) => one !== undefined)) return undefined;
  return { questions: asked, more: further };
}

/** One question as SQL; undefined where the database cannot answer it exactly. */
export function answerToSql(condition: Condition, dialect: SqlDialect, { now }: SegmentOptions = {}): SqlText | undefined {
  const { filter, residual } = pushDown(condition, DIALECTS[dialect], readClock(now));
  return residual === undefined ? render(filter, DIALECTS[dialect].placeholder) : undefined;
}
