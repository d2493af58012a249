/** Wall clocks: what time it is somewhere, and when it will be such a time there. Pure; instants in ms. */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Clocks change on a quarter of an hour (UTC), in every zone in use. */
const QUARTER = 15 * MINUTE;
/** Offsets remembered at most; a campaign asks for few zones and one or two days. */
const MOST_OFFSETS = 10_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
export function zoneOffset(zone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER);
  const key = `${zone} ${quarter}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    if (offsets.size >= MOST_OFFSETS) offsets.clear();
    offset = wallClock(zone, quarter * QUARTER) - quarter * QUARTER;
    offsets.set(key, offset);
  }
  return offset;
}

/** The minute of the local day, from 0 to 1439. */
export function localMinute(zone: string, at: number): number {
  return Math.floor(mod(at + zoneOffset(zone, at), DAY) / MINUTE);
}

/** The local date as YYYY-MM-DD. */
export function localDate(zone: string, at: number): string {
  return new Date(at + zoneOffset(zone, at)).toISOString().slice(0, 10);
}

/**
 * The instant of a date and minute on the clocks of a zone. A time that the clocks pass twice is its first passing; one
 * that they leap over is the leap.
 */
export function instantAt(zone: string, date: string, minute: number): number {
  return passings(zone, Date.parse(`${date}T00:00:00Z`) + minute * MINUTE)[0] as number;
}

/** The first instant after `after` at which the clocks of a zone show that minute of the day. */
export function nextInstantAt(zone: string, minute: number, after: number): number {
  const today = Math.floor((after + zoneOffset(zone, after)) / DAY) * DAY;
  for (let day = today - DAY; ; day += DAY) {
    const next = passings(zone, day + minute * MINUTE).find((at) => at > after);
    if (next !== undefined) return next;
  }
}

/** When the clocks show a wall time (ms as if it were UTC): once, twice, or at the leap that skips it. */
function passings(zone: string, wall: number): number[] {
  const before = zoneOffset(zone, wall - DAY);
  const after = zoneOffset(zone, wall + DAY);
  const found = [...new Set([before, after])].map((offset) => wall - offset).filter((at) => at + zoneOffset(zone, at) === wall);
  if (found.length > 0) return found.sort((a, b) => a - b);
  let leap = Math.ceil((wall - Math.max(before, after)) / QUARTER) * QUARTER;
  while (leap + zoneOffset(zone, leap) < wall) leap += QUARTER;
  return [leap];
}

function wallClock(zone: string, at: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
