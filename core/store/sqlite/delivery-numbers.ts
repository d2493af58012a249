/**
 * Finds deliveries by their ids. Ids lie anywhere in their index: with each group of a campaign that is written into it, nearly every
 * row changes a page of its own, which costs more than the row. So they go into it thousands at once; until then the process that
 * wrote a delivery knows its number, and whoever else asks brings the index up to date first. The index holds the first letters of an id,
 * 48 bits of it: the row tells those apart that begin alike.
 */
import type { Database } from './database';

/** Deliveries that are not in the index at most, but for those of the moment. */
const TOGETHER = 10_000;

export class DeliveryNumbers {
  /** Of deliveries that this process wrote and that may not be in the index yet. */
  private recent = new Map<string, number>();
  /** Those that went into it last: many of them are in the air still, and will be asked for. */
  private before = this.recent;
  /** The last number in the index, when it was last looked at. */
  private indexed = 0;

  constructor(private readonly db: Database) {}

  /** Brings the index up to date where many are missing, in the transaction that wrote them: both stand, or neither. The last number in it. */
  indexMany(last: number): number {
    const indexed = Number(this.db.get('SELECT number FROM delivery_ids_until')?.['number']);
    if (last - indexed < TOGETHER) return indexed;
    this.index();
    return last;
  }

  /** These were written, and are committed. @param indexed the last number in the index since */
  add(numbers: Iterable<readonly [id: string, number: number]>, indexed: number): void {
    if (indexed !== this.indexed) {
      this.before = this.recent;
      this.recent = new Map();
      this.indexed = indexed;
    }
    for (const [id, number] of numbers) this.recent.set(id, number);
  }

  /** Of the delivery of the id; null where there is none. Asked in a transaction. */
  of(id: string): number | null {
    return this.recent.get(id) ?? this.before.get(id) ?? this.find(id) ?? (this.index() > 0 ? this.find(id) : null);
  }

  /** Brings the index up to date, in a transaction. How many deliveries were missing. */
  index(): number {
    const missing = this.db.run(
      'INSERT INTO delivery_ids (start, number) SELECT substr(id, 1, 8), number FROM ledger WHERE number > (SELECT number FROM delivery_ids_until) ORDER BY 1',
    );
    if (missing > 0) this.db.run('UPDATE delivery_ids_until SET number = (SELECT max(number) FROM ledger)');
    return missing;
  }

  private find(id: string): number | null {
    const row = this.db.get('SELECT number FROM delivery_ids JOIN ledger USING (number) WHERE start = substr(?1, 1, 8) AND id = ?1', id);
    return row === undefined ? null : Number(row['number']);
  }
}
