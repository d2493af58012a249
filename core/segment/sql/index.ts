import type { JsonObject } from '../../json';
import { readClock } from '../clock';
import type { SegmentOptions } from '../compile';
import { parseCondition } from '../parse';
import type { Dialect } from './dialect';
import { render } from './fragment';
import { postgres } from './postgres';
import { pushDown } from './push-down';
import { sqlite } from './sqlite';

const DIALECTS: Readonly<Record<'sqlite' | 'postgres', Dialect>> = { sqlite, postgres };

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
  condition: object, dialect: 'sqlite' | 'postgres', { now }: SegmentOptions = {},
): PushedDown {
  const speaks = DIALECTS[dialect];
  const { filter, residual } = pushDown(parseCondition(condition), speaks, readClock(now));
  return { ...render(filter, speaks.placeholder), ...(residual !== undefined && { residual }) };
}
