/**
 * Which deliveries left for their gateway. They leave in the order they were leased, mostly, and so stand here as spans of their numbers:
 * one row says it of a hundred messages. It matters only of those without outcome, whose run may be gone.
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

/** These left. In a transaction. */
export function writeDepartures(db: Database, spans: readonly Span[]): void {
  for (const span of spans) db.run('INSERT INTO departures (first, last) VALUES (?, ?) ON CONFLICT (first) DO UPDATE SET last = max(last, excluded.last)', ...span);
}

/** This one stays until it is said again: it is leased anew, or waits for another attempt. In a transaction. */
export function takeBack(db: Database, number: number): void {
  const spans = db.all('SELECT first, last FROM departures WHERE first > ?1 - ?2 AND first <= ?1 AND last >= ?1', number, LONGEST);
  for (const { first, last } of spans) {
    db.run('DELETE FROM departures WHERE first = ?', Number(first));
    writeDepartures(db, ([[Number(first), number - 1], [number + 1, Number(last)]] satisfies Span[]).filter(([from, to]) => from <= to));
  }
}
