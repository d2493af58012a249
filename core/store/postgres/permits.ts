/** Permits to send that all processes on this database share, by the clock of the server. */
import { closeBucket, FULL_BUCKET, gcra, type BucketState, type PermitSource } from '../../delivery/rate';
import type { Database, Queries } from './database';

export function postgresPermits(db: Database): PermitSource {
  return {
    lease(bucket, rate, wanted) {
      return db.transaction(async (queries) => {
        const { state: before, now } = await lock(queries, bucket);
        const { state, granted, waitMs } = gcra(before, rate, wanted, now);
        await write(queries, bucket, state);
        return { granted, waitMs };
      });
    },
    close(bucket, until) {
      const ms = until - Date.now();
      return db.transaction(async (queries) => {
        const { state, now } = await lock(queries, bucket);
        await write(queries, bucket, closeBucket(state, now + ms));
      });
    },
  };
}

/** The bucket, ours until the transaction is over, and the time then: a clock read before the wait for the lock would be old. */
async function lock(queries: Queries, bucket: string): Promise<{ state: BucketState; now: number }> {
  await queries.run('INSERT INTO buckets (name, tat, closed_until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', bucket, FULL_BUCKET.tat, FULL_BUCKET.closedUntil);
  const [row] = await queries.all('SELECT tat, closed_until FROM buckets WHERE name = $1 FOR UPDATE', bucket);
  const [clock] = await queries.all('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
  return { state: { tat: Number(row?.['tat']), closedUntil: Number(row?.['closed_until']) }, now: Number(clock?.['now']) };
}

async function write(queries: Queries, bucket: string, { tat, closedUntil }: BucketState): Promise<void> {
  await queries.run('UPDATE buckets SET tat = $2, closed_until = $3 WHERE name = $1', bucket, tat, closedUntil);
}
