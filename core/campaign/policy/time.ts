/** When on a person's own clocks: their zone, the hour that the campaign names, quiet hours, and how long it is worth it. */
import { putOff, type Case, type Policy } from './policy';
import { instantAt, localDate, localMinute, nextInstantAt } from './zone';

/** A run that begins on the hour reaches the last person a while later: not later than this is on time. */
const ON_TIME_MS = 60 * 60_000;

export const knownZone: Policy = (rules, { person }, plan) => {
  const asked = rules.localTime !== undefined || rules.quietHours !== undefined;
  return asked && person.timezone === undefined && rules.unknownZone === 'skip' ? 'unknown-zone' : plan;
};

/** What an earlier run decided holds: nobody's waiting starts anew because a workflow ran again. */
export const waiting: Policy = (_rules, { waited, now }, plan) => {
  if (waited === undefined) return plan;
  const since = { ...plan, since: waited.since };
  return waited.until > now ? putOff(since, waited.until, waited.reason) : since;
};

export const localTime: Policy = ({ localTime: rule, zone }, one, plan) => {
  if (rule === undefined || one.waited !== undefined) return plan;
  const target = instantAt(zoneOf(zone, one), rule.date ?? localDate(zone, one.run.startedAt), rule.minute);
  if (target > one.now) return { ...putOff(plan, target, 'local-time'), since: target };
  if (rule.past === 'send' || one.now - target <= ON_TIME_MS) return plan;
  if (rule.past === 'skip') return 'local-time-passed';
  const next = nextInstantAt(zoneOf(zone, one), rule.minute, one.now);
  return { ...putOff(plan, next, 'local-time'), since: next };
};

export const quietHours: Policy = ({ quietHours: rule, zone }, one, plan) => {
  if (rule === undefined) return plan;
  const clock = zoneOf(zone, one);
  if (!isQuiet(rule, localMinute(clock, plan.at))) return plan;
  if (rule.then === 'skip') return 'quiet-hours';
  if (rule.then === 'silent') return { ...plan, silent: true };
  let edge = plan.at;
  // More than once where the clocks go back over the edge.
  while (isQuiet(rule, localMinute(clock, edge))) edge = nextInstantAt(clock, rule.to, edge);
  return putOff(plan, edge, 'quiet-hours');
};

export const worthIt: Policy = ({ shortenTtl }, { ttlSeconds, waited }, plan) => {
  if (!shortenTtl || ttlSeconds === undefined || plan.at === plan.since) return plan;
  // Of 0 it is now or never: no run comes to anybody in the very moment of their local time.
  const life = ttlSeconds === 0 && waited?.reason === 'local-time' ? ON_TIME_MS : ttlSeconds * 1000;
  return plan.at - plan.since >= life ? 'expired' : plan;
};

function isQuiet({ from, to }: { from: number; to: number }, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

function zoneOf(zone: string, { person }: Case): string {
  return person.timezone ?? zone;
}
