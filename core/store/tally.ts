/** Many questions to all people in one pass: what the queries of both databases have in common. */
import { readBits } from '../bits';
import { PLATFORMS } from '../recipient';
import type { Formula } from '../segment';
import type { Row } from './rows';
import type { AnswerCount, ReachCount, SqlFilter } from './store';

/**
 * The answers to the questions as one number, the first one its lowest bit.
 * @param excludes as of `PeopleTally`
 */
export function bitsSql(questions: readonly SqlFilter[], bind: (piece: SqlFilter) => string, excludes: ReadonlyMap<number, number> = new Map()): string {
  const excluded = new Set(excludes.values());
  const when = (bit: number): string => {
    const question = questions[bit];
    if (question === undefined) return '';
    return `WHEN ${bind(question)} THEN ${2 ** bit} ${when(excludes.get(bit) ?? NaN)}`;
  };
  return [...questions.keys()].filter((bit) => !excluded.has(bit)).map((bit) => `CASE ${when(bit)}ELSE 0 END`).join(' + ') || '0';
}

/** A formula over the number of {@link bitsSql}, named `answers`; in brackets, so that it may stand anywhere. */
export function formulaSql(formula: Formula): string {
  if (typeof formula === 'number') return `((answers & ${2 ** formula}) <> 0)`;
  if ('all' in formula) return `(${formula.all.map(formulaSql).join(' AND ') || 'TRUE'})`;
  if ('any' in formula) return `(${formula.any.map(formulaSql).join(' OR ') || 'FALSE'})`;
  return `(NOT (${formula.none.map(formulaSql).join(' OR ') || 'FALSE'}))`;
}

/** @param questions how many there were */
export function toAnswerCounts(rows: readonly Row[], questions: number): AnswerCount[] {
  return toReachCounts(rows).map((count, index) => ({ ...count, answers: readBits(Number(rows[index]?.['answers']), questions) }));
}

/** @param rows with `reached` as people have their `platforms`: the first of `PLATFORMS` is the lowest bit */
export function toReachCounts(rows: readonly Row[]): ReachCount[] {
  return rows.map((row) => ({ platforms: readBits(Number(row['reached']), PLATFORMS.length), people: Number(row['people']) }));
}
