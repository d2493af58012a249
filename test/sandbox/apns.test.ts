import { randomUUID } from 'node:crypto';
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { Sandbox } from '../../sandbox';
import { APNS_BODY, apnsHeaders, providerToken, quickSandbox, request, session } from './support';

const TOKEN = 'ab'.repeat(32);
const seconds = () => Math.floor(Date.now() / 1000);

describe('APNs', () => {
  let sandbox: Sandbox;
  let open: ClientHttp2Session;
  beforeAll(async () => {
    sandbox = await quickSandbox();
    open = session(sandbox.gatewayUrl);
  });
  afterAll(async () => {
    open.destroy();
    await sandbox.close();
  });

  const send = (headers: OutgoingHttpHeaders = {}, body = APNS_BODY, token = TOKEN) => {
    const whole = Object.entries({ ...apnsHeaders(token), ...headers }).filter(([, value]) => value !== undefined);
    return request(open, Object.fromEntries(whole), body);
  };
  const sign = (authorization: string | undefined) => send({ authorization });

  it('accepts a push with an empty body and gives back its id', async () => {
    const id = randomUUID();
    const { status, text, headers } = await send({ 'apns-id': id });
    expect([status, text, headers['apns-id'], typeof headers['apns-unique-id']]).toEqual([200, '', id, 'string']);
  });

  it('gives an id of its own to a push that has none', async () => {
    expect((await send()).headers['apns-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each<[string, OutgoingHttpHeaders, number, string]>([
    ['no provider token', { authorization: undefined }, 403, 'MissingProviderToken'],
    ['a provider token that is none', { authorization: 'bearer nonsense' }, 403, 'InvalidProviderToken'],
    ['no topic', { 'apns-topic': undefined }, 400, 'MissingTopic'],
    ['a topic that is no bundle id', { 'apns-topic': 'com example' }, 400, 'BadTopic'],
    ['an unknown push type', { 'apns-push-type': 'banner' }, 400, 'InvalidPushType'],
    ['an unknown priority', { 'apns-priority': '7' }, 400, 'BadPriority'],
    ['a background push of priority 10', { 'apns-push-type': 'background', 'apns-priority': '10' }, 400, 'BadPriority'],
    ['a background push without a priority, which means 10', { 'apns-push-type': 'background' }, 400, 'BadPriority'],
    ['an expiration that is no number', { 'apns-expiration': 'tomorrow' }, 400, 'BadExpirationDate'],
    ['a collapse id over 64 bytes', { 'apns-collapse-id': 'x'.repeat(65) }, 400, 'BadCollapseId'],
    ['an id that is no UUID', { 'apns-id': '17' }, 400, 'BadMessageId'],
    ['a device token that is not hexadecimal', { ':path': `/3/device/${'z'.repeat(64)}` }, 400, 'BadDeviceToken'],
    ['a device token that is too short', { ':path': '/3/device/abcd' }, 400, 'BadDeviceToken'],
    ['no device token', { ':path': '/3/device/' }, 400, 'MissingDeviceToken'],
    ['a provider token whose parts are no objects', { authorization: 'bearer bnVsbA.bnVsbA.x' }, 403, 'InvalidProviderToken'],
    ['another path', { ':path': '/4/device/x' }, 404, 'BadPath'],
    ['another method', { ':method': 'PUT' }, 405, 'MethodNotAllowed'],
  ])('refuses %s', async (_what, headers, status, reason) => {
    const answer = await send(headers);
    expect([answer.status, answer.json]).toEqual([status, { reason }]);
  });

  it.each([
    ['no body', '', 400, 'PayloadEmpty'],
    ['a body that is no JSON', '{', 400, 'PayloadEmpty'],
    ['a body that is no object', '7', 400, 'PayloadEmpty'],
    ['a body of null', 'null', 400, 'PayloadEmpty'],
    ['a list', '[]', 400, 'PayloadEmpty'],
    ['a body of 1,000,000 bytes', 'x'.repeat(1_000_000), 413, 'PayloadTooLarge'],
    ['more than 4,096 bytes', JSON.stringify({ aps: { alert: 'é'.repeat(2048) } }), 413, 'PayloadTooLarge'],
  ])('refuses %s', async (_what, body, status, reason) => {
    const answer = await send({}, body);
    expect([answer.status, answer.json]).toEqual([status, { reason }]);
  });

  it('accepts exactly 4,096 bytes, and 5,120 with voip', async () => {
    const frame = JSON.stringify({ aps: { alert: '' } }).length;
    const sized = (bytes: number) => JSON.stringify({ aps: { alert: 'x'.repeat(bytes - frame) } });
    expect((await send({}, sized(4096))).status).toBe(200);
    expect((await send({}, sized(4097))).status).toBe(413);
    const voip = { 'apns-push-type': 'voip', 'apns-topic': 'com.example.shop.voip' };
    expect((await send(voip, sized(5120))).status).toBe(200);
    expect((await send(voip, sized(5121))).status).toBe(413);
  });

  it.each([['voip', '.voip'], ['liveactivity', '.push-type.liveactivity']])('takes the push type %s only to a topic that ends in %s', async (type, end) => {
    expect((await send({ 'apns-push-type': type })).json).toEqual({ reason: 'TopicDisallowed' });
    expect((await send({ 'apns-push-type': type, 'apns-topic': `com.example.shop${end}` })).status).toBe(200);
  });

  it('accepts a background push of priority 5, an expiration and a collapse id of 64 bytes', async () => {
    expect((await send({ 'apns-push-type': 'background', 'apns-priority': '5', 'apns-expiration': '0', 'apns-collapse-id': 'x'.repeat(64) })).status).toBe(200);
  });

  it('gives the id of the request back with a refusal', async () => {
    const id = randomUUID();
    expect((await send({ 'apns-id': id, 'apns-topic': undefined })).headers['apns-id']).toBe(id);
  });

  describe('with a key that it made', () => {
    it('accepts what the key signed', async () => {
      expect((await sign(`bearer ${providerToken(sandbox.apnsKey())}`)).status).toBe(200);
    });

    it('refuses a token of another key under the same id', async () => {
      const { keyId, teamId } = sandbox.apnsKey();
      expect((await sign(`bearer ${providerToken({ keyId, teamId, key: sandbox.apnsKey().key })}`)).json).toEqual({ reason: 'InvalidProviderToken' });
    });

    it('refuses a token of another team', async () => {
      expect((await sign(`bearer ${providerToken({ ...sandbox.apnsKey(), teamId: 'OTHERTEAM1' })}`)).json).toEqual({ reason: 'InvalidProviderToken' });
    });

    it('refuses a token that is older than an hour', async () => {
      const key = sandbox.apnsKey();
      expect((await sign(`bearer ${providerToken({ ...key, iat: seconds() - 3700 })}`)).json).toEqual({ reason: 'ExpiredProviderToken' });
      expect((await sign(`bearer ${providerToken({ ...key, iat: seconds() - 3500 })}`)).status).toBe(200);
    });
  });

  it('where it is strict, accepts its own keys and those that it was given at the start, and no other', async () => {
    const given = sandbox.apnsKey();
    const strict = await quickSandbox({ strictAuth: true, apnsKeys: [given] });
    const other = session(strict.gatewayUrl);
    const statusWith = async (key?: Parameters<typeof providerToken>[0]) =>
      (await request(other, apnsHeaders(TOKEN, { authorization: `bearer ${providerToken(key)}` }), APNS_BODY)).status;
    expect([await statusWith(given), await statusWith(strict.apnsKey()), await statusWith(), await statusWith(sandbox.apnsKey())]).toEqual([200, 200, 403, 403]);
    other.destroy();
    await strict.close();
  });

  it('keeps what the phone shows: an alert in parts, or of one text', async () => {
    await send({}, JSON.stringify({ aps: { alert: { title: 'T', subtitle: 'S', body: 'B' } }, image: 'https://i.example/1.png', link: 'https://shop.example' }));
    expect(sandbox.messages().at(-1)).toMatchObject({ platform: 'ios', title: 'T', subtitle: 'S', body: 'B', image: 'https://i.example/1.png', link: 'https://shop.example' });
    await send({}, JSON.stringify({ aps: { alert: 'Only text' } }));
    expect(sandbox.messages().at(-1)).toMatchObject({ title: '', body: 'Only text' });
  });
});
