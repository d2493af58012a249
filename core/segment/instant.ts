/** Instants and lengths of time as conditions and people's fields write them. */

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,15})(ms|s|m|h|d|w)$/;
const OFFSET = /^([+-])(\d{1,15}(?:ms|s|m|h|d|w))$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The longest time that a date can lie from 1970, in milliseconds (ECMAScript's time range). */
const FARTHEST = 8.64e15;

/** Below this an epoch number counts seconds (it is the year 5138 in seconds, March 1973 in milliseconds). */
const SECONDS_BELOW = 1e11;

/** A fixed instant, or one so many milliseconds from now; epoch milliseconds. */
export type Moment = { readonly at: number } | { readonly fromNow: number };

/** Milliseconds of `7d`, `36h`, `90m` ...; exact: a day is 24 hours. Undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const milliseconds = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
  return milliseconds <= FARTHEST ? milliseconds : undefined;
}

/** A date, an epoch number, `now`, or an offset such as `-30d` and `+3d`. Undefined where it is none of these. */
export function parseMoment(value: unknown): Moment | undefined {
  if (value === 'now') return { fromNow: 0 };
  const offset = typeof value === 'string' ? OFFSET.exec(value) : null;
  if (offset !== null) {
    const milliseconds = parseDuration(offset[2] ?? '');
    return milliseconds === undefined ? undefined : { fromNow: offset[1] === '-' ? -milliseconds : milliseconds };
  }
  const at = parseInstant(value);
  return at === undefined ? undefined : { at };
}

/**
 * Epoch milliseconds of a date (ISO 8601; without a zone it is UTC) or of an epoch number in seconds or milliseconds.
 * Undefined for everything else, days that the calendar does not have included.
 */
export function parseInstant(value: unknown): number | undefined {
  if (typeof value === 'number') {
    const milliseconds = Math.abs(value) < SECONDS_BELOW ? value * 1000 : value;
    return Math.abs(milliseconds) <= FARTHEST ? milliseconds : undefined;
  }
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const match = ISO.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const midnight = startOfDay(Number(year), Number(month), Number(day));
  if (midnight === undefined) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = parseZone(zone);
  if (offset === undefined) return undefined;
  return midnight + Number(hour) * UNITS.h + Number(minute) * UNITS.m + Number(second) * UNITS.s
    + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset;
}

/** Epoch milliseconds at which a day begins in UTC; undefined for the 30th of February. */
function startOfDay(year: number, month: number, day: number): number | undefined {
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; the calendar repeats every 400 years.
  const instant = Date.UTC(year + 400, month - 1, day);
  const date = new Date(instant);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? instant - 146_097 * UNITS.d : undefined;
}

/** Milliseconds east of UTC; clocks go from -12:00 to +14:00, and 14 hours is taken both ways. */
function parseZone(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours * 60 + minutes > 14 * 60 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * UNITS.h + minutes * UNITS.m);
}
