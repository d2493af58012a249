/** Days of the calendar in a person's time zone. */
import { isTimezone } from '../recipient';
import { parseInstant } from './instant';

const DAY = 86_400_000;
const RELATIVE = /^([+-]\d{1,3})d$/;
const OF_YEAR = /^(\d\d)-(\d\d)$/;
const DAYS: readonly number[] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FARTHEST_DAYS = 366;

/** So many days from today, or a day of the year as month x 100 + day. */
export type Day = { readonly fromToday: number } | { readonly monthDay: number };

/** `today`, `+7d`, `-1d`, `12-24`. Undefined where it is none of these. */
export function parseDay(value: unknown): Day | undefined {
  if (value === 'today') return { fromToday: 0 };
  if (typeof value !== 'string') return undefined;
  const relative = RELATIVE.exec(value);
  if (relative !== null) {
    const fromToday = Number(relative[1]);
    return Math.abs(fromToday) <= FARTHEST_DAYS ? { fromToday } : undefined;
  }
  const monthDay = parseMonthDay(value);
  return monthDay === undefined ? undefined : { monthDay };
}

/**
 * Whether the day of the year lies between two days, both included. Days from today count in the calendar of the
 * zone; 29 February falls on the 28th in years without it. Fixed days may go over the end of the year (12-20 to 01-06).
 */
export function isBetweenDays(monthDay: number, from: Day, to: Day, today: number): boolean {
  if ('monthDay' in from && 'monthDay' in to) {
    const after = monthDay >= from.monthDay;
    const before = monthDay <= to.monthDay;
    return from.monthDay <= to.monthDay ? after && before : after || before;
  }
  if (!('fromToday' in from) || !('fromToday' in to)) return false;
  const first = today + from.fromToday;
  const last = today + to.fromToday;
  const years = [first, last].map((day) => new Date(day * DAY).getUTCFullYear());
  for (let year = years[0] ?? 0; year <= (years[1] ?? 0); year++) {
    const day = dayIn(year, monthDay);
    if (day >= first && day <= last) return true;
  }
  return false;
}

/** The day (days since 1970) on which a day of the year falls. */
function dayIn(year: number, monthDay: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const day = monthDay === 229 && !leap ? 228 : monthDay;
  return Date.UTC(year, Math.trunc(day / 100) - 1, day % 100) / DAY;
}

/**
 * The day of the year of a date as a person's field holds it: `1990-05-30`, `05-30`, `--05-30` as written, an instant
 * (with a time of day, or an epoch number) as the calendar of the zone says.
 */
export function monthDayOf(value: unknown, zone: Zone): number | undefined {
  if (typeof value === 'string') {
    const bare = parseMonthDay(value.startsWith('--') ? value.slice(2) : value);
    if (bare !== undefined) return bare;
    const instant = parseInstant(value);
    if (instant === undefined) return undefined;
    return value.length === 10 ? parseMonthDay(value.slice(5)) : zone.monthDay(instant);
  }
  const instant = parseInstant(value);
  return instant === undefined ? undefined : zone.monthDay(instant);
}

function parseMonthDay(text: string): number | undefined {
  const match = OF_YEAR.exec(text);
  const month = Number(match?.[1]);
  const day = Number(match?.[2]);
  return match !== null && day >= 1 && day <= (DAYS[month] ?? 0) ? month * 100 + day : undefined;
}

/** The calendar of a time zone. */
export interface Zone {
  /** Days since 1970 of the local date. */
  day(instant: number): number;
  /** Month x 100 + day of the local date. */
  monthDay(instant: number): number;
}

const UTC: Zone = zoneOf('UTC');
const MOST_ZONES = 1000;
const zones = new Map<string, Zone>();

/** The zone of this name; UTC where there is none of it. */
export function findZone(name: unknown): Zone {
  if (typeof name !== 'string') return UTC;
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = isTimezone(name) ? zoneOf(name) : UTC;
  if (zones.size < MOST_ZONES) zones.set(name, zone);
  return zone;
}

function zoneOf(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', calendar: 'gregory' });
  const local = (instant: number): Record<string, string> =>
    Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  // A campaign asks for today over and over.
  let last: { instant: number; day: number } | undefined;
  return {
    day(instant) {
      if (last?.instant !== instant) {
        const { year, month, day } = local(instant);
        last = { instant, day: Date.UTC(Number(year), Number(month) - 1, Number(day)) / DAY };
      }
      return last.day;
    },
    monthDay(instant) {
      const { month, day } = local(instant);
      return Number(month) * 100 + Number(day);
    },
  };
}
