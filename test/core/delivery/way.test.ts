/** The way to a gateway: proxies, hosts with several addresses, connections that fall silent. */
import type { lookup, LookupAddress } from 'node:dns';
import * as http from 'node:http';
import * as net from 'node:net';
import fc from 'fast-check';
import { generate } from 'selfsigned';
import { createGateway, type Surroundings } from '../../../core/delivery/create-gateway';
import type { FcmGatewayOptions, Gateway } from '../../../core/delivery/gateway';
import { chooseProxy } from '../../../core/delivery/http2/proxy';
import type { PushError } from '../../../core/errors';
import { Frame } from '../../../core/delivery/http2/frames';
import { frame, settings } from './http2/raw-peer';
import { FakeVendor, fcmOk, type Deed, type Manners } from './fake-vendor';
import { countBy, expectEachOnce, messages, newRsaKey, QUICK_SURROUNDINGS, sendAll } from './support';

describe('which proxy', () => {
  const environment = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'internal.example, .corp.example,10.0.0.7, other.example:8443' };
  it.each([
    ['https://fcm.googleapis.com', 'proxy.example:3128'],
    ['https://internal.example', undefined],
    ['https://a.internal.example', undefined],
    ['https://push.corp.example', undefined],
    ['https://notinternal.example', 'proxy.example:3128'],
    ['https://10.0.0.7:2197', undefined],
    ['https://other.example:8443', undefined],
    ['https://other.example', 'proxy.example:3128'],
    ['https://localhost:4012', undefined],
    ['http://127.0.0.1:4011', undefined],
  ])('%s goes by %s', (origin, host) => {
    expect(chooseProxy(origin, undefined, environment)?.host).toBe(host);
  });

  it('is the credential\'s own before that of the environment; small letters count too; * is all', () => {
    expect(chooseProxy('https://internal.example', 'http://mine:8080', environment)?.host).toBe('mine:8080');
    expect(chooseProxy('https://a.example', undefined, { https_proxy: 'http://small:1' })?.host).toBe('small:1');
    expect(chooseProxy('https://a.example', undefined, { https_proxy: 'http://small:1', no_proxy: '*' })).toBeUndefined();
    expect(chooseProxy('https://a.example', '  ', {})).toBeUndefined();
  });

  it('is refused where name or password cannot be read, before anything is sent', () => {
    expect(() => chooseProxy('https://a.example', 'http://ann:s3%cret@proxy.example', {})).toThrow(expect.objectContaining({
      code: 'proxy-sign-in-malformed', message: expect.not.stringContaining('cret'), hint: expect.stringContaining('%25'),
    }));
  });

  it('is refused in words that do not repeat it where it is none', () => {
    fc.assert(fc.property(fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !/^\s*https?:/i.test(text)), (text) => {
      const secret = `${text}:s3cret`;
      expect(() => chooseProxy('https://a.example', secret, {})).toThrow(expect.objectContaining({ code: 'proxy-malformed' }));
      try {
        chooseProxy('https://a.example', secret, {});
      } catch (thrown) {
        expect(JSON.stringify([(thrown as PushError).message, (thrown as PushError).hint])).not.toContain('s3cret');
      }
    }));
  });
});

describe('through a proxy', () => {
  let vendor: FakeVendor;
  let proxy: http.Server;
  let asked: { target: string; authorization: string | undefined }[];
  let onwardPorts: string[];
  let refuse: number | undefined;
  let gateway: Gateway;
  let certificate: { cert: string; private: string };

  beforeAll(async () => {
    certificate = await generate([{ name: 'commonName', value: 'localhost' }], { extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }] } as never) as never;
  });
  beforeEach(async () => {
    [asked, onwardPorts, refuse] = [[], [], undefined];
    vendor = await FakeVendor.listen(() => fcmOk, {}, { cert: certificate.cert, key: certificate.private });
    proxy = http.createServer((_, response) => response.writeHead(405).end());
    proxy.on('connect', (request, socket: net.Socket) => {
      asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
      if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
      const [, port] = (request.url ?? '').split(':');
      const onward = net.connect(Number(port), '127.0.0.1', () => {
        onwardPorts.push(String(onward.localPort));
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const [end, other] of [[socket, onward], [onward, socket]] as const) {
        end.on('error', () => undefined);
        end.on('close', () => other.destroy());
        // The server's sockets stay half open when their peer has closed.
        end.on('end', () => end.destroy());
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await gateway.close();
    await vendor.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  const open = (more: Partial<FcmGatewayOptions> = {}, surroundings: Surroundings = {}): Gateway => (gateway = createGateway({
    type: 'fcm', endpoint: vendor.origin.replace('127.0.0.1', 'localhost'), ca: certificate.cert, projectId: 'demo', accessToken: 'sandbox',
    proxy: `http://ann:pass%20word@127.0.0.1:${(proxy.address() as net.AddressInfo).port}`, ...more,
  }, { ...QUICK_SURROUNDINGS, ...surroundings }));

  it('everything goes by a tunnel, with the name and password of the proxy\'s address', async () => {
    expect(countBy(await sendAll(open(), messages(200)), 'outcome')).toEqual({ accepted: 200 });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ target }) => target === new URL(vendor.origin).host.replace('127.0.0.1', 'localhost'))).toBe(true);
    expect(Buffer.from(asked[0]?.authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe('ann:pass word');
  });

  it('so does signing in', async () => {
    const callers: string[] = [];
    const google = http.createServer((request, response) => {
      callers.push(`${request.socket.remotePort}`);
      response.end(JSON.stringify({ access_token: 'token-1', expires_in: 3599 }));
    });
    await new Promise<void>((resolve) => google.listen(0, '127.0.0.1', resolve));
    const tokenHost = `127.0.0.1:${(google.address() as net.AddressInfo).port}`;
    const serviceAccount = { type: 'service_account', project_id: 'demo', client_email: 'a@b.example', private_key: newRsaKey(), token_uri: `http://${tokenHost}/token` };
    expect(countBy(await sendAll(open({ serviceAccount }), messages(5)), 'outcome')).toEqual({ accepted: 5 });
    expect(asked.map(({ target }) => target)).toContain(tokenHost);
    expect(onwardPorts).toEqual(expect.arrayContaining(callers));
    google.close();
  });

  it.each([[403, 'proxy-refused', 'allow CONNECT'], [407, 'proxy-authentication', 'user name and password'], [502, 'proxy-refused', 'allow CONNECT']] as const)(
    'the connection test says so where it answers %i', async (status, code, words) => {
      refuse = status;
      open();
      const { ok, message } = await gateway.check();
      expect([ok, message.includes(words), message.includes(code)]).toEqual([false, true, true]);
      expect(message).not.toContain('ann');
      const list = messages(30);
      const results = await sendAll(gateway, list);
      expectEachOnce(results, list);
      expect(countBy(results, 'code')).toEqual({ [code]: 30 });
    });

  it('and where nothing listens', async () => {
    open({ proxy: 'http://127.0.0.1:9' });
    expect(await gateway.check()).toMatchObject({ ok: false, message: expect.stringContaining('The proxy does not answer') });
  });
});

describe('a proxy without manners', () => {
  let proxy: net.Server;
  let sockets: net.Socket[];
  let timers: NodeJS.Timeout[];
  const through = async (greet: (socket: net.Socket) => void): Promise<Gateway> => {
    [sockets, timers] = [[], []];
    proxy = net.createServer((socket) => {
      sockets.push(socket.on('error', () => undefined).resume());
      greet(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
    return createGateway({ type: 'fcm', endpoint: 'http://127.0.0.1:9', projectId: 'demo', accessToken: 'x', proxy: address }, { ...QUICK_SURROUNDINGS, connectTimeoutMs: 300 });
  };
  const stillOpen = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return sockets.filter(({ closed }) => !closed).length;
  };
  afterEach(() => {
    for (const timer of timers) clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it('is not waited for, and its socket not kept, where its answer never ends', async () => {
    const gateway = await through((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      timers.push(setInterval(() => socket.write('x: y\r\n'), 50));
    });
    expect(await sendAll(gateway, messages(1), { attempts: 1 })).toMatchObject([{ outcome: 'unavailable', attempts: 0 }]);
    expect(await stillOpen()).toBe(0);
    await gateway.close();
  });

  it('is let go of when the gateway is closed', async () => {
    const gateway = await through(() => undefined);
    const sending = sendAll(gateway, messages(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await gateway.close();
    expect(await sending).toMatchObject([{ code: 'cancelled' }]);
    expect(await stillOpen()).toBe(0);
  });

  it('may say 201, and what the host says first in one breath with it', async () => {
    const gateway = await through((socket) => socket.once('data', () => {
      socket.write(Buffer.concat([Buffer.from('HTTP/1.1 201 Made\r\n\r\n'), settings()]));
      socket.once('data', () => socket.write(frame(Frame.rstStream, 0, 1, [0, 0, 0, 8])));
    }));
    expect(await sendAll(gateway, messages(1), { attempts: 1 })).toMatchObject([{ code: 'stream-reset', attempts: 1 }]);
    await gateway.close();
  });
});

describe('a host with several addresses', () => {
  const named = (...addresses: string[]): typeof lookup =>
    ((_: string, __: object, done: (error: null, list: LookupAddress[]) => void) => setImmediate(done, null, addresses.map((address) => ({ address, family: 4 })))) as never;

  it('is reached by those that live, where half of them refuse', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk);
    const gateway = createGateway({ type: 'fcm', endpoint: `http://localhost:${new URL(vendor.origin).port}`, projectId: 'demo', accessToken: 'x' },
      { ...QUICK_SURROUNDINGS, lookup: named('127.0.0.9', '127.0.0.1', '127.0.0.8', '127.0.0.1') });
    const list = messages(500);
    const results = await sendAll(gateway, list);
    expectEachOnce(results, list);
    expect(countBy(results, 'outcome')).toEqual({ accepted: 500 });
    await gateway.close();
    await vendor.close();
  });

  it('is reached by those that live, where the first takes connections and says nothing', async () => {
    const vendor = await FakeVendor.listen(() => fcmOk);
    const { port } = new URL(vendor.origin);
    const sockets: net.Socket[] = [];
    const dumb = net.createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => dumb.listen(Number(port), '127.0.0.7', resolve));
    const gateway = createGateway({ type: 'fcm', endpoint: `http://localhost:${port}`, projectId: 'demo', accessToken: 'x' },
      { ...QUICK_SURROUNDINGS, connectTimeoutMs: 200, lookup: named('127.0.0.7', '127.0.0.1') });
    expect(countBy(await sendAll(gateway, messages(300)), 'outcome')).toEqual({ accepted: 300 });
    expect(sockets.length).toBeGreaterThan(0);
    await gateway.close();
    for (const socket of sockets) socket.destroy();
    dumb.close();
    await vendor.close();
  });
});

describe('a connection that falls silent', () => {
  it('is pinged, and given nothing more where it does not answer', async () => {
    // Between us and the vendor something that, from a moment on, swallows everything that connections of before bring.
    const vendor = await FakeVendor.listen((() => ({ ...(fcmOk as object), afterMs: 5 }) as Deed) as Manners);
    const sockets: net.Socket[] = [];
    const silence: (() => void)[] = [];
    const between = net.createServer((socket) => {
      const onward = net.connect(Number(new URL(vendor.origin).port), '127.0.0.1');
      let open = true;
      silence.push(() => (open = false));
      socket.on('data', (chunk) => void (open && onward.write(chunk)));
      onward.on('data', (chunk) => void (open && socket.write(chunk)));
      for (const end of [socket, onward]) end.on('error', () => undefined);
      sockets.push(socket, onward);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const gateway = createGateway({ type: 'fcm', endpoint: `http://127.0.0.1:${(between.address() as net.AddressInfo).port}`, projectId: 'demo', accessToken: 'x' },
      { ...QUICK_SURROUNDINGS, silenceMs: 100, pingTimeoutMs: 200 });
    expect(countBy(await sendAll(gateway, messages(10)), 'outcome')).toEqual({ accepted: 10 });
    for (const fall of silence) fall();
    await new Promise((resolve) => setTimeout(resolve, 700));
    // The dead connection was found out while nobody sent: nothing is lost on it.
    expect(countBy(await sendAll(gateway, messages(10)), 'outcome')).toEqual({ accepted: 10 });
    await gateway.close();
    for (const socket of sockets) socket.destroy();
    await vendor.close();
    between.close();
  });
});
