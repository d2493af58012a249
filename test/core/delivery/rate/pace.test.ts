import fc from 'fast-check';
import { Allowance, type PaceClock } from '../../../../core/delivery/rate/allowance';
import { DeviceRates } from '../../../../core/delivery/rate/device-rates';
import { LocalPermits, type PermitSource } from '../../../../core/delivery/rate';
import { PaceMaker } from '../../../../core/delivery/rate/pace';
import { quarterHourWait } from '../../../../core/delivery/rate/quarter-hours';

const START = Date.parse('2026-06-01T12:00:00Z');

/** A clock that goes on when told, and calls whoever asked to be woken. */
class FakeClock implements PaceClock {
  private time = START;
  private calls: { at: number; call: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): void {
    this.calls.push({ at: this.time + ms, call });
  }

  async pass(ms: number): Promise<void> {
    this.time += ms;
    for (const { call } of this.calls.filter(({ at }) => at <= this.time)) call();
    this.calls = this.calls.filter(({ at }) => at > this.time);
    // Permits come by promise.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Sends as much as the pace lets it, for so long; when each message left. */
async function leave(pace: { readonly isReady: boolean; take(): void }, clock: FakeClock, forMs: number, stepMs: number, mostAStep = Infinity): Promise<number[]> {
  const times: number[] = [];
  for (const end = clock.now() + forMs; clock.now() < end; await clock.pass(stepMs)) {
    for (let sent = 0; sent < mostAStep && pace.isReady; sent++) {
      pace.take();
      times.push(clock.now());
    }
  }
  return times;
}

function mostIn(times: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('the pace of sending', () => {
  it('never lets more leave than bucket and blocks at hand hold, and uses the bucket up', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 60, max: 200_000 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 5, max: 60 }), fc.integer({ min: 5, max: 500 }),
      async (perMinute, senders, stepMs, mostAStep) => {
        const clock = new FakeClock();
        const permits = new LocalPermits();
        const all = await Promise.all(Array.from({ length: senders }, () =>
          leave(new Allowance('bucket', perMinute, 0, permits, clock, () => undefined), clock, 3000, stepMs * senders, mostAStep)));
        const times = all.flat().sort((a, b) => a - b);
        const burst = Math.max(1, Math.floor(perMinute / 600));
        for (const windowMs of [100, 1000, 2500]) {
          // A block that was leased and not used yet may come on top, one a sender.
          expect(mostIn(times, windowMs)).toBeLessThanOrEqual((windowMs * perMinute) / 60_000 + burst * (1 + senders) + 1);
        }
      }), { numRuns: 40 });
    const clock = new FakeClock();
    const times = await leave(new Allowance('bucket', 60_000, 0, new LocalPermits(), clock, () => undefined), clock, 10_000, 10);
    expect(times.length).toBeGreaterThan(9500);
    expect(times.length).toBeLessThan(10_200);
  });

  it('grows from little to full during the ramp, and again after a long rest', async () => {
    const clock = new FakeClock();
    const allowance = new Allowance('bucket', 60_000, 10_000, new LocalPermits(), clock, () => undefined);
    const first = await leave(allowance, clock, 20_000, 10);
    const inSecond = (second: number, times: number[], from: number) => times.filter((at) => Math.floor((at - from) / 1000) === second).length;
    expect(inSecond(0, first, START)).toBeLessThan(120);
    expect(inSecond(4, first, START)).toBeLessThan(520);
    expect(inSecond(4, first, START)).toBeGreaterThan(300);
    expect(inSecond(15, first, START)).toBeGreaterThan(900);
    await clock.pass(20_000);
    const restarted = clock.now();
    expect(inSecond(0, await leave(allowance, clock, 2000, 10), restarted)).toBeLessThan(120);
  });

  it('loses permits that nobody used within a second, so that they make no burst', async () => {
    const clock = new FakeClock();
    const allowance = new Allowance('bucket', 60_000, 0, new LocalPermits(), clock, () => undefined);
    expect(allowance.isReady).toBe(false);
    await clock.pass(0);
    expect(allowance.isReady).toBe(true);
    await clock.pass(1001);
    expect(allowance.isReady).toBe(false);
  });

  it('keeps the rest that a gateway asked for, in all who share the bucket', async () => {
    const clock = new FakeClock();
    const permits = new LocalPermits();
    const [one, other] = [1, 2].map(() => new Allowance('bucket', 6000, 0, permits, clock, () => undefined)) as [Allowance, Allowance];
    await leave(one, clock, 100, 10);
    one.close(3000);
    const closedAt = clock.now();
    const times = await leave(other, clock, 6000, 10);
    expect(times.filter((at) => at < closedAt + 3000)).toEqual([]);
    expect(times.length).toBeGreaterThan(200);
  });

  it('goes slower, and never without limit, where the source of permits fails', async () => {
    const clock = new FakeClock();
    let down = true;
    const local = new LocalPermits();
    const source: PermitSource = { lease: (...args) => (down ? Promise.reject(new Error('down')) : local.lease(...args)), close: () => Promise.reject(new Error('down')) };
    const allowance = new Allowance('bucket', 60_000, 0, source, clock, () => undefined);
    expect(await leave(allowance, clock, 2000, 50)).toEqual([]);
    allowance.close(10);
    down = false;
    expect((await leave(allowance, clock, 2000, 50)).length).toBeGreaterThan(0);
  });

  it('obeys project, campaign and spread together: the slowest of them holds', async () => {
    const clock = new FakeClock();
    const permits = new LocalPermits();
    const maker = new PaceMaker(() => 'fcm:demo', { perMinute: 60_000 }, () => clock.now(), () => undefined, clock);
    const sent = async (options: Parameters<PaceMaker['pace']>[0]) => (await leave(maker.pace({ permits, ...options }), clock, 5000, 10)).length;
    expect(await sent({})).toBeGreaterThan(4500);
    expect(await sent({ campaign: { name: 'sale', perMinute: 600 } })).toBeLessThanOrEqual(52);
    expect(await sent({ spread: { messages: 100, overMs: 10_000 } })).toBeLessThanOrEqual(52);
    expect(await sent({ perMinute: 1200 })).toBeLessThanOrEqual(103);
    expect(await leave(maker.pace({ perMinute: Infinity }), clock, 100, 10, 5000)).toHaveLength(50_000);
  }, 20_000);

  it('waits out the minutes around the quarter hours where it is asked to', async () => {
    for (const [time, minutes] of [['12:00:00', 2], ['12:01:59', 1 / 60], ['12:02:00', 0], ['12:12:59', 0], ['12:13:01', 3 + 59 / 60], ['12:29:00', 3], ['12:44:00', 3], ['12:59:30', 2.5]] as const) {
      expect([time, quarterHourWait(Date.parse(`2026-06-01T${time}Z`))]).toEqual([time, minutes * 60_000]);
    }
    const clock = new FakeClock();
    let woken = 0;
    const maker = new PaceMaker(() => 'fcm:demo', {}, () => clock.now(), () => woken++, clock);
    expect([maker.pace({}).isReady, maker.pace({ avoidQuarterHours: true }).isReady]).toEqual([true, false]);
    await clock.pass(120_000);
    expect([woken, maker.pace({ avoidQuarterHours: true }).isReady]).toEqual([1, true]);
  });
});

describe('the pace of one device', () => {
  it('is 240 messages a minute, four of them at once; nobody else waits for it', () => {
    const devices = new DeviceRates();
    const waits = Array.from({ length: 5 }, () => devices.take('a', 240, START));
    expect(waits.map(Math.round)).toEqual([0, 0, 0, 0, 250]);
    expect(devices.take('b', 240, START)).toBe(0);
    expect(devices.take('a', 240, START + 251)).toBe(0);
  });

  it('remembers only those that were sent to just now', () => {
    const devices = new DeviceRates();
    for (let index = 0; index < 100_000; index++) devices.take(`device-${index}`, 240, START + index);
    expect(devices.size).toBeLessThan(300);
  });
});
