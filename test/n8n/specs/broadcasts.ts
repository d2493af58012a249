/** Topics and channels: Push Send to whoever has subscribed, Push Audience for who has. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Sandbox } from '../../../sandbox';
import type { Bench, TestNode } from '../support/bench';

export function specifyBroadcasts(bench: Bench, sandbox: () => Sandbox): void {
  describe('topics and channels', () => {
    const options = { storeFile: join(mkdtempSync(join(tmpdir(), 'push-broadcasts-')), 'store.sqlite') };
    const json = (items: { json: IDataObject }[] | undefined) => (items ?? []).map((item) => item.json);
    const audience = (parameters: IDataObject, ...credentials: string[]): TestNode => ({ type: 'pushAudience', parameters: { ...parameters, options }, credentials });
    const send = (parameters: IDataObject): TestNode => ({
      type: 'pushSend', credentials: ['fcm', 'apns'],
      parameters: { messageFrom: 'here', title: 'Goal', body: 'It is {{score}}', missing: 'refuse', repeat: 'occurrence', occurrence: 'once', ...parameters, options },
    });

    it('Push Audience puts people on a topic and takes them off it; who cannot be is told', async () => {
      const people = [{ id: 'ada', token: 'n8n-topic:ada' }, { id: 'bo', token: 'n8n-topic:bo' }, { id: 'gone', token: 'magic-unregistered:topic' }];
      const { outputs, hints } = await bench.run(audience({ operation: 'subscribe', topic: 'n8n-goals' }, 'fcm'), people);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ topic: 'n8n-goals', people: 3, devices: 3, done: 2, failed: 1, failures: { 'dead-token': 1 } })]);
      expect(json(outputs[1])).toEqual([expect.objectContaining({ id: 'gone', outcome: 'dead-token', code: 'UNREGISTERED' })]);
      expect(hints).toEqual(['3 devices of 3 people: 2 done, 1 failed.']);
      const { outputs: off } = await bench.run(audience({ operation: 'unsubscribe', topic: 'n8n-goals' }, 'fcm'), [people[1]]);
      expect(json(off[0])).toEqual([expect.objectContaining({ done: 1 })]);
    });

    it('Push Send sends to a topic once an occurrence, with the texts of its item, and says what is known', async () => {
      const node = send({ operation: 'topic', campaign: 'goals', topic: '={{ "n8n-" + $json.kind }}' });
      const { outputs } = await bench.run(node, [{ kind: 'goals', score: '1-0' }]);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ score: '1-0', push: expect.objectContaining({
        broadcast: { topic: 'n8n-goals' }, outcome: 'accepted', why: expect.stringContaining('How many people that is'),
      }) })]);
      const shown = sandbox().messages().filter(({ title }) => title === 'Goal').map(({ token, body }) => `${token} ${body}`);
      expect(shown).toEqual(['n8n-goals It is 1-0', 'n8n-topic:ada It is 1-0']);
      const { outputs: again } = await bench.run(node, [{ kind: 'goals', score: '1-0' }, { kind: 'no topic', score: '1-0' }]);
      expect(json(again[2])).toEqual([expect.objectContaining({ push: expect.objectContaining({ reason: 'already-sent' }) })]);
      expect(json(again[1])).toEqual([expect.objectContaining({ push: expect.objectContaining({ deliveries: [expect.objectContaining({ code: 'topic-malformed' })] }) })]);
    });

    it('Push Send sends to a condition', async () => {
      const { outputs } = await bench.run(send({ operation: 'condition', campaign: 'conditions', condition: "'n8n-goals' in topics || 'sport' in topics" }), [{ score: '2-0' }]);
      expect(outputs[0]).toHaveLength(1);
    });

    it('says of a message that is held back that it is not kept for later', async () => {
      const campaign = 'paused goals';
      const goal = send({ operation: 'topic', campaign, topic: 'n8n-goals', repeat: 'message' });
      await bench.run(goal, [{ score: '1-0' }]);
      const { outputs: [paused] } = await bench.run(audience({ operation: 'pauseCampaign', campaign, occurrence: '' }), [{}]);
      expect(json(paused)).toMatchObject([{ state: 'paused', people: 0, broadcasts: { sent: 1, failed: 0, underway: 0 } }]);
      const { outputs, hints } = await bench.run(goal, [{ score: '2-0' }]);
      expect(json(outputs[3])).toMatchObject([{ push: { reason: 'paused', why: expect.stringContaining('not kept for later') } }]);
      expect(hints).toEqual([expect.stringContaining('1 message was not sent yet, and not kept for later')]);
    });

    it('a channel is made, updated by a Live Activity, listed and deleted', async () => {
      const { outputs: [made] } = await bench.run(audience({ operation: 'createChannel', channelStorage: 'most-recent' }, 'apns'), [{}]);
      const [{ channel }] = json(made) as [{ channel: string }];
      const activity = { type: 'templatePersonalize', parameters: { title: '', options: { liveActivity: JSON.stringify({ event: 'update', contentState: { score: '{{score}}' } }) } } };
      const node = send({ operation: 'channel', campaign: 'live', channel, messageFrom: 'items', repeat: 'message' });
      const { outputs } = await bench.run(node, [{ score: '1-0' }, { score: '2-0' }], activity);
      expect(json(outputs[0])).toHaveLength(2);
      expect(sandbox().deliveries().find(({ token }) => token === `channel ${channel}`)).toMatchObject({ accepted: 2 });
      const { outputs: [listed] } = await bench.run(audience({ operation: 'getChannels' }, 'apns'), [{}]);
      expect(json(listed)).toContainEqual({ channel });
      const { outputs: [gone] } = await bench.run(audience({ operation: 'deleteChannel' }, 'apns'), [{ channel }]);
      expect(json(gone)).toEqual([{ channel, deleted: true }]);
      const { stopped } = await bench.run(audience({ operation: 'deleteChannel' }, 'apns'), [{ channel }]);
      expect(stopped?.message).toContain('no such channel');
    });

    it('tells what this process sent, as figures and in the text format of Prometheus', async () => {
      const { outputs } = await bench.run(audience({ operation: 'getCounters' }), [{}]);
      const [{ text, counters }] = json(outputs[0]) as [{ text: string; counters: Record<string, unknown[]> }];
      expect(text).toMatch(/^push_messages_total\{gateway="fcm",outcome="accepted"\} \d+$/m);
      expect(counters['push_messages_total']).toContainEqual({ labels: { gateway: 'apns', outcome: 'accepted' }, value: expect.any(Number) });
    });
  });
}
