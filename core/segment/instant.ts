/** Instants and lengths of time as conditions and people's fields write them. */

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DURATION = /^(\d{1,15})(ms|s|m|h|d|w)$/;
const OFFSET = /^([+-])(\d{1,15}(?:ms|s|m|h|d|w))$/;

const DASH = 45;
const COLON = 58;
const DOT = 46;
const PLUS = 43;
const SPACE = 32;
const LETTER_T = 84;
const LETTER_Z = 90;
const ZERO = 48;
const NINE = 57;
const DAYS: readonly number[] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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
  return typeof value === 'string' ? parseIso(value) : undefined;
}

/**
 * `YYYY-MM-DD`, then perhaps `T` or a space and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, then perhaps `Z` or `+HH:MM`.
 * Read letter by letter: a regular expression takes ten times as long, and this runs once a person.
 */
function parseIso(text: string): number | undefined {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  const midnight = startOfDay(pair(text, 0) * 100 + pair(text, 2), pair(text, 5), pair(text, 8));
  if (midnight === undefined) return undefined;
  const { length } = text;
  if (length === 10) return midnight;
  const separator = text.charCodeAt(10);
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  if ((separator !== LETTER_T && separator !== SPACE) || text.charCodeAt(13) !== COLON) return undefined;
  // Said this way round, since NaN is neither.
  if (!(hour <= 23 && minute <= 59)) return undefined;
  let instant = midnight + hour * UNITS.h + minute * UNITS.m;
  let at = 16;
  if (text.charCodeAt(at) === COLON) {
    const second = pair(text, 17);
    if (!(second <= 59)) return undefined;
    instant += second * UNITS.s;
    at = 19;
    if (text.charCodeAt(at) === DOT) {
      let scale = 100;
      while (isDigit(text.charCodeAt(++at))) {
        instant += Math.trunc(scale) * (text.charCodeAt(at) - ZERO);
        scale /= 10;
      }
      if (at === 20 || at > 29) return undefined;
    }
  }
  if (at === length || (at === length - 1 && text.charCodeAt(at) === LETTER_Z)) return instant;
  const offset = at === length - 6 ? parseZone(text, at) : undefined;
  return offset === undefined ? undefined : instant - offset;
}

/** Epoch milliseconds at which a day begins in UTC; undefined for days that the calendar does not have, and for NaN. */
function startOfDay(year: number, month: number, day: number): number | undefined {
  const longest = month === 2 && isLeap(year) ? 29 : (DAYS[month] ?? 0);
  if (!(day >= 1 && day <= longest) || Number.isNaN(year)) return undefined;
  // Days since 0000-03-01 of the calendar carried back; counting from March puts the leap day last.
  const shifted = month > 2 ? year : year - 1;
  const days = Math.floor(shifted * 365.25) - Math.floor(shifted / 100) + Math.floor(shifted / 400)
    + Math.floor(((month + 9) % 12) * 30.6 + 0.5) + day - 1;
  return (days - 719_468) * UNITS.d;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Milliseconds east of UTC of `+HH:MM`, up to 14 hours each way. */
function parseZone(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  const hours = pair(text, at + 1);
  const minutes = pair(text, at + 4);
  if ((sign !== PLUS && sign !== DASH) || text.charCodeAt(at + 3) !== COLON) return undefined;
  if (!(hours * 60 + minutes <= 14 * 60 && minutes <= 59)) return undefined;
  return (sign === DASH ? -1 : 1) * (hours * UNITS.h + minutes * UNITS.m);
}

/** The number that two digits make; NaN where they are none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : NaN;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
