/** Messages that waited for another attempt: whoever runs them is asked before they go again. */
import type { Gateway, GatewayMessage, SendOptions } from '../../../core/delivery/gateway';
import { FakeVendor, fcmError, fcmOk, type Manners } from './fake-vendor';
import { countBy, expectEachOnce, fcmGateway, messages, sendAll } from './support';

const refusedFirst: Manners = ({ time }) => (time === 1 ? fcmError(503, 'UNAVAILABLE') : fcmOk);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a message that waited', () => {
  let vendor: FakeVendor;
  let gateway: Gateway;
  const start = async (manners: Manners) => {
    vendor = await FakeVendor.listen(manners);
    gateway = fcmGateway(vendor.origin);
  };
  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  /** Lets all go again that `may` says, and keeps what was asked. */
  const asker = (may: (id: string) => boolean = () => true) => {
    const asked: string[][] = [];
    const mayGoAgain: NonNullable<SendOptions['mayGoAgain']> = async (ids) => {
      asked.push([...ids]);
      await pause(5);
      return new Set(ids.filter(may));
    };
    return { asked, mayGoAgain };
  };

  it('is asked about when it is due, with others, and before it goes', async () => {
    await start(refusedFirst);
    const { asked, mayGoAgain } = asker();
    const early: string[] = [];
    vendor.manners = (seen, self) => {
      if (seen.time > 1 && !asked.flat().includes(`m${Number.parseInt(seen.token, 16)}`)) early.push(seen.token);
      return refusedFirst(seen, self);
    };
    const list = messages(300);
    const results = await sendAll(gateway, list, { backoffMs: 50, mayGoAgain });
    expectEachOnce(results, list);
    expect(countBy(results, 'outcome')).toEqual({ accepted: 300 });
    expect(early).toEqual([]);
    expect(asked.flat().sort()).toEqual(list.map(({ id }) => id).sort());
    expect(asked.length).toBeLessThan(60);
    expect(Math.max(...asked.map(({ length }) => length))).toBeLessThanOrEqual(125);
  });

  it('is asked about at each attempt, and never one that did not wait', async () => {
    await start(({ token, time }) => (token.endsWith('0') && time < 4 ? fcmError(503, 'UNAVAILABLE') : token.endsWith('1') && time === 1 ? { rst: 7 } : fcmOk));
    const { asked, mayGoAgain } = asker();
    const results = await sendAll(gateway, messages(3), { mayGoAgain });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 3 });
    expect(vendor.times.get(messages(2)[1]?.token ?? '')).toBe(2);
    expect(asked).toEqual([['m0'], ['m0'], ['m0']]);
  });

  it('comes back as cancelled where it may not, once, and the others go', async () => {
    await start(refusedFirst);
    const { mayGoAgain } = asker((id) => id !== 'm1');
    const list = messages(3);
    const results = await sendAll(gateway, list, { mayGoAgain });
    expectEachOnce(results, list);
    expect(results.find(({ id }) => id === 'm1')).toMatchObject({ outcome: 'unavailable', code: 'cancelled', attempts: 1, detail: expect.stringContaining('another run') });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 2, unavailable: 1 });
    expect(vendor.seen).toHaveLength(5);
  });

  it.each<[string, () => Promise<ReadonlySet<string>>, string]>([
    ['rejects', () => Promise.reject(new Error('disk full')), 'disk full'],
    ['throws at once', () => {
      throw new Error('disk full');
    }, 'disk full'],
    ['says no ids', () => Promise.resolve(5 as never), 'not iterable'],
  ])('goes no more where who is asked %s: all have a result, and the run throws', async (_, mayGoAgain, words) => {
    await start((seen, self) => (seen.token.endsWith('2') ? fcmOk : refusedFirst(seen, self)));
    const list = messages(40);
    const results: string[] = [];
    const reading = (async () => {
      // Some are asked about while others still wait.
      for await (const { id, outcome, code } of gateway.send(list, { backoffMs: 100, mayGoAgain })) results.push(`${id} ${outcome === 'accepted' ? outcome : code}`);
    })();
    await expect(reading).rejects.toThrow(words);
    expect(results.sort()).toEqual(list.map(({ id, token }) => `${id} ${token?.endsWith('2') === true ? 'accepted' : 'cancelled'}`).sort());
    expect(vendor.seen).toHaveLength(list.length);
  });

  it.each(['is stopped', 'loses its reader', 'is closed'])('holds up no run that %s while the question is in the air', async (end) => {
    await start((seen, self) => (seen.token.endsWith('2') ? fcmOk : refusedFirst(seen, self)));
    const controller = new AbortController();
    const list = messages(3);
    let answer: (may: ReadonlySet<string>) => void = () => undefined;
    let closing: Promise<void> | undefined;
    const mayGoAgain = () => new Promise<ReadonlySet<string>>((resolve) => {
      answer = resolve;
      if (end === 'is stopped') setTimeout(() => controller.abort(), 20);
      else if (end === 'is closed') setTimeout(() => (closing = gateway.close()), 20);
    });
    if (end === 'loses its reader') {
      for await (const { id } of gateway.send(list, { backoffMs: 5, mayGoAgain })) {
        expect(id).toBe('m2');
        await pause(50);
        break;
      }
    } else {
      const results = await sendAll(gateway, list, { mayGoAgain, signal: controller.signal });
      expectEachOnce(results, list);
      expect(results.filter(({ code }) => code === 'cancelled')).toHaveLength(2);
    }
    answer(new Set(['m0', 'm1']));
    await closing;
    await pause(30);
    expect(vendor.seen).toHaveLength(3);
  });

  it('is ended by the safety stop while the question is in the air', async () => {
    await start(({ token, time }) => (token.endsWith('00') && time === 1 ? fcmError(503, 'UNAVAILABLE') : pause(30).then(() => fcmError(400, 'INVALID_ARGUMENT'))));
    let answer: (may: ReadonlySet<string>) => void = () => undefined;
    const list = messages(60);
    const results = await sendAll(gateway, list, { backoffMs: 1, mayGoAgain: () => new Promise((resolve) => (answer = resolve)) });
    answer(new Set(['m0']));
    await pause(30);
    expectEachOnce(results, list);
    expect(results.find(({ id }) => id === 'm0')).toMatchObject({ code: 'stopped-bad-payload' });
    expect(vendor.times.get(list[0]?.token ?? '')).toBe(1);
  });

  it('is given up, or has expired, where the answer takes too long', async () => {
    await start(refusedFirst);
    const slow = async (ids: readonly string[]) => {
      await pause(400);
      return new Set(ids);
    };
    const [given] = await sendAll(gateway, messages(1), { giveUpAfterMs: 200, mayGoAgain: slow });
    expect(given).toMatchObject({ outcome: 'unavailable', code: 'UNAVAILABLE', attempts: 1 });
    const [late] = await sendAll(gateway, [{ ...(messages(2)[1] as GatewayMessage), expiresAt: new Date(Date.now() + 300) }], { mayGoAgain: slow });
    expect(late).toMatchObject({ outcome: 'unavailable', code: 'expired', attempts: 1 });
    expect(vendor.seen).toHaveLength(2);
  });

  it('is not asked about while the gateway rests', async () => {
    await start(({ token, time }) => (time > 1 ? fcmOk : token.endsWith('1') ? fcmError(429, 'QUOTA_EXCEEDED', {}, { 'retry-after': '1' }) : fcmError(503, 'UNAVAILABLE')));
    const began = performance.now();
    const asked: number[] = [];
    await sendAll(gateway, messages(2), {
      backoffMs: 5,
      mayGoAgain: async (ids) => {
        asked.push(performance.now() - began);
        return new Set(ids);
      },
    });
    expect(Math.min(...asked)).toBeGreaterThan(900);
  });
});
