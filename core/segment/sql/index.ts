import type { JsonObject } from '../../json';
import { readClock } from '../clock';
import type { SegmentOptions } from '../compile';
import { formatCondition, type Condition, type PersonTest } from '../condition';
import { parseCondition } from '../parse';
import type { Dialect } from './dialect';
import { render } from './fragment';
import { byPerson, ByJoin } from './lookup';
import { answerReach } from './person';
import { postgres } from './postgres';
import { pushDown, type Way } from './push-down';
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
  const { filter, residual } = pushDown(parseCondition(condition, options), { dialect: speaks, clock: readClock(options.now), lookup: byPerson });
  return { ...render(filter, speaks.placeholder), ...(residual !== undefined && { residual: formatCondition(residual) }) };
}

/** Questions to all people, whether they can be reached (see {@link reachToSql}), and what must be joined to `people` for these. */
export interface SqlTally {
  questions: SqlText[];
  reach: SqlText;
  joins: SqlText[];
}

/** What an explanation asks of all people as SQL; undefined where the database cannot answer all of it exactly. */
export function tallyToSql(
  questions: readonly Condition[], dialect: SqlDialect, { now, category }: SegmentOptions & { category?: string } = {},
): SqlTally | undefined {
  const { placeholder } = DIALECTS[dialect];
  // SQLite joins by loops: an index is its way to the rows of everybody too.
  const joined = dialect === 'postgres' ? new ByJoin() : undefined;
  const lookup = joined ?? byPerson;
  const asked = questions.map((condition) => answer(condition, { dialect: DIALECTS[dialect], clock: readClock(now), lookup }));
  const reach = answerReach(reachTest(category), lookup);
  if (reach === undefined || !asked.every((one) => one !== undefined)) return undefined;
  return { questions: asked, reach: render(reach, placeholder), joins: (joined?.joins ?? []).map((join) => render(join, placeholder)) };
}

/** One question as SQL; undefined where the database cannot answer it exactly. */
export function answerToSql(condition: Condition, dialect: SqlDialect, { now }: SegmentOptions = {}): SqlText | undefined {
  return answer(condition, { dialect: DIALECTS[dialect], clock: readClock(now), lookup: byPerson });
}

function answer(condition: Condition, way: Way): SqlText | undefined {
  const { filter, residual } = pushDown(condition, way);
  return residual === undefined ? render(filter, way.dialect.placeholder) : undefined;
}

/**
 * As a condition over the table `people`: nothing stands against reaching the person by whatever device they have; with
 * consent to messages of the category if one is given. Undefined where the database cannot answer it exactly.
 */
export function reachToSql(category: string | undefined, dialect: SqlDialect): SqlText | undefined {
  const filter = answerReach(reachTest(category), byPerson);
  return filter && render(filter, DIALECTS[dialect].placeholder);
}

function reachTest(category: string | undefined): PersonTest & { operator: '$reachable' } {
  const reachable = parseCondition({ $reachable: { ...(category !== undefined && { category }) } });
  if (reachable.kind !== 'person' || reachable.test.operator !== '$reachable') throw new TypeError('not a question for reach');
  return reachable.test;
}
