/** Runs as they end: answers that come together, readers that leave, gateways that close, all at the worst moment. */
import fc from 'fast-check';
import { constants } from 'node:http2';
import { FixedCredential } from '../../../core/delivery/auth/credential';
import { Overload } from '../../../core/delivery/breaker/overload';
import { fcmProtocol } from '../../../core/delivery/fcm';
import type { Gateway, GatewayMessage, GatewayResult } from '../../../core/delivery/gateway';
import type { Ending } from '../../../core/delivery/http2/exchange';
import type { Pool } from '../../../core/delivery/http2/pool';
import { Session } from '../../../core/delivery/http2/session';
import type { Line } from '../../../core/delivery/line';
import type { DeliveryListener } from '../../../core/delivery/listener';
import { PaceMaker } from '../../../core/delivery/rate/pace';
import { sendLimits } from '../../../core/delivery/send-limits';
import { Sender } from '../../../core/delivery/sender';
import { collect } from '../support';
import { apnsError, apnsOk, FakeVendor, fcmError, fcmOk, type Deed } from './fake-vendor';
import { apnsGateway, countBy, expectEachOnce, fcmGateway, message, messages, sendAll } from './support';

describe('a run whose answers come when the test says', () => {
  let landings: ((ending: Ending) => void)[];
  let soon: (() => void)[];
  let sender: Sender;
  const begin = (list: readonly GatewayMessage[], { listener, concurrency = 10 }: { listener?: DeliveryListener; concurrency?: number } = {}): AsyncGenerator<GatewayResult> => {
    [landings, soon] = [[], []];
    const session = {
      send: (_request: unknown, _authorization: unknown, _timeoutMs: unknown, done: (ending: Ending) => void) => landings.push(done),
      // What the first answer on a connection does.
      confirm: () => sender.pump(),
      retire: () => undefined,
    };
    const line: Line = {
      protocol: fcmProtocol(() => 'demo'),
      credential: new FixedCredential(undefined),
      pool: { down: undefined, isConnecting: false, take: () => session } as unknown as Pool,
      pace: new PaceMaker(() => 'demo', {}, Date.now, () => undefined),
      overload: new Overload(),
      listener,
      now: Date.now,
      random: () => 0,
      pausedUntil: 0,
      wake: () => sender.pump(),
      wakeSoon: () => soon.push(() => sender.pump()),
    };
    sender = new Sender(line, list, sendLimits({ concurrency }, 10));
    return sender.run({ begin: () => undefined, end: () => undefined });
  };
  const land = (index: number, { status, body }: { status: number; body: unknown }): void => {
    landings[index]?.({ answer: { status, headers: new Map(), body: JSON.stringify(body), complete: true } });
  };
  const ok = fcmOk as { status: number; body: unknown };
  const dead = fcmError(404, 'UNREGISTERED') as { status: number; body: unknown };
  const wake = (): void => soon.splice(0).forEach((pump) => pump());

  it('gives out a dead token that was the last to land, to a reader who asked before the run was looked at', async () => {
    const results = begin(messages(2));
    const first = results.next();
    land(0, ok);
    wake();
    expect((await first).value).toMatchObject({ id: 'm0', outcome: 'accepted' });
    land(1, dead);
    const second = results.next();
    await new Promise((resolve) => setImmediate(resolve));
    wake();
    expect((await second).value).toMatchObject({ id: 'm1', outcome: 'dead-token' });
    expect((await results.next()).done).toBe(true);
  });

  it('gives out all that landed together before it was looked at, and ends', async () => {
    const results = begin(messages(3));
    const first = results.next();
    [dead, ok, dead].forEach((answer, index) => land(index, answer));
    expect(soon).toHaveLength(3);
    wake();
    const outcomes = [(await first).value as GatewayResult];
    for await (const result of results) outcomes.push(result);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'dead-token', 'dead-token']);
  });

  it('lets the next message go when one has landed, and none before', async () => {
    const results = begin(messages(3), { concurrency: 2 });
    const first = results.next();
    expect(landings).toHaveLength(2);
    land(0, ok);
    // The place is free once the answer is worked off, not while it is: what answers make room for goes out together.
    expect(landings).toHaveLength(2);
    wake();
    expect(landings).toHaveLength(3);
    land(1, ok);
    land(2, ok);
    wake();
    expect((await first).value).toMatchObject({ id: 'm0' });
    expect(await collect(results)).toMatchObject([{ id: 'm1' }, { id: 'm2' }]);
  });

  it('ends although its listener throws', async () => {
    const results = begin(messages(1), { listener: () => {
      throw new Error('no room for the log');
    } });
    const first = results.next();
    expect(() => land(0, ok)).toThrow('no room for the log');
    wake();
    expect((await first).value).toMatchObject({ outcome: 'accepted' });
    expect((await results.next()).done).toBe(true);
  });
});

it('sends the body of a request of whatever method', async () => {
  const vendor = await FakeVendor.listen(() => fcmOk);
  const opened = Promise.withResolvers<void>();
  const session = new Session(
    { origin: vendor.origin, mostStreams: 10, firstAlone: false, unindexed: new Set(), idleMs: 1000, silenceMs: 1000, pingTimeoutMs: 1000, connectTimeoutMs: 1000, tls: {} },
    { opened: opened.resolve, room: () => undefined, failed: () => undefined, ended: () => undefined }, 0,
  );
  await opened.promise;
  for (const method of [undefined, 'DELETE', 'GET'] as const) {
    const ending = await new Promise((resolve) => session.send({ ...(method && { method }), path: '/', headers: {}, body: '{"message":{"token":"a"}}' }, undefined, 2000, resolve));
    expect(ending).toMatchObject({ answer: { status: 200 } });
  }
  expect(vendor.seen.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => '{"message":{"token":"a"}}'));
  session.retire();
  await vendor.close();
});

/** How a reader goes about a run. */
interface Reader {
  count: number;
  concurrency: number;
  attempts: number;
  safetyStop: boolean;
  source: 'at once' | 'in time';
  /** Turns of the event loop between one result and the next. */
  pause: number;
  end: 'reads all' | 'aborts' | 'leaves' | 'closes the gateway';
  /** Results before the end. */
  after: number;
}

const READER = fc.record<Reader>({
  count: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 60 })),
  concurrency: fc.integer({ min: 1, max: 30 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  safetyStop: fc.boolean(),
  source: fc.constantFrom('at once', 'in time'),
  pause: fc.integer({ min: 0, max: 2 }),
  end: fc.constantFrom('reads all', 'reads all', 'reads all', 'aborts', 'leaves', 'closes the gateway'),
  after: fc.integer({ min: 0, max: 20 }),
});

const DEEDS = ['ok', 'late', 'dead', 'unavailable', 'throttled', 'refused', 'cancelled', 'expired', 'goaway', 'fin', 'silence'] as const;
/** Mostly what happens all day; a deed for each message and time in turns. */
const TURNS = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...DEEDS.slice(0, 3)) }, { weight: 1, arbitrary: fc.constantFrom(...DEEDS) }), { minLength: 1, maxLength: 13 });

function deedOf(name: (typeof DEEDS)[number], type: 'fcm' | 'apns', streamId: number): Deed {
  const isFcm = type === 'fcm';
  const ok = isFcm ? fcmOk : apnsOk;
  switch (name) {
    case 'ok': return ok;
    case 'late': return { ...(ok as { status: number }), afterMs: 3 };
    case 'dead': return isFcm ? fcmError(404, 'UNREGISTERED') : apnsError(410, 'Unregistered', { timestamp: 1_700_000_000_000 });
    case 'unavailable': return isFcm ? fcmError(503, 'UNAVAILABLE') : apnsError(503, 'ServiceUnavailable');
    case 'throttled': return isFcm ? fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '0' }) : apnsError(429, 'TooManyRequests');
    case 'refused': return { rst: constants.NGHTTP2_REFUSED_STREAM };
    case 'cancelled': return { rst: constants.NGHTTP2_CANCEL };
    case 'expired': return isFcm ? { status: 401, body: { error: { status: 'UNAUTHENTICATED', message: 'no' } } } : apnsError(403, 'ExpiredProviderToken');
    case 'goaway': return { goaway: { last: Math.max(0, streamId - 2) } };
    default: return name;
  }
}

/** Reads a run as the reader does; what it got, and the ids that the run took from its list. */
async function read(gateway: Gateway, reader: Reader, run: number): Promise<{ results: GatewayResult[]; taken: string[] }> {
  const taken: string[] = [];
  const results: GatewayResult[] = [];
  const stop = new AbortController();
  const list = Array.from({ length: reader.count }, (_, index) => message(run * 1000 + index));
  function* atOnce(): Generator<GatewayMessage> {
    for (const one of list) {
      taken.push(one.id);
      yield one;
    }
  }
  async function* inTime(): AsyncGenerator<GatewayMessage> {
    for (const one of list) {
      if (one.id.endsWith('5')) await new Promise((resolve) => setImmediate(resolve));
      taken.push(one.id);
      yield one;
    }
  }
  const { concurrency, attempts, safetyStop } = reader;
  const options = { concurrency, attempts, safetyStop, backoffMs: 1, maxBackoffMs: 5, timeoutMs: 60, signal: stop.signal };
  const reading = gateway.send(reader.source === 'at once' ? atOnce() : inTime(), options)[Symbol.asyncIterator]();
  const act = (): void => {
    if (reader.end === 'aborts') stop.abort();
    if (reader.end === 'closes the gateway') void gateway.close();
  };
  for (let next = reading.next(); ; next = reading.next()) {
    // Asked for already: the run may be in the middle of anything.
    if (results.length === reader.after) queueMicrotask(act);
    const { done, value } = await next;
    if (done === true) return { results, taken };
    results.push(value);
    if (reader.end === 'leaves' && results.length > reader.after) {
      await reading.return?.();
      return { results, taken };
    }
    for (let turn = 0; turn < reader.pause; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}

it('several runs of one gateway each end, and give out each message that they took once, whatever happens and whoever leaves', async () => {
  const cases = fc.tuple(fc.constantFrom('fcm' as const, 'apns' as const), fc.array(READER, { minLength: 1, maxLength: 3 }), TURNS, fc.integer({ min: 1, max: 40 }));
  await fc.assert(fc.asyncProperty(cases, async ([type, readers, turns, streams]) => {
    const mayHaveArrived = new Map<string, number>();
    const told = new Map<string, number>();
    const vendor = await FakeVendor.listen(({ token, time, streamId }) => {
      const name = turns[(Number.parseInt(token, 16) * 7 + time) % turns.length] ?? 'ok';
      if (['ok', 'late', 'cancelled', 'silence'].includes(name)) mayHaveArrived.set(token, (mayHaveArrived.get(token) ?? 0) + 1);
      return deedOf(name, type, streamId);
    }, { maxConcurrentStreams: streams });
    const listener: DeliveryListener = (event) => {
      if (event.event === 'settled') told.set(event.id, (told.get(event.id) ?? 0) + 1);
    };
    const gateway = (type === 'fcm' ? fcmGateway : apnsGateway)(vendor.origin, { listener });
    let timer: NodeJS.Timeout | undefined;
    const never = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('a run does not end')), 8000)));
    try {
      const runs = await Promise.race([Promise.all(readers.map((reader, run) => read(gateway, reader, run))), never]);
      for (const [run, { results, taken }] of runs.entries()) {
        const reader = readers[run] as Reader;
        const ids = results.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        if (reader.end === 'leaves' && ids.length > reader.after) continue;
        expect([...ids].sort()).toEqual([...taken].sort());
        expect(ids.filter((id) => told.get(id) !== 1)).toEqual([]);
        if (reader.end !== 'aborts' && !readers.some(({ end }) => end === 'closes the gateway')) expect(ids).toHaveLength(reader.count);
      }
      expect([...mayHaveArrived].filter(([, times]) => times > 1)).toEqual([]);
      expect([...told].filter(([, times]) => times > 1)).toEqual([]);
      expect(vendor.overWindow).toBe(0);
    } finally {
      clearTimeout(timer);
      await gateway.close();
      await vendor.close();
    }
  }), { numRuns: 60 });
}, 60_000);

it('a listener that throws costs no message and no connection, and warns once', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const vendor = await FakeVendor.listen(({ token, time }) => {
    if (token.endsWith('1') && time === 1) return fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '0.05' });
    return token.endsWith('2') && time === 1 ? fcmError(503, 'UNAVAILABLE') : fcmOk;
  });
  const broken = (): never => {
    throw new Error('the log is full');
  };
  const gateway = fcmGateway(vendor.origin, { listener: broken });
  const list = messages(500);
  const results = await sendAll(gateway, list, { onWait: broken });
  expectEachOnce(results, list);
  expect(countBy(results, 'outcome')).toEqual({ accepted: 500 });
  await gateway.close();
  await vendor.close();
  expect(warn.mock.calls.map(([words]) => words).sort()).toEqual(['The listener of a gateway threw: the log is full', 'onWait of a run threw: the log is full']);
  warn.mockRestore();
});

it.each(['while it waits', 'by the listener'])('sends nothing more once it is stopped %s, whatever was about to wait', async (when) => {
  const vendor = await FakeVendor.listen(() => fcmOk);
  await vendor.close();
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const gateway = fcmGateway(vendor.origin, { listener: ({ event }) => void (when === 'by the listener' && event === 'waiting' && stop()) });
  const list = messages(3);
  const began = performance.now();
  const results = await sendAll(gateway, list, { backoffMs: 1500, signal: controller.signal, ...(when === 'while it waits' && { onWait: stop }) });
  expect(performance.now() - began).toBeLessThan(1000);
  expectEachOnce(results, list);
  expect(countBy(results, 'code')).toEqual({ cancelled: 3 });
  await gateway.close();
});

it('a reader who leaves while the gateway rests and the source says nothing leaves no timer behind', async () => {
  const vendor = await FakeVendor.listen(() => fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '60' }));
  const gateway = fcmGateway(vendor.origin);
  async function* silent(): AsyncGenerator<GatewayMessage> {
    yield message(0);
    await new Promise(() => undefined);
  }
  for await (const { outcome } of gateway.send(silent(), { attempts: 1 })) {
    expect(outcome).toBe('throttled');
    break;
  }
  const timers = jest.spyOn(globalThis, 'setTimeout');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(timers.mock.calls.filter(([, ms = 0]) => ms > 1000)).toEqual([]);
  timers.mockRestore();
  await gateway.close();
  await vendor.close();
});

it('a source made by hand that throws at once is heard after all results, and one without promises is read', async () => {
  const vendor = await FakeVendor.listen(() => fcmOk);
  const gateway = fcmGateway(vendor.origin);
  let count = 0;
  const source = { [Symbol.asyncIterator]: () => ({ next: () => {
    if (++count === 4) throw new Error('no more of it');
    return { done: false, value: message(count) };
  } }) };
  const ids: string[] = [];
  const reading = (async () => {
    for await (const { id } of gateway.send(source as never)) ids.push(id);
  })();
  await expect(reading).rejects.toThrow('no more of it');
  expect(ids.sort()).toEqual(['m1', 'm2', 'm3']);
  await gateway.close();
  await vendor.close();
});
