/** Keeping the list of devices clean: what is stale, and when the dead are forgotten. */
import type { DeviceCount, Store } from '../store';

/**
 * Days without a sign of life: worth a look; Google's advice to stop sending; FCM's end of a token
 * (firebase.google.com/docs/cloud-messaging/manage-tokens).
 */
export const STALE_DAYS = [30, 60, 270] as const;
/** Dead devices stay so many days before they are forgotten, should a gateway have been wrong about many of them. */
export const QUARANTINE_DAYS = 7;

export interface DeviceReport {
  devices: number;
  /** Seen in the last 30 days. */
  fresh: number;
  /** Living devices that nobody saw for at least so many days, by days; who counts under 60 counts under 30 too. */
  stale: Record<string, number>;
  dead: number;
  /** Dead ones by the gateway's reason. */
  deadBy: Record<string, number>;
  rows: DeviceCount[];
}

export async function reportDevices(store: Store, now = new Date()): Promise<DeviceReport> {
  const rows = await store.countDevices(STALE_DAYS, now);
  const sum = (wanted: (row: DeviceCount) => boolean) => rows.filter(wanted).reduce((total, { devices }) => total + devices, 0);
  const reasons = [...new Set(rows.flatMap(({ deadReason }) => deadReason ?? []))].sort();
  return {
    devices: sum(() => true),
    fresh: sum(({ deadReason, unseenDays }) => deadReason === undefined && unseenDays === 0),
    stale: Object.fromEntries(STALE_DAYS.map((days) => [days, sum(({ deadReason, unseenDays }) => deadReason === undefined && unseenDays >= days)])),
    dead: sum(({ deadReason }) => deadReason !== undefined),
    deadBy: Object.fromEntries(reasons.map((reason) => [reason, sum(({ deadReason }) => deadReason === reason)])),
    rows,
  };
}

/** Forgets devices that are dead for longer than the quarantine; a device seen meanwhile lives and stays. */
export async function removeDeadDevices(store: Store, now = new Date()): Promise<{ removed: number }> {
  return { removed: await store.removeDead(new Date(now.getTime() - QUARANTINE_DAYS * 86_400_000)) };
}
