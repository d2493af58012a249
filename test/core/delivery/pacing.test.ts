/** Rate, retry rules, time to live, safety stop and circuit breaker as a run obeys them. */
import type { Gateway, GatewayMessage } from '../../../core/delivery/gateway';
import { nextStep } from '../../../core/delivery/next-step';
import { classify, OUTCOME_TABLE } from '../../../core/delivery/outcomes';
import { sendLimits } from '../../../core/delivery/send-limits';
import { LocalPermits, type PermitSource } from '../../../core/delivery/rate';
import type { DeliveryEvent } from '../../../core/delivery/listener';
import { apnsError, apnsOk, FakeVendor, fcmError, fcmOk, type Deed, type Manners } from './fake-vendor';
import { apnsGateway, countBy, expectEachOnce, fcmGateway, message, messages, sendAll } from './support';

describe('the rules of trying again', () => {
  const tries = () => ({ tries: 0, unprocessed: 0, renewed: false });
  const wait = (row: ReturnType<typeof classify>, asked?: number, options = {}, left = Infinity, random = () => 0): unknown =>
    nextStep(tries(), row, asked, sendLimits(options, 100), left, random);

  it('never goes again before ten seconds after a 5xx, whatever the gateway asks for', () => {
    const serverErrors = OUTCOME_TABLE.filter(({ status = 0, outcome }) => status >= 500 && outcome === 'unavailable');
    expect(serverErrors.length).toBeGreaterThan(5);
    for (const row of serverErrors) {
      expect(wait(row)).toEqual({ wait: 10_000 });
      expect(wait(row, 1000)).toEqual({ wait: 10_000 });
      expect(wait(row, 30_000)).toEqual({ wait: 30_000 });
    }
  });

  it('waits a minute after a 429 that names no time, and as long as it says where it does', () => {
    for (const row of OUTCOME_TABLE.filter(({ status, code }) => status === 429 && code !== 'TooManyProviderTokenUpdates')) {
      expect(wait(row)).toEqual({ wait: 60_000 });
      expect(wait(row, 1000)).toEqual({ wait: 1000 });
    }
  });

  it('does not wait beyond the message\'s life, nor try when that has ended', () => {
    const row = classify('fcm', 503, 'UNAVAILABLE');
    expect(wait(row, undefined, {}, 10_001)).toEqual({ wait: 10_000 });
    expect(wait(row, undefined, {}, 10_000)).toBe('finish');
    expect(wait(classify('fcm', undefined, 'refused-stream'), undefined, {}, 0)).toBe('finish');
  });
});

describe('a run', () => {
  let vendor: FakeVendor;
  let gateway: Gateway;
  let events: DeliveryEvent[];
  const start = async (type: 'fcm' | 'apns', manners: Manners): Promise<void> => {
    vendor = await FakeVendor.listen(manners);
    events = [];
    const surroundings = { listener: (event: DeliveryEvent) => void events.push(event) };
    gateway = type === 'fcm' ? fcmGateway(vendor.origin, surroundings) : apnsGateway(vendor.origin, surroundings);
  };
  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  it('sends without a limit where the limit is endless', async () => {
    await start('fcm', () => fcmOk);
    const rate = { perMinute: Infinity, devicePerMinute: Infinity, campaign: { name: 'endless', perMinute: Infinity }, spread: { messages: Infinity, overMs: 1 } };
    expect(countBy(await sendAll(gateway, messages(200), { rate, signal: AbortSignal.timeout(2000) }), 'outcome')).toEqual({ accepted: 200 });
  });

  describe('beside another one', () => {
    /** How many messages of a campaign ended before one that came on its own while it was under way. */
    async function overtaken(perMinute: number, count: number): Promise<number> {
      const permits = new LocalPermits();
      const ended: string[] = [];
      let before = -1;
      let alone: Promise<void> | undefined;
      for await (const { id } of gateway.send(messages(count), { rate: { perMinute, permits } })) {
        ended.push(id);
        alone ??= sendAll(gateway, [message(count)], { rate: { perMinute, permits } }).then(() => void (before = ended.length));
      }
      await alone;
      return before;
    }

    it('takes its turn: a message on its own does not wait behind a campaign for permits that both need', async () => {
      await start('fcm', () => fcmOk);
      expect(await overtaken(30_000, 1000)).toBeLessThan(300);
    });

    it('takes its turn also where permits come one by one', async () => {
      await start('fcm', () => fcmOk);
      expect(await overtaken(600, 12)).toBeLessThan(6);
    });
  });

  describe('at a rate', () => {
    it('takes as long as its bucket says', async () => {
      await start('fcm', () => fcmOk);
      const from = performance.now();
      expect(countBy(await sendAll(gateway, messages(600), { rate: { perMinute: 30_000, permits: new LocalPermits() } }), 'outcome')).toEqual({ accepted: 600 });
      // 500 a second, of which a burst of 50 and the block at hand go at once.
      expect(performance.now() - from).toBeGreaterThan(950);
    });

    it('shares a campaign\'s throttle among gateways', async () => {
      await start('fcm', () => fcmOk);
      const other = apnsGateway(vendor.origin);
      const rate = { campaign: { name: 'sale', perMinute: 6000 }, permits: new LocalPermits() };
      const from = performance.now();
      await Promise.all([sendAll(gateway, messages(60), { rate }), sendAll(other, messages(60), { rate })]);
      expect(performance.now() - from).toBeGreaterThan(850);
      await other.close();
    });

    it('keeps one device\'s pace without holding back the others', async () => {
      await start('fcm', () => fcmOk);
      const list = [...messages(8, { token: 'ab' }).map((one, index) => ({ ...one, id: `same-${index}` })), ...messages(50)];
      const order: string[] = [];
      for await (const { id } of gateway.send(list, { rate: { devicePerMinute: 600 } })) order.push(id);
      expect(order.slice(-4).every((id) => id.startsWith('same-'))).toBe(true);
    });

    it('tells the shared bucket of a Retry-After, so that all processes rest', async () => {
      await start('fcm', ({ time, token }) => (time === 1 && token.endsWith('05') ? fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '1' }) : fcmOk));
      const closed: [string, number][] = [];
      const local = new LocalPermits();
      const permits: PermitSource = {
        lease: (...args) => local.lease(...args),
        close: async (bucket, until) => {
          closed.push([bucket, until - Date.now()]);
          await local.close(bucket, until);
        },
      };
      expect(countBy(await sendAll(gateway, messages(10), { rate: { perMinute: 600_000, permits } }), 'outcome')).toEqual({ accepted: 10 });
      expect(closed).toHaveLength(1);
      expect(closed[0]?.[0]).toBe('fcm:demo');
      expect(Math.abs((closed[0]?.[1] ?? 0) - 1000)).toBeLessThan(500);
    });

    it('refuses a rate that is none', async () => {
      await start('fcm', () => fcmOk);
      for (const rate of [{ perMinute: 0 }, { campaign: { name: 'a', perMinute: NaN } }, { rampMs: -1 }, { spread: { messages: 5, overMs: 0 } }]) {
        await expect(sendAll(gateway, messages(1), { rate })).rejects.toMatchObject({ code: 'send-option-malformed' });
      }
    });
  });

  describe('of messages that expire', () => {
    it('does not send what is past its time, nor try it again then', async () => {
      await start('fcm', ({ token }) => (token.endsWith('1') ? fcmError(503, 'UNAVAILABLE') : fcmOk));
      const soon = new Date(Date.now() + 500);
      const list: GatewayMessage[] = [message(0, { expiresAt: new Date(Date.now() - 1) }), message(1, { expiresAt: soon }), message(2, { expiresAt: soon })];
      const from = performance.now();
      const results = await sendAll(gateway, list, { attempts: 100, backoffMs: 60 });
      expect(performance.now() - from).toBeLessThan(5000);
      expectEachOnce(results, list);
      const [past, retried, good] = list.map(({ id }) => results.find((result) => result.id === id));
      expect(past).toMatchObject({ outcome: 'unavailable', code: 'expired', attempts: 0 });
      expect(retried).toMatchObject({ outcome: 'unavailable', code: 'UNAVAILABLE' });
      expect(good?.outcome).toBe('accepted');
    });

    it('gives up after the run\'s patience', async () => {
      await start('fcm', () => fcmError(503, 'UNAVAILABLE'));
      const results = await sendAll(gateway, messages(3), { attempts: 1000, backoffMs: 50, maxBackoffMs: 60, giveUpAfterMs: 300 });
      expect(results.every(({ attempts, outcome }) => attempts > 1 && attempts < 10 && outcome === 'unavailable')).toBe(true);
    });
  });

  it('says of each message that waits until when, and why', async () => {
    await start('fcm', ({ time }) => (time === 1 ? fcmError(503, 'UNAVAILABLE') : fcmOk));
    const waits: [string, number, string][] = [];
    await sendAll(gateway, messages(3), { backoffMs: 100, onWait: (id, notBefore, code) => waits.push([id, notBefore.getTime() - Date.now(), code]) });
    expect(waits.map(([id, , code]) => [id, code])).toEqual(['m0', 'm1', 'm2'].map((id) => [id, 'UNAVAILABLE']));
    expect(waits.every(([, ms]) => ms > 0 && ms <= 201)).toBe(true);
  });

  describe('that is wrong from the first answers', () => {
    it('stops, prunes nothing, and says in the rest what to change', async () => {
      await start('apns', ({ token }) => (token.endsWith('f') ? apnsError(410, 'Unregistered', { timestamp: Date.now() }) : apnsError(400, 'BadDeviceToken')));
      const list = messages(5000);
      const results = await sendAll(gateway, list, { concurrency: 10 });
      expectEachOnce(results, list);
      expect(vendor.seen.length).toBeLessThan(60);
      expect(countBy(results, 'outcome')).toEqual({ 'wrong-environment': 5000 });
      const rest = results.filter(({ code }) => code === 'stopped-wrong-environment');
      expect(rest.length).toBeGreaterThan(4900);
      expect(rest.every(({ attempts, detail }) => attempts === 0 && detail?.includes('Check environment') === true)).toBe(true);
      const dead = results.filter(({ code }) => code === 'Unregistered');
      expect(dead.length).toBeGreaterThan(0);
      expect(dead.every(({ detail }) => detail?.includes('not held against the token') === true)).toBe(true);
      expect(events.filter(({ event }) => event === 'stopped')).toEqual([{ gateway: 'apns', event: 'stopped', code: 'stopped-wrong-environment' }]);
    });

    it('asks Apple three times with a key that is refused', async () => {
      await start('apns', () => apnsError(403, 'InvalidProviderToken'));
      const results = await sendAll(gateway, messages(500));
      expect(countBy(results, 'outcome')).toEqual({ 'bad-credentials': 500 });
      expect(vendor.seen).toHaveLength(3);
    });

    it('takes dead tokens for dead where it is right', async () => {
      await start('apns', ({ token }) => (token.endsWith('7') ? apnsError(410, 'Unregistered', { timestamp: Date.now() }) : apnsOk));
      expect(countBy(await sendAll(gateway, messages(320)), 'outcome')).toEqual({ accepted: 300, 'dead-token': 20 });
    });

    it('does not keep back a verdict from a caller who waits for it before the next message', async () => {
      await start('apns', () => apnsError(410, 'Unregistered'));
      const results: string[] = [];
      let go = (): void => undefined;
      async function* oneByOne(): AsyncGenerator<GatewayMessage> {
        for (let index = 0; index < 3; index++) {
          const told = new Promise<void>((resolve) => (go = resolve));
          yield message(index);
          await told;
        }
      }
      for await (const { outcome } of gateway.send(oneByOne())) {
        results.push(outcome);
        go();
      }
      expect(results).toEqual(['dead-token', 'dead-token', 'dead-token']);
    });
  });

  it('rests when more than half of the answers fail, and comes back with one message first', async () => {
    let well = false;
    let seenAtRest = 0;
    await start('fcm', ({ token }) => {
      if (seenAtRest === 0 && events.some(({ event }) => event === 'paused')) seenAtRest = vendor.seen.length;
      return well || Number.parseInt(token, 16) < 20 ? fcmOk : fcmError(500, 'INTERNAL');
    });
    setTimeout(() => (well = true), 300);
    const results = await sendAll(gateway, messages(600), { backoffMs: 400, attempts: 10, concurrency: 50 });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 600 });
    expect(events.find((event) => event.event === 'paused')).toMatchObject({ code: 'INTERNAL', ms: 400 });
    // A hundred answers were judged; a window more was in the air, and then the one that tried for all.
    expect(seenAtRest).toBeGreaterThan(99);
    expect(seenAtRest).toBeLessThanOrEqual(152);
  });

  it('does not try again after its time, though a rest that another message caused kept it from trying before', async () => {
    await start('fcm', ({ token }) => (token.endsWith('0') ? fcmError(503, 'UNAVAILABLE') : { ...fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '1' }) as object, afterMs: 30 } as Deed));
    const results = await sendAll(gateway, messages(2), { backoffMs: 100, maxBackoffMs: 3000, giveUpAfterMs: 500 });
    expect(results).toEqual(expect.arrayContaining([
      expect.objectContaining({ id: 'm0', outcome: 'unavailable', code: 'UNAVAILABLE', status: 503, attempts: 1 }),
      expect.objectContaining({ id: 'm1', outcome: 'throttled', code: 'QUOTA_EXCEEDED', attempts: 1 }),
    ]));
    expect(vendor.repeated).toEqual([]);
  });

  it.each<[string, Deed]>([['the connection breaks', 'destroy'], ['the stream is broken off', { rst: 8 }]])('rests too where %s instead of an answer: not a whole campaign becomes unknown', async (_, deed) => {
    await start('fcm', () => deed);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 800);
    const results = await sendAll(gateway, messages(2000), { backoffMs: 400, concurrency: 50, signal: controller.signal });
    const { unknown = 0, unavailable = 0 } = countBy(results, 'outcome');
    expect(unknown).toBeLessThanOrEqual(152);
    expect(unavailable).toBeGreaterThan(0);
    expect(events.find((event) => event.event === 'paused')).toMatchObject({ ms: 400 });
  });

  it('goes on resting where the message that tries for all is broken off, or not looked at', async () => {
    const tries: Deed[] = [{ rst: 7 }, { rst: 8 }, { rst: 8 }];
    let lastArrived = (): void => undefined;
    const allArrived = new Promise<void>((resolve) => (lastArrived = resolve));
    // All that there are, as many as the breaker judges, answered together: nothing is in the air when the rest begins, and what comes next is what tries for all.
    await start('fcm', async () => {
      if (vendor.seen.length > 100) return tries.shift() ?? fcmOk;
      if (vendor.seen.length === 100) lastArrived();
      await allArrived;
      return fcmError(500, 'INTERNAL');
    });
    const results = await sendAll(gateway, messages(100), { backoffMs: 150, attempts: 10 });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 98, unknown: 2 });
    expect(events.filter(({ event }) => event === 'paused').map((event) => 'ms' in event && event.ms)).toEqual([150, 300, 600]);
  });

  it('tells its listener what happens, without tokens', async () => {
    await start('fcm', ({ token, time }) => (token.endsWith('1') && time === 1 ? { ...(fcmError(503, 'UNAVAILABLE') as object) } as Deed : fcmOk));
    const list = messages(3);
    await sendAll(gateway, list);
    expect(events.filter(({ event }) => event === 'settled')).toHaveLength(3);
    expect(events.filter(({ event }) => event === 'waiting')).toMatchObject([{ id: 'm1', code: 'UNAVAILABLE', device: expect.stringMatching(/^[0-9a-f]{12}$/) }]);
    expect(events).toContainEqual({ gateway: 'fcm', event: 'connection', state: 'opened' });
    const told = JSON.stringify(events);
    for (const { token } of list) expect(told).not.toContain(token);
  });
});
