import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { createGateway } from '../../../core/delivery/create-gateway';
import type { DeliveryEvent } from '../../../core/delivery/listener';
import { temporaryFolder } from '../support';
import { apnsError, apnsOk, FakeVendor, fcmError, fcmOk } from './fake-vendor';
import { apnsGateway, countBy, expectEachOnce, fcmGateway, messages, sendAll } from './support';

interface Pair { cert: string; private: string }
const selfSigned = (host: string): Promise<Pair> => generate([{ name: 'commonName', value: host }], {
  extensions: [{ name: 'subjectAltName', altNames: [host === '127.0.0.1' ? { type: 7, ip: host } : { type: 2, value: host }] }],
} as never) as unknown as Promise<Pair>;

async function listen(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

async function refused(endpoint: string, ca?: string): Promise<{ code: string | undefined; words: string }> {
  const gateway = fcmGateway(endpoint, { connectTimeoutMs: 300 }, ca);
  const list = messages(900);
  const results = await sendAll(gateway, list, { attempts: 2 });
  expectEachOnce(results, list);
  expect(new Set(results.map(({ code }) => code)).size).toBe(1);
  expect(results.every(({ outcome, attempts }) => outcome === 'unavailable' && attempts === 0)).toBe(true);
  const check = await gateway.check();
  await gateway.close();
  expect(check.ok).toBe(false);
  return { code: results[0]?.code, words: check.message };
}

describe('a gateway that cannot be reached gives each message the reason, in words', () => {
  it('nothing listens', async () => {
    const server = net.createServer();
    const address = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await refused(`http://${address}`)).code).toBe('connection-refused');
  });

  it('the peer speaks HTTP/1.1 in clear text', async () => {
    const server = http.createServer((_, response) => response.end('hello'));
    const { code, words } = await refused(`http://${await listen(server)}`);
    expect(code).toBe('not-http2');
    expect(words).toContain('HTTP/2');
    server.close();
  });

  it('the peer speaks HTTP/1.1 over TLS', async () => {
    const { cert, private: key } = await selfSigned('127.0.0.1');
    const server = https.createServer({ cert, key }, (_, response) => response.end('hello'));
    expect((await refused(`https://${await listen(server)}`, cert)).code).toBe('not-http2');
    server.closeAllConnections();
    server.close();
  });

  it('the certificate is not trusted, until its authority is given', async () => {
    const { cert, private: key } = await selfSigned('127.0.0.1');
    const vendor = await FakeVendor.listen(() => fcmOk, {}, { cert, key });
    const { code, words } = await refused(vendor.origin);
    expect(code).toBe('tls-untrusted');
    expect(words).toContain('additional CA');
    const gateway = fcmGateway(vendor.origin, {}, cert);
    expect(countBy(await sendAll(gateway, messages(50)), 'outcome')).toEqual({ accepted: 50 });
    await gateway.close();
    await vendor.close();
  });

  it('the certificate is for another host', async () => {
    const { cert, private: key } = await selfSigned('push.example');
    const vendor = await FakeVendor.listen(() => fcmOk, {}, { cert, key });
    expect((await refused(vendor.origin, cert)).code).toBe('tls-wrong-host');
    await vendor.close();
  });

  it('the peer speaks no TLS', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk);
    expect((await refused(vendor.origin.replace('http:', 'https:'))).code).toMatch(/not-tls|tls-failed|closed-before-settings/);
    await vendor.close();
  });

  it('the peer says nothing', async () => {
    const sockets: net.Socket[] = [];
    const server = net.createServer((socket) => sockets.push(socket));
    expect((await refused(`http://${await listen(server)}`)).code).toBe('connection-timeout');
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('the peer takes no requests', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk, { maxConcurrentStreams: 0 });
    expect((await refused(vendor.origin)).code).toBe('no-streams');
    await vendor.close();
  });

  it('the peer hangs up', async () => {
    const server = net.createServer((socket) => socket.destroy());
    expect((await refused(`http://${await listen(server)}`)).code).toBe('closed-before-settings');
    server.close();
  });

  it('sends all of it once the gateway is there again', async () => {
    const server = net.createServer();
    const address = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const gateway = fcmGateway(`http://${address}`);
    const sending = sendAll(gateway, messages(300), { attempts: 40, backoffMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const vendor = await FakeVendor.listen(() => fcmOk, {}, undefined, Number(address.split(':')[1]));
    expect(countBy(await sending, 'outcome')).toEqual({ accepted: 300 });
    await gateway.close();
    await vendor.close();
  });
});

describe('a connection test', () => {
  it('passes where FCM looks as far as the token, and delivers nothing', async () => {
    const vendor = await FakeVendor.listen(() => fcmError(400, 'INVALID_ARGUMENT', { message: 'The registration token is not a valid FCM registration token' }));
    const gateway = fcmGateway(vendor.origin);
    expect(await gateway.check()).toEqual({ ok: true, message: `It works: the access token for project demo is accepted at ${vendor.origin}. No phone was reached.` });
    expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({ validate_only: true });
    await gateway.close();
    await vendor.close();
  });

  it('passes where APNs knows key and topic but not the token', async () => {
    const vendor = await FakeVendor.listen(() => apnsError(400, 'BadDeviceToken'));
    const gateway = apnsGateway(vendor.origin);
    expect(await gateway.check()).toMatchObject({ ok: true });
    expect(vendor.seen[0]?.path).toBe(`/3/device/${'0'.repeat(64)}`);
    await gateway.close();
    await vendor.close();
  });

  it.each([
    ['FCM does not know the project', 'fcm', { status: 404, body: { error: { status: 'NOT_FOUND' } } }, 'project id'],
    ['the account may not send', 'fcm', { status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'API has not been used' } } }, 'API has not been used'],
    ['the address is some other server\'s', 'fcm', { status: 400, body: 'what?' }, 'refuses the request'],
    ['Apple does not know the key', 'apns', apnsError(403, 'InvalidProviderToken'), 'key id'],
    ['the key is of the other environment', 'apns', apnsError(403, 'BadEnvironmentKeyInToken'), 'environment'],
    ['the team may not send for the app', 'apns', apnsError(400, 'TopicDisallowed'), 'bundle id'],
    ['the address is some other server\'s', 'apns', { status: 404, body: 'what?' }, 'refuses'],
    ['APNs is overloaded', 'apns', apnsError(503, 'ServiceUnavailable'), 'overloaded'],
  ] as const)('fails and says what is wrong where %s (%s)', async (_, type, deed, words) => {
    const vendor = await FakeVendor.listen(() => deed);
    const gateway = type === 'fcm' ? fcmGateway(vendor.origin) : apnsGateway(vendor.origin);
    const { ok, message } = await gateway.check();
    expect(ok).toBe(false);
    expect(message).toContain(words);
    expect(message).toContain(vendor.origin);
    await gateway.close();
    await vendor.close();
  });
});

describe('certificate authentication', () => {
  it('shows the certificate, sends no authorization, and needs no first push alone', async () => {
    const { cert, private: key } = await selfSigned('127.0.0.1');
    const vendor = await FakeVendor.listen(() => apnsOk, {}, { cert, key, requestCert: true, rejectUnauthorized: true, ca: cert });
    const gateway = createGateway({ type: 'apns', endpoint: vendor.origin, ca: cert, bundleId: 'com.example.shop', certificate: cert, certificateKey: key });
    expect(countBy(await sendAll(gateway, messages(100)), 'outcome')).toEqual({ accepted: 100 });
    expect(vendor.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(vendor.mostOpen).toBeGreaterThan(10);
    await gateway.close();
    await vendor.close();
  });

  it('says so where the peer refuses the certificate, and where it has expired', async () => {
    const server = await selfSigned('127.0.0.1');
    const other = await selfSigned('127.0.0.1');
    const vendor = await FakeVendor.listen(() => apnsOk, {}, { cert: server.cert, key: server.private, requestCert: true, rejectUnauthorized: true, ca: server.cert });
    const gateway = createGateway({ type: 'apns', endpoint: vendor.origin, ca: server.cert, bundleId: 'com.example.shop', certificate: other.cert, certificateKey: other.private });
    const results = await sendAll(gateway, messages(3), { attempts: 1 });
    expect(new Set(results.map(({ outcome }) => outcome))).not.toContain('accepted');
    expect(vendor.seen).toEqual([]);
    await gateway.close();
    await vendor.close();
    expect(() => createGateway({ type: 'apns', bundleId: 'com.example.shop', certificate: other.cert, certificateKey: other.private }, { now: () => Date.parse('2099-01-01') }))
      .toThrow(expect.objectContaining({ code: 'certificate-expired' }));
    expect(() => createGateway({ type: 'apns', bundleId: 'com.example.shop', certificate: other.cert, certificateKey: server.private }))
      .toThrow(expect.objectContaining({ code: 'certificate-key-mismatch' }));
  });

  it.each(['-tls1_2', '-tls1_3'])('stops where the handshake (%s) refuses the certificate: tries hardly again, prunes nothing, and says what to change', async (version) => {
    const [server, other] = await Promise.all([selfSigned('127.0.0.1'), selfSigned('127.0.0.1')]);
    // Unlike Node's own server OpenSSL's says in an alert why it closes, as the vendor's does; with TLS 1.3 only after the handshake seemed done.
    using folder = temporaryFolder();
    const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
    writeFileSync(cert, server.cert);
    writeFileSync(key, server.private);
    const refusing = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', version, '-alpn', 'h2', '-cert', cert, '-key', key, '-CAfile', cert, '-Verify', '1', '-verify_return_error'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const port = await new Promise<string>((resolve) => {
      let said = '';
      refusing.stdout.on('data', (text: Buffer) => {
        const [, number] = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(said += text.toString()) ?? [];
        if (number !== undefined) resolve(number);
      });
    });
    const events: DeliveryEvent[] = [];
    const gateway = createGateway(
      { type: 'apns', endpoint: `https://127.0.0.1:${port}`, ca: server.cert, bundleId: 'com.example.shop', certificate: other.cert, certificateKey: other.private },
      { listener: (event) => void events.push(event), reconnectMs: 10 },
    );
    try {
      const list = messages(5000);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      expect(countBy(results, 'outcome')).toEqual({ 'bad-credentials': 5000 });
      expect(results.find(({ code }) => code === 'certificate-refused')?.detail).toContain('Check that it is a push certificate of this app');
      expect(countBy(results, 'code')['stopped-bad-credentials']).toBeGreaterThan(0);
      expect(events.filter(({ event }) => event === 'stopped')).toEqual([{ gateway: 'apns', event: 'stopped', code: 'stopped-bad-credentials' }]);
      expect(events.filter(({ event }) => event === 'connection').length).toBeLessThanOrEqual(3);
    } finally {
      await gateway.close();
      refusing.kill();
    }
  });

  it('says so at once where TLS takes no certificate that is so weak', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'weak' }], { keySize: 1024 } as never) as never as { cert: string; private: string };
    expect(() => createGateway({ type: 'apns', bundleId: 'com.example.shop', certificate: cert, certificateKey: key }))
      .toThrow(expect.objectContaining({ code: 'certificate-weak' }));
  });
});

describe('the process', () => {
  it('ends by itself after a run, without close, though connections are still open', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk);
    const script = join(__dirname, 'ends-by-itself.js');
    const started = Date.now();
    const { stdout } = await promisify(execFile)(process.execPath, [script, vendor.origin], { timeout: 20_000 });
    expect(stdout.trim()).toBe('200 accepted');
    expect(Date.now() - started).toBeLessThan(10_000);
    await vendor.close();
  }, 25_000);

  it('closes connections that nobody uses', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk);
    const gateway = fcmGateway(vendor.origin, { idleMs: 100 });
    await sendAll(gateway, messages(10));
    expect(vendor.open).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(vendor.open).toBe(0);
    expect(countBy(await sendAll(gateway, messages(10)), 'outcome')).toEqual({ accepted: 10 });
    await gateway.close();
    await vendor.close();
  });
});
