/** One message to whoever has subscribed: once an occurrence, counted as a message and not as people. */
import { createGateway } from '../../../core/delivery/create-gateway';
import type { Gateway } from '../../../core/delivery/gateway';
import { BROADCAST_REASONS, compileStage, createBroadcaster, sendBroadcast, sendCampaign, type BroadcastOptions, type Item } from '../../../core/campaign';
import { aggregateKpis } from '../../../core/kpi';
import { listRuns, steerRun } from '../../../core/campaign/runs';
import type { Store } from '../../../core/store';
import type { Sandbox } from '../../../sandbox';
import { quickSandbox } from '../../sandbox/support';
import { fcmGateway } from '../delivery/support';
import { DATABASES, freshStore } from '../store/databases';
import { collect, FakeGateway } from '../support';

let sandbox: Sandbox;
let store: Store;
let fcm: Gateway;
let apns: Gateway;

beforeAll(async () => {
  sandbox = await quickSandbox();
  fcm = fcmGateway(sandbox.gatewayUrl);
  apns = createGateway({ type: 'apns', endpoint: sandbox.gatewayUrl, bundleId: 'com.example.shop', ...sandbox.apnsKey() });
});
afterAll(async () => {
  await Promise.all([fcm.close(), apns.close()]);
  await sandbox.close();
});

describe.each(DATABASES.map((database) => [database.name, database] as const))('a message to subscribers, its store in %s', (_, database) => {
  let end: () => Promise<void>;
  beforeEach(async () => {
    sandbox.reset();
    ({ store, end } = await freshStore(database));
  });
  afterEach(() => end());

  const send = (more: Partial<BroadcastOptions> = {}, item: Item = { score: '1-0' }) => sendBroadcast(item, {
    campaign: 'match', to: { topic: 'news' }, template: { template: { title: 'Goal', body: 'It is {{score}}' } }, store, gateways: { fcm, apns }, delivery: { backoffMs: 5 }, ...more,
  });

  /** A message that is in the air until the test lets it land. */
  const inTheAir = async (more: Partial<BroadcastOptions> = {}) => {
    const answer = Promise.withResolvers<object>();
    const gateway = new FakeGateway('fcm', () => answer.promise);
    const result = send({ ...more, gateways: { fcm: gateway } });
    while (gateway.messages.length === 0) await new Promise(setImmediate);
    return {
      land: () => {
        answer.resolve({});
        return result;
      },
    };
  };

  it('goes out once an occurrence, however often the step runs, and says honestly what is known', async () => {
    const first = await send();
    expect(first).toMatchObject({ output: 'sent', item: { score: '1-0', push: {
      campaign: 'match', occurrence: 'once', broadcast: { topic: 'news' }, outcome: 'accepted', why: expect.stringContaining('How many people that is'),
      deliveries: [{ gateway: 'fcm', target: 'topic news', outcome: 'accepted', attempts: 1, gatewayId: expect.any(String) }],
    } } });
    expect(await send()).toMatchObject({ output: 'suppressed', reason: 'already-sent' });
    expect(await send({ occurrence: 'second' })).toMatchObject({ output: 'sent' });
    expect(await send({ to: { topic: 'sport' } })).toMatchObject({ output: 'sent' });
    expect(sandbox.messages().map(({ token, body }) => `${token}: ${body}`)).toEqual(['news: It is 1-0', 'news: It is 1-0', 'sport: It is 1-0']);
  });

  it('is in the ledger, and in no figure about people', async () => {
    await send({ to: { condition: "'news' in topics" } });
    const people = [{ id: 'ada', token: 'ada-token' }, { id: 'bob', token: 'bob-token' }];
    await collect(sendCampaign(people, { campaign: 'match', store, gateways: { fcm }, template: { template: { title: 'Goal' } }, policies: { audienceCap: 2 } }));
    expect(await collect(store.ledger())).toMatchObject([{ recipient: '', device: "condition 'news' in topics", outcome: 'accepted' }, { recipient: 'ada' }, { recipient: 'bob' }]);
    expect(await store.countReached('match', 'once')).toBe(2);
    expect(await store.runs()).toMatchObject([{ campaign: 'match', people: 2, sent: 2 }]);
    const report = await aggregateKpis(store.kpiEvents(), {});
    expect(JSON.stringify(report)).toContain('"accepted":2');
  });

  it('a message that was never accepted may be tried again by another run', async () => {
    const refusing = new FakeGateway('fcm', () => ({ outcome: 'unavailable', code: 'UNAVAILABLE', detail: 'FCM is overloaded.' }));
    expect(await send({ gateways: { fcm: refusing } })).toMatchObject({ output: 'failed', reason: 'unavailable', item: { push: { why: 'FCM is overloaded.' } } });
    expect(await send()).toMatchObject({ output: 'sent' });
  });

  it('one of which nobody knows the end follows the declared rule', async () => {
    const lost = new FakeGateway('fcm', () => ({ outcome: 'unknown', code: 'timeout' }));
    await send({ gateways: { fcm: lost } });
    expect(await send()).toMatchObject({ output: 'suppressed', reason: 'unknown-before' });
    expect(await send({ onUnknown: 'send-again' })).toMatchObject({ output: 'sent' });
  });

  it('of several runs at the same moment one sends', async () => {
    const results = await Promise.all([send(), send(), send()]);
    expect(results.filter(({ output }) => output === 'sent')).toHaveLength(1);
    expect(sandbox.messages()).toHaveLength(1);
  });

  it('a live score is sent whenever an item comes, over its channel', async () => {
    const channel = String(await apns.channels?.create());
    const live: BroadcastOptions['template'] = { template: { liveActivity: { event: 'update', contentState: { score: '{{score}}' } } } };
    for (const score of ['1-0', '2-0']) expect(await send({ to: { channel }, template: live, repeat: { per: 'message' } }, { score })).toMatchObject({ output: 'sent' });
    expect(sandbox.deliveries()).toMatchObject([{ token: `channel ${channel}`, accepted: 2 }]);
    expect(await send({ to: { channel }, repeat: { per: 'message' } })).toMatchObject({ output: 'failed', reason: 'not-a-live-activity' });
  });

  it('takes the message of a template step, within the bytes of a topic', async () => {
    const [ready] = compileStage({ template: { template: { title: 'Goal' } } }).apply({ id: 'whoever' });
    expect(await send({ template: undefined as never }, ready?.item)).toMatchObject({ output: 'sent' });
    expect(await send({ occurrence: '2', template: { template: { title: 'Long', body: 'x'.repeat(2100) } } })).toMatchObject({ output: 'failed', reason: 'payload-too-large' });
    expect(await send({ occurrence: '2', template: { template: { title: 'Long', body: 'x'.repeat(2100) }, overflow: 'shorten' } })).toMatchObject({ output: 'sent' });
  });

  it('a run compiles its template once, and writes each message with its own item', async () => {
    const template = { template: { title: 'Goal', body: 'It is {{score}}' } };
    const sendTo = createBroadcaster({ campaign: 'match', template, store, gateways: { fcm, apns }, repeat: { per: 'message' } });
    await sendTo({ score: '1-0' }, { topic: 'news' });
    // Had it been read again, the second message would say so.
    template.template.body = 'read again';
    await sendTo({ score: '2-0' }, { topic: 'news' });
    await sendTo({ score: '3-0' }, { topic: 'sport' });
    expect(sandbox.messages().map(({ token, body }) => `${token}: ${body}`)).toEqual(['news: It is 1-0', 'news: It is 2-0', 'sport: It is 3-0']);
  });

  it('a held one says that it is not kept for later, and what to do', async () => {
    const first = await inTheAir();
    const held = await send();
    await first.land();
    expect(held).toMatchObject({ output: 'held', reason: 'in-flight', item: { push: { until: expect.any(String), why: expect.stringMatching(/not kept for later.*run this step again/) } } });
    expect(await store.nextDue('match')).toBeUndefined();
  });

  it('keeps to what an operator said of the campaign', async () => {
    await store.beginRun('match', 'once', new Date());
    await store.moveRuns({ campaign: 'match' }, ['running'], 'paused', new Date());
    expect(await send()).toMatchObject({ output: 'held', reason: 'paused', item: { push: { why: BROADCAST_REASONS.paused } } });
    await store.moveRuns({ campaign: 'match' }, ['paused'], 'cancelled', new Date());
    expect(await send()).toMatchObject({ output: 'suppressed', reason: 'cancelled' });
  });

  it('a target without a credential, and a name that is none, are told', async () => {
    await expect(send({ gateways: { apns } })).rejects.toMatchObject({ code: 'no-credentials' });
    await expect(send({ campaign: ' ' })).rejects.toMatchObject({ code: 'no-campaign' });
    expect(await send({ to: { topic: 'two words' } })).toMatchObject({ output: 'failed', reason: 'bad-payload', item: { push: { why: expect.stringContaining('no name of an FCM topic') } } });
  });

  it('is a run like any other: in the table, with its messages apart from people', async () => {
    await send();
    await send({ to: { topic: 'two words' } });
    expect(await listRuns(store)).toMatchObject([
      { campaign: 'match', occurrence: 'once', state: 'finished', people: 0, sent: 0, failed: 0, broadcasts: { sent: 1, failed: 1, underway: 0 } },
    ]);
  });

  it('runs while a message is under way, and can be paused, resumed and cancelled between two', async () => {
    const sendTo = createBroadcaster({ campaign: 'match', template: { template: { title: 'Goal' } }, store, gateways: { fcm } });
    const topics = ['first', 'second', 'third'];
    const all = async (): Promise<string[]> => {
      const fates: string[] = [];
      for (const topic of topics) {
        const { output, reason } = await sendTo({}, { topic });
        fates.push(reason ?? output);
      }
      return fates;
    };
    const first = await inTheAir({ to: { topic: 'first' } });
    expect(await listRuns(store)).toMatchObject([{ state: 'running', broadcasts: { sent: 0, failed: 0, underway: 1 } }]);
    await steerRun(store, 'pause', { campaign: 'match' });
    expect(await first.land()).toMatchObject({ output: 'sent' });
    expect(await all()).toEqual(['paused', 'paused', 'paused']);
    expect(await steerRun(store, 'resume', { campaign: 'match' })).toMatchObject([{ state: 'waiting' }]);
    expect(await all()).toEqual(['already-sent', 'sent', 'sent']);
    expect(await listRuns(store)).toMatchObject([{ state: 'finished', broadcasts: { sent: 3, failed: 0, underway: 0 } }]);
  });

  it.each([{ per: 'message' }, { per: 'key', field: 'score' }] as const)('a live score (per $per) can be paused and cancelled between two goals', async (repeat) => {
    expect(await send({ repeat })).toMatchObject({ output: 'sent' });
    await steerRun(store, 'pause', { campaign: 'match' });
    expect(await send({ repeat }, { score: '2-0' })).toMatchObject({ output: 'held', reason: 'paused' });
    await steerRun(store, 'resume', { campaign: 'match' });
    expect(await send({ repeat }, { score: '2-0' })).toMatchObject({ output: 'sent' });
    await steerRun(store, 'cancel', { campaign: 'match' });
    expect(await send({ repeat }, { score: '3-0' })).toMatchObject({ output: 'suppressed', reason: 'cancelled' });
  });

  it('the run goes on while another process is still sending one', async () => {
    const first = await inTheAir({ to: { topic: 'slow' } });
    await send();
    expect(await listRuns(store)).toMatchObject([{ state: 'running', broadcasts: { sent: 1, underway: 1 } }]);
    await first.land();
    expect(await listRuns(store)).toMatchObject([{ state: 'finished' }]);
  });

  it('the run goes on, too, where another one ended just before this one was written down', async () => {
    const beaten: Store = Object.create(store, {
      lease: { value: async (...call: Parameters<Store['lease']>) => {
        await send();
        return store.lease(...call);
      } },
    });
    const second = await inTheAir({ store: beaten, to: { topic: 'slow' } });
    expect(await listRuns(store)).toMatchObject([{ state: 'running', broadcasts: { sent: 1, underway: 1 } }]);
    await second.land();
    expect(await listRuns(store)).toMatchObject([{ state: 'finished' }]);
  });

  it('counts nobody to know whether its run is at an end', async () => {
    const uncounted: Store = Object.create(store, { runs: { value: async () => { throw new Error('counts a million people'); } } });
    expect(await send({ store: uncounted })).toMatchObject({ output: 'sent' });
  });

  it('a run that is stopped before its message leaves has certainly not sent it', async () => {
    const stopped = AbortSignal.abort();
    expect(await send({ signal: stopped })).toMatchObject({ output: 'failed', reason: 'unavailable', item: { push: { why: expect.stringContaining('stopped before') } } });
    expect(await listRuns(store)).toMatchObject([{ state: 'stopped', broadcasts: { failed: 1, underway: 0 } }]);
    expect(await send()).toMatchObject({ output: 'sent' });
  });

  it('a process that stood still until another took its message over sends nothing', async () => {
    const slept: Store = Object.create(store, {
      depart: { value: async (...call: Parameters<Store['depart']>) => {
        expect(await send({ onUnknown: 'send-again' })).toMatchObject({ output: 'sent' });
        return store.depart(...call);
      } },
    });
    expect(await send({ store: slept, leaseMs: -1 })).toMatchObject({ output: 'held', reason: 'in-flight' });
    expect(sandbox.messages()).toHaveLength(1);
  });
});
