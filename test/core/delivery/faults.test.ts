import * as http2 from 'node:http2';
import type { Gateway } from '../../../core/delivery/gateway';
import { apnsError, apnsOk, FakeVendor, fcmError, fcmOk, type Deed, type Manners } from './fake-vendor';
import { apnsGateway, countBy, expectEachOnce, fcmGateway, messages, sendAll } from './support';

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM } = http2.constants;

describe('a gateway among faults', () => {
  let vendor: FakeVendor;
  let gateway: Gateway;
  const fcm = async (manners: Manners, settings?: http2.Settings): Promise<void> => {
    vendor = await FakeVendor.listen(manners, settings);
    gateway = fcmGateway(vendor.origin);
  };
  const apns = async (manners: Manners, settings?: http2.Settings): Promise<void> => {
    vendor = await FakeVendor.listen(manners, settings);
    gateway = apnsGateway(vendor.origin);
  };

  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  describe('the connection ends', () => {
    it('sends again what a strict GOAWAY says was not seen, and nothing else', async () => {
      const processed = new Set<string>();
      await fcm(({ token, connection, streamId }) => {
        if (connection === 0 && streamId === 41) return { goaway: { last: 39 } };
        if (connection === 0 && streamId > 41) return 'silence';
        processed.add(token);
        return { ...(fcmOk as object), afterMs: 20 } as Deed;
      });
      const list = messages(300);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      expect(countBy(results, 'outcome')).toEqual({ accepted: 300 });
      expect(processed.size).toBe(300);
      expect(results.some(({ attempts }) => attempts === 2)).toBe(true);
    });

    it('waits for answers to what a graceful GOAWAY still lets end', async () => {
      await fcm(({ streamId, connection }) => {
        if (connection === 0 && streamId === 21) return { goaway: { last: 2 ** 31 - 1 } };
        return { ...(fcmOk as object), afterMs: 50 } as Deed;
      });
      const list = messages(200);
      const results = await sendAll(gateway, list, { timeoutMs: 400 });
      expectEachOnce(results, list);
      // The stream that the test used for the GOAWAY itself is never answered.
      expect(countBy(results, 'outcome')).toEqual({ accepted: 199, unknown: 1 });
      expect(vendor.repeated).toEqual([]);
    });

    it('loses at most the window to a GOAWAY with an error, and repeats only ids above the last', async () => {
      const answered = new Set<string>();
      await fcm(({ token, connection, streamId }) => {
        if (connection === 0 && streamId >= 101) return streamId === 101 ? { goaway: { code: NGHTTP2_ENHANCE_YOUR_CALM, last: 61 } } : 'silence';
        if (connection === 0 && streamId > 21) return 'silence';
        answered.add(token);
        return fcmOk;
      });
      const list = messages(200);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      const { accepted = 0, unknown = 0 } = countBy(results, 'outcome');
      expect(accepted + unknown).toBe(200);
      expect(unknown).toBe(20);
      expect(results.filter(({ outcome }) => outcome === 'unknown').every(({ attempts, code }) => attempts === 1 && code === 'timeout')).toBe(true);
    });

    it.each(['fin', 'destroy', 'reset'] as const)('waits before the next connection where %s ends each before an answer, and puts nothing on the one that is gone', async (deed) => {
      const at: number[] = [];
      vendor = await FakeVendor.listen(() => {
        at.push(performance.now());
        return deed;
      });
      gateway = apnsGateway(vendor.origin, { reconnectMs: 100 });
      const results = await sendAll(gateway, messages(4));
      expect(results.map(({ outcome, attempts }) => ({ outcome, attempts }))).toEqual(Array.from({ length: 4 }, () => ({ outcome: 'unknown', attempts: 1 })));
      expect(Math.min(...at.slice(1).map((time, index) => time - (at[index] ?? 0)))).toBeGreaterThan(90);
    });

    it.each([['fin', 'connection-closed'], ['destroy', 'connection-closed'], ['reset', 'connection-reset']] as const)(
      'says unknown after %s with requests in the air, never sends them again, and goes on over a new connection', async (deed, code) => {
        let broken = false;
        await fcm(({ connection, streamId }) => {
          if (connection > 0 || streamId < 100) return fcmOk;
          if (streamId === 181 && !broken) {
            broken = true;
            return deed;
          }
          return 'silence';
        });
        const list = messages(400);
        const results = await sendAll(gateway, list);
        expectEachOnce(results, list);
        const outcomes = countBy(results, 'outcome');
        expect(outcomes['unknown']).toBeGreaterThan(0);
        expect(outcomes['unknown']).toBeLessThanOrEqual(100);
        expect(outcomes['accepted']).toBe(400 - (outcomes['unknown'] ?? 0));
        expect(new Set(results.filter(({ outcome }) => outcome === 'unknown').map((result) => result.code))).toEqual(new Set([code]));
        expect(vendor.repeated).toEqual([]);
      });
  });

  describe('streams are reset', () => {
    it.each([NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_ENHANCE_YOUR_CALM, 0])('says unknown after RST_STREAM %i and does not repeat', async (rst) => {
      await fcm(({ token }) => (token.endsWith('7') ? { rst } : fcmOk));
      const list = messages(64);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      expect(countBy(results, 'code')).toEqual({ '': 60, 'stream-reset': 4 });
      expect(vendor.repeated).toEqual([]);
    });

    it('repeats by itself after REFUSED_STREAM', async () => {
      await fcm(({ time }) => (time === 1 ? { rst: NGHTTP2_REFUSED_STREAM } : fcmOk));
      const results = await sendAll(gateway, messages(50), { attempts: 1 });
      expect(countBy(results, 'outcome')).toEqual({ accepted: 50 });
      expect(results.every(({ attempts }) => attempts === 2)).toBe(true);
    });

    it('does not repeat for ever where everything is refused', async () => {
      await fcm(() => ({ rst: NGHTTP2_REFUSED_STREAM }));
      const [result] = await sendAll(gateway, messages(1), { attempts: 2 });
      expect(result).toMatchObject({ outcome: 'unavailable', code: 'refused-stream' });
      expect(result?.attempts).toBeLessThan(15);
    });
  });

  describe('answers', () => {
    it('reads answers that come in several frames', async () => {
      await apns(({ time }) => (time === 1 ? { ...(apnsError(410, 'Unregistered', { timestamp: 1_700_000_000_000 }) as object), frames: 9 } as Deed : apnsOk));
      const [result] = await sendAll(gateway, messages(1));
      expect(result).toMatchObject({ outcome: 'dead-token', code: 'Unregistered', deadSince: '2023-11-14T22:13:20.000Z', status: 410 });
    });

    it('survives an error body of a megabyte', async () => {
      await fcm(() => ({ status: 500, body: 'x'.repeat(1_000_000) }));
      const results = await sendAll(gateway, messages(20), { attempts: 1 });
      expect(countBy(results, 'outcome')).toEqual({ unavailable: 20 });
    });

    it('says unknown when no answer comes in time, resets only what is stuck, and does not repeat', async () => {
      await fcm(({ token }) => (token.endsWith('3') ? 'silence' : { ...(fcmOk as object), afterMs: 10 } as Deed), { maxConcurrentStreams: 20 });
      const list = messages(320);
      const results = await sendAll(gateway, list, { timeoutMs: 2000 });
      expectEachOnce(results, list);
      expect(countBy(results, 'code')).toEqual({ '': 300, timeout: 20 });
      expect(vendor.repeated).toEqual([]);
      expect(vendor.overWindow).toBe(0);
    });

    it('gives up a connection on which nothing answers any more', async () => {
      await fcm(({ connection }) => (connection < 4 ? 'silence' : fcmOk), { maxConcurrentStreams: 10 });
      const list = messages(200);
      const results = await sendAll(gateway, list, { timeoutMs: 500 });
      expectEachOnce(results, list);
      expect(countBy(results, 'outcome')).toEqual({ unknown: 40, accepted: 160 });
    });

    it('obeys Retry-After in seconds for the whole gateway', async () => {
      const arrivals: number[] = [];
      await fcm(({ time, token }) => {
        arrivals.push(performance.now());
        return token.endsWith('00') && time === 1 ? fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '1' }) : fcmOk;
      });
      const results = await sendAll(gateway, messages(257), { concurrency: 1 });
      expect(countBy(results, 'outcome')).toEqual({ accepted: 257 });
      const gaps = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? 0)).filter((gap) => gap > 900);
      expect(gaps).toHaveLength(2);
    });

    it('obeys Retry-After as a date', async () => {
      const start = performance.now();
      await apns(({ time }) => (time === 1
        ? apnsError(503, 'ServiceUnavailable', {}, { 'retry-after': new Date(Date.now() + 2000).toUTCString() }) : apnsOk));
      const results = await sendAll(gateway, messages(1));
      expect(countBy(results, 'outcome')).toEqual({ accepted: 1 });
      // The date has whole seconds.
      expect(performance.now() - start).toBeGreaterThan(900);
    });

    it('holds back one device, and nobody else, for APNs TooManyRequests', async () => {
      await apns(({ time, token }) => (token.endsWith('05') && time === 1 ? apnsError(429, 'TooManyRequests', {}, { 'retry-after': '1' }) : apnsOk));
      const done: number[] = [];
      const start = performance.now();
      for await (const result of gateway.send(messages(100), { backoffMs: 5, concurrency: 5 })) {
        if (result.outcome === 'accepted') done.push(performance.now() - start);
      }
      expect(done).toHaveLength(100);
      expect(done[98]).toBeLessThan(800);
      expect(done[99]).toBeGreaterThan(990);
    });

    it('does not come back sooner than a Retry-After that it may not obey', async () => {
      await fcm(() => fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '3600' }));
      const results = await sendAll(gateway, messages(1), { maxBackoffMs: 50 });
      expect(results).toMatchObject([{ outcome: 'throttled', attempts: 1 }]);
    });

    it.each([[500, 'INTERNAL'], [503, 'UNAVAILABLE']] as const)('tries again after %i, up to the limit, without blocking fresh messages', async (status, code) => {
      await fcm(({ token }) => (token.endsWith('0') ? fcmError(status, code) : fcmOk));
      const order: string[] = [];
      for await (const { id, outcome, attempts } of gateway.send(messages(160), { concurrency: 8, attempts: 3, backoffMs: 400, maxBackoffMs: 500 })) {
        order.push(outcome);
        expect([id, attempts]).toEqual([id, outcome === 'accepted' ? 1 : 3]);
      }
      expect(order.slice(0, 150)).toEqual(Array.from({ length: 150 }, () => 'accepted'));
      expect(order.slice(150)).toEqual(Array.from({ length: 10 }, () => 'unavailable'));
    });
  });

  describe('windows', () => {
    it('never exceeds what the peer allows, small at first and larger later', async () => {
      await fcm(async ({ time }, v) => {
        if (time === 1 && v.seen.length === 30) void v.allow(50);
        return { ...(fcmOk as object), afterMs: 5 } as Deed;
      }, { maxConcurrentStreams: 2 });
      const results = await sendAll(gateway, messages(600));
      expect(countBy(results, 'outcome')).toEqual({ accepted: 600 });
      expect(vendor.overWindow).toBe(0);
      expect(vendor.mostOpen).toBeGreaterThan(2);
      expect(vendor.mostOpen).toBeLessThanOrEqual(50);
    });

    it('sends the first push to APNs alone, until an answer shows that the key is good', async () => {
      let answered = false;
      let early = 0;
      await apns(({ streamId }) => {
        if (!answered && streamId > 1) early++;
        if (streamId > 1) return apnsOk;
        setTimeout(() => (answered = true), 95);
        return { ...(apnsOk as object), afterMs: 100 } as Deed;
      });
      const results = await sendAll(gateway, messages(50));
      expect(countBy(results, 'outcome')).toEqual({ accepted: 50 });
      expect(early).toBe(0);
      expect(vendor.mostOpen).toBeGreaterThan(10);
    });

    it('opens more connections to FCM when one is nearly full, four at most', async () => {
      await fcm(() => ({ ...(fcmOk as object), afterMs: 30 }) as Deed, { maxConcurrentStreams: 100 });
      const results = await sendAll(gateway, messages(3000));
      expect(countBy(results, 'outcome')).toEqual({ accepted: 3000 });
      expect(vendor.connections).toBe(4);
      expect(vendor.mostOpen).toBeLessThanOrEqual(100);
    });
  });

  describe('credentials', () => {
    it('mints one provider token, however many in the air say that the old one is expired', async () => {
      const tokens = new Set<unknown>();
      await apns(({ headers, streamId, connection }) => {
        tokens.add(headers.authorization);
        if (tokens.size > 1 && headers.authorization === [...tokens][1]) return apnsOk;
        return connection === 0 && streamId === 1 ? apnsOk : { ...(apnsError(403, 'ExpiredProviderToken') as object), afterMs: 60 } as Deed;
      });
      const list = messages(700);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      expect(countBy(results, 'outcome')).toEqual({ accepted: 700 });
      expect(tokens.size).toBe(2);
    });

    it('says bad credentials, and touches no token, where a new provider token is refused too', async () => {
      const tokens = new Set<unknown>();
      await apns(({ headers }) => {
        tokens.add(headers.authorization);
        return apnsError(403, 'ExpiredProviderToken');
      });
      const results = await sendAll(gateway, messages(20));
      expect(countBy(results, 'outcome')).toEqual({ 'bad-credentials': 20 });
      expect(tokens.size).toBe(2);
    });

    it('does not repeat a 401 that no renewal can mend', async () => {
      await fcm(() => ({ status: 401, body: { error: { status: 'UNAUTHENTICATED', message: 'no' } } }));
      const results = await sendAll(gateway, messages(10));
      expect(results.every(({ outcome, attempts }) => outcome === 'bad-credentials' && attempts === 1)).toBe(true);
    });
  });

  it('settles each message once in a storm of all faults, and repeats none that ended unknown', async () => {
    const deeds: Deed[] = [fcmOk, fcmOk, fcmOk, fcmOk, 'silence', { rst: NGHTTP2_CANCEL }, { rst: NGHTTP2_REFUSED_STREAM },
      fcmError(503, 'UNAVAILABLE'), fcmError(404, 'UNREGISTERED'), fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '0' })];
    const mayHaveHappened = new Map<string, number>();
    await fcm(({ token, streamId, connection }) => {
      if (streamId === 301 && connection % 3 === 0) return 'fin';
      if (streamId === 401) return { goaway: { last: 399 } };
      const deed = deeds[(Number.parseInt(token, 16) * 7 + streamId) % deeds.length] as Deed;
      if (deed === fcmOk || deed === 'silence' || (typeof deed === 'object' && 'rst' in deed && deed.rst === NGHTTP2_CANCEL)) {
        mayHaveHappened.set(token, (mayHaveHappened.get(token) ?? 0) + 1);
      }
      return deed;
    }, { maxConcurrentStreams: 60 });
    const list = messages(2000);
    const results = await sendAll(gateway, list, { timeoutMs: 200, attempts: 6 });
    expectEachOnce(results, list);
    expect(vendor.overWindow).toBe(0);
    expect([...mayHaveHappened.values()].filter((times) => times > 1)).toEqual([]);
    const byId = new Map(results.map((result) => [result.id, result]));
    for (const { id, token } of list) expect(byId.get(id)?.attempts).toBeGreaterThanOrEqual(vendor.times.get(String(token)) ?? 0);
  }, 30_000);
});
