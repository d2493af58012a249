import { generateKeyPairSync, sign } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { startSandbox, type Sandbox } from '../../sandbox';
import { ANY_PORTS, APNS_BODY, apnsHeaders, FCM_HEADERS, fcmBody, magicApns, providerToken, quickSandbox, request, session } from './support';

type Account = ReturnType<Sandbox['serviceAccount']>;

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';

/** An assertion of the account, with what `differs` in its claims. */
function assertion({ client_email, private_key, token_uri }: Account, { key = private_key, alg = 'RS256', ...differs }: { key?: string; alg?: string; [claim: string]: unknown } = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg, typ: 'JWT' })}.${part({ iss: client_email, scope: SCOPE, aud: token_uri, iat: now, exp: now + 3600, ...differs })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

async function signIn(uri: string, jwt: string, grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
  const response = await fetch(uri, { method: 'POST', body: new URLSearchParams({ grant_type: grant, assertion: jwt }) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function overHttp1(url: string, ca: string, body: string): Promise<{ status: number; version: string; text: string }> {
  return new Promise((resolve, reject) => {
    const { ':path': path, ...headers } = FCM_HEADERS;
    const outgoing = httpsRequest(url.endsWith('/token') ? url : `${url}${path}`, { method: 'POST', ca, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, version: response.httpVersion, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => (sandbox = await quickSandbox()));
  afterAll(() => sandbox.close());
  afterEach(() => sandbox.reset());

  describe('sign-in of service accounts', () => {
    it('gives a bearer for a good assertion, which alone lets in where the sandbox is strict', async () => {
      const strict = await quickSandbox({ strictAuth: true });
      const account = strict.serviceAccount('my-app');
      expect(account).toMatchObject({ type: 'service_account', project_id: 'my-app', token_uri: `${strict.pageUrl}/token` });
      const { status, body } = await signIn(account.token_uri, assertion(account));
      expect([status, body['token_type'], body['expires_in']]).toEqual([200, 'Bearer', 3599]);
      const open = session(strict.gatewayUrl);
      expect((await request(open, { ...FCM_HEADERS, authorization: `Bearer ${String(body['access_token'])}` }, fcmBody({}))).status).toBe(200);
      expect((await request(open, FCM_HEADERS, fcmBody({}))).status).toBe(401);
      open.destroy();
      await strict.close();
    });

    it('signs in at the TLS endpoint too', async () => {
      const account = sandbox.serviceAccount();
      const form = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(account) }).toString();
      const { status, text } = await overHttp1(`${sandbox.tlsUrl}/token`, sandbox.ca, form);
      expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })]);
    });

    it('refuses the signature of another key', async () => {
      const account = sandbox.serviceAccount();
      const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect(await signIn(account.token_uri, assertion(account, { key }))).toEqual({ status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } });
    });

    const now = Math.floor(Date.now() / 1000);
    it.each<[string, Record<string, unknown>, string]>([
      ['has run out', { iat: now - 3610, exp: now - 10 }, 'short-lived token'],
      ['would last two hours', { exp: now + 7200 }, 'short-lived token'],
      ['is of tomorrow', { iat: now + 86_400, exp: now + 90_000 }, 'short-lived token'],
      ['is for another service', { aud: 'https://elsewhere.example/' }, 'audience'],
      ['has no issuer', { iss: undefined }, 'Invalid JWT'],
      ['is signed in another way', { alg: 'HS256' }, 'Invalid JWT'],
      ['asks for something else', { scope: 'https://www.googleapis.com/auth/drive' }, 'scope'],
    ])('refuses an assertion that %s', async (_what, differs, words) => {
      const account = sandbox.serviceAccount();
      const { status, body } = await signIn(account.token_uri, assertion(account, differs));
      expect([status, body['error_description']]).toEqual([400, expect.stringContaining(words)]);
    });

    it.each(['nonsense', '', '..', 'bnVsbA.bnVsbA.x', 'W10.W10.x', 'IjEi.MQ.x'])('refuses the assertion %p, which is none', async (jwt) => {
      expect(await signIn(`${sandbox.pageUrl}/token`, jwt)).toEqual({ status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT' } });
    });

    it('refuses another grant', async () => {
      const account = sandbox.serviceAccount();
      expect((await signIn(account.token_uri, assertion(account), 'password')).body['error']).toBe('unsupported_grant_type');
    });

    it('checks the signatures of key files that it was given at the start', async () => {
      const account = sandbox.serviceAccount();
      const one = await quickSandbox({ serviceAccounts: [account] });
      const { private_key: key } = sandbox.serviceAccount();
      expect((await signIn(`${one.pageUrl}/token`, assertion(account))).status).toBe(200);
      expect((await signIn(`${one.pageUrl}/token`, assertion(account, { key }))).body['error_description']).toBe('Invalid JWT Signature.');
      await one.close();
    });
  });

  describe('counts', () => {
    it('count requests and acceptances by device, whatever was answered', async () => {
      const open = session(sandbox.gatewayUrl);
      const ios = magicApns('06');
      for (let attempt = 0; attempt < 3; attempt++) await request(open, apnsHeaders(ios), APNS_BODY);
      await request(open, apnsHeaders(magicApns('01')), APNS_BODY);
      open.destroy();
      expect(sandbox.deliveries()).toEqual([
        { token: ios, gateway: 'apns', requests: 3, accepted: 2 },
        { token: magicApns('01'), gateway: 'apns', requests: 1, accepted: 0 },
      ]);
    });

    it('start anew after a reset: a -once token fails once more', async () => {
      const open = session(sandbox.gatewayUrl);
      const attempt = async () => (await request(open, apnsHeaders(magicApns('08')), APNS_BODY)).status;
      expect([await attempt(), await attempt()]).toEqual([503, 200]);
      await fetch(`${sandbox.pageUrl}/api/reset`, { method: 'POST' });
      expect(sandbox.deliveries()).toEqual([]);
      expect(await attempt()).toBe(503);
      open.destroy();
    });
  });

  describe('TLS', () => {
    it('speaks HTTP/2 to whom trusts its CA, by name and by address', async () => {
      for (const url of [sandbox.tlsUrl, sandbox.tlsUrl.replace('localhost', '127.0.0.1')]) {
        const open = session(url, sandbox.ca);
        expect((await request(open, apnsHeaders('ab'.repeat(32)), APNS_BODY)).status).toBe(200);
        open.destroy();
      }
      expect(await (await fetch(`${sandbox.pageUrl}/ca.pem`)).text()).toBe(sandbox.ca);
    });

    it('is refused by whom does not trust its CA', async () => {
      const open = session(sandbox.tlsUrl);
      const error = await new Promise<NodeJS.ErrnoException>((resolve) => open.once('error', resolve));
      expect(error.code).toMatch(/SELF_SIGNED/);
    });

    it('speaks HTTP/1.1 to whom knows nothing else', async () => {
      const answer = await overHttp1(sandbox.tlsUrl, sandbox.ca, fcmBody({}));
      expect([answer.status, answer.version]).toEqual([200, '1.1']);
      await expect(overHttp1(sandbox.tlsUrl, sandbox.ca, fcmBody({ token: 'magic-closed' }))).rejects.toThrow(/socket hang up|ECONNRESET/);
    });
  });

  describe('faults at will', () => {
    const fault = (faults: object) => fetch(`${sandbox.pageUrl}/api/faults`, { method: 'POST', body: JSON.stringify(faults) });

    it('changes the streams of a connection also in the moment in which another one ends', async () => {
      for (let round = 0; round < 20; round++) {
        const open = session(sandbox.gatewayUrl);
        await request(open, apnsHeaders('ab'.repeat(32)), APNS_BODY);
        open.destroy();
        for (let look = 0; look < 50; look++) {
          sandbox.allowStreams(1000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    });

    it('takes requests also while large answers wait that nobody reads', async () => {
      sandbox.disturb({ as: 'large-once', after: 0, every: 1, times: 29 });
      const open = session(sandbox.gatewayUrl);
      await Promise.all(Array.from({ length: 30 }, async (_, n) => {
        const unread = open.request(apnsHeaders(String(n).padStart(64, '0'), { ':method': 'POST' }));
        unread.end(APNS_BODY);
        await new Promise((resolve, reject) => unread.once('response', resolve).once('error', reject));
      }));
      expect((await request(open, apnsHeaders('ab'.repeat(32)), APNS_BODY)).status).toBe(200);
      open.destroy();
    });

    it('delays every answer', async () => {
      const open = session(sandbox.gatewayUrl);
      await fault({ latencyMs: 120 });
      const start = performance.now();
      await request(open, apnsHeaders('ab'.repeat(32)), APNS_BODY);
      expect(performance.now() - start).toBeGreaterThan(110);
      await fault({ latencyMs: 0 });
      open.destroy();
    });

    it.each([['goaway'], ['closeAll']])('%s ends every connection; a new one works', async (name) => {
      const open = session(sandbox.gatewayUrl);
      await request(open, apnsHeaders('ab'.repeat(32)), APNS_BODY);
      const ended = new Promise((resolve) => open.once('close', resolve));
      await fault({ [name]: true });
      await ended;
      const next = session(sandbox.gatewayUrl);
      expect((await request(next, apnsHeaders('ab'.repeat(32)), APNS_BODY)).status).toBe(200);
      next.destroy();
    });

    it('says so where the wish is no JSON', async () => {
      expect((await fetch(`${sandbox.pageUrl}/api/faults`, { method: 'POST', body: '{' })).status).toBe(400);
    });
  });

  it('gives out new credentials over HTTP, which it then checks', async () => {
    const post = async (path: string) => (await fetch(`${sandbox.pageUrl}${path}`, { method: 'POST' })).json() as Promise<unknown>;
    const account = (await post('/api/service-account')) as Account;
    expect((await signIn(account.token_uri, assertion(account))).status).toBe(200);
    const key = (await post('/api/apns-key')) as ReturnType<Sandbox['apnsKey']>;
    const open = session(sandbox.gatewayUrl);
    const answerTo = async (token: string) => (await request(open, apnsHeaders('ab'.repeat(32), { authorization: `bearer ${token}` }), APNS_BODY)).status;
    expect(await answerTo(providerToken(key))).toBe(200);
    expect(await answerTo(providerToken({ ...key, key: sandbox.apnsKey().key }))).toBe(403);
    open.destroy();
  });

  it('allows 1,000 streams at once as APNs does, or as many as told', async () => {
    for (const [options, streams] of [[{}, 1000], [{ maxConcurrentStreams: 100 }, 100]] as const) {
      const one = await quickSandbox(options);
      const open = session(one.gatewayUrl);
      const settings = await new Promise<{ maxConcurrentStreams?: number }>((resolve) => open.once('remoteSettings', resolve));
      expect(settings.maxConcurrentStreams).toBe(streams);
      open.destroy();
      await one.close();
    }
  });

  it('serves its page and the files it was given, and nothing else', async () => {
    const one = await quickSandbox({ files: { '/people.csv': __filename } });
    const get = async (path: string) => {
      const response = await fetch(`${one.pageUrl}${path}`);
      return [response.status, response.headers.get('content-type')];
    };
    expect(await get('/')).toEqual([200, 'text/html; charset=utf-8']);
    expect(await get('/phones.css')).toEqual([200, 'text/css; charset=utf-8']);
    expect(await get('/phones.js')).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(await get('/people.csv')).toEqual([200, 'text/csv; charset=utf-8']);
    expect((await get('/page/../../package.json'))[0]).toBe(404);
    expect((await get('/constructor'))[0]).toBe(404);
    await one.close();
  });

  it('says which port is taken', async () => {
    const page = Number(new URL(sandbox.pageUrl).port);
    await expect(startSandbox({ ports: { ...ANY_PORTS, page } })).rejects.toThrow(`Port ${page} is taken`);
  });

  it('keeps the last messages only, and every count, of 100,000 pushes', async () => {
    const one = await quickSandbox({ keep: 500 });
    const open = session(one.gatewayUrl);
    await new Promise((resolve) => open.once('remoteSettings', resolve));
    const body = fcmBody({ data: { text: 'x'.repeat(200) } });
    const pushes = 100_000;
    let sent = 0;
    await Promise.all(Array.from({ length: 200 }, async () => {
      while (sent < pushes) await request(open, FCM_HEADERS, body.replace('device-1', `device-${sent++}`));
    }));
    expect(one.messages()).toHaveLength(500);
    expect(one.deliveries()).toHaveLength(pushes);
    open.destroy();
    await one.close();
  }, 120_000);
});
