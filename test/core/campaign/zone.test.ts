import fc from 'fast-check';
import { instantAt, localDate, localMinute, nextInstantAt, zoneOffset } from '../../../core/campaign/policy/zone';

const at = (text: string) => Date.parse(text);
const iso = (instant: number) => new Date(instant).toISOString();
const ZONES = ['UTC', 'Europe/Paris', 'America/New_York', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Chatham', 'Africa/Casablanca'];
const zone = fc.constantFrom(...ZONES);
const instant = fc.date({ min: new Date('2024-01-01'), max: new Date('2028-01-01'), noInvalidDate: true }).map((date) => date.getTime());

describe('the clocks of a zone', () => {
  it.each([
    ['Europe/Paris', '2026-06-01T12:00:00Z', 14 * 60, '2026-06-01'],
    ['Europe/Paris', '2026-12-31T23:30:00Z', 30, '2027-01-01'],
    ['Asia/Kathmandu', '2026-06-01T12:00:00Z', 17 * 60 + 45, '2026-06-01'],
    ['America/St_Johns', '2026-06-01T01:00:00Z', 22 * 60 + 30, '2026-05-31'],
    ['Australia/Lord_Howe', '2026-01-01T12:00:00Z', 23 * 60, '2026-01-01'],
  ])('%s at %s', (name, text, minute, date) => {
    expect([localMinute(name, at(text)), localDate(name, at(text))]).toEqual([minute, date]);
  });

  it('show what Intl shows, at any instant', () => {
    fc.assert(fc.property(zone, instant, (timeZone, now) => {
      const shown = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
      const minute = localMinute(timeZone, now);
      expect(`${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`).toBe(shown);
    }));
  });
});

describe('the instant of a time', () => {
  it.each([
    ['in summer', 'Europe/Paris', '2026-06-01', 9 * 60, '2026-06-01T07:00:00.000Z'],
    ['in winter', 'Europe/Paris', '2026-01-01', 9 * 60, '2026-01-01T08:00:00.000Z'],
    ['that the clocks leap over is the leap', 'Europe/Paris', '2026-03-29', 2 * 60 + 30, '2026-03-29T01:00:00.000Z'],
    ['that the clocks pass twice is the first passing', 'Europe/Paris', '2026-10-25', 2 * 60 + 30, '2026-10-25T00:30:00.000Z'],
    ['over a leap of half an hour', 'Australia/Lord_Howe', '2026-10-04', 2 * 60 + 10, '2026-10-03T15:30:00.000Z'],
  ])('%s', (_, name, date, minute, expected) => {
    expect(iso(instantAt(name, date, minute))).toBe(expected);
  });

  it('is the next one after an instant, at most a day and a change of clocks away', () => {
    fc.assert(fc.property(zone, instant, fc.integer({ min: 0, max: 1439 }), (name, now, minute) => {
      const next = nextInstantAt(name, minute, now);
      expect(next).toBeGreaterThan(now);
      expect(next - now).toBeLessThanOrEqual(25 * 3_600_000);
      const leapt = zoneOffset(name, next) !== zoneOffset(name, next - 1);
      expect(leapt || localMinute(name, next) === minute).toBe(true);
    }));
  });
});
