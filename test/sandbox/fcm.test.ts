import type { ClientHttp2Session } from 'node:http2';
import type { Sandbox } from '../../sandbox';
import { FCM_HEADERS, fcmBody, quickSandbox, request, session } from './support';

interface FcmError {
  code: number;
  status: string;
  message: string;
  details?: { '@type': string; errorCode?: string; fieldViolations?: { field?: string; description: string }[] }[];
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

  it('lives on after a subscription whose path cannot be decoded', async () => {
    const path = '/v1/projects/demo/registrations/%zz/topicSubscriptions?topic_name=news';
    expect(await request(open, { ...FCM_HEADERS, ':path': path }, '{}')).toMatchObject({ status: 400, json: { error: { status: 'INVALID_ARGUMENT' } } });
    expect((await send(fcmBody({}))).status).toBe(200);
  });

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

  describe('where Google cannot read the request', () => {
    it.each([
      ['a body that is no JSON', '{', 'Invalid JSON payload received.', undefined],
      ['a body of null', 'null', 'Invalid JSON payload received.', undefined],
      ['a list', '[]', 'Invalid JSON payload received.', undefined],
      ['a body of 100,000 bytes', fcmBody({ data: { text: 'x'.repeat(100_000) } }), 'payload size exceeds the limit', undefined],
      ['an unknown field beside the message', fcmBody({}, { validateonly: true }), 'Unknown name "validateonly": Cannot find field.', undefined],
      ['an unknown field', fcmBody({ notifications: {} }), `Unknown name "notifications" at 'message': Cannot find field.`, 'message'],
      ['an unknown field further down', fcmBody({ android: { notification: { headline: 'x' } } }), `Unknown name "headline" at 'message.android.notification': Cannot find field.`, 'message.android.notification'],
      ['a field in another case', fcmBody({ android: { Collapse_key: 'x' } }), 'Unknown name "Collapse_key"', 'message.android'],
      ['a field that every object has', fcmBody({ constructor: {} }), 'Unknown name "constructor"', 'message'],
      ['a message that is a text', '{"message":"x"}', "Invalid value at 'message'", 'message'],
      ['a title that is a number', fcmBody({ notification: { title: 5 } }), "Invalid value at 'message.notification.title' (TYPE_STRING), 5", 'message.notification.title'],
      ['an unknown priority', fcmBody({ android: { priority: 'urgent' } }), `(type.googleapis.com/google.firebase.fcm.v1.AndroidConfig.AndroidMessagePriority), "urgent"`, 'message.android.priority'],
      ['a flag that is a text', fcmBody({ android: { directBootOk: 'yes' } }), `Invalid value at 'message.android.direct_boot_ok' (TYPE_BOOL), "yes"`, 'message.android.direct_boot_ok'],
      ['a list that is a text', fcmBody({ android: { notification: { title_loc_args: 'x' } } }), "Invalid value at 'message.android.notification.title_loc_args'", 'message.android.notification.title_loc_args'],
      ['a number in a list', fcmBody({ android: { notification: { title_loc_args: ['x', 1] } } }), 'title_loc_args[1]', 'message.android.notification.title_loc_args[1]'],
      ['a number in data', fcmBody({ data: { name: 'x', count: 3 } }), "Invalid value at 'message.data[1].value' (TYPE_STRING), 3", 'message.data[1].value'],
      ['data that is a list', fcmBody({ data: ['x'] }), "Invalid value at 'message.data'", 'message.data'],
      ['an APNs payload that is a text', fcmBody({ apns: { payload: '{}' } }), "Invalid value at 'message.apns.payload'", 'message.apns.payload'],
      ['a ttl that is a number', fcmBody({ android: { ttl: 60 } }), "Invalid value at 'message.android.ttl' (type.googleapis.com/google.protobuf.Duration), 60", 'message.android.ttl'],
      ['a ttl without a unit', fcmBody({ android: { ttl: '60' } }), "Invalid value at 'message.android.ttl'", 'message.android.ttl'],
      ['two targets', fcmBody({ topic: 'news' }), "(oneof), oneof field 'target' is already set. Cannot set 'topic'", 'message'],
    ])('refuses %s with a BadRequest alone, as FCM has not seen it', async (_what, body, words, field) => {
      const { status, error } = await refusal(body);
      expect([status, error.code, error.status]).toEqual([400, 400, 'INVALID_ARGUMENT']);
      expect(error.message).toContain(words);
      expect(error.details).toEqual([{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ ...(field !== undefined && { field }), description: error.message }] }]);
    });

    it('names every mistake at once', async () => {
      const { error } = await refusal(fcmBody({ notification: { title: 5, head: 'x' }, android: { ttl: 'soon' } }));
      expect(error.details?.[0]?.fieldViolations?.map(({ field }) => field)).toEqual(['message.notification.title', 'message.notification', 'message.android.ttl']);
      expect(error.message.split('\n')).toHaveLength(3);
    });
  });

  it.each([
    ['a request without a message', '{}', 'Recipient of the message is not set.', 'message'],
    ['no target', JSON.stringify({ message: { notification: { title: 'x' } } }), 'Recipient of the message is not set.', 'message'],
    ['an empty target', fcmBody({ token: '' }), 'Recipient of the message is not set.', 'message'],
    ['a topic with its path', fcmBody({ token: undefined, topic: '/topics/news' }), 'Invalid topic name', 'message.topic'],
    ['a data key of Google', fcmBody({ data: { a: '', 'google.x': '1' } }), 'Invalid data payload key: google.x', 'message.data[1].key'],
    ['a data key of GCM', fcmBody({ data: { gcm_x: '1' } }), 'Invalid data payload key: gcm_x', 'message.data[0].key'],
    ['the data key from', fcmBody({ data: { from: '1' } }), 'Invalid data payload key: from', 'message.data[0].key'],
    ['a reserved key in the data for Android', fcmBody({ android: { data: { message_type: '1' } } }), 'Invalid data payload key: message_type', 'message.android.data[0].key'],
    ['a ttl over four weeks', fcmBody({ android: { ttl: '2419201s' } }), 'between 0 and 4 weeks', 'message.android.ttl'],
    ['a ttl below zero', fcmBody({ android: { ttl: '-1s' } }), 'between 0 and 4 weeks', 'message.android.ttl'],
    ['an analytics label with a space', fcmBody({ apns: { fcmOptions: { analyticsLabel: 'a b' } } }), 'Invalid analytics label', 'message.apns.fcm_options.analytics_label'],
    ['a web link that is not https', fcmBody({ webpush: { fcm_options: { link: 'http://shop.example' } } }), 'must be https', 'message.webpush.fcm_options.link'],
    ['more than 4,096 bytes', fcmBody({ data: { text: 'x'.repeat(4096) } }), 'Android message is too big', 'message'],
    ['more than 4,096 bytes for an iPhone', fcmBody({ apns: { payload: { text: 'x'.repeat(4096) } } }), 'APNs message is too big', 'message'],
    ['more than 2,048 bytes to a topic', JSON.stringify({ message: { topic: 'news', data: { text: 'x'.repeat(2048) } } }), 'Android message is too big', 'message'],
    ['more than 2,048 bytes to a condition', JSON.stringify({ message: { condition: "'news' in topics", data: { text: 'x'.repeat(2048) } } }), 'Android message is too big', 'message'],
  ])('refuses %s with an FcmError and the field in a BadRequest', async (_what, body, words, field) => {
    const { status, error } = await refusal(body);
    expect([status, error.code, error.status]).toEqual([400, 400, 'INVALID_ARGUMENT']);
    expect(error.message).toContain(words);
    expect(error.details).toEqual([
      { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' },
      { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description: error.message }] },
    ]);
  });

  it('answers a bad token in the words of the documentation, by which senders know it', async () => {
    const { error } = await refusal(fcmBody({ token: 'magic-bad-token' }));
    expect(error).toEqual({
      code: 400, status: 'INVALID_ARGUMENT', message: 'The registration token is not a valid FCM registration token',
      details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' }],
    });
  });

  it.each([
    ['snake_case and camelCase', fcmBody({ android: { collapse_key: 'a', notification: { channelId: 'b' } }, fcm_options: { analytics_label: 'c' } })],
    ['keys of data, APNs payload and web notification as they are', fcmBody({ data: { my_key: 'x' }, apns: { payload: { aps: {}, my_key: 1 } }, webpush: { notification: { anything: 1 } } })],
    ['a ttl with a fraction', fcmBody({ android: { ttl: '3.5s' } })],
    ['a ttl of four weeks', fcmBody({ android: { ttl: '2419200s' } })],
    ['a topic in place of a token', JSON.stringify({ message: { topic: 'news', notification: { title: 'x' } } })],
    ['2,048 bytes to a topic', JSON.stringify({ message: { topic: 'news', data: { text: 'x'.repeat(2048 - JSON.stringify({ data: { text: '' } }).length) } } })],
    ['null for a field that is not set', fcmBody({ android: null, notification: { title: 'x', body: null } })],
    ['4,096 bytes for Android beside a part for iPhones, which goes elsewhere', fcmBody({ data: { text: 'x'.repeat(3000) }, apns: { payload: { aps: { alert: 'x'.repeat(1000) } } } })],
    ['4,096 bytes, the token not counted', fcmBody({ token: 't'.repeat(500), notification: undefined, data: { text: 'x'.repeat(4096 - JSON.stringify({ data: { text: '' } }).length) } })],
  ])('accepts %s', async (_what, body) => {
    expect((await send(body)).status).toBe(200);
  });

  it('checks a message with validate_only and delivers it to no phone', async () => {
    const before = sandbox.messages().length;
    const good = await send(fcmBody({}, { validate_only: true }));
    const bad = await send(fcmBody({ topic: 'news' }, { validateOnly: true }));
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
