/**
 * What a gateway may do to a sender. After each fault: every message has one result, nobody was sent to twice, no token is
 * held for dead that is not, and the run goes on as far as it can.
 */
import type { LookupAddress } from 'node:dns';
import type { Gateway } from '../../core/delivery/gateway';
import { LocalPermits } from '../../core/delivery/rate';
import { OUTCOME_TABLE } from '../../core/delivery/outcomes';
import type { GatewayType } from '../../core/recipient';
import type { SandboxOptions } from '../../sandbox';
import { gatewayOf, messages, send, stage, token, type Stage } from './support';

const COUNT = 800;
/** What FCM (4 x 100) and APNs (2 x 500) have in the air at most. */
const WINDOW = { fcm: 400, apns: 1000 };

jest.setTimeout(30_000);

describe.each<GatewayType>(['fcm', 'apns'])('%s', (type) => {
  let on: Stage;
  let gateway: Gateway;
  /** Another place, whose credentials the stage does not take. */
  let stranger: Stage | undefined;
  let meanwhile: NodeJS.Timeout | undefined;
  /** Does something again and again while the test runs. */
  const every = (ms: number, work: () => void): void => void (meanwhile = setInterval(work, ms));
  const set = async (options: SandboxOptions = {}): Promise<void> => {
    on = await stage(type, options);
    gateway = gatewayOf(on);
  };
  afterEach(async () => {
    clearInterval(meanwhile);
    await gateway.close();
    await on.sandbox.close();
    await stranger?.sandbox.close();
    stranger = undefined;
  });

  it('GOAWAY in good order, again and again: nothing is lost', async () => {
    await set({ latencyMs: 10 });
    every(150, () => on.sandbox.goaway());
    const { byOutcome } = await send(on, gateway, messages(type, COUNT));
    expect(byOutcome).toEqual({ accepted: COUNT });
  });

  it.each([
    ['GOAWAY that leaves requests unprocessed', 'goaway-once'],
    ['RST_STREAM REFUSED_STREAM', 'refused-once'],
    ['500', 'internal-once'],
    ['503', 'unavailable-once'],
    ['an answer of a megabyte', 'large-once'],
    ['answers in several frames', 'frames'],
    ['429 with seconds', 'quota-once'],
    ['429 with a date', 'quota-date-once'],
  ])('%s: all arrive in the end', async (_, as) => {
    await set();
    on.sandbox.disturb({ as, after: 200, every: 40, times: 12 });
    expect((await send(on, gateway, messages(type, COUNT))).byOutcome).toEqual({ accepted: COUNT });
  });

  it.each([
    ['RST_STREAM CANCEL', 'reset', 'stream-reset'],
    ['RST_STREAM INTERNAL_ERROR', 'broken', 'stream-reset'],
    ['silence', 'silence', 'timeout'],
  ])('%s: unknown for exactly those, and never sent again', async (_, as, code) => {
    await set();
    on.sandbox.disturb({ as, after: 100, every: 50, times: 10 });
    const { byOutcome, byCode } = await send(on, gateway, messages(type, COUNT), { timeoutMs: 1500 });
    expect([byOutcome, byCode]).toEqual([{ accepted: COUNT - 10, unknown: 10 }, { [code]: 10 }]);
    expect(on.sandbox.deliveries().every(({ requests }) => requests === 1)).toBe(true);
  });

  it.each([['FIN', 'finished'], ['a cut connection', 'closed']])('%s: unknown for no more than were in the air, and never sent again', async (_, as) => {
    await set({ latencyMs: 5 });
    on.sandbox.disturb({ as, after: 200, every: 300, times: 2 });
    const { byOutcome } = await send(on, gateway, messages(type, COUNT));
    expect(byOutcome['unknown'] ?? 0).toBeGreaterThan(0);
    expect(byOutcome['unknown'] ?? 0).toBeLessThanOrEqual(2 * WINDOW[type]);
    expect((byOutcome['accepted'] ?? 0) + (byOutcome['unknown'] ?? 0)).toBe(COUNT);
    expect(on.sandbox.deliveries().every(({ requests }) => requests === 1)).toBe(true);
  });

  it('SETTINGS 1, then 1000, then 10, with requests in the air', async () => {
    await set({ maxConcurrentStreams: 1, latencyMs: 5 });
    setTimeout(() => on.sandbox.allowStreams(1000), 200);
    setTimeout(() => on.sandbox.allowStreams(10), 350);
    expect((await send(on, gateway, messages(type, COUNT), { timeoutMs: 10_000 })).byOutcome).toEqual({ accepted: COUNT });
  });

  it('TLS that begins late', async () => {
    await set();
    on.sandbox.delayTls(400);
    await gateway.close();
    gateway = gatewayOf(on, {}, on.sandbox.tlsUrl);
    expect((await send(on, gateway, messages(type, 300))).byOutcome).toEqual({ accepted: 300 });
  });

  it('half the addresses of the host dead', async () => {
    await set();
    const addresses: LookupAddress[] = ['127.0.0.11', '127.0.0.1', '127.0.0.12', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const lookup = ((_: string, __: object, done: (error: null, list: LookupAddress[]) => void) => setImmediate(done, null, addresses)) as never;
    await gateway.close();
    gateway = gatewayOf(on, { lookup }, on.sandbox.gatewayUrl.replace('127.0.0.1', 'localhost'));
    expect((await send(on, gateway, messages(type, 500))).byOutcome).toEqual({ accepted: 500 });
  });

  it('a sign-in that runs out with hundreds in the air: renewed once, and all arrive', async () => {
    await set({ latencyMs: 20 });
    on.sandbox.disturb({ as: 'signed-out-once', after: 200, times: 150 });
    expect((await send(on, gateway, messages(type, COUNT))).byOutcome).toEqual({ accepted: COUNT });
    // The one that was there at the start, and the renewed one.
    expect(on.sandbox.signIns(type)).toBe(2);
  });

  it('tokens that died, some lately and some long ago: dead, each since when the gateway says', async () => {
    await set();
    const list = messages(type, 300).map((message, index) => {
      const [name, digits] = index % 20 === 0 ? ['unregistered', '01'] : index % 20 === 1 ? ['expired-token', '10'] : ['ok', '00'];
      return { ...message, token: type === 'fcm' ? `magic-${name}:${index}` : `facade${digits}${token(index).slice(8)}` };
    });
    const { byOutcome, results } = await send(on, gateway, list);
    expect(byOutcome).toEqual({ accepted: 270, 'dead-token': 30 });
    if (type === 'fcm') return;
    const age = (code: string) => results.filter((result) => result.code === code).map(({ deadSince }) => Math.round((Date.now() - Date.parse(deadSince ?? '')) / 86_400_000));
    expect([age('Unregistered'), age('ExpiredToken')]).toEqual([Array.from({ length: 15 }, () => 0), Array.from({ length: 15 }, () => 30)]);
  });

  it('the clock set back and forth: neither rate nor waits go astray', async () => {
    on = await stage(type, { strictAuth: false });
    let shift = 0;
    gateway = gatewayOf(on, { now: () => Date.now() + shift });
    on.sandbox.disturb({ as: 'unavailable-once', every: 40, times: 10 });
    every(100, () => (shift = shift === 0 ? -1_800_000 : 0));
    const started = performance.now();
    expect((await send(on, gateway, messages(type, 600), { rate: { perMinute: 60_000, permits: new LocalPermits() } })).byOutcome).toEqual({ accepted: 600 });
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('never more requests than the bucket gives', async () => {
    await set();
    const started = performance.now();
    const { byOutcome } = await send(on, gateway, messages(type, 1000), { rate: { perMinute: 30_000, permits: new LocalPermits() } });
    expect(byOutcome).toEqual({ accepted: 1000 });
    // 500 a second; a burst of 50 and a block of 50 at hand may come on top.
    expect(performance.now() - started).toBeGreaterThan((900 / 500) * 1000 - 20);
  });

  it('a wrong environment: stops, holds no token for dead, and says why in the rest', async () => {
    await set();
    on.sandbox.disturb({ as: type === 'fcm' ? 'wrong-environment' : 'bad-token' });
    const list = messages(type, COUNT).map((message, index) =>
      (index % 10 === 3 ? { ...message, token: type === 'fcm' ? `magic-unregistered:${index}` : `facade01${token(index).slice(8)}` } : message));
    const { byOutcome, byCode } = await send(on, gateway, list, { concurrency: 50 });
    expect(byOutcome).toEqual({ 'wrong-environment': COUNT });
    expect(byCode['stopped-wrong-environment']).toBeGreaterThan(COUNT - 150);
  });

  it('a credential that is refused: stops, and touches no token', async () => {
    await set();
    stranger = await stage(type);
    await gateway.close();
    gateway = gatewayOf({ ...stranger, sandbox: on.sandbox });
    const { byOutcome } = await send(on, gateway, messages(type, COUNT), { concurrency: 50 });
    expect(byOutcome).toEqual({ 'bad-credentials': COUNT });
  });

  it('everything at once: what must hold still holds', async () => {
    await set({ latencyMs: 2 });
    const faults = ['goaway-once', 'refused-once', 'unavailable-once', 'reset', 'quota-once', 'closed', 'farewell', 'large-once', 'frames'];
    let turn = 0;
    every(40, () => on.sandbox.disturb({ as: faults[turn++ % faults.length] ?? 'ok', every: 30 }));
    const { byOutcome } = await send(on, gateway, messages(type, 2 * COUNT), { timeoutMs: 5000 });
    expect(Object.keys(byOutcome).filter((outcome) => !['accepted', 'unknown', 'unavailable'].includes(outcome))).toEqual([]);
    expect(byOutcome['accepted'] ?? 0).toBeGreaterThan(0);
  });
});

it('no row of the table but those of the token itself lets a token die', () => {
  expect(OUTCOME_TABLE.filter(({ outcome }) => outcome === 'dead-token').map(({ gateway, status, code }) => `${gateway} ${status} ${code}`)).toEqual([
    'fcm 404 UNREGISTERED', 'fcm 404 UNREGISTERED_FID', 'fcm 400 INVALID_ARGUMENT/token', 'apns 410 Unregistered', 'apns 410 ExpiredToken',
  ]);
});
