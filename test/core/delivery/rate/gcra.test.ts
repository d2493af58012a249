import fc from 'fast-check';
import { burstOf, closeBucket, FULL_BUCKET, gcra, LocalPermits, type BucketState } from '../../../../core/delivery/rate';

const START = Date.parse('2026-06-01T12:00:00Z');

/** Asks again and again, as the list of pauses says, and notes when each permit was given. */
function grants(rate: { perMinute: number; burst?: number }, asks: readonly { afterMs: number; wanted: number }[]): number[] {
  const times: number[] = [];
  let state: BucketState = FULL_BUCKET;
  let now = START;
  for (const { afterMs, wanted } of asks) {
    now += afterMs;
    const grant = gcra(state, rate, wanted, now);
    state = grant.state;
    for (let permit = 0; permit < grant.granted; permit++) times.push(now);
  }
  return times;
}

describe('a bucket', () => {
  it('gives a burst at once, then one permit an interval', () => {
    const rate = { perMinute: 600, burst: 3 };
    const first = gcra(FULL_BUCKET, rate, 10, START);
    expect([first.granted, first.waitMs]).toEqual([3, 0]);
    expect(gcra(first.state, rate, 10, START)).toMatchObject({ granted: 0, waitMs: 100 });
    expect(gcra(first.state, rate, 10, START + 99)).toMatchObject({ granted: 0, waitMs: 1 });
    expect(gcra(first.state, rate, 10, START + 100)).toMatchObject({ granted: 1 });
    expect(gcra(first.state, rate, 10, START + 10_000)).toMatchObject({ granted: 3 });
  });

  it('bursts a tenth of a second\'s worth where nothing is said', () => {
    expect(burstOf({ perMinute: 480_000 })).toBe(800);
    expect(burstOf({ perMinute: 60 })).toBe(1);
  });

  it('gives no more than its burst and rate in any window of time, whoever asks and when', () => {
    const asks = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), wanted: fc.integer({ min: 1, max: 50 }) }), { maxLength: 200 });
    const rates = fc.record({ perMinute: fc.integer({ min: 1, max: 100_000 }), burst: fc.integer({ min: 1, max: 40 }) });
    fc.assert(fc.property(rates, asks, fc.integer({ min: 1, max: 5000 }), (rate, list, windowMs) => {
      const times = grants(rate, list);
      for (let first = 0, last = 0; last < times.length; last++) {
        while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first++;
        expect(last - first + 1).toBeLessThanOrEqual(rate.burst + (windowMs * rate.perMinute) / 60_000 + 0.01);
      }
    }));
  });

  it('gives a permit after exactly the wait that it names, and none before', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 5000 }), (perMinute, burst, closedMs) => {
      const rate = { perMinute, burst };
      const used = closeBucket(gcra(FULL_BUCKET, rate, burst, START).state, START + closedMs);
      const { granted, waitMs } = gcra(used, rate, 1, START);
      expect(granted).toBe(0);
      expect(waitMs).toBeGreaterThan(0);
      expect(gcra(used, rate, 1, START + waitMs - 0.01).granted).toBe(0);
      expect(gcra(used, rate, 1, START + waitMs + 0.001).granted).toBe(1);
    }));
  });

  it('is empty after a closure: nothing comes in one burst, and no closure is shortened', () => {
    const rate = { perMinute: 6000, burst: 50 };
    const closed = closeBucket(closeBucket(FULL_BUCKET, START + 5000), START + 1000);
    expect(gcra(closed, rate, 50, START + 4999)).toMatchObject({ granted: 0, waitMs: 1 });
    expect(gcra(closed, rate, 50, START + 5000).granted).toBe(1);
    expect(gcra(closed, rate, 50, START + 5095).granted).toBe(10);
  });

  it('goes on within an interval after the clock was set back', () => {
    const rate = { perMinute: 60, burst: 2 };
    const { state } = gcra(FULL_BUCKET, rate, 2, START);
    const { granted, waitMs } = gcra(state, rate, 1, START - 3_600_000);
    expect(granted).toBe(0);
    expect(waitMs).toBeLessThanOrEqual(1000);
  });
});

describe('the permits of this process', () => {
  it('are counted by bucket, for all who ask together', async () => {
    const permits = new LocalPermits();
    const lease = (bucket: string) => permits.lease(bucket, { perMinute: 600, burst: 5 }, 3, START);
    expect([await lease('a'), await lease('a'), await lease('a'), await lease('b')].map(({ granted }) => granted)).toEqual([3, 2, 0, 3]);
    await permits.close('b', START + 700);
    expect(await lease('b')).toEqual({ granted: 0, waitMs: 700 });
  });
});
