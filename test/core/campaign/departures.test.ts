/** A campaign over real connections: what the ledger says of a message while it leaves, is stopped, or its run dies. */
import { sendCampaign, type CampaignOptions } from '../../../core/campaign';
import type { Gateway } from '../../../core/delivery/gateway';
import { listed } from '../../../core/delivery/source';
import { openStore, type Store } from '../../../core/store';
import { FakeVendor, fcmOk } from '../delivery/fake-vendor';
import { fcmGateway } from '../delivery/support';
import { collect, FakeGateway, NOW } from '../support';

const PEOPLE = Array.from({ length: 700 }, (_, index) => ({ id: `p${index}`, token: `token-${index}` }));
/** Messages written down together as leaving, at most. */
const BATCH = 125;

describe('messages that leave for their gateway', () => {
  let store: Store;
  let vendor: FakeVendor;
  let fcm: Gateway;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
    vendor = await FakeVendor.listen(() => fcmOk);
    fcm = fcmGateway(vendor.origin);
  });
  afterEach(async () => {
    await vendor.close();
    await fcm.close();
    await store.close();
  });

  const options = (more: Partial<CampaignOptions> = {}): CampaignOptions => ({
    campaign: 'sale', template: { template: { title: 'T' } }, store, gateways: { fcm }, now: () => NOW, ...more,
  });
  /** What an hour later, when nobody holds anything any more, becomes of those who are left. */
  const reasonsLater = async () => {
    const results = await collect(sendCampaign(PEOPLE, options({ gateways: { fcm: new FakeGateway() }, now: () => new Date(NOW.getTime() + 3_600_000) })));
    const counts: Record<string, number> = {};
    for (const { output, reason = output } of results) counts[reason] = (counts[reason] ?? 0) + 1;
    return counts;
  };

  it('are written down together, before the first of them is on the wire', async () => {
    const departed = new Set<string>();
    const depart = store.depart.bind(store);
    const lease = store.lease.bind(store);
    const batches: number[] = [];
    store.depart = async (ids, options) => {
      const held = await depart(ids, options);
      for (const id of held) departed.add(id);
      batches.push(ids.length);
      return held;
    };
    // What the gateway takes at once is leased as leaving.
    store.lease = async (deliveries, options) => {
      const decisions = await lease(deliveries, options);
      const leaving = deliveries.filter(({ leaves }) => leaves === true);
      for (const { id } of leaving) departed.add(id);
      batches.push(leaving.length);
      return decisions;
    };
    let early = 0;
    vendor.manners = () => {
      if (departed.size <= vendor.seen.length - 1) early++;
      return fcmOk;
    };
    const results = await collect(sendCampaign(PEOPLE, options()));
    expect(results.filter(({ output }) => output === 'sent')).toHaveLength(PEOPLE.length);
    expect(early).toBe(0);
    expect(Math.max(...batches)).toBeLessThanOrEqual(BATCH);
    // A commit a message would cost more than all the rest.
    expect(batches.length).toBeLessThan(PEOPLE.length / 20);
    expect(batches.reduce((sum, size) => sum + size)).toBe(PEOPLE.length);
  });

  it('are asked about anew where they waited long after they were leased as leaving', async () => {
    let clock = NOW.getTime();
    const asked: string[] = [];
    const depart = store.depart.bind(store);
    store.depart = async (ids, options) => {
      asked.push(...ids);
      return depart(ids, options);
    };
    const lease = store.lease.bind(store);
    const leased: string[] = [];
    store.lease = async (deliveries, options) => {
      const decisions = await lease(deliveries, options);
      leased.push(...deliveries.filter(({ leaves }) => leaves === true).map(({ id }) => id));
      // As where the host slept.
      clock += 30_000;
      return decisions;
    };
    await collect(sendCampaign(PEOPLE, options({ now: () => new Date(clock) })));
    expect(leased.length).toBeGreaterThan(0);
    expect(asked).toEqual(expect.arrayContaining(leased));
  });

  it('leave unknown, where their run dies, no more than were in the air and one batch', async () => {
    vendor.manners = () => 'silence';
    const concurrency = 20;
    // Never ends, as a process that hangs or was killed: nothing more is written.
    sendCampaign(PEOPLE, options({ delivery: { concurrency, timeoutMs: 60_000 } })).next().catch(() => undefined);
    while (vendor.seen.length < concurrency) await new Promise((resolve) => setTimeout(resolve, 5));
    const { 'unknown-before': unknown = 0, sent = 0 } = await reasonsLater();
    expect(unknown).toBeGreaterThanOrEqual(concurrency);
    expect(unknown).toBeLessThanOrEqual(concurrency + BATCH);
    expect(sent).toBe(PEOPLE.length - unknown);
  });

  it('leave unknown hardly more than were in the air where the gateway takes them slowly', async () => {
    const concurrency = 2;
    vendor.manners = () => (vendor.seen.length > 60 ? 'silence' : new Promise((resolve) => setTimeout(resolve, 10, fcmOk)));
    sendCampaign(PEOPLE, options({ delivery: { concurrency, timeoutMs: 60_000 } })).next().catch(() => undefined);
    while (vendor.seen.length < 60 + concurrency) await new Promise((resolve) => setTimeout(resolve, 5));
    const { 'unknown-before': unknown = 0 } = await reasonsLater();
    expect(unknown).toBeGreaterThanOrEqual(concurrency);
    expect(unknown).toBeLessThanOrEqual(concurrency + 25);
  });

  it('are none of them left without an outcome where the run is stopped', async () => {
    const stop = new AbortController();
    vendor.manners = () => {
      if (vendor.seen.length === 75) stop.abort();
      return fcmOk;
    };
    const results = await collect(sendCampaign(PEOPLE, options({ delivery: { concurrency: 20 }, signal: stop.signal })));
    const sent = results.filter(({ output }) => output === 'sent').length;
    expect(sent).toBe(vendor.seen.length);
    expect(sent).toBeLessThan(PEOPLE.length);
    expect((await collect(store.ledger())).filter(({ outcome }) => outcome === undefined)).toEqual([]);
    expect(await reasonsLater()).toEqual({ 'already-sent': sent, sent: PEOPLE.length - sent });
  });

  it('go one by one to a gateway that knows no lists, and none after the run was stopped', async () => {
    const stop = new AbortController();
    const taken: string[] = [];
    const other: Gateway = {
      ...new FakeGateway(), type: 'fcm', check: fcm.check, close: fcm.close,
      async *send(messages) {
        for await (const { id } of messages) {
          taken.push(id);
          if (taken.length === 75) stop.abort();
          yield { id, outcome: 'accepted', attempts: 1 };
        }
      },
    };
    const results = await collect(sendCampaign(PEOPLE, options({ gateways: { fcm: other }, signal: stop.signal })));
    expect(taken).toHaveLength(75);
    expect(results.filter(({ output }) => output === 'sent')).toHaveLength(75);
    expect(await reasonsLater()).toEqual({ 'already-sent': 75, sent: PEOPLE.length - 75 });
  });

  it('are not taken from a list that comes when the run was stopped already', async () => {
    const lists = (async function* () {
      yield [1, 2];
    })();
    expect(await collect(listed(lists, AbortSignal.abort()))).toEqual([]);
  });

  it('leave the host its turn also where nobody may get anything', async () => {
    let turns = 0;
    const clock = setInterval(() => turns++, 1);
    const denied = Array.from({ length: 3000 }, (_, n) => ({ id: `d${n}`, devices: [{ token: `d${n}`, gateway: 'fcm', platform: 'android', permission: 'denied' }] }));
    const results = await collect(sendCampaign(denied, options()));
    clearInterval(clock);
    expect(results.filter(({ output }) => output === 'suppressed')).toHaveLength(denied.length);
    expect(turns).toBeGreaterThan(3);
  });

  it('do not leave where another run holds them by now', async () => {
    const depart = store.depart.bind(store);
    const lease = store.lease.bind(store);
    let batches = 0;
    store.lease = (deliveries, options) => lease(deliveries.map((delivery) => ({ ...delivery, leaves: false })), options);
    store.depart = async (ids, options) => {
      batches++;
      return depart(ids.slice(1), options);
    };
    const results = await collect(sendCampaign(PEOPLE, options()));
    expect(results.filter(({ output, reason }) => output === 'failed' && reason === 'unavailable')).toHaveLength(batches);
    expect(results.filter(({ output }) => output === 'sent')).toHaveLength(PEOPLE.length - batches);
    expect(vendor.seen).toHaveLength(PEOPLE.length - batches);
  });
});
