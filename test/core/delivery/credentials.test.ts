import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createGateway } from '../../../core/delivery/create-gateway';
import { AccessTokens } from '../../../core/delivery/auth/access-tokens';
import { readPrivateKey } from '../../../core/delivery/auth/pem';
import { ProviderToken } from '../../../core/delivery/auth/provider-token';
import type { ApnsGatewayOptions, FcmGatewayOptions, Gateway } from '../../../core/delivery/gateway';
import { PushError } from '../../../core/errors';
import { FakeVendor, fcmOk } from './fake-vendor';
import { countBy, messages, newApnsKey, newRsaKey, QUICK_SURROUNDINGS, sendAll } from './support';

const APNS_KEY = newApnsKey();
const RSA_KEY = newRsaKey();
const MINUTE = 60_000;

function account(more: Record<string, unknown> = {}): Record<string, string> {
  return { type: 'service_account', project_id: 'shop-1', client_email: 'push@shop-1.iam.gserviceaccount.com', private_key_id: 'k1', private_key: RSA_KEY, ...more } as Record<string, string>;
}

function codeOf(make: () => unknown): string {
  try {
    make();
  } catch (thrown) {
    if (thrown instanceof PushError) return thrown.code;
    throw thrown;
  }
  return 'no error';
}

const fcm = (more: Partial<FcmGatewayOptions>): Gateway => createGateway({ type: 'fcm', ...more });
const apns = (more: Partial<ApnsGatewayOptions>): Gateway =>
  createGateway({ type: 'apns', bundleId: 'com.example.shop', teamId: 'TEAM123456', keyId: 'KEY1234567', key: APNS_KEY, ...more });

describe('a credential that cannot be right is refused before anything is sent', () => {
  const json = JSON.stringify(account());
  it.each<[string, string, Partial<FcmGatewayOptions>]>([
    ['a service account that is cut off', 'service-account-cut-off', { serviceAccount: json.slice(0, 200) }],
    ['a service account without its key', 'service-account-incomplete', { serviceAccount: account({ private_key: '' }) }],
    ['google-services.json', 'service-account-other-file', { serviceAccount: { project_info: {}, client: [] } }],
    ['a user\'s own key file', 'service-account-other-file', { serviceAccount: account({ type: 'authorized_user' }) }],
    ['the name of the file', 'service-account-malformed', { serviceAccount: '/home/me/service-account.json' }],
    ['the private key alone', 'service-account-malformed', { serviceAccount: RSA_KEY }],
    ['a private key that is cut off', 'key-cut-off', { serviceAccount: account({ private_key: RSA_KEY.slice(0, 300) }) }],
    ['a private key that is none', 'key-malformed', { serviceAccount: account({ private_key: 'not a key' }) }],
    ['a private key of another kind', 'key-wrong-kind', { serviceAccount: account({ private_key: APNS_KEY }) }],
    ['a token address in clear text', 'service-account-malformed', { serviceAccount: account({ token_uri: 'http://evil.example/token' }) }],
    ['a project id that is a path', 'project-id-malformed', { projectId: '../other', accessToken: 'x', endpoint: 'http://127.0.0.1:1' }],
    ['nothing at all', 'no-fcm-credential', {}],
    ['an access token for Google', 'access-token-not-loopback', { projectId: 'demo', accessToken: 'x' }],
    ['an access token for another machine', 'access-token-not-loopback', { projectId: 'demo', accessToken: 'x', endpoint: 'https://push.example' }],
    ['an access token with a line break', 'access-token-malformed', { projectId: 'demo', accessToken: 'a\r\nb', endpoint: 'http://127.0.0.1:1' }],
    ['no project', 'no-project-id', { accessToken: 'x', endpoint: 'http://127.0.0.1:1' }],
    ['an endpoint in clear text elsewhere', 'endpoint-not-secure', { serviceAccount: json, endpoint: 'http://push.example' }],
    ['a host that only looks local', 'endpoint-not-secure', { serviceAccount: json, endpoint: 'http://127.0.0.1.evil.example' }],
    ['an endpoint with a path', 'endpoint-malformed', { serviceAccount: json, endpoint: 'https://push.example/v1' }],
    ['an endpoint that is no address', 'endpoint-malformed', { serviceAccount: json, endpoint: 'push.example' }],
    ['a CA that is none', 'ca-malformed', { serviceAccount: json, ca: 'hello' }],
  ])('FCM: %s', (_, code, options) => {
    expect(codeOf(() => fcm(options))).toBe(code);
  });

  it.each<[string, string, Partial<ApnsGatewayOptions>]>([
    ['no bundle id', 'bundle-id-malformed', { bundleId: ' ' }],
    ['a bundle id with a line break', 'bundle-id-malformed', { bundleId: 'com.example\r\nx: y' }],
    ['no team id', 'team-id-malformed', { teamId: undefined }],
    ['a team id of nine letters', 'team-id-malformed', { teamId: 'TEAM12345' }],
    ['no key id', 'key-id-malformed', { keyId: '' }],
    ['no key', 'key-missing', { key: undefined }],
    ['a key that is none', 'key-malformed', { key: 'a .p8 that is none!' }],
    ['a key that is cut off', 'key-cut-off', { key: APNS_KEY.slice(0, 80) }],
    ['a key of Google', 'key-wrong-kind', { key: RSA_KEY }],
    ['a key on another curve', 'key-wrong-kind', { key: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }],
    ['a key with a passphrase', 'key-encrypted', { key: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString() }],
    ['a certificate that is none', 'certificate-malformed', { certificate: 'hello', certificateKey: RSA_KEY }],
    ['a certificate without its key', 'key-malformed', { certificate: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' }],
    ['an environment that is none', 'environment-unknown', { environment: 'staging' as never }],
  ])('APNs: %s', (_, code, options) => {
    expect(codeOf(() => apns(options))).toBe(code);
  });

  it('says nothing of what was pasted, whatever that is', () => {
    const secret = 'S3cr3tS3cr3tS3cr3t';
    const pasted = fc.oneof(
      fc.string().map((text) => text + secret),
      fc.constantFrom(json, RSA_KEY, APNS_KEY).chain((text) => fc.nat(text.length).map((at) => text.slice(0, at) + secret + text.slice(at + 5))),
      fc.dictionary(fc.constantFrom('type', 'project_id', 'client_email', 'private_key', 'token_uri'), fc.anything()).map((object) => ({ ...object, private_key: secret })),
    );
    fc.assert(fc.property(pasted, (text) => {
      for (const make of [() => fcm({ serviceAccount: text as string }), () => apns({ key: String(text) }), () => apns({ certificate: String(text), certificateKey: String(text) })]) {
        try {
          make();
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(PushError);
          const { message, hint, fields } = thrown as PushError;
          expect(JSON.stringify([message, hint, fields])).not.toContain(secret);
          expect([message, hint].every((words) => words.length > 10)).toBe(true);
        }
      }
    }), { numRuns: 300 });
  });
});

describe('a private key is read however it was pasted', () => {
  const body = APNS_KEY.split('\n').slice(1, -2).join('');
  it.each([
    ['as it is', APNS_KEY],
    ['with CRLF', APNS_KEY.replaceAll('\n', '\r\n')],
    ['with \\n as two letters', APNS_KEY.replaceAll('\n', '\\n')],
    ['on one line', APNS_KEY.replaceAll('\n', ' ')],
    ['without any break', APNS_KEY.replaceAll('\n', '')],
    ['indented', APNS_KEY.replaceAll('\n', '\n    ')],
    ['without its marker lines', body],
    ['with a byte order mark and blank lines', `\uFEFF\n\n${APNS_KEY}\n\n`],
  ])('%s', (_, text) => {
    const key = readPrivateKey(text, 'key', 'p256');
    expect(key.export({ type: 'pkcs8', format: 'pem' })).toBe(APNS_KEY);
  });
});

describe('the provider token of APNs', () => {
  const key = readPrivateKey(APNS_KEY, 'key', 'p256');
  let now = Date.parse('2026-06-01T12:00:00Z');
  const token = (): ProviderToken => new ProviderToken('TEAM123456', 'KEY1234567', key, () => now);

  it('is an ES256 JWT that the public key verifies', () => {
    const [header = '', claims = '', signature = ''] = token().authorization().replace('bearer ', '').split('.');
    const parse = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(parse(header)).toEqual({ alg: 'ES256', kid: 'KEY1234567' });
    expect(parse(claims)).toEqual({ iss: 'TEAM123456', iat: now / 1000 });
    expect(verify('sha256', Buffer.from(`${header}.${claims}`), { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('is minted once in 50 minutes, and never within 20 except once where Apple calls it expired', async () => {
    const subject = token();
    const minted: number[] = [];
    let last = '';
    for (let minute = 0; minute < 300; minute++) {
      const header = subject.authorization();
      if (header !== last) minted.push(minute);
      last = header;
      now += MINUTE;
    }
    expect(minted).toEqual([0, 50, 100, 150, 200, 250]);
    const renewals = await Promise.all(Array.from({ length: 500 }, () => subject.renew(last)));
    expect(renewals.every(Boolean)).toBe(true);
    const renewed = subject.authorization();
    expect(renewed).not.toBe(last);
    expect(await subject.renew(renewed)).toBe(false);
    now += 21 * MINUTE;
    expect(await subject.renew(renewed)).toBe(true);
  });

  it('is minted anew when the clock was set back', () => {
    const subject = token();
    const first = subject.authorization();
    now -= 120 * MINUTE;
    expect(subject.authorization()).not.toBe(first);
  });
});

describe('access tokens', () => {
  let now = 0;
  let fetches = 0;
  let fail = false;
  let tokens: AccessTokens;
  beforeEach(() => {
    [now, fetches, fail] = [1_000_000, 0, false];
    tokens = new AccessTokens(async () => {
      fetches++;
      await new Promise((resolve) => setImmediate(resolve));
      if (fail) throw new PushError('access-token-unavailable', 'no');
      return { value: `t${fetches}`, expiresAt: now + 60 * MINUTE };
    }, () => now);
  });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('are fetched once, however many ask', async () => {
    expect(await Promise.all(Array.from({ length: 100 }, () => tokens.authorization()))).toEqual(Array.from({ length: 100 }, () => 'Bearer t1'));
    expect(fetches).toBe(1);
  });

  it('are renewed in the background before they end; the old one is used until then', async () => {
    await tokens.authorization();
    now += 51 * MINUTE;
    expect(tokens.authorization()).toBe('Bearer t1');
    expect(tokens.authorization()).toBe('Bearer t1');
    await settle();
    expect(tokens.authorization()).toBe('Bearer t2');
    expect(fetches).toBe(2);
  });

  it('go on with the old one while renewing fails, and fail only when it has ended', async () => {
    await tokens.authorization();
    fail = true;
    now += 55 * MINUTE;
    expect(tokens.authorization()).toBe('Bearer t1');
    await settle();
    now += 4 * MINUTE;
    expect(tokens.authorization()).toBe('Bearer t1');
    await settle();
    now += 2 * MINUTE;
    await expect(tokens.authorization()).rejects.toMatchObject({ code: 'access-token-unavailable' });
    fail = false;
    now += MINUTE;
    expect(await tokens.authorization()).toMatch(/^Bearer t/);
  });

  it('are renewed once for however many are refused, and not again where the new one is refused at once', async () => {
    const first = await tokens.authorization();
    expect(await Promise.all(Array.from({ length: 50 }, () => tokens.renew(first)))).toEqual(Array.from({ length: 50 }, () => true));
    expect(fetches).toBe(2);
    expect(await tokens.renew(await tokens.authorization())).toBe(false);
    expect(fetches).toBe(2);
  });

  it('are fetched and renewed although the clock was set back since that last failed or was done', async () => {
    fail = true;
    await expect(tokens.authorization()).rejects.toMatchObject({ code: 'access-token-unavailable' });
    fail = false;
    now -= 60 * MINUTE;
    expect(await tokens.authorization()).toBe('Bearer t2');
    expect(await tokens.renew('Bearer t2')).toBe(true);
    now -= 60 * MINUTE;
    expect(await tokens.renew('Bearer t3')).toBe(true);
  });

  it.each([20_000, 1, 0, -5000])('are used for a while although they live for %i ms only', async (life) => {
    tokens = new AccessTokens(async () => ({ value: `t${++fetches}`, expiresAt: now + life }), () => now);
    await tokens.authorization();
    expect(await tokens.authorization()).toBe('Bearer t1');
    now += Math.max(life, 1000);
    await settle();
    expect(await tokens.authorization()).toBe(`Bearer t${fetches}`);
    expect(fetches).toBe(2);
  });
});

describe('signing in with a service account', () => {
  let answer: (form: URLSearchParams) => { status: number; body: string };
  let asked: URLSearchParams[] = [];
  let google: http.Server;
  let tokenUri: string;
  let vendor: FakeVendor;
  let good = '';
  const open = (): Gateway => createGateway({ type: 'fcm', endpoint: vendor.origin, serviceAccount: account({ token_uri: tokenUri }) }, QUICK_SURROUNDINGS);

  beforeEach(async () => {
    asked = [];
    google = http.createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        asked.push(new URLSearchParams(text));
        const { status, body } = answer(new URLSearchParams(text));
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
    tokenUri = `http://127.0.0.1:${(google.address() as AddressInfo).port}/token`;
    good = 'Bearer token-1';
    vendor = await FakeVendor.listen(({ headers }) => (headers.authorization === good ? fcmOk : { status: 401, body: { error: { status: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' } } }));
    answer = () => ({ status: 200, body: JSON.stringify({ access_token: `token-${asked.length}`, expires_in: 3599 }) });
  });
  afterEach(async () => {
    await vendor.close();
    await new Promise((resolve) => google.close(resolve));
  });

  it('asks for the messaging scope only, once for all messages, and sends to the account\'s project', async () => {
    const gateway = open();
    expect(countBy(await sendAll(gateway, messages(300)), 'outcome')).toEqual({ accepted: 300 });
    expect(asked).toHaveLength(1);
    const [, claims = ''] = (asked[0]?.get('assertion') ?? '').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'push@shop-1.iam.gserviceaccount.com', scope: 'https://www.googleapis.com/auth/firebase.messaging', aud: tokenUri,
    });
    expect(vendor.seen[0]?.path).toBe('/v1/projects/shop-1/messages:send');
    await gateway.close();
  });

  it('sends with tokens that live for seconds, and does not ask for one after the other', async () => {
    answer = () => ({ status: 200, body: JSON.stringify({ access_token: 'token-1', expires_in: 20 }) });
    const gateway = open();
    expect(countBy(await sendAll(gateway, messages(300)), 'outcome')).toEqual({ accepted: 300 });
    expect(asked).toHaveLength(1);
    await gateway.close();
  });

  it('sends nothing with a token that no header can hold', async () => {
    answer = () => ({ status: 200, body: JSON.stringify({ access_token: 'tök\r\nen', expires_in: 3599 }) });
    const gateway = open();
    expect(countBy(await sendAll(gateway, messages(3), { attempts: 1 }), 'code')).toEqual({ 'access-token-unavailable': 3 });
    expect(vendor.connections).toBeLessThan(2);
    await gateway.close();
  });

  it('renews once when the token is refused in the middle of a run', async () => {
    const gateway = open();
    vendor.manners = ({ headers }) => {
      if (vendor.seen.length > 100) good = 'Bearer token-2';
      return headers.authorization === good ? { ...fcmOk as object, afterMs: 5 } as typeof fcmOk : { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } };
    };
    expect(countBy(await sendAll(gateway, messages(600)), 'outcome')).toEqual({ accepted: 600 });
    expect(asked).toHaveLength(2);
    await gateway.close();
  });

  it('says that the account is refused, with Google\'s word, and sends nothing', async () => {
    answer = () => ({ status: 400, body: JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }) });
    const gateway = open();
    const results = await sendAll(gateway, messages(500));
    expect(results).toHaveLength(500);
    expect(results.every(({ outcome, code, attempts }) => outcome === 'bad-credentials' && code === 'access-token-refused' && attempts === 0)).toBe(true);
    expect(results[0]?.detail).toContain('invalid_grant: Invalid JWT Signature.');
    expect(vendor.seen).toEqual([]);
    expect(await gateway.check()).toMatchObject({ ok: false, message: expect.stringContaining('invalid_grant') });
    await gateway.close();
  });

  it('tries again where Google\'s token service is not there for a moment', async () => {
    answer = () => (asked.length < 3 ? { status: 503, body: '' } : { status: 200, body: JSON.stringify({ access_token: 'token-1', expires_in: 3599 }) });
    const gateway = open();
    const results = await sendAll(gateway, messages(10), { backoffMs: 700, attempts: 6 });
    expect(countBy(results, 'outcome')).toEqual({ accepted: 10 });
    await gateway.close();
  }, 15_000);

  it('gives each message an outcome where Google\'s token service is not there at all', async () => {
    answer = () => ({ status: 503, body: '' });
    const gateway = open();
    const results = await sendAll(gateway, messages(2000), { attempts: 2 });
    expect(countBy(results, 'code')).toEqual({ 'access-token-unavailable': 2000 });
    await gateway.close();
  });
});
