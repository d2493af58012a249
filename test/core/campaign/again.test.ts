/** Messages of a campaign that wait for another attempt: what the ledger says of them, and what another run may do meanwhile. */
import { sendBroadcast, sendCampaign, type CampaignOptions } from '../../../core/campaign';
import type { Gateway } from '../../../core/delivery/gateway';
import type { Store } from '../../../core/store';
import { FakeVendor, fcmError, fcmOk, type Deed } from '../delivery/fake-vendor';
import { fcmGateway } from '../delivery/support';
import { DATABASES, freshStore } from '../store/databases';
import { collect, FakeGateway } from '../support';

const unavailable = fcmError(503, 'UNAVAILABLE');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const later = (ms: number) => () => new Date(Date.now() + ms);

describe.each(DATABASES)('a message that waits for another attempt, in $name', (database) => {
  let store: Store;
  let end: () => Promise<void>;
  let vendor: FakeVendor;
  let fcm: Gateway;
  beforeEach(async () => {
    ({ store, end } = await freshStore(database));
    vendor = await FakeVendor.listen(() => fcmOk);
    fcm = fcmGateway(vendor.origin);
  });
  afterEach(async () => {
    await vendor.close();
    await fcm.close();
    await end();
  });

  const campaign = (more: Partial<CampaignOptions> = {}, people = ['anna']) => collect(sendCampaign(people.map((id) => ({ id, token: `token-${id}` })), {
    campaign: 'sale', template: { template: { title: 'T' } }, store, gateways: { fcm }, delivery: { backoffMs: 5 }, ...more,
  }));
  const ends = (results: Awaited<ReturnType<typeof campaign>>) => results.map(({ output, reason }) => [output, reason]);
  /** Answers the attempts one after the other. */
  const answers = (...deeds: Deed[]) => (vendor.manners = () => deeds[vendor.seen.length - 1] ?? fcmOk);
  /** The store, and what it was told. */
  const watched = (said: string[], more: Partial<Store> = {}): Store => {
    const told = (name: 'postpone' | 'depart' | 'settle', does: (...call: never[]) => Promise<unknown>) => ({
      value: async (...call: never[]) => {
        const answer = await does(...call);
        said.push(name);
        return answer;
      },
    });
    return Object.create(store, {
      postpone: told('postpone', more.postpone ?? store.postpone.bind(store)),
      depart: told('depart', more.depart ?? store.depart.bind(store)),
      settle: told('settle', more.settle ?? store.settle.bind(store)),
      ...(more.renew && { renew: { value: more.renew } }),
    }) as Store;
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await pause(5);
  };

  it('goes no more where another run took it over meanwhile', async () => {
    answers(unavailable);
    const said: string[] = [];
    // Asleep, or cut off from the database: nothing is renewed.
    const asleep = watched(said, { renew: () => Promise.reject(new Error('unreachable')) });
    const first = campaign({ store: asleep, delivery: { backoffMs: 500 } });
    await until(() => said.includes('postpone'));
    const other = new FakeGateway();
    expect(ends(await campaign({ gateways: { fcm: other }, now: later(3_600_000) }))).toEqual([['sent', undefined]]);
    expect(ends(await first)).toEqual([['failed', 'unavailable']]);
    expect(vendor.seen).toHaveLength(1);
    expect(await collect(store.ledger())).toMatchObject([{ outcome: 'accepted' }]);
    expect(await store.runs()).toMatchObject([{ sent: 1, failed: 0 }]);
  });

  it('is certain where its run dies, however short its wait, and is sent when that is over', async () => {
    answers(unavailable);
    const said: string[] = [];
    campaign({ store: watched(said), delivery: { backoffMs: 65_000, maxBackoffMs: 65_000 }, leaseMs: 90_000 }).catch(() => undefined);
    await until(() => said.includes('postpone'));
    const other = new FakeGateway();
    const soon = await campaign({ gateways: { fcm: other }, now: later(30_000) });
    expect(soon).toMatchObject([{ output: 'held', reason: 'in-flight' }]);
    expect(ends(await campaign({ gateways: { fcm: other }, now: later(95_000) }))).toEqual([['sent', undefined]]);
  });

  it('is in the air again once it goes, and not certain where its run dies then', async () => {
    answers(unavailable, 'silence');
    campaign().catch(() => undefined);
    await until(() => vendor.seen.length === 2);
    // Longer than a group of outcomes and waits is on its way.
    await pause(120);
    const other = new FakeGateway();
    expect(ends(await campaign({ gateways: { fcm: other }, now: later(3_600_000) }))).toEqual([['suppressed', 'unknown-before']]);
  });

  it('waits at least until the ledger knows that it waits', async () => {
    answers(unavailable);
    const said: string[] = [];
    const slow = watched(said, {
      postpone: async (...call) => {
        await pause(200);
        return store.postpone(...call);
      },
    });
    vendor.manners = () => {
      said.push('attempt');
      return vendor.seen.length === 1 ? unavailable : fcmOk;
    };
    expect(ends(await campaign({ store: slow }))).toEqual([['sent', undefined]]);
    expect(said).toEqual(['attempt', 'postpone', 'depart', 'attempt', 'settle']);
  });

  it('does not wait for whoever reads the results', async () => {
    vendor.manners = ({ token, time }) => (token === 'token-p0' && time === 1 ? unavailable : fcmOk);
    const people = Array.from({ length: 2000 }, (_, n) => ({ id: `p${n}`, token: `token-p${n}` }));
    const results = sendCampaign(people, { campaign: 'sale', template: { template: { title: 'T' } }, store, gateways: { fcm }, delivery: { backoffMs: 300, maxBackoffMs: 300 } });
    await results.next();
    await until(() => vendor.times.get('token-p0') === 2);
    await results.return(undefined);
  });

  it.each(['depart', 'postpone'] as const)('ends its run where the store fails at %s, and does not go', async (call) => {
    answers(unavailable);
    let said = 0;
    const broken: Store = Object.create(store, {
      [call]: { value: async (...args: never[]) => {
        if (vendor.seen.length === 0) return (store[call] as (...all: never[]) => Promise<unknown>)(...args);
        said++;
        throw new Error('disk full');
      } },
    });
    await expect(campaign({ store: broken })).rejects.toThrow('disk full');
    expect(said).toBe(1);
    expect(vendor.seen).toHaveLength(1);
  });

  it('has one end where its run is stopped while the ledger is asked', async () => {
    vendor.manners = ({ time }) => (time === 1 ? unavailable : fcmOk);
    const stop = new AbortController();
    const said: string[] = [];
    const slow = watched(said, {
      depart: async (...call) => {
        if (vendor.seen.length === 3) {
          stop.abort();
          await pause(100);
        }
        return store.depart(...call);
      },
    });
    const people = ['anna', 'ben', 'carl'];
    const results = await campaign({ store: slow, signal: stop.signal, delivery: { backoffMs: 60, maxBackoffMs: 60 } }, people);
    expect(ends(results)).toEqual(people.map(() => ['failed', 'unavailable']));
    expect(vendor.seen).toHaveLength(3);
    expect((await collect(store.ledger())).map(({ code }) => code)).toEqual(people.map(() => 'cancelled'));
    expect(ends(await campaign({}, people))).toEqual(people.map(() => ['sent', undefined]));
  });

  it('may have arrived though a later run that sends again is refused, and skips the phone after that', async () => {
    vendor.manners = () => 'silence';
    campaign().catch(() => undefined);
    await until(() => vendor.seen.length === 1);
    const refusing = new FakeGateway('fcm', () => ({ outcome: 'bad-payload' }));
    expect(ends(await campaign({ gateways: { fcm: refusing }, onUnknown: 'send-again', now: later(3_600_000) }))).toEqual([['failed', 'bad-payload']]);
    expect(await collect(store.ledger())).toMatchObject([{ outcome: 'unknown' }]);
    const other = new FakeGateway();
    expect(ends(await campaign({ gateways: { fcm: other }, now: later(7_200_000) }))).toEqual([['suppressed', 'unknown-before']]);
  });

  describe('to a topic', () => {
    const broadcast = (more: Partial<Parameters<typeof sendBroadcast>[1]> = {}) => sendBroadcast({}, {
      campaign: 'sale', template: { template: { title: 'T' } }, to: { topic: 'news' }, store, gateways: { fcm }, delivery: { backoffMs: 5 }, ...more,
    });

    it('goes no more where another process took it over meanwhile', async () => {
      answers(unavailable);
      const said: string[] = [];
      const first = broadcast({ store: watched(said, { renew: () => Promise.reject(new Error('unreachable')) }), delivery: { backoffMs: 500 } });
      await until(() => said.includes('postpone'));
      expect(await broadcast({ gateways: { fcm: new FakeGateway() }, now: later(3_600_000) })).toMatchObject({ output: 'sent' });
      expect(await first).toMatchObject({ output: 'failed', reason: 'unavailable' });
      expect(vendor.seen).toHaveLength(1);
    });

    it('is in the air once it goes again, which the ledger hears after that it waited', async () => {
      answers(unavailable, 'silence');
      const said: string[] = [];
      const slow = watched(said, {
        postpone: async (...call) => {
          await pause(100);
          return store.postpone(...call);
        },
      });
      broadcast({ store: slow }).catch(() => undefined);
      await until(() => vendor.seen.length === 2);
      expect(said).toEqual(['depart', 'postpone', 'depart']);
      expect(await broadcast({ gateways: { fcm: new FakeGateway() }, now: later(3_600_000) })).toMatchObject({ output: 'suppressed', reason: 'unknown-before' });
    });

    it('does not go where the store fails, and that is heard', async () => {
      answers(unavailable);
      const broken: Store = Object.create(store, { postpone: { value: () => Promise.reject(new Error('disk full')) } });
      await expect(broadcast({ store: broken })).rejects.toThrow('disk full');
      expect(vendor.seen).toHaveLength(1);
    });
  });
});
