/**
 * Occurrences of campaigns: their numbers, and where their deliveries stand in the ledger. A run writes its deliveries one behind the
 * other, mostly, and so these stand here as spans of their numbers: one row says it of a whole campaign that had the ledger to itself.
 */
import type { MessageName } from '../store';
import type { Database } from './database';

type Occurrence = Pick<MessageName, 'campaign' | 'occurrence'>;

export const ofOneOccurrence = (a: Occurrence, b: Occurrence): boolean => a.occurrence === b.occurrence && a.campaign === b.campaign;

/** Of a campaign and an occurrence; null where nobody had to do with it yet. */
export const OCCURRENCE_NUMBER = '(SELECT occurrences.number FROM occurrences WHERE campaign = ? AND occurrence = ?)';

/** The same for as many rows as are written together, most of which are of one occurrence; makes it where there is none. */
export function occurrenceNumbers(db: Database): (campaign: string, occurrence: string) => number {
  let last: { campaign: string; occurrence: string; number: number } | undefined;
  return (campaign, occurrence) => {
    if (last?.campaign === campaign && last.occurrence === occurrence) return last.number;
    db.run('INSERT INTO occurrences (campaign, occurrence) VALUES (?, ?) ON CONFLICT DO NOTHING', campaign, occurrence);
    last = { campaign, occurrence, number: Number(db.get(`SELECT ${OCCURRENCE_NUMBER} AS number`, campaign, occurrence)?.['number']) };
    return last.number;
  };
}

/** Deliveries of one occurrence, from a number to another, both in it. */
interface Span {
  occurrence: number;
  first: number;
  last: number;
}

/** Takes down of new deliveries, in the order of their numbers, whose they are. */
export class OccurrenceSpans {
  private readonly spans: Span[] = [];

  add(occurrence: number, number: number): void {
    const span = this.spans.at(-1);
    if (span?.occurrence === occurrence) span.last = number;
    else this.spans.push({ occurrence, first: number, last: number });
  }

  /** In the transaction that writes the deliveries. What follows an occurrence's last ones makes their span longer. */
  write(db: Database): void {
    for (const { occurrence, first, last } of this.spans) db.run(WRITE, occurrence, first, last);
  }
}

const WRITE = `INSERT INTO occurrence_spans (occurrence_number, first, last) VALUES (?1, coalesce((SELECT first FROM (
    SELECT first, last FROM occurrence_spans WHERE occurrence_number = ?1 ORDER BY first DESC LIMIT 1) WHERE last = ?2 - 1), ?2), ?3)
  ON CONFLICT (occurrence_number, first) DO UPDATE SET last = excluded.last`;
