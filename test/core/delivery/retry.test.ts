import fc from 'fast-check';
import { backoff, retryAfterMs, WaitingLine } from '../../../core/delivery/retry';

const NOW = Date.parse('2026-06-01T12:00:00Z');

describe('backoff', () => {
  it('stays between its bounds and doubles the upper one', () => {
    expect(backoff(1, 1000, 60_000, () => 0)).toBe(1000);
    expect(backoff(1, 1000, 60_000, () => 1)).toBe(2000);
    expect(backoff(3, 1000, 60_000, () => 1)).toBe(8000);
    expect(backoff(30, 1000, 60_000, () => 1)).toBe(60_000);
    expect(backoff(1, 1000, 10, () => 0.5)).toBe(10);
  });
});

describe('Retry-After', () => {
  it('is read in seconds and as an HTTP date', () => {
    expect(retryAfterMs('120', NOW)).toBe(120_000);
    expect(retryAfterMs('0', NOW)).toBe(0);
    expect(retryAfterMs('Mon, 01 Jun 2026 12:00:30 GMT', NOW)).toBe(30_000);
    expect(retryAfterMs('Mon, 01 Jun 2026 11:00:00 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Monday, 01-Jun-26 12:00:30 GMT', NOW)).toBe(30_000);
  });

  it('is left alone where it makes no sense', () => {
    for (const text of [undefined, '', 'soon', '-5', '1e9', 'NaN', '2026', '99999999999999', 'Mon, 99 Foo']) {
      expect(retryAfterMs(text, NOW)).toBe(text === '2026' ? 2_026_000 : undefined);
    }
    fc.assert(fc.property(fc.string(), (text) => {
      const wait = retryAfterMs(text, NOW);
      expect(wait === undefined || wait >= 0).toBe(true);
    }));
  });
});

describe('a waiting line', () => {
  it('gives out everything once, in the order of its time, and nothing early', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: 0, max: 50 }), (times, now) => {
      const line = new WaitingLine<number>();
      for (const time of times) line.add(time, time);
      const out: number[] = [];
      for (let item = line.take(now); item !== undefined; item = line.take(now)) out.push(item);
      expect(out).toEqual(times.filter((time) => time <= now).sort((a, b) => a - b));
      expect(line.size).toBe(times.length - out.length);
      expect(line.clear().sort((a, b) => a - b)).toEqual(times.filter((time) => time > now).sort((a, b) => a - b));
    }));
  });
});
