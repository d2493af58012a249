import type { ClientHttp2Session } from 'node:http2';
import type { Sandbox } from '../../sandbox';
import { FCM_HEADERS, fcmBody, quickSandbox, request, session } from './support';

interface FcmError {
  code: number;
  status: string;
  message: string;
  details?: { '@type': string; errorCode?: string; fieldViolations?: { field: string }[] }[];
}

describe('FCM', () => {
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

  const send = (body: string, headers: object = {}) => request(open, { ...FCM_HEADERS, ...headers }, body);
  const refusal = async (body: string) => {
    const { status, json } = await send(body);
    return { status, error: json['error'] as FcmError };
  };

  it('accepts a message and gives its name in the project of the path', async () => {
    const { status, json } = await send(fcmBody({}), { ':path': '/v1/projects/my-app/messages:send' });
    expect(status).toBe(200);
    expect(json['name']).toMatch(/^projects\/my-app\/messages\/[0-9a-f]{16}$/);
  });

  it.each([
    ['no bearer', undefined],
    ['another scheme', 'Basic YTpi'],
    ['an empty bearer', 'Bearer '],
  ])('answers 401 UNAUTHENTICATED without a reason of FCM to %s', async (_what, authorization) => {
    const headers = { ':path': FCM_HEADERS[':path'] };
    const { status, json } = await request(open, { ...headers, ...(authorization !== undefined && { authorization }) }, fcmBody({}));
    expect(status).toBe(401);
    expect(json['error']).toMatchObject({ code: 401, status: 'UNAUTHENTICATED' });
    expect((json['error'] as FcmError).details).toBeUndefined();
  });

  it.each([
    ['a body that is no JSON', '{', 'Invalid JSON payload received.'],
    ['a body without a message', '{}', "Invalid value at 'message'"],
    ['a body of null', 'null', "Invalid value at 'message'"],
    ['an unknown field', fcmBody({ notifications: {} }), `Unknown name "notifications" at 'message'`],
    ['an unknown field further down', fcmBody({ android: { notification: { headline: 'x' } } }), `Unknown name "headline" at 'message.android.notification'`],
    ['no target', JSON.stringify({ message: { notification: { title: 'x' } } }), 'Exactly one of'],
    ['two targets', fcmBody({ topic: 'news' }), 'Exactly one of'],
    ['an empty target', fcmBody({ token: '' }), 'The target is empty'],
    ['a data key of Google', fcmBody({ data: { 'google.x': '1' } }), 'Invalid data payload key: google.x'],
    ['a data key of GCM', fcmBody({ data: { gcm_x: '1' } }), 'Invalid data payload key: gcm_x'],
    ['the data key from', fcmBody({ data: { from: '1' } }), 'Invalid data payload key: from'],
    ['a number in data', fcmBody({ data: { count: 3 } }), "Invalid value at 'message.data[0].value' (TYPE_STRING), 3"],
    ['data that is a list', fcmBody({ data: ['x'] }), "Invalid value at 'message.data'"],
    ['a ttl that is a number', fcmBody({ android: { ttl: 60 } }), "Invalid value at 'message.android.ttl'"],
    ['a ttl without a unit', fcmBody({ android: { ttl: '60' } }), "Invalid value at 'message.android.ttl'"],
    ['a ttl over four weeks', fcmBody({ android: { ttl: '2419201s' } }), 'between 0 and 4 weeks'],
    ['a web link that is not https', fcmBody({ webpush: { fcm_options: { link: 'http://shop.example' } } }), 'must be https'],
    ['more than 4,096 bytes', fcmBody({ data: { text: 'x'.repeat(4096) } }), 'Message is too big'],
  ])('refuses %s with 400 INVALID_ARGUMENT and says what is wrong', async (_what, body, words) => {
    const { status, error } = await refusal(body);
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(error.message).toContain(words);
    expect(error.details?.[0]).toEqual({ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' });
  });

  it('names the field in a BadRequest', async () => {
    const { error } = await refusal(fcmBody({ android: { ttl: 'soon' } }));
    expect(error.details?.[1]).toMatchObject({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'message.android.ttl' }] });
  });

  it.each([
    ['snake_case and camelCase', fcmBody({ android: { collapse_key: 'a', notification: { channelId: 'b' } }, fcm_options: { analytics_label: 'c' } })],
    ['keys of data, APNs payload and web notification as they are', fcmBody({ data: { my_key: 'x' }, apns: { payload: { aps: {}, my_key: 1 } }, webpush: { notification: { anything: 1 } } })],
    ['a ttl with a fraction', fcmBody({ android: { ttl: '3.5s' } })],
    ['a ttl of four weeks', fcmBody({ android: { ttl: '2419200s' } })],
    ['a topic in place of a token', JSON.stringify({ message: { topic: 'news', notification: { title: 'x' } } })],
    ['4,096 bytes, the token not counted', fcmBody({ token: 't'.repeat(500), notification: undefined, data: { text: 'x'.repeat(4096 - JSON.stringify({ data: { text: '' } }).length) } })],
  ])('accepts %s', async (_what, body) => {
    expect((await send(body)).status).toBe(200);
  });

  it('checks a message with validate_only and delivers it to no phone', async () => {
    const before = sandbox.messages().length;
    const good = await send(fcmBody({}, { validate_only: true }));
    const bad = await send(fcmBody({ topic: 'news' }, { validate_only: true }));
    expect(good.json['name']).toBe('projects/demo/messages/fake_message_id');
    expect(bad.status).toBe(400);
    expect(sandbox.messages()).toHaveLength(before);
  });

  it('answers 404 to other methods and addresses', async () => {
    expect((await request(open, { ...FCM_HEADERS, ':method': 'GET' })).status).toBe(404);
    expect((await send(fcmBody({}), { ':path': '/v1/projects/demo/messages' })).status).toBe(404);
  });

  it('keeps what the phone shows and the words of the campaign', async () => {
    const data = { link: 'https://shop.example', eventsUrl: 'https://elsewhere.example/e', deliveryToken: 'a.b' };
    await send(fcmBody({ token: 'shown', notification: { title: 'T', body: 'B', image: 'https://i.example/1.png' }, data }));
    expect(sandbox.messages().at(-1)).toMatchObject({ platform: 'android', token: 'shown', title: 'T', body: 'B', image: 'https://i.example/1.png', ...data });
  });
});
