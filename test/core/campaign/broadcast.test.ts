/** One message to whoever has subscribed: once an occurrence, counted as a message and not as people. */
import { createGateway } from '../../../core/delivery/create-gateway';
import type { Gateway } from '../../../core/delivery/gateway';
import { BROADCAST_REASONS, compileStage, createBroadcaster, sendBroadcast, sendCampaign, type BroadcastOptions, type Item } from '../../../core/campaign';
import { aggregateKpis } from '../../../core/kpi';
import { openStore, type Store } from '../../../core/store';
import type { Sandbox } from '../../../sandbox';
import { quickSandbox } from '../../sandbox/support';
import { fcmGateway } from '../delivery/support';
import { collect, FakeGateway, temporaryFolder } from '../support';

const folder = temporaryFolder();
let sandbox: Sandbox;
let store: Store;
let fcm: Gateway;
let apns: Gateway;
let files = 0;

beforeAll(async () => {
  sandbox = await quickSandbox();
  fcm = fcmGateway(sandbox.gatewayUrl);
  apns = createGateway({ type: 'apns', endpoint: sandbox.gatewayUrl, bundleId: 'com.example.shop', ...sandbox.apnsKey() });
});
beforeEach(async () => {
  sandbox.reset();
  store = await openStore({ sqlite: `${folder.path}/${++files}.sqlite` });
});
afterEach(() => store.close());
afterAll(async () => {
  await Promise.all([fcm.close(), apns.close()]);
  await sandbox.close();
  folder[Symbol.dispose]();
});

const send = (more: Partial<BroadcastOptions> = {}, item: Item = { score: '1-0' }) => sendBroadcast(item, {
  campaign: 'match', to: { topic: 'news' }, template: { template: { title: 'Goal', body: 'It is {{score}}' } }, store, gateways: { fcm, apns }, delivery: { backoffMs: 5 }, ...more,
});

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

it('of two runs at the same moment one sends', async () => {
  const results = await Promise.all([send(), send(), send()]);
  expect(results.map(({ output }) => output).sort()).toEqual(['held', 'held', 'sent']);
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
  const results = await Promise.all([send(), send()]);
  const held = results.find(({ output }) => output === 'held');
  expect(held).toMatchObject({ reason: 'in-flight', item: { push: { until: expect.any(String), why: expect.stringMatching(/not kept for later.*run this step again/) } } });
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
