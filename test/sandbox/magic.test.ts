import { constants, type ClientHttp2Session } from 'node:http2';
import { MAGIC_TOKENS, type Sandbox } from '../../sandbox';
import { APNS_BODY, apnsHeaders, Broken, FCM_HEADERS, fcmBody, magicApns, magicFcm, quickSandbox, request, session, type Answer } from './support';

/** What a request ends with: an answer in short, or how it was broken off. */
type End = string;
interface Row {
  fcm: [first: End, second: End];
  apns: [first: End, second: End];
}

const accepted = '200';
const reset = (code: 'CANCEL' | 'REFUSED_STREAM' | 'INTERNAL_ERROR') => `rst ${constants[`NGHTTP2_${code}`]}`;
const both = (first: End, second: End): Row => ({ fcm: [first, second], apns: [first, second] });
const always = (fcm: End, apns: End): Row => ({ fcm: [fcm, fcm], apns: [apns, apns] });
const once = (fcm: End, apns: End): Row => ({ fcm: [fcm, accepted], apns: [apns, accepted] });

const FATES: Record<string, Row> = {
  ok: both(accepted, accepted),
  unregistered: always('404 UNREGISTERED', '410 Unregistered'),
  'bad-token': always('400 INVALID_ARGUMENT', '400 BadDeviceToken'),
  'wrong-environment': always('403 SENDER_ID_MISMATCH', '403 BadEnvironmentKeyInToken'),
  'wrong-topic': always('403 SENDER_ID_MISMATCH', '400 DeviceTokenNotForTopic'),
  quota: always('429 QUOTA_EXCEEDED after 1', '429 TooManyRequests after 1'),
  'quota-once': once('429 QUOTA_EXCEEDED after 1', '429 TooManyRequests after 1'),
  unavailable: always('503 UNAVAILABLE', '503 ServiceUnavailable'),
  'unavailable-once': once('503 UNAVAILABLE', '503 ServiceUnavailable'),
  'internal-once': once('500 INTERNAL', '500 InternalServerError'),
  slow: both(accepted, accepted),
  silence: both('silence', 'silence'),
  closed: both('closed', 'closed'),
  reset: both(reset('CANCEL'), reset('CANCEL')),
  'refused-once': both(reset('REFUSED_STREAM'), accepted),
  'goaway-once': both(reset('REFUSED_STREAM'), accepted),
  'expired-token': always('404 UNREGISTERED', '410 ExpiredToken'),
  'bad-credentials': always('401 -', '403 InvalidProviderToken'),
  broken: both(reset('INTERNAL_ERROR'), reset('INTERNAL_ERROR')),
  finished: both('closed', 'closed'),
  farewell: both(accepted, accepted),
  'quota-date-once': once('429 QUOTA_EXCEEDED after a date', '429 TooManyRequests after a date'),
  'large-once': once('500 INTERNAL', '500 InternalServerError'),
  frames: both(accepted, accepted),
  'signed-out-once': once('401 -', '403 ExpiredProviderToken'),
};

const SILENT_MS = 2600;

describe('test tokens', () => {
  let sandbox: Sandbox;
  beforeAll(async () => (sandbox = await quickSandbox()));
  afterAll(() => sandbox.close());

  it('are all in the table of this test', () => {
    expect(MAGIC_TOKENS.map(({ name }) => name).sort()).toEqual(Object.keys(FATES).sort());
  });

  describe.each(MAGIC_TOKENS.map(({ name, apnsCode }) => ({ name, apnsCode, fate: FATES[name] as Row })))('$name', ({ name, apnsCode, fate }) => {
    it.concurrent.each([
      ['FCM', fate.fcm, (open: ClientHttp2Session) => request(open, FCM_HEADERS, fcmBody({ token: magicFcm(name) }))],
      ['APNs', fate.apns, (open: ClientHttp2Session) => request(open, apnsHeaders(magicApns(apnsCode)), APNS_BODY)],
    ] as const)('%s ends twice as told', async (_vendor, ends, send) => {
      const seen = [];
      for (let attempt = 0; attempt < ends.length; attempt++) seen.push(await ended(sandbox, send));
      expect(seen).toEqual(ends);
    }, 15_000);
  });

  it('accepts the slow one after two seconds', async () => {
    const open = session(sandbox.gatewayUrl);
    const start = performance.now();
    const { status } = await request(open, FCM_HEADERS, fcmBody({ token: 'magic-slow' }));
    expect(status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(1950);
    open.destroy();
  });

  it('says since when an APNs token is dead: now, or 30 days', async () => {
    const open = session(sandbox.gatewayUrl);
    const gone = await request(open, apnsHeaders(magicApns('01')), APNS_BODY);
    const expired = await request(open, apnsHeaders(magicApns('10')), APNS_BODY);
    open.destroy();
    expect(Math.abs(Date.now() - Number(gone.json['timestamp']))).toBeLessThan(5000);
    expect(Math.abs(Date.now() - 30 * 86_400_000 - Number(expired.json['timestamp']))).toBeLessThan(5000);
  });

  it('knows a name with anything behind it, the longest name that fits, and no other', async () => {
    const open = session(sandbox.gatewayUrl);
    const statusOf = async (token: string) => (await request(open, FCM_HEADERS, fcmBody({ token }))).status;
    expect(await statusOf('magic-unregistered-17')).toBe(404);
    expect(await statusOf('magic-quota-once-17')).toBe(429);
    expect(await statusOf('magic-quota-once-17')).toBe(200);
    expect(await statusOf('magic-unregisteredx')).toBe(200);
    expect(await statusOf('a-magic-unregistered')).toBe(200);
    open.destroy();
  });

  it('refuses the all-zero APNs token, with which a connection is tested', async () => {
    const open = session(sandbox.gatewayUrl);
    expect((await request(open, apnsHeaders('0'.repeat(64)), APNS_BODY)).json).toEqual({ reason: 'BadDeviceToken' });
    open.destroy();
  });

  it.each([0, 3])('GOAWAY behind %d other requests leaves this one, and those after it, unprocessed; those before it are answered', async (before) => {
    const one = await quickSandbox({ latencyMs: 50 });
    const open = session(one.gatewayUrl);
    const last = new Promise((resolve) => open.on('goaway', (_code, lastStream) => resolve(lastStream)));
    const ends = Array.from({ length: before + 3 }, (_, index) =>
      request(open, FCM_HEADERS, fcmBody({ token: index === before ? 'magic-goaway-once' : `device-${index}` })).then(short, brokenOff));
    const refused = reset('REFUSED_STREAM');
    expect(await Promise.all(ends)).toEqual([...Array.from({ length: before }, () => accepted), refused, refused, refused]);
    // Streams of a client have the numbers 1, 3, 5 ...
    expect(await last).toBe(before === 0 ? 0 : before * 2 - 1);
    expect(one.messages()).toHaveLength(before);
    const next = session(one.gatewayUrl);
    expect((await request(next, FCM_HEADERS, fcmBody({ token: 'magic-goaway-once' }))).status).toBe(200);
    next.destroy();
    await one.close();
  });
});

/** Sends on a connection of its own, so that a token that ends the connection disturbs no other. */
async function ended(sandbox: Sandbox, send: (open: ClientHttp2Session) => Promise<Answer>): Promise<End> {
  const open = session(sandbox.gatewayUrl);
  const closed = new Promise<'closed'>((resolve) => open.on('close', () => resolve('closed')));
  const silent = new Promise<'silence'>((resolve) => setTimeout(() => resolve('silence'), SILENT_MS).unref());
  const end = await Promise.race([send(open).then(short, brokenOff), silent]);
  const whole = end === reset('CANCEL') ? await Promise.race([closed, new Promise<End>((resolve) => setTimeout(() => resolve(end), 100))]) : end;
  open.destroy();
  return whole;
}

function short({ status, json, headers }: Answer): End {
  const error = json['error'] as { details?: { errorCode?: string }[] } | undefined;
  const reason = error === undefined ? json['reason'] : (error.details?.find(({ errorCode }) => errorCode !== undefined)?.errorCode ?? '-');
  const wait = headers['retry-after'];
  return [status, ...(reason === undefined ? [] : [reason]), ...(wait === undefined ? [] : [`after ${/^\d+$/.test(wait) ? wait : 'a date'}`])].join(' ');
}

function brokenOff(thrown: unknown): End {
  if (!(thrown instanceof Broken)) throw thrown;
  return `rst ${String(thrown.rstCode)}`;
}
