/**
 * Which deliveries left for their gateway. They leave in the order they were leased, mostly, and so stand here as spans of their numbers:
 * one row says it of up to a thousand messages. It matters only of those without outcome, whose run may be gone.
 */
import type { Database } from './database';

/** From a number to another, both in it. */
type Span = [first: number, last: number];

/** A span is no longer than this, so that few can hold a number. */
const LONGEST = 1000;

/** Whether the delivery `number` left. */
export const HAS_LEFT = `EXISTS (SELECT 1 FROM departures WHERE first > number - ${LONGEST} AND first <= number AND last >= number)`;

/** The numbers in order, each once. */
export function spansOf(numbers: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const span = spans.at(-1);
    if (span === undefined || number > span[1] + 1 || number >= span[0] + LONGEST) spans.push([number, number]);
    else span[1] = number;
  }
  return spans;
}

/** These left. In a transaction. What follows the last ones that left makes their span longer: a slow gateway is handed one at a time. */
export function writeDepartures(db: Database, spans: readonly Span[]): void {
  for (const span of spans) db.run(WRITE, ...span);
}

const WRITE = `INSERT INTO departures (first, last) VALUES (
    coalesce((SELECT first FROM (SELECT first, last FROM departures WHERE first < ?1 ORDER BY first DESC LIMIT 1) WHERE last = ?1 - 1 AND first > ?2 - ${LONGEST}), ?1), ?2)
  ON CONFLICT (first) DO UPDATE SET last = max(last, excluded.last)`;

/** This one stays until it is said again: it is leased anew, or waits for another attempt. In a transaction. */
export function takeBack(db: Database, number: number): void {
  const spans = db.all('SELECT first, last FROM departures WHERE first > ?1 - ?2 AND first <= ?1 AND last >= ?1', number, LONGEST);
  // All of them before their parts are written, which must not become part of one that goes.
  for (const { first } of spans) db.run('DELETE FROM departures WHERE first = ?', Number(first));
  const parts = spans.flatMap(({ first, last }): Span[] => [[Number(first), number - 1], [number + 1, Number(last)]]);
  writeDepartures(db, parts.filter(([from, to]) => from <= to));
}
