/** How alive the devices are. */
import { toDeviceCount } from '../rows';
import type { DeviceCount } from '../store';
import { json, type Database } from './database';

export async function countDevices(db: Database, days: readonly number[], now: Date): Promise<DeviceCount[]> {
  const steps = days.map((count) => ({ days: count, at: new Date(now.getTime() - count * 86_400_000).toISOString() }));
  const rows = await db.all(
    `SELECT gateway, platform, dead_reason, unseen_days, count(*)::int AS devices FROM (
       SELECT gateway, platform, dead_reason, CASE WHEN dead_since IS NOT NULL THEN 0 ELSE coalesce((
         SELECT max(step.days) FROM jsonb_to_recordset($1::jsonb) AS step(days INTEGER, at TEXT)
         WHERE coalesce(last_seen_at, registered_at) <= step.at COLLATE "C"), 0) END AS unseen_days
       FROM devices) AS ages
     GROUP BY gateway, platform, dead_reason, unseen_days ORDER BY gateway, platform, dead_reason NULLS FIRST, unseen_days`,
    json(steps),
  );
  return rows.map(toDeviceCount);
}

export function removeDead(db: Database, before: Date): Promise<number> {
  return db.run('DELETE FROM devices WHERE dead_since <= $1', before.toISOString());
}
