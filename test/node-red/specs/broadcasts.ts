/** Topics, conditions and channels in push-send and push-audience; the counters for Prometheus. */
import { join } from 'node:path';
import type { FlowNode, NodeRedHost } from '../../../demo/hosts/node-red';
import type { Sandbox } from '../../../sandbox';
import { people, type Bench, type TestNode } from '../support/bench';
import { sandboxConfig, sendNode } from './send';

const audienceNode = (more: Partial<TestNode>): TestNode => ({
  type: 'push-audience', store: 'store', operation: 'import', format: 'auto', output: 'people', property: 'payload', fields: {}, fcm: 'fcm', apns: 'apns', topic: '', channelStorage: 'none', outputs: 2, ...more,
});

export function specifyBroadcasts(bench: Bench, host: () => NodeRedHost, sandbox: () => Sandbox, dataFolder: string): void {
  describe('topics and channels', () => {
    let config: FlowNode[];
    let number = 0;
    beforeEach(() => {
      config = sandboxConfig(sandbox(), join(dataFolder, `broadcasts-${number++}.sqlite`));
    });

    it('push-audience puts people on a topic and takes them off it', async () => {
      await bench.deploy([audienceNode({ operation: 'subscribe', topic: 'red-goals' }), audienceNode({ operation: 'unsubscribe' })], config);
      const on = await bench.send([{ payload: [{ id: 'ada', token: 'red-topic-ada' }, { id: 'bo', token: 'red-topic-bo' }, { id: 'gone', token: 'magic-unregistered:red' }] }]);
      expect(on.outputs[0]).toMatchObject([{ payload: { topic: 'red-goals', people: 3, done: 2, failed: 1 } }]);
      expect(people(on, 1)).toMatchObject([{ id: 'gone', code: 'UNREGISTERED' }]);
      const off = await bench.send([{ payload: { id: 'bo', token: 'red-topic-bo' }, topic: 'red-goals' }], 1);
      expect(off.outputs[0]).toMatchObject([{ payload: { action: 'unsubscribe', topic: 'red-goals', done: 1 } }]);
    });

    it('push-send sends to a topic once an occurrence, with what the message brings', async () => {
      await bench.deploy([sendNode({ target: 'topic', targetName: 'kind', targetNameType: 'msg', title: 'Red goal', body: '{{score}}', campaign: 'goals' })], config);
      const first = await bench.send([{ payload: { score: '1-0' }, kind: 'red-goals' }]);
      expect(people(first, 0)).toMatchObject([{ score: '1-0', push: { broadcast: { topic: 'red-goals' }, outcome: 'accepted', why: expect.stringContaining('How many people that is') } }]);
      expect(first.outputs[0]?.[0]).not.toHaveProperty('summary');
      expect(sandbox().messages().filter(({ title }) => title === 'Red goal').map(({ token }) => token)).toEqual(['red-goals', 'red-topic-ada']);
      const again = await bench.send([{ payload: { score: '1-0' }, kind: 'red-goals' }]);
      expect(people(again, 2)).toMatchObject([{ push: { reason: 'already-sent' } }]);
      const wrong = await bench.send([{ payload: 1_764_000_000_000, kind: 'no topic' }]);
      expect(people(wrong, 1)).toMatchObject([{ push: { reason: expect.any(String) } }]);
    });

    it('push-audience lists, pauses and resumes a campaign that sends to a topic alone', async () => {
      const steer = (operation: string) => audienceNode({ id: operation, operation, campaign: 'live goals', occurrence: '' });
      const goal = sendNode({ target: 'topic', targetName: 'red-goals', targetNameType: 'str', campaign: 'live goals', repeat: 'message' });
      await bench.deploy([goal, steer('pause'), steer('resume'), steer('runs')], config);
      await bench.send([{ payload: {} }]);
      expect(people(await bench.send([{ payload: '' }], 1), 0)).toMatchObject([{ state: 'paused' }]);
      expect(people(await bench.send([{ payload: {} }]), 3)).toMatchObject([{ push: { reason: 'paused' } }]);
      await bench.send([{ payload: '' }], 2);
      expect(people(await bench.send([{ payload: {} }]), 0)).toHaveLength(1);
      expect(people(await bench.send([{ payload: '' }], 3), 0)).toMatchObject([{ state: 'waiting', people: 0, broadcasts: { sent: 2, failed: 0, underway: 0 } }]);
    });

    it('push-send sends to a condition, and needs a credential for it', async () => {
      const condition = { target: 'condition', targetName: "'red-goals' in topics || 'sport' in topics", targetNameType: 'str', campaign: 'conditions' };
      expect(people(await bench.run(sendNode(condition), [{ payload: {} }], config), 0)).toHaveLength(1);
      const without = await bench.run(sendNode({ ...condition, fcm: '' }), [{ payload: {} }], config);
      expect(without.caught).toMatchObject([{ error: { code: 'no-credentials' } }]);
    });

    it('a channel is made, updated by a Live Activity, listed and deleted', async () => {
      await bench.deploy([
        audienceNode({ operation: 'createChannel' }), audienceNode({ operation: 'channels' }), audienceNode({ operation: 'deleteChannel' }),
        sendNode({ target: 'channel', targetName: 'channel', targetNameType: 'msg', campaign: 'live', repeat: 'message' }),
      ], config);
      const [{ payload: { channel } }] = (await bench.send([{ payload: '' }])).outputs[0] as [{ payload: { channel: string } }];
      const live = { push: { payload: { apns: { headers: { 'apns-push-type': 'liveactivity' }, payload: { aps: { timestamp: 1, event: 'update', 'content-state': { score: '1-0' } } } } } } };
      expect(people(await bench.send([{ payload: live, channel }], 3), 0)).toHaveLength(1);
      expect(sandbox().deliveries().find(({ token }) => token === `channel ${channel}`)).toMatchObject({ accepted: 1 });
      expect(people(await bench.send([{ payload: '' }], 1), 0)).toContainEqual({ channel });
      expect(people(await bench.send([{ payload: { channel } }], 2), 0)).toEqual([{ channel, deleted: true }]);
      expect((await bench.send([{ payload: channel }], 2)).caught).toMatchObject([{ error: { code: 'ChannelNotRegistered' } }]);
    });

    it('spreads a campaign over time where asked', async () => {
      const began = Date.now();
      const outcome = await bench.run(sendNode({ campaign: 'spread', spreadMinutes: '0.03' }), [{ payload: Array.from({ length: 60 }, (_, index) => ({ id: `s${index}`, token: `spread-${index}` })) }], config);
      expect(people(outcome, 0)).toHaveLength(60);
      expect(Date.now() - began).toBeGreaterThan(1000);
    });

    it('tells Prometheus what it sent, on the editor\'s side', async () => {
      const response = await fetch(`${host().url}/push-campaigns/metrics`);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(await response.text()).toMatch(/^push_messages_total\{gateway="apns",outcome="accepted"\} \d+$/m);
    });
  });
}
