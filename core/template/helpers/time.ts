/** Helpers that write dates in the person's language and time zone (Intl). */
import type { Run } from '../language/run';
import { BadArgument, needText, type Helper } from './helper';

const STYLES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  short: { dateStyle: 'short' },
  medium: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  full: { dateStyle: 'full' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'medium', timeStyle: 'short' },
  weekday: { weekday: 'long' },
  'day-month': { day: 'numeric', month: 'long' },
};

const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** `floating`: a date or a wall-clock time without zone, which is the same everywhere. */
interface Moment {
  at: Date;
  floating: boolean;
}

function needMoment(value: unknown): Moment {
  if (value instanceof Date || typeof value === 'number') {
    const at = new Date(value);
    if (!Number.isNaN(at.getTime())) return { at, floating: false };
  }
  const parts = typeof value === 'string' ? ISO.exec(value.trim()) : null;
  if (parts !== null) {
    const [, day, time, zone] = parts;
    const at = new Date(`${day}T${time ?? '00:00'}${zone?.replace(/(\d\d)(\d\d)$/, '$1:$2') ?? 'Z'}`);
    // 2026-02-30 would silently become the 2nd of March.
    const real = Number.isNaN(at.getTime()) ? false : new Date(`${day}T00:00Z`).toISOString().startsWith(day ?? '');
    if (real) return { at, floating: zone === undefined };
  }
  throw new BadArgument("its value is no date; use ISO 8601 ('2026-07-14', '2026-07-14T18:30:00Z') or milliseconds");
}

function dateFormat(run: Run, style: string, zone: string): Intl.DateTimeFormat {
  const options = Object.hasOwn(STYLES, style) ? STYLES[style] : undefined;
  if (options === undefined) throw new BadArgument(`the style is none of ${Object.keys(STYLES).join(', ')}`);
  return run.formats.get(`date ${run.locale} ${style} ${zone}`, () => {
    try {
      return new Intl.DateTimeFormat(run.locale, { ...options, timeZone: zone });
    } catch {
      throw new BadArgument("the zone is not a time zone such as 'Europe/Paris'");
    }
  });
}

/** Number of the calendar day in a zone. */
function dayNumber(run: Run, at: Date, zone: string): number {
  const format = run.formats.get(`day ${zone}`, () =>
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }));
  const day = Date.parse(`${format.format(at)}T00:00Z`) / 86_400_000;
  // Years of five digits or before our era have no such form.
  if (Number.isNaN(day)) throw new BadArgument('its date is too far away');
  return day;
}

export const timeHelpers = {
  date: {
    takes: [1, 2],
    options: ['zone'],
    run: ([value, style = 'medium'], { zone = undefined }, run) => {
      const { at, floating } = needMoment(value);
      const chosen = floating ? 'UTC' : zone === undefined ? run.timezone : needText(zone, 'the zone');
      return dateFormat(run, needText(style, 'the style'), chosen).format(at);
    },
  },
  /** Under a day in minutes and hours; from then on in calendar days of the person's zone, so that "tomorrow" is tomorrow. */
  relativeTime: {
    takes: [1, 1],
    run: ([value], _, run) => {
      const now = run.now;
      if (now === undefined) throw new BadArgument('it needs the present (options.now)');
      const { at, floating } = needMoment(value);
      const zone = run.timezone;
      const seconds = (at.getTime() - now.getTime()) / 1000;
      const size = Math.abs(seconds);
      const format = run.formats.get(`relative ${run.locale}`, () =>
        new Intl.RelativeTimeFormat(run.locale, { numeric: 'auto' }));
      if (!floating && size < 3600) return format.format(Math.round(seconds / 60), 'minute');
      if (!floating && size < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
      const days = dayNumber(run, at, floating ? 'UTC' : zone) - dayNumber(run, now, zone);
      if (Math.abs(days) < 14) return format.format(days, 'day');
      if (Math.abs(days) < 60) return format.format(Math.round(days / 7), 'week');
      if (Math.abs(days) < 730) return format.format(Math.round(days / 30.44), 'month');
      return format.format(Math.round(days / 365.25), 'year');
    },
  },
} satisfies Record<string, Helper>;
