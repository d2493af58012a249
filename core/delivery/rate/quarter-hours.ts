/**
 * The minutes in which schedules all over the world send: FCM sees more than twice its usual traffic around :00, and peaks
 * around :15, :30 and :45. Source: firebase.google.com/docs/cloud-messaging/scale-fcm
 */
const QUARTER_MS = 15 * 60_000;
const AROUND_MS = 2 * 60_000;

/** How long (ms) a message waits so that it leaves no nearer than two minutes to a quarter hour. @param now ms since the epoch */
export function quarterHourWait(now: number): number {
  const since = now % QUARTER_MS;
  if (since < AROUND_MS) return AROUND_MS - since;
  return since > QUARTER_MS - AROUND_MS ? QUARTER_MS - since + AROUND_MS : 0;
}
