import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox';
import type { Bench } from '../support/bench';
import { countExecutions, lastExecution } from '../support/execution';

export function specifyEvents(bench: Bench, sandbox: () => Sandbox): void {
  describe('Push Event Trigger', () => {
    const storeFile = join(mkdtempSync(join(tmpdir(), 'push-events-')), 'store.sqlite');
    const path = `events-${randomUUID()}`;
    let workflow = '';
    let token = '';
    let link = '';

    const post = async (body: unknown) => {
      const response = await bench.call(path, body);
      return { status: response.status, body: (await response.json()) as { recorded: number; duplicates: number; rejected: { code: string }[] } };
    };

    beforeAll(async () => {
      // An address that is not of this machine: the sandbox's phones tell nothing there, so that only this suite sends events.
      const name = `tracking of ${path}`;
      const data = { eventsUrl: `https://n8n.example/webhook/${path}`, secret: '0123456789abcdef' };
      await bench.host().addCredential({ name, type: 'pushTrackingApi', data });
      workflow = await bench.host().addWorkflow({
        name: path,
        connections: {},
        nodes: [{
          id: randomUUID(), name: 'Events', type: 'n8n-nodes-push-campaigns.pushEventTrigger', typeVersion: 1, position: [0, 0], webhookId: path,
          parameters: { path, types: ['opened', 'converted'], options: { storeFile } }, credentials: { pushTrackingApi: { name } },
        }],
      });
      const send = {
        type: 'pushSend', credentials: ['fcm', name],
        parameters: { campaign: 'events', messageFrom: 'here', title: 'T', body: 'B', link: 'https://shop.example/sale', missing: 'empty', options: { storeFile } },
      };
      await bench.run(send, [{ id: 'eve', token: 'silent:1' }]);
      const message = sandbox().messages().find((one) => one.token === 'silent:1');
      token = message?.deliveryToken ?? '';
      link = (message?.link ?? '').replace('https://n8n.example', bench.host().url);
    });

    it('records events, starts the workflow with those that are asked for, one item each, and answers 202', async () => {
      const before = await countExecutions(bench.host(), workflow);
      const answer = await post([{ token, type: 'received', id: 'mine' }, { token, type: 'opened', id: 'mine' }, { token, type: 'converted', id: 'o1', value: 12.5, currency: 'EUR' }]);
      expect(answer).toEqual({ status: 202, body: { recorded: 3, duplicates: 0, rejected: [] } });
      const { nodes } = await lastExecution(bench.host(), workflow);
      expect(nodes['Events']?.outputs[0]?.map(({ json }) => [json['type'], json['id'], json['campaign'], json['value']])).toEqual([
        ['opened', 'eve', 'events', undefined], ['converted', 'eve', 'events', 12.5],
      ]);
      expect(await countExecutions(bench.host(), workflow)).toBe(before + 1);
    });

    it('counts an event once and starts nothing for a repeated one', async () => {
      const before = await countExecutions(bench.host(), workflow);
      expect(await post({ token, type: 'opened', id: 'mine' })).toEqual({ status: 202, body: { recorded: 0, duplicates: 1, rejected: [] } });
      expect(await countExecutions(bench.host(), workflow)).toBe(before);
    });

    it('answers 401 to forged tokens and keeps the good events beside them', async () => {
      const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
      expect(await post({ token: forged, type: 'opened' })).toMatchObject({ status: 401, body: { recorded: 0, rejected: [{ code: 'token-forged' }] } });
      expect(await post([{ token: forged, type: 'opened' }, { token, type: 'opened', id: 'again' }])).toMatchObject({ status: 202, body: { recorded: 1, rejected: [{ code: 'token-forged' }] } });
    });

    it('answers 400 to what is no event', async () => {
      expect(await post('hello')).toMatchObject({ status: 400 });
    });

    it('answers 500 where the store cannot be written, and tells the reason in the list of executions', async () => {
      const broken = `events-${randomUUID()}`;
      const id = await bench.host().addWorkflow({
        name: broken,
        connections: {},
        nodes: [{
          id: randomUUID(), name: 'Events', type: 'n8n-nodes-push-campaigns.pushEventTrigger', typeVersion: 1, position: [0, 0], webhookId: broken,
          parameters: { path: broken, options: { storeFile: '/dev/null/store.sqlite' } }, credentials: { pushTrackingApi: { name: 'tracking' } },
        }],
      });
      expect((await bench.call(broken, { token, type: 'opened' })).status).toBe(500);
      expect(await lastExecution(bench.host(), id)).toMatchObject({ status: 'error', error: { message: expect.stringContaining('/dev/null/store.sqlite') } });
    });

    it('follows a click link to the signed address, counts it for GET and not for HEAD', async () => {
      const head = await fetch(link, { method: 'HEAD', redirect: 'manual' });
      expect([head.status, head.headers.get('location')]).toEqual([302, 'https://shop.example/sale']);
      const get = await fetch(link, { redirect: 'manual' });
      expect([get.status, get.headers.get('location'), get.headers.get('cache-control')]).toEqual([302, 'https://shop.example/sale', 'no-store']);
      const kpi = { type: 'kpiAggregate', parameters: { source: 'store', campaign: 'events', output: 'report', options: { storeFile } } };
      const { outputs } = await bench.run(kpi, [{}]);
      const [campaign] = outputs[0]?.[0]?.json['campaigns'] as { total: { events: { clicked: number } } }[];
      expect(campaign?.total.events.clicked).toBe(1);
    });

    it('leads nowhere for an address that the campaign did not name', async () => {
      const other = new URL(link);
      other.searchParams.set('u', 'https://evil.example/');
      const response = await fetch(other, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([403, null]);
    });
  });
}
