/** How alive the devices are. */
import { toDeviceCount } from '../rows';
import type { DeviceCount } from '../store';
import type { Database } from './database';

export function countDevices(db: Database, days: readonly number[], now: Date): DeviceCount[] {
  const steps = days.map((count) => ({ days: count, at: new Date(now.getTime() - count * 86_400_000).toISOString() }));
  return db.all(
    `SELECT gateway, platform, dead_reason, count(*) AS devices,
       CASE WHEN dead_since IS NOT NULL THEN 0 ELSE coalesce((
         SELECT max(value ->> 'days') FROM json_each(?) WHERE coalesce(last_seen_at, registered_at) <= value ->> 'at'), 0) END AS unseen_days
     FROM devices GROUP BY gateway, platform, dead_reason, unseen_days ORDER BY gateway, platform, dead_reason, unseen_days`,
    JSON.stringify(steps),
  ).map(toDeviceCount);
}

export function removeDead(db: Database, before: Date): number {
  return db.run('DELETE FROM devices WHERE dead_since <= ?', before.toISOString());
}
