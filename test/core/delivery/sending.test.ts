import fc from 'fast-check';
import type { Gateway, GatewayMessage, GatewayResult } from '../../../core/delivery/gateway';
import { collect } from '../support';
import { apnsOk, FakeVendor, fcmError, fcmOk, type Deed, type Manners } from './fake-vendor';
import { apnsGateway, countBy, expectEachOnce, fcmGateway, message, messages, QUICK, sendAll } from './support';

describe('sending', () => {
  let vendor: FakeVendor;
  let gateway: Gateway;
  const start = async (type: 'fcm' | 'apns', manners: Manners): Promise<void> => {
    vendor = await FakeVendor.listen(manners);
    gateway = type === 'fcm' ? fcmGateway(vendor.origin) : apnsGateway(vendor.origin);
  };
  const slowly = (deed: Deed, afterMs: number): Deed => ({ ...(deed as object), afterMs }) as Deed;

  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  describe('on the wire', () => {
    it('writes a message for FCM and keeps the name that FCM gives it', async () => {
      await start('fcm', () => fcmOk);
      const results = await sendAll(gateway, [{ id: 'a', token: 'tok', payload: { notification: { title: 'Hi' }, token: 'another' } }]);
      expect(results).toEqual([{ id: 'a', outcome: 'accepted', status: 200, gatewayId: 'projects/demo/messages/1', attempts: 1 }]);
      const [seen] = vendor.seen;
      expect(seen?.path).toBe('/v1/projects/demo/messages:send');
      expect(JSON.parse(seen?.body ?? '')).toEqual({ message: { notification: { title: 'Hi' }, token: 'tok' } });
      expect(seen?.headers).toMatchObject({ authorization: 'Bearer sandbox', 'content-type': 'application/json', ':scheme': 'http' });
    });

    it('writes a message for APNs with Apple\'s headers, the message\'s own before the defaults, and keeps the apns-id and the apns-unique-id', async () => {
      await start('apns', ({ headers }) => ({ status: 200, headers: { 'apns-id': String(headers['apns-id'] ?? 'theirs'), ...(headers['apns-id'] === 'ours' && { 'apns-unique-id': 'unique' }) } }));
      const results = await sendAll(gateway, [
        message(1, { payload: { aps: { alert: 'Hi' } } }),
        message(2, { headers: { 'apns-push-type': 'background', 'apns-priority': '5', 'apns-id': 'ours' } }),
      ], { concurrency: 1 });
      expect(results.map(({ gatewayId, uniqueId }) => [gatewayId, uniqueId])).toEqual([['theirs', undefined], ['ours', 'unique']]);
      expect(vendor.seen[0]).toMatchObject({ path: `/3/device/${'1'.padStart(64, '0')}`, body: '{"aps":{"alert":"Hi"}}' });
      expect(vendor.seen[0]?.headers).toMatchObject({ 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert', 'apns-priority': '10' });
      expect(vendor.seen[1]?.headers).toMatchObject({ 'apns-topic': 'com.example.shop', 'apns-push-type': 'background', 'apns-priority': '5' });
    });
  });

  it('takes an empty apns-id or apns-unique-id of APNs for none', async () => {
    await start('apns', () => ({ status: 200, headers: { 'apns-id': '', 'apns-unique-id': '' } }));
    const [result] = await sendAll(gateway, messages(1));
    expect([result?.outcome, result?.gatewayId, result?.uniqueId]).toEqual(['accepted', undefined, undefined]);
  });

  describe('what FCM says', () => {
    it.each([
      ['the known text', fcmError(400, 'INVALID_ARGUMENT', { message: 'The registration token is not a valid FCM registration token' }), 'dead-token', 'INVALID_ARGUMENT/token'],
      ['another text', fcmError(400, 'INVALID_ARGUMENT', { message: 'Message is too big' }), 'bad-payload', 'INVALID_ARGUMENT'],
      ['a field of the message', { status: 400, body: { error: { status: 'INVALID_ARGUMENT', message: 'Invalid value', details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'message.data[0].value' }] }] } } }, 'bad-payload', 'INVALID_ARGUMENT'],
      ['UNREGISTERED without FcmError', { status: 404, body: { error: { status: 'UNREGISTERED' } } }, 'bad-credentials', undefined],
      ['NOT_FOUND without FcmError', { status: 404, body: { error: { status: 'NOT_FOUND', message: 'Requested entity was not found.' } } }, 'bad-credentials', 'NOT_FOUND'],
      ['a page of a proxy', { status: 404, body: '<html>' }, 'bad-credentials', undefined],
      ['200 from somebody else', { status: 200, body: '<html>welcome' }, 'unknown', 'NO_NAME'],
      ['204 from somebody else', { status: 204 }, 'unknown', 'NO_NAME'],
      ['a name without a letter', { status: 200, body: { name: '' } }, 'unknown', 'NO_NAME'],
      ['a conflict, which for a topic would be good news', { status: 409, body: { error: { status: 'ABORTED' } } }, 'bad-payload', 'ABORTED'],
    ] as const)('understands %s', async (_, deed, outcome, code) => {
      await start('fcm', () => deed as Deed);
      const [result] = await sendAll(gateway, messages(1));
      expect([result?.outcome, result?.code]).toEqual([outcome, code]);
    });

    it('repeats its sentence without the token', async () => {
      await start('fcm', ({ token }) => fcmError(400, 'INVALID_ARGUMENT', { message: `Bad thing about ${token}` }));
      const [result] = await sendAll(gateway, [{ id: 'a', token: 'very-secret-token', payload: {} }]);
      expect(result?.detail).toContain('FCM says: "Bad thing about (token)"');
      expect(JSON.stringify(result)).not.toContain('very-secret-token');
    });

    it('nor with the token as it stands in an address', async () => {
      const said = { error: { status: 'NOT_FOUND', message: 'Not found: projects/demo/registrations/very%3Asecret%2Ftoken/topicSubscriptions' } };
      await start('fcm', () => ({ status: 404, body: said }));
      const [result] = await sendAll(gateway, [{ id: 'a', token: 'very:secret/token', payload: {} }]);
      expect(result?.detail).toContain('registrations/(token)/topicSubscriptions');
    });

    it('nor does it lose a message whose token no address can hold', async () => {
      await start('fcm', () => fcmError(400, 'INVALID_ARGUMENT', { message: 'Half a letter' }));
      expect(await sendAll(gateway, [{ id: 'a', token: 'half-\ud800', payload: {} }])).toMatchObject([{ id: 'a', outcome: 'bad-payload' }]);
    });

    it('and no more of its code than a code has letters', async () => {
      await start('fcm', () => fcmError(400, 'X'.repeat(5000)));
      const [result] = await sendAll(gateway, messages(1));
      expect(result?.code).toBe('X'.repeat(60));
    });
  });

  describe('what cannot be sent', () => {
    it('is a result in words, and the others go', async () => {
      await start('apns', () => apnsOk);
      const circular: Record<string, never> = {};
      (circular as Record<string, unknown>)['self'] = circular;
      const bad: [GatewayMessage, string][] = [
        [message(1, { token: '' }), 'token-missing'],
        [message(2, { token: 'an-fcm:token' }), 'token-malformed'],
        [message(3, { token: 'ab/../../' }), 'token-malformed'],
        [message(4, { payload: circular }), 'payload-malformed'],
        [message(5, { payload: null as never }), 'payload-malformed'],
        [message(6, { payload: { text: 'x'.repeat(70_000) } }), 'payload-oversized'],
        [message(7, { headers: { 'apns-topic': 'a\r\nb' } }), 'header-malformed'],
        [message(8, { headers: { authorization: 'mine' } }), 'header-malformed'],
        [message(9, { headers: { ':path': '/x' } }), 'header-malformed'],
      ];
      const list = [...bad.map(([each]) => each), ...messages(20).slice(10)];
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      for (const [{ id }, code] of bad) {
        expect(results.find((result) => result.id === id)).toMatchObject({ outcome: 'bad-payload', code, attempts: 0 });
      }
      expect(countBy(results, 'outcome')).toEqual({ 'bad-payload': 9, accepted: 10 });
    });

    it('settles hostile messages once each, whatever they hold', async () => {
      await start('fcm', () => fcmOk);
      const hostile = fc.array(fc.record({ token: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), payload: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.anything()), headers: fc.anything() }), { maxLength: 20 });
      await fc.assert(fc.asyncProperty(hostile, async (values) => {
        const list = values.map((value, index) => ({ id: `m${index}`, ...value })) as unknown as GatewayMessage[];
        expectEachOnce(await sendAll(gateway, list), list);
        const device = apnsGateway(vendor.origin);
        expectEachOnce(await sendAll(device, list), list);
        await device.close();
      }), { numRuns: 40 });
    }, 30_000);
  });

  describe('pulling', () => {
    it('reads no further ahead than the window', async () => {
      await start('fcm', () => slowly(fcmOk, 5));
      let pulled = 0;
      let settled = 0;
      let most = 0;
      function* source(): Generator<GatewayMessage> {
        while (pulled < 500) {
          most = Math.max(most, pulled - settled);
          yield message(pulled++);
        }
      }
      for await (const result of gateway.send(source(), { ...QUICK, concurrency: 20 })) {
        expect(result.outcome).toBe('accepted');
        settled++;
      }
      expect(settled).toBe(500);
      expect(most).toBeLessThanOrEqual(41);
    });

    it('stops pulling while nobody reads the results', async () => {
      await start('fcm', () => fcmOk);
      let pulled = 0;
      function* endless(): Generator<GatewayMessage> {
        for (;;) yield message(pulled++);
      }
      const results = gateway.send(endless(), { ...QUICK, concurrency: 10 })[Symbol.asyncIterator]();
      await results.next();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(pulled).toBeLessThan(50);
      await results.return?.(undefined);
    });

    it('takes messages as an async source brings them', async () => {
      await start('fcm', () => fcmOk);
      async function* source(): AsyncGenerator<GatewayMessage> {
        for (let n = 0; n < 60; n++) {
          if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
          yield message(n);
        }
      }
      expect(countBy(await sendAll(gateway, source()), 'outcome')).toEqual({ accepted: 60 });
    });

    it('passes on what the source throws, after the results of all that came before', async () => {
      await start('fcm', () => slowly(fcmOk, 20));
      async function* source(): AsyncGenerator<GatewayMessage> {
        yield* messages(30);
        throw new Error('the list is torn');
      }
      const results: GatewayResult[] = [];
      const reading = (async () => {
        for await (const result of gateway.send(source(), QUICK)) results.push(result);
      })();
      await expect(reading).rejects.toThrow('the list is torn');
      expect(results).toHaveLength(30);
    });

    it('lets runs share the connections of one gateway', async () => {
      await start('fcm', () => slowly(fcmOk, 5));
      const all = await Promise.all([0, 1, 2].map(() => sendAll(gateway, messages(400))));
      for (const results of all) expect(countBy(results, 'outcome')).toEqual({ accepted: 400 });
      expect(vendor.connections).toBeLessThanOrEqual(4);
    });
  });

  describe('stopping', () => {
    it('takes no more messages, waits for those in the air, and says of the others that they were not sent', async () => {
      await start('fcm', ({ token }) => (Number.parseInt(token, 16) < 5 ? fcmError(503, 'UNAVAILABLE') : slowly(fcmOk, 100)));
      const stop = new AbortController();
      let pulled = 0;
      function* endless(): Generator<GatewayMessage> {
        for (;;) yield message(pulled++);
      }
      setTimeout(() => stop.abort(), 60);
      const results = await sendAll(gateway, endless(), { concurrency: 20, backoffMs: 1000, signal: stop.signal });
      expect(results).toHaveLength(pulled);
      const { accepted, unavailable } = countBy(results, 'outcome');
      expect([accepted, unavailable]).toEqual([20, 5]);
      expect(results.filter(({ code }) => code === 'cancelled')).toHaveLength(5);
      expect(vendor.seen).toHaveLength(25);
    });

    it('does not wait for a source that never brings another message', async () => {
      await start('fcm', () => fcmOk);
      const stop = new AbortController();
      async function* source(): AsyncGenerator<GatewayMessage> {
        yield message(1);
        await new Promise(() => undefined);
      }
      setTimeout(() => stop.abort(), 50);
      expect(await sendAll(gateway, source(), { signal: stop.signal })).toMatchObject([{ outcome: 'accepted' }]);
    });

    it('gives a result to a message that the source was about to bring', async () => {
      await start('fcm', () => fcmOk);
      const stop = new AbortController();
      async function* source(): AsyncGenerator<GatewayMessage> {
        yield message(1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield message(2);
      }
      setTimeout(() => stop.abort(), 50);
      const results = await sendAll(gateway, source(), { signal: stop.signal });
      expect(results.map(({ id, code }) => [id, code])).toEqual([['m1', undefined], ['m2', 'cancelled']]);
    });

    it('cleans up after a reader who leaves early', async () => {
      await start('fcm', () => slowly(fcmOk, 10));
      let ended = false;
      function* endless(): Generator<GatewayMessage> {
        try {
          for (let n = 0; ; n++) yield message(n);
        } finally {
          ended = true;
        }
      }
      for await (const result of gateway.send(endless(), QUICK)) {
        expect(result.outcome).toBe('accepted');
        break;
      }
      expect(ended).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = vendor.seen.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(vendor.seen.length).toBe(before);
      expect(countBy(await sendAll(gateway, messages(10)), 'outcome')).toEqual({ accepted: 10 });
    });

    it('sends nothing where the signal is gone off already, and nothing after close', async () => {
      await start('fcm', () => fcmOk);
      expect(await sendAll(gateway, messages(5), { signal: AbortSignal.abort() })).toEqual([]);
      await gateway.close();
      await expect(collect(gateway.send(messages(5)))).rejects.toMatchObject({ code: 'gateway-closed' });
      expect(vendor.seen).toEqual([]);
    });
  });

  it('refuses senseless options in words', async () => {
    await start('fcm', () => fcmOk);
    for (const options of [{ attempts: 0 }, { concurrency: -1 }, { timeoutMs: NaN }, { backoffMs: 1.5 }]) {
      await expect(sendAll(gateway, messages(1), options)).rejects.toMatchObject({ code: 'send-option-malformed' });
    }
    await expect(sendAll(gateway, 5 as never)).rejects.toMatchObject({ code: 'messages-malformed' });
  });
});
