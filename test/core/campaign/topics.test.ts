import { audienceReference, changeSubscriptions, importPeople, readRows, sendBroadcast, suppressPerson, type Item, type SubscriptionOptions } from '../../../core/campaign';
import type { Gateway } from '../../../core/delivery/gateway';
import { openStore, type Store } from '../../../core/store';
import type { Sandbox } from '../../../sandbox';
import { magicFcm, quickSandbox } from '../../sandbox/support';
import { fcmGateway } from '../delivery/support';
import { FakeGateway } from '../support';

describe('subscribing people to a topic', () => {
  let sandbox: Sandbox;
  let store: Store;
  let gateway: Gateway;
  beforeEach(async () => {
    sandbox = await quickSandbox();
    store = await openStore({ sqlite: ':memory:' });
    gateway = fcmGateway(sandbox.gatewayUrl);
  });
  afterEach(async () => {
    await gateway.close();
    await store.close();
    await sandbox.close();
  });
  const change = (items: Item[], more: Partial<SubscriptionOptions> = {}) => changeSubscriptions(items, { action: 'subscribe', topic: 'news', store, gateway, ...more });
  const reached = async () => {
    await sendBroadcast({}, { campaign: 'news', to: { topic: 'news' }, template: { template: { title: 'News' } }, store, gateways: { fcm: gateway }, repeat: { per: 'message' } });
    return sandbox.messages().filter(({ token }) => token !== 'news').map(({ token }) => token).sort();
  };

  it('asks about each FCM device, leaves alone who is suppressed, and tells of each that failed', async () => {
    const people: Item[] = [
      { id: 'ada', devices: [{ token: 'ada-1' }, { token: 'ada-2' }, { token: 'ab'.repeat(32) }] },
      { id: 'bob', token: 'bob-1' },
      { id: 'gone', token: magicFcm('unregistered') },
      { id: 'no', token: 'no-1' },
      { nobody: true },
    ];
    await suppressPerson(store, { id: 'no', reason: 'asked' });
    const { report, failures } = await change(people);
    expect(report).toEqual({
      action: 'subscribe', topic: 'news', people: 5, devices: 4, done: 3, failed: 2,
      failures: { 'dead-token': 1, 'no-id': 1 }, skipped: { suppressed: 1, 'not-fcm': 1 },
    });
    expect(failures.toSorted((a, b) => a.index - b.index)).toMatchObject([
      { index: 2, item: { id: 'gone', outcome: 'dead-token', code: 'UNREGISTERED', why: expect.stringContaining('uninstalled') } }, { index: 4, item: { nobody: true, code: 'no-id' } },
    ]);
    expect(JSON.stringify(failures)).not.toContain('magic-unregistered');
    expect(await reached()).toEqual(['ada-1', 'ada-2', 'bob-1']);
    // A token that FCM called dead is dead for campaigns too.
    expect((await store.standing([], [magicFcm('unregistered')])).dead.size).toBe(1);
    expect((await change(people, { action: 'unsubscribe' })).report).toMatchObject({ devices: 4, done: 4, skipped: { 'not-fcm': 1, 'device-dead': 1 } });
  });

  it('takes a stored audience by its reference', async () => {
    const rows = readRows({ items: Array.from({ length: 1200 }, (_, index) => ({ id: `p${index}`, city: index < 900 ? 'Lyon' : 'Paris', token: `t${index}` })) });
    await importPeople(rows, { store, fields: {} });
    const { report } = await change([await audienceReference(store, { condition: { city: 'Lyon' } })]);
    expect(report).toMatchObject({ people: 900, devices: 900, done: 900, failed: 0 });
    expect(await reached()).toHaveLength(900);
  });

  it('says what is missing or wrong', async () => {
    await expect(change([], { gateway: new FakeGateway('apns') })).rejects.toMatchObject({ code: 'no-credentials' });
    await expect(change([], { topic: 'two words' })).rejects.toMatchObject({ code: 'topic-malformed' });
    await expect(change([], { action: 'like' as never })).rejects.toMatchObject({ code: 'bad-topic-action' });
  });
});
