/**
 * Finds deliveries by their ids. Ids lie anywhere in their index: with each group of a campaign that is written into it, nearly every
 * row changes a page of its own, which costs more than the row. So none is written into it while a campaign runs: the process that
 * wrote a delivery knows its number as long as it is in the air, and whoever asks for another one, as of an event, brings the index up
 * to date first. The index holds the first letters of an id, 48 bits of it: the row tells those apart that begin alike.
 */
import { setImmediate } from 'node:timers/promises';
import type { Database } from './database';

/** Of so many deliveries at least does the process that wrote them know the numbers by heart. */
const BY_HEART = 10_000;
/** So many go into the index at once, then the process does its other work, and other processes write; */
const TOGETHER = 10_000;
/** or this part of what is in it, where that is more: whatever their number, they change nearly every page of it. */
const PART = 1 / 20;

export class DeliveryNumbers {
  /** What was written last, and before that. */
  private recent = new Map<string, number>();
  private before = this.recent;
  /** What brings the index up to date; whoever asks meanwhile waits with the others. */
  private indexing: Promise<void> | undefined;

  constructor(private readonly db: Database) {}

  /** These were written, and are committed. */
  add(written: Iterable<readonly [id: string, number: number]>): void {
    if (this.recent.size >= BY_HEART) {
      this.before = this.recent;
      this.recent = new Map();
    }
    for (const [id, number] of written) this.recent.set(id, number);
  }

  /** The numbers of the deliveries of these ids, at once, so that calls are done in their order; undefined where one of them is not known by heart. */
  known(ids: readonly string[]): number[] | undefined {
    const numbers: number[] = [];
    for (const id of ids) {
      const number = this.byHeart(id);
      if (number === undefined) return undefined;
      numbers.push(number);
    }
    return numbers;
  }

  /** The numbers of the deliveries of these ids, null where there is none. Looks for those only that are not known by heart. Not within a transaction. */
  async lookUp(ids: readonly string[]): Promise<(number | null)[]> {
    const numbers = ids.map((id) => this.byHeart(id));
    const found = (await this.find(ids.filter((_, index) => numbers[index] === undefined))).values();
    return numbers.map((number) => number ?? found.next().value ?? null);
  }

  /** The same, and all that there are of them are in the index from now on. */
  async find(ids: readonly string[]): Promise<(number | null)[]> {
    const { last } = this;
    for (;;) {
      // Asked before the ids are: another process may bring the index up to date between the two, and an id would seem to be nobody's.
      const { until } = this;
      const numbers = ids.map((id) => this.inIndex(id));
      if (until >= last || !numbers.includes(null)) return numbers;
      await (this.indexing ??= this.index(last).finally(() => (this.indexing = undefined)));
    }
  }

  private byHeart(id: string): number | undefined {
    return this.recent.get(id) ?? this.before.get(id);
  }

  private inIndex(id: string): number | null {
    const row = this.db.get('SELECT number FROM delivery_ids JOIN ledger USING (number) WHERE start = substr(?1, 1, 8) AND id = ?1', id);
    return row === undefined ? null : Number(row['number']);
  }

  /** Brings the index up to this number. */
  private async index(last: number): Promise<void> {
    while (this.until < last) {
      this.db.transaction(() => this.indexMore(last));
      await setImmediate();
    }
  }

  private indexMore(last: number): void {
    const from = this.until;
    const to = Math.min(from + Math.max(TOGETHER, Math.floor(from * PART)), last);
    this.db.run('INSERT INTO delivery_ids (start, number) SELECT substr(id, 1, 8), number FROM ledger WHERE number > ? AND number <= ? ORDER BY 1', from, to);
    // Another process may have gone further by now.
    this.db.run('UPDATE delivery_ids_end SET number = max(number, ?)', to);
  }

  /** The last number in the index. */
  private get until(): number {
    return Number(this.db.get('SELECT number FROM delivery_ids_end')?.['number']);
  }

  private get last(): number {
    return Number(this.db.get('SELECT max(number) AS last FROM ledger')?.['last'] ?? 0);
  }
}
