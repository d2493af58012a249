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

export interface PushedDown {
  /**
   * A condition over the table `people` (id, locale, timezone, attributes as JSON); `?` or `$1`, `$2`, ... stand for
   * the parameters.
   */
  sql: string;
  parameters: unknown[];
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

/** A parsed condition as SQL; undefined where the database cannot say all of it exactly. */
export function exactSql(condition: Condition, dialect: SqlDialect, { now }: SegmentOptions = {}): Omit<PushedDown, 'residual'> | undefined {
  const speaks = DIALECTS[dialect];
  const { filter, residual } = pushDown(condition, speaks, readClock(now));
  return residual === undefined ? render(filter, speaks.placeholder) : undefined;
}
