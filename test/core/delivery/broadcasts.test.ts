/** Topics, conditions and channels, against the sandbox, which speaks them as the services do. */
import fc from 'fast-check';
import { createGateway } from '../../../core/delivery/create-gateway';
import type { ApnsGatewayOptions, Broadcast, Gateway, GatewayMessage, GatewayResult } from '../../../core/delivery/gateway';
import { requireCondition, requireTopic } from '../../../core/delivery/topic-names';
import type { Sandbox } from '../../../sandbox';
import { magicFcm, quickSandbox } from '../../sandbox/support';
import { collect } from '../support';
import { countBy, fcmGateway, QUICK, sendAll } from './support';

let sandbox: Sandbox;
let fcm: Gateway;
let apns: Gateway;
let options: ApnsGatewayOptions;

beforeAll(async () => {
  sandbox = await quickSandbox();
  fcm = fcmGateway(sandbox.gatewayUrl);
  options = { type: 'apns', endpoint: sandbox.gatewayUrl, bundleId: 'com.example.shop', ...sandbox.apnsKey() };
  apns = createGateway(options);
});
afterAll(async () => {
  await Promise.all([fcm.close(), apns.close()]);
  await sandbox.close();
});
beforeEach(() => sandbox.reset());

const to = (broadcast: Broadcast, payload: object = { notification: { title: 'Goal', body: '1-0' } }): GatewayMessage =>
  ({ id: 'b', broadcast, payload: payload as GatewayMessage['payload'] });
const LIVE = { aps: { timestamp: 1, event: 'update', 'content-state': { score: '1-0' } } };

async function change(action: 'subscribe' | 'unsubscribe', topic: string, tokens: readonly string[]): Promise<GatewayResult[]> {
  const devices = tokens.map((token) => ({ id: token, token }));
  return collect(fcm.topics?.change(action, topic, devices, QUICK) ?? []as unknown as AsyncIterable<GatewayResult>);
}

function shown(): string[] {
  return sandbox.messages().map(({ token }) => token).sort();
}

describe('FCM topics', () => {
  it('a message to a topic is one message, and reaches whoever is subscribed then', async () => {
    await change('subscribe', 'news', ['ada', 'bob']);
    await change('unsubscribe', 'news', ['bob']);
    const [result] = await sendAll(fcm, [to({ topic: 'news' })]);
    expect(result).toMatchObject({ id: 'b', outcome: 'accepted', gatewayId: expect.stringMatching(/^projects\/demo\/messages\//), attempts: 1 });
    expect(shown()).toEqual(['ada', 'news']);
  });

  it('a condition is over topics', async () => {
    await change('subscribe', 'news', ['ada', 'bob']);
    await change('subscribe', 'sport', ['bob', 'cyd']);
    const condition = "'news' in topics && !('sport' in topics)";
    expect(await sendAll(fcm, [to({ condition })])).toMatchObject([{ outcome: 'accepted' }]);
    expect(shown()).toEqual(["'news' in topics && !('sport' in topics)", 'ada']);
  });

  it('takes the 2,048 bytes that a topic allows, and no more', async () => {
    const results = await sendAll(fcm, [to({ topic: 'news' }, { data: { text: 'x'.repeat(2100) } })]);
    expect(results).toMatchObject([{ outcome: 'bad-payload', code: 'INVALID_ARGUMENT' }]);
  });

  it('thousands of devices are subscribed with a result each: those already on it, dead ones and busy moments among them', async () => {
    const tokens = Array.from({ length: 3000 }, (_, index) => `d${index}`);
    expect(countBy(await change('subscribe', 'news', tokens), 'outcome')).toEqual({ accepted: 3000 });
    const again = await change('subscribe', 'news', [...tokens.slice(0, 5), magicFcm('unregistered'), magicFcm('unavailable-once'), magicFcm('bad-token')]);
    expect(Object.fromEntries(again.map(({ id, outcome }) => [id, outcome]))).toEqual({
      d0: 'accepted', d1: 'accepted', d2: 'accepted', d3: 'accepted', d4: 'accepted',
      [magicFcm('unregistered')]: 'dead-token', [magicFcm('unavailable-once')]: 'accepted', [magicFcm('bad-token')]: 'dead-token',
    });
    expect(countBy(await change('unsubscribe', 'news', [...tokens, magicFcm('unavailable-once'), 'never-was']), 'outcome')).toEqual({ accepted: 3002 });
    await sendAll(fcm, [to({ topic: 'news' })]);
    expect(shown()).toEqual(['news']);
  });

  it.each(['', 'two words', 'a/b', 'é', 'x'.repeat(901), undefined as unknown as string])('%j is no topic, which is said before anything is sent', async (topic) => {
    expect(() => requireTopic(topic)).toThrow(expect.objectContaining({ code: 'topic-malformed', message: 'This is no name of an FCM topic.' }));
    expect(() => fcm.topics?.change('subscribe', topic, [])).toThrow(expect.objectContaining({ code: 'topic-malformed' }));
    expect(await sendAll(fcm, [to({ topic })])).toMatchObject([{ outcome: 'bad-payload', code: 'topic-malformed', attempts: 0 }]);
  });

  it('the /topics/ of older programs is left away', () => {
    expect(requireTopic('/topics/news')).toBe('news');
  });

  it.each(["'a' in topics", '"a" in topics', "'a' in topics || ('b' in topics && !('c' in topics))", "!'a' in topics"])('%s is a condition', (condition) => {
    expect(requireCondition(condition)).toBe(condition);
  });

  it.each(['', 'a', "'a' in topic", "'a' in topics 'b' in topics", "('a' in topics", "'a' in topics &&", "'a b' in topics", "'a' in topics & 'b' in topics",
    Array.from({ length: 6 }, (_, index) => `'t${index}' in topics`).join(' || ')])('%j is none', (condition) => {
    expect(() => requireCondition(condition)).toThrow(expect.objectContaining({ code: 'condition-malformed' }));
  });

  it('whatever is written as a condition is either one or refused, soon', () => {
    const written = fc.array(fc.constantFrom("'a' in topics", '&&', '||', '!', '(', ')', ' ', "'", 'in topics'), { maxLength: 400 }).map((parts) => parts.join(''));
    fc.assert(fc.property(fc.oneof(written, fc.string(), fc.anything()), (text) => {
      try {
        expect(requireCondition(text)).toBe(String(text).trim());
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'condition-malformed' });
      }
    }), { numRuns: 500 });
  });

  it('APNs knows no topics, FCM no channels, and both say so', async () => {
    expect(apns.topics).toBeUndefined();
    expect(fcm.channels).toBeUndefined();
    expect(await sendAll(apns, [to({ topic: 'news' })])).toMatchObject([{ code: 'broadcast-not-here', attempts: 0 }]);
    expect(await sendAll(fcm, [to({ channel: 'abc=' })])).toMatchObject([{ code: 'broadcast-not-here', attempts: 0 }]);
  });
});

describe('APNs channels', () => {
  it('are made, listed and deleted', async () => {
    const { channels } = apns;
    const id = await channels?.create('most-recent');
    expect(id).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(await channels?.list()).toContain(id);
    await channels?.remove(String(id));
    expect(await channels?.list()).not.toContain(id);
    await expect(channels?.remove(String(id))).rejects.toMatchObject({ code: 'ChannelNotRegistered', message: expect.stringContaining('no such channel') });
    await expect(channels?.remove('no id!')).rejects.toMatchObject({ code: 'channel-malformed' });
    await expect(channels?.create('all' as never)).rejects.toMatchObject({ code: 'channel-storage-unknown' });
  });

  it('take an update of a Live Activity, as one message with the id that was asked for', async () => {
    const id = String(await apns.channels?.create());
    const request = '11111111-2222-3333-4444-555555555555';
    const results = await sendAll(apns, [{ ...to({ channel: id }, LIVE), headers: { 'apns-id': request, 'apns-topic': 'com.example.shop.push-type.liveactivity' } }]);
    expect(results).toMatchObject([{ outcome: 'accepted', gatewayId: request, attempts: 1 }]);
    expect(shown()).toEqual([`channel ${id}`]);
  });

  it('a channel that is not there is told in words and tried once', async () => {
    const results = await sendAll(apns, [to({ channel: 'bm90aGVyZQ==' }, LIVE)]);
    expect(results).toMatchObject([{ outcome: 'bad-payload', code: 'ChannelNotRegistered', attempts: 1, detail: expect.stringContaining('other environment') }]);
  });

  it('a key that is refused is told by the management too', async () => {
    const strict = await quickSandbox({ strictAuth: true });
    const refused = createGateway({ ...options, endpoint: strict.gatewayUrl });
    await expect(refused.channels?.list()).rejects.toMatchObject({ code: 'InvalidProviderToken' });
    await refused.close();
    await strict.close();
  });
});
