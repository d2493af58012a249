import { signDelivery, trackedLink } from '../../../core';
import type { Sandbox } from '../../../sandbox';
import type { Bench } from '../support/bench';
import { sandboxConfig, sendNode } from './send';

const SECRET = 'the secret of this suite, long enough';

export function specifyEvents(bench: Bench, sandbox: () => Sandbox): void {
  describe('push-events', () => {
    const post = async (body: unknown) => {
      const response = await fetch(`${bench.host().url}/phones`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const events = { type: 'push-events', id: 'events', path: '/phones', tracking: 'tracking', store: 'store', types: [] };
    let token: string;
    let link: string;

    beforeAll(async () => {
      const config = sandboxConfig(sandbox(), ':memory:', 'http://127.0.0.1:9/events');
      await bench.deploy([events, sendNode({ tracking: 'tracking', link: 'https://shop.example/sale' })], config);
      await bench.send([{ payload: { id: 'anna', token: 'events-phone' } }], 1);
      const message = sandbox().messages().findLast(({ token: device }) => device === 'events-phone');
      token = message?.deliveryToken ?? '';
      link = message?.link ?? '';
    });

    it('takes each event once and makes a message of it', async () => {
      expect(await post([{ token, type: 'opened' }, { token, type: 'opened' }])).toEqual({ status: 202, body: { recorded: 1, duplicates: 1, rejected: [] } });
      expect(await post({ token, type: 'converted', value: 12.5, currency: 'EUR', id: 'order' })).toMatchObject({ status: 202 });
    });

    it('refuses forged and foreign tokens, and what is no event', async () => {
      expect(await post({ token: signDelivery('A'.repeat(22), 'another secret of some length'), type: 'opened' })).toMatchObject({ status: 401, body: { rejected: [{ code: 'token-forged' }] } });
      expect(await post({ token: signDelivery('A'.repeat(22), SECRET), type: 'opened' })).toMatchObject({ status: 401, body: { rejected: [{ code: 'delivery-unknown' }] } });
      expect(await post('[]')).toMatchObject({ status: 202, body: { recorded: 0 } });
      expect(await post({ token, type: 'danced' })).toMatchObject({ status: 400 });
    });

    it('answers a text that is no JSON with 400, whether Node-RED itself or the node reads it', async () => {
      for (const type of ['application/json', 'text/plain']) {
        const { status } = await fetch(`${bench.host().url}/phones`, { method: 'POST', headers: { 'content-type': type }, body: '{ "broken' });
        expect(status).toBe(400);
      }
    });

    it('leads a click to the address that the campaign named, and to no other', async () => {
      const at = (address: string) => address.replace('http://127.0.0.1:9/events', `${bench.host().url}/phones`);
      const good = await fetch(at(link), { redirect: 'manual' });
      expect([good.status, good.headers.get('location'), good.headers.get('referrer-policy')]).toEqual([302, 'https://shop.example/sale', 'no-referrer']);
      const forged = trackedLink({ eventsUrl: `${bench.host().url}/phones`, secret: 'another secret of some length' }, 'A'.repeat(22), 'https://evil.example');
      expect((await fetch(forged, { redirect: 'manual' })).status).toBe(403);
      const changed = new URL(at(link));
      changed.searchParams.set('u', 'https://evil.example');
      expect((await fetch(changed, { redirect: 'manual' })).status).toBe(403);
      expect((await fetch(`${bench.host().url}/phones`, { redirect: 'manual' })).status).toBe(400);
    });

    it('says at deploy that it has no path', async () => {
      await bench.deploy([{ ...events, path: ' ' }], sandboxConfig(sandbox(), ':memory:'));
      expect(bench.host().log()).toContain('The events node has no path.');
    });

    it('answers no more when it is gone', async () => {
      await bench.deploy([sendNode()], sandboxConfig(sandbox(), ':memory:'));
      expect((await fetch(`${bench.host().url}/phones`, { method: 'POST', body: '{}' })).status).toBe(404);
    });
  });
}
