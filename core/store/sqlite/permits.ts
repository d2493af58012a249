/** Permits to send that all processes on this file share. They run on one machine and have one clock. */
import { closeBucket, FULL_BUCKET, gcra, type BucketState, type PermitSource } from '../../delivery/rate';
import type { Database } from './database';

export function sqlitePermits(db: Database): PermitSource {
  return {
    async lease(bucket, rate, wanted, now) {
      return db.transaction(() => {
        const { state, granted, waitMs } = gcra(read(db, bucket), rate, wanted, now);
        write(db, bucket, state);
        return { granted, waitMs };
      });
    },
    async close(bucket, until) {
      db.transaction(() => write(db, bucket, closeBucket(read(db, bucket), until)));
    },
  };
}

function read(db: Database, bucket: string): BucketState {
  const row = db.get('SELECT tat, closed_until FROM buckets WHERE name = ?', bucket);
  return row === undefined ? FULL_BUCKET : { tat: Number(row['tat']), closedUntil: Number(row['closed_until']) };
}

function write(db: Database, bucket: string, { tat, closedUntil }: BucketState): void {
  db.run(
    `INSERT INTO buckets (name, tat, closed_until) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET tat = excluded.tat, closed_until = excluded.closed_until`,
    bucket, tat, closedUntil,
  );
}
