import { audienceReference, importPeople, readRows, sendCampaign, type Item } from '../../../core/campaign';
import { openStore, type Store } from '../../../core/store';
import type { Sandbox } from '../../../sandbox';
import { quickSandbox } from '../../sandbox/support';
import { apnsGateway, fcmGateway } from '../delivery/support';
import { collect } from '../support';

const OVER_MS = 1200;

describe('a campaign that is spread over time', () => {
  let sandbox: Sandbox;
  let store: Store;
  beforeEach(async () => {
    sandbox = await quickSandbox();
    store = await openStore({ sqlite: ':memory:' });
  });
  afterEach(async () => {
    await store.close();
    await sandbox.close();
  });
  const send = async (items: Item[]) => {
    const [fcm, apns] = [fcmGateway(sandbox.gatewayUrl), apnsGateway(sandbox.gatewayUrl)];
    const results = await collect(sendCampaign(items, { campaign: 'c', template: { template: { title: 'T' } }, store, gateways: { fcm, apns }, spreadMs: OVER_MS }));
    await Promise.all([fcm.close(), apns.close()]);
    expect(results.every(({ output }) => output === 'sent')).toBe(true);
    return results.length;
  };
  /** Share of a gateway's messages that came in the first and the second half of the window. */
  const halves = (gateway: 'fcm' | 'apns') => {
    const times = sandbox.messages().filter((message) => message.gateway === gateway).map(({ at }) => at);
    const begin = Math.min(...times);
    const late = times.filter((at) => at - begin > OVER_MS / 2).length;
    return { spanMs: Math.max(...times) - begin, late: late / times.length };
  };

  it('sends each gateway\'s share evenly over the window', async () => {
    const people = Array.from({ length: 240 }, (_, index): Item => ({ id: `p${index}`, token: index % 4 === 0 ? index.toString(16).padStart(64, 'a') : `t${index}` }));
    await send(people);
    for (const gateway of ['fcm', 'apns'] as const) {
      const { spanMs, late } = halves(gateway);
      expect(spanMs).toBeGreaterThan(OVER_MS * 0.6);
      expect(spanMs).toBeLessThan(OVER_MS * 2);
      expect(late).toBeGreaterThan(0.25);
    }
  });

  it('counts the people of a stored audience before', async () => {
    await importPeople(readRows({ items: Array.from({ length: 100 }, (_, index) => ({ id: `p${index}`, city: index % 2 === 0 ? 'Lyon' : 'Paris', token: `t${index}` })) }), { store, fields: {} });
    expect(await send([await audienceReference(store, { condition: { city: 'Lyon' } })])).toBe(50);
    expect(halves('fcm').spanMs).toBeGreaterThan(OVER_MS * 0.6);
  });

  it('a stream cannot be counted before, which is said', async () => {
    async function* stream() { yield { id: 'a', token: 't' }; }
    const run = collect(sendCampaign(stream(), { campaign: 'c', template: { template: { title: 'T' } }, store, gateways: { fcm: fcmGateway(sandbox.gatewayUrl) }, spreadMs: 1000 }));
    await expect(run).rejects.toMatchObject({ code: 'spread-needs-list' });
  });
});
