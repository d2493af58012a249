import * as http2 from 'node:http2';
import * as net from 'node:net';
import fc from 'fast-check';
import { Connection, type StreamEnding } from '../../../../core/delivery/http2/connection';
import { Exchange, type Ending, type WireRequest } from '../../../../core/delivery/http2/exchange';
import { ErrorCode, Flag, Frame } from '../../../../core/delivery/http2/frames';
import { frame, ok, RawPeer, settings } from './raw-peer';

/** How a stream ended: its answer, or how it broke. */
type End = { answer: Ending } | StreamEnding;

class Client {
  readonly ends: (End | undefined)[] = [];
  readonly goaways: [number, number][] = [];
  closings = 0;
  readonly settled: Promise<number>;
  readonly closed: Promise<Error | undefined>;
  readonly connection: Connection;
  private readonly exchanges: Exchange[] = [];
  private waiting: (() => void)[] = [];

  constructor(origin: string, unindexed: ReadonlySet<string> = new Set()) {
    const { hostname, port } = new URL(origin);
    let settle: (most: number) => void;
    let close: (error: Error | undefined) => void;
    this.settled = new Promise((resolve) => (settle = resolve));
    this.closed = new Promise((resolve) => (close = resolve));
    this.connection = new Connection(net.connect(Number(port), hostname), origin, unindexed, {
      settings: (most) => settle(most),
      goaway: (code, last) => this.goaways.push([code, last]),
      streamEnded: (exchange, ending) => {
        const at = this.exchanges.indexOf(exchange);
        if (this.ends[at] !== undefined) throw new Error('Ended twice.');
        if (exchange.status !== undefined && exchange.headers !== undefined) this.ends[at] = { answer: { answer: exchange.answer(exchange.status, exchange.headers) } };
        else this.ends[at] = ending;
        for (const wake of this.waiting.splice(0)) wake();
      },
      closed: (error) => {
        this.closings++;
        close(error);
      },
    });
    this.connection.start();
  }

  request(request: Partial<WireRequest> = {}, authorization?: string): Exchange {
    const exchange = new Exchange(0, Infinity, () => undefined);
    this.exchanges.push(exchange);
    this.ends.push(undefined);
    this.connection.request({ path: '/', headers: {}, body: '{}', ...request }, authorization, exchange);
    return exchange;
  }

  async end(at = 0): Promise<End> {
    for (;;) {
      const end = this.ends[at];
      if (end !== undefined) return end;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async answer(at = 0): Promise<{ status: number; headers: Record<string, string>; body: string; complete: boolean }> {
    const end = await this.end(at);
    if (!('answer' in end) || !('answer' in end.answer)) throw new Error(`No answer: ${JSON.stringify(end)}`);
    const { answer } = end.answer;
    return { ...answer, headers: Object.fromEntries(answer.headers) };
  }
}

describe('a connection to Node\'s own HTTP/2', () => {
  interface Heard { headers: http2.IncomingHttpHeaders; body: string }
  async function withServer(limits: http2.Settings, answer: (stream: http2.ServerHttp2Stream, heard: Heard) => void, work: (origin: string) => Promise<void>): Promise<void> {
    const server = http2.createServer({ settings: limits, maxSessionMemory: 100 });
    server.on('stream', (stream, headers) => {
      let body = '';
      stream.setEncoding('utf8').on('data', (text: string) => (body += text)).on('end', () => answer(stream, { headers, body }));
      stream.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const value = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 300 });
  const headers = fc.dictionary(fc.constantFrom('apns-id', 'apns-topic', 'apns-expiration', 'content-type', 'retry-after', 'x-own', 'server'), value, { noNullPrototype: true });
  const request = fc.record({
    path: value.map((text) => `/${encodeURIComponent(text)}`), headers, body: fc.string({ unit: 'grapheme', maxLength: 5000 }), authorization: fc.option(value, { nil: undefined }),
    answer: fc.record({ status: fc.constantFrom(200, 400, 410, 503), headers, body: fc.string({ unit: 'grapheme', maxLength: 3000 }) }),
  });
  const limits = fc.record({
    headerTableSize: fc.constantFrom(0, 60, 200, 4096, 65_536), initialWindowSize: fc.constantFrom(1, 100, 65_535, 1_000_000), maxFrameSize: fc.constantFrom(16_384, 65_536),
  });

  it('is understood, and understands, whatever is said and whatever the peer\'s limits are', async () => {
    await fc.assert(fc.asyncProperty(limits, fc.array(request, { minLength: 1, maxLength: 25 }), async (peer, list) => {
      const heard: Heard[] = [];
      await withServer(peer, (stream, one) => {
        const at = Number(one.headers['x-number']);
        heard[at] = one;
        const { status, headers: own, body } = (list[at] as typeof list[number]).answer;
        stream.respond({ ':status': status, ...own });
        stream.end(body);
      }, async (origin) => {
        const client = new Client(origin, new Set([':path', 'apns-id']));
        await client.settled;
        list.forEach(({ authorization, answer: _, ...one }, at) => client.request({ ...one, headers: { ...one.headers, 'x-number': String(at) } }, authorization));
        for (const [at, one] of list.entries()) {
          expect(await client.answer(at)).toMatchObject({ status: one.answer.status, headers: one.answer.headers, body: one.answer.body, complete: true });
          expect(heard[at]?.body).toBe(one.body);
          expect(heard[at]?.headers).toMatchObject({ ...one.headers, ':method': 'POST', ':path': one.path, ':scheme': 'http', ...(one.authorization !== undefined && { authorization: one.authorization }) });
        }
        client.connection.close();
        await client.closed;
        expect(client.closings).toBe(1);
      });
    }), { numRuns: 60 });
  }, 60_000);

  it('carries bodies beyond every window, and header fields beyond a frame', async () => {
    const body = 'ä'.repeat(200_000);
    const long = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`x-${n}`, 'a'.repeat(1500)]));
    await withServer({}, (stream, heard) => {
      stream.respond({ ':status': 200, 'x-came': `${heard.body === body} ${Object.keys(long).every((name) => heard.headers[name] === long[name])}` });
      stream.end('b'.repeat(1_000_000));
    }, async (origin) => {
      const client = new Client(origin);
      await client.settled;
      client.request({ body, headers: long });
      const answer = await client.answer();
      expect(answer).toMatchObject({ status: 200, headers: { 'x-came': 'true true' }, complete: true });
      expect(answer.body).toBe('b'.repeat(64 * 1024));
      client.connection.close();
    });
  });

  it('says its access token once only', async () => {
    await withServer({}, (stream) => stream.respond({ ':status': 200 }, { endStream: true }), async (origin) => {
      const client = new Client(origin);
      await client.settled;
      const socket = (client.connection as unknown as { socket: net.Socket }).socket;
      client.request({}, `Bearer ${'a'.repeat(1000)}`);
      await client.answer(0);
      const before = socket.bytesWritten;
      client.request({}, `Bearer ${'a'.repeat(1000)}`);
      await client.answer(1);
      expect(socket.bytesWritten - before).toBeLessThan(50);
      client.connection.close();
    });
  });
});

describe('a connection', () => {
  let peer: RawPeer;
  let client: Client;
  const open = async (first = settings()): Promise<void> => {
    peer = await RawPeer.listen();
    client = new Client(peer.origin);
    await peer.came(Frame.settings);
    peer.send(first);
  };
  afterEach(() => peer.close());

  it('begins with settings that forbid pushes, and acknowledges the peer\'s', async () => {
    await open(settings('0003 0000000a'));
    expect(await client.settled).toBe(10);
    const [own, ack] = await peer.came(Frame.settings, 2);
    expect(own?.payload.toString('hex')).toContain('000200000000');
    expect(ack).toMatchObject({ flags: Flag.ack, payload: Buffer.alloc(0) });
  });

  it.each([
    ['a first frame that is no SETTINGS', () => [frame(Frame.ping, 0, 0, '0000000000000000')], ErrorCode.protocol, true],
    ['no HTTP/2', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], ErrorCode.frameSize, true],
    ['a frame larger than allowed', () => [frame(Frame.data, 0, 1, Buffer.alloc(16_385))], ErrorCode.frameSize],
    ['DATA on no stream', () => [frame(Frame.data, 0, 0)], ErrorCode.protocol],
    ['DATA on a stream that nobody opened', () => [frame(Frame.data, 0, 99)], ErrorCode.protocol],
    ['an answer on a stream of the server\'s', () => [ok(2)], ErrorCode.protocol],
    ['more padding than frame', () => [frame(Frame.data, Flag.padded, 1, '05 00')], ErrorCode.protocol],
    ['header fields that are no such', () => [frame(Frame.headers, Flag.endHeaders, 1, 'ff80808080808080')], ErrorCode.compression],
    ['priorities that break off', () => [frame(Frame.headers, Flag.endHeaders | Flag.priority, 1, '00')], ErrorCode.frameSize],
    ['another frame in the middle of header fields', () => [frame(Frame.headers, 0, 1, '88'), frame(Frame.ping, 0, 0, '0000000000000000')], ErrorCode.protocol],
    ['header fields that go on elsewhere', () => [frame(Frame.headers, 0, 1, '88'), frame(Frame.continuation, Flag.endHeaders, 3, '88')], ErrorCode.protocol],
    ['header fields that go on without beginning', () => [frame(Frame.continuation, Flag.endHeaders, 1, '88')], ErrorCode.protocol],
    ['header fields without end', () => [frame(Frame.headers, 0, 1), ...Array.from({ length: 8000 }, () => frame(Frame.continuation, 0, 1))], ErrorCode.enhanceYourCalm],
    ['a push', () => [frame(Frame.pushPromise, Flag.endHeaders, 1, '00000002 82')], ErrorCode.protocol],
    ['RST_STREAM of another length', () => [frame(Frame.rstStream, 0, 1, '00')], ErrorCode.frameSize],
    ['RST_STREAM of a stream that nobody opened', () => [frame(Frame.rstStream, 0, 77, '00000008')], ErrorCode.protocol],
    ['SETTINGS on a stream', () => [frame(Frame.settings, 0, 1)], ErrorCode.protocol],
    ['SETTINGS of another length', () => [settings('0003 000000')], ErrorCode.frameSize],
    ['an acknowledgement that says something', () => [frame(Frame.settings, Flag.ack, 0, '0003 00000001')], ErrorCode.frameSize],
    ['a window beyond all sense', () => [settings('0004 80000000')], ErrorCode.flowControl],
    ['a frame size that is not allowed', () => [settings('0005 00000001')], ErrorCode.protocol],
    ['a server that asks to be pushed to', () => [settings('0002 00000001')], ErrorCode.protocol],
    ['PING on a stream', () => [frame(Frame.ping, 0, 1, '0000000000000000')], ErrorCode.protocol],
    ['PING of another length', () => [frame(Frame.ping, 0, 0, '00')], ErrorCode.frameSize],
    ['GOAWAY on a stream', () => [frame(Frame.goaway, 0, 1, '00000000 00000000')], ErrorCode.protocol],
    ['GOAWAY of another length', () => [frame(Frame.goaway, 0, 0, '00000000')], ErrorCode.frameSize],
    ['WINDOW_UPDATE of another length', () => [frame(Frame.windowUpdate, 0, 0, '0000')], ErrorCode.frameSize],
    ['WINDOW_UPDATE of nothing', () => [frame(Frame.windowUpdate, 0, 0, '00000000')], ErrorCode.protocol],
    ['windows that add up to nonsense', () => [frame(Frame.windowUpdate, 0, 0, '7fffffff')], ErrorCode.flowControl],
  ] as const)('ends at %s, and tells the peer', async (...[, bad, errorCode, isFirst]) => {
    await open(isFirst === true ? Buffer.alloc(0) : settings());
    if (isFirst !== true) {
      await client.settled;
      client.request();
      await peer.came(Frame.headers);
    }
    peer.send(...bad());
    expect(await client.closed).toBeInstanceOf(Error);
    if (isFirst !== true) expect(await client.end()).toMatchObject({ connectionGone: true });
    expect((await peer.came(Frame.goaway))[0]?.payload.readUInt32BE(4)).toBe(errorCode);
    expect(client.closings).toBe(1);
    expect(client.connection.streams.size).toBe(0);
    expect(() => client.request()).toThrow('closed');
  });

  it.each([
    ['without a status', () => [frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '82')]],
    ['with a status that is none', () => [frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '08 03 616263')]],
    ['that is information only', () => [frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '08 03 313033')]],
    ['that begins with its body', () => [frame(Frame.data, 0, 1, '7b7d')]],
    ['with header fields in the middle of its body', () => [ok(1, Flag.endHeaders), frame(Frame.headers, Flag.endHeaders, 1, '88')]],
    ['with a name in capitals', () => [frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '88 40 01 58 01 79')]],
    ['with a name in capitals behind its body', () => [ok(1, Flag.endHeaders), frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '00 01 58 01 79')]],
    ['that has less than it says', () => [frame(Frame.headers, Flag.endHeaders, 1, '88 0f 0d 01 35'), frame(Frame.data, Flag.endStream, 1, '7b7d')]],
    ['that has more than it says', () => [frame(Frame.headers, Flag.endHeaders, 1, '88 0f 0d 01 31'), frame(Frame.data, Flag.endStream, 1, '7b7d')]],
    ['that has nothing of what it says', () => [frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '88 0f 0d 01 35')]],
  ])('refuses an answer %s, and goes on with the others', async (_, bad) => {
    await open();
    await client.settled;
    client.request();
    client.request();
    await peer.came(Frame.data, 2);
    peer.send(...bad(), ok(3));
    expect(await client.answer(1)).toMatchObject({ status: 200 });
    expect(client.ends[0]).toEqual({ rstCode: ErrorCode.protocol, connectionGone: false });
    expect((await peer.came(Frame.rstStream))[0]).toMatchObject({ stream: 1, payload: Buffer.from([0, 0, 0, ErrorCode.protocol]) });
  });

  it('passes over what it need not know: other frames, other settings, priorities, padding, information, trailers, and streams that are over', async () => {
    await open(settings('0099 00000001'));
    await client.settled;
    client.request();
    client.connection.reset(client.request());
    await peer.came(Frame.rstStream);
    peer.send(
      frame(0xaa, 0xff, 0, '0102'), frame(Frame.priority, 0, 1, '0000000000'), frame(Frame.windowUpdate, 0, 3, '00000001'), ok(3, Flag.endHeaders), frame(Frame.data, Flag.endStream, 3, '00'), frame(Frame.rstStream, 0, 3, '00000000'),
      frame(Frame.headers, Flag.endHeaders, 1, '08 03 313033'),
      frame(Frame.headers, Flag.padded | Flag.priority, 1, '02 00000000 10 88 0000'), frame(Frame.continuation, Flag.endHeaders, 1, '00 01 61 01 62'),
      frame(Frame.data, Flag.padded, 1, '03 6869 000000'), frame(Frame.headers, Flag.endHeaders | Flag.endStream, 1, '00 01 63 01 64'),
    );
    expect(await client.answer()).toEqual({ status: 200, headers: { ':status': '200', a: 'b' }, body: 'hi', complete: true });
    expect(client.ends[1]).toBeUndefined();
  });

  it('reads frames however they are cut', async () => {
    await open();
    await client.settled;
    client.request();
    await peer.came(Frame.data);
    for (const byte of Buffer.concat([ok(1, Flag.endHeaders), frame(Frame.data, Flag.endStream, 1, Buffer.from('in pieces'))])) {
      peer.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.answer()).toMatchObject({ status: 200, body: 'in pieces', complete: true });
  });

  it('holds back bodies as the windows say, those of open streams too when the windows change', async () => {
    await open(settings('0004 00000003'));
    await client.settled;
    client.request({ body: '0123456789' });
    expect((await peer.came(Frame.data)).map(({ payload }) => payload.toString())).toEqual(['012']);
    peer.send(settings('0004 00000001'), frame(Frame.windowUpdate, 0, 1, '00000001'));
    await peer.came(Frame.settings, 3);
    // It was three bytes, of which all are used; less by two, more by one: one byte below nothing.
    expect(peer.of(Frame.data)).toHaveLength(1);
    peer.send(frame(Frame.windowUpdate, 0, 1, '00000003'));
    await peer.came(Frame.data, 2);
    peer.send(settings('0004 00000064'));
    expect((await peer.came(Frame.data, 3)).map(({ payload }) => payload.toString())).toEqual(['012', '34', '56789']);
    expect(peer.of(Frame.data)[2]?.flags).toBe(Flag.endStream);
  });

  it('shares the window of all streams in turn', async () => {
    await open();
    await client.settled;
    client.request({ body: 'a'.repeat(60_000) });
    client.request({ body: 'b'.repeat(10_000) });
    client.request({ body: 'c' });
    await peer.came(Frame.headers, 3);
    const sent = (): number => peer.of(Frame.data).reduce((sum, { payload }) => sum + payload.length, 0);
    while (sent() < 65_535) await peer.came(Frame.data, peer.of(Frame.data).length + 1);
    expect(sent()).toBe(65_535);
    peer.send(frame(Frame.windowUpdate, 0, 0, '00010000'));
    while (sent() < 70_001) await peer.came(Frame.data, peer.of(Frame.data).length + 1);
    expect(peer.of(Frame.data).filter(({ flags }) => flags === Flag.endStream).map(({ stream }) => stream)).toEqual([1, 3, 5]);
  });

  it('stops a body whose answer came before its end', async () => {
    await open(settings('0004 00000001'));
    await client.settled;
    client.request({ body: '0123456789' });
    await peer.came(Frame.data);
    peer.send(ok(1));
    expect(await client.answer()).toMatchObject({ status: 200, complete: true });
    expect((await peer.came(Frame.rstStream))[0]).toMatchObject({ stream: 1, payload: Buffer.from([0, 0, 0, ErrorCode.cancel]) });
  });

  it('gives back the window of what it has read, also of streams that it gave up', async () => {
    await open();
    await client.settled;
    client.request();
    client.connection.reset(client.request());
    await peer.came(Frame.rstStream);
    peer.send(ok(1, Flag.endHeaders), ...Array.from({ length: 4 }, () => frame(Frame.data, 0, 1, Buffer.alloc(10_000))), ...Array.from({ length: 4 }, () => frame(Frame.data, 0, 3, Buffer.alloc(10_000))));
    const updates = await peer.came(Frame.windowUpdate, 3);
    expect(updates.map(({ stream, payload }) => [stream, payload.readUInt32BE()])).toEqual([[0, 40_000], [1, 40_000], [0, 40_000]]);
  });

  it('ends at once what a GOAWAY says was not looked at, and hears the rest', async () => {
    await open();
    await client.settled;
    for (let n = 0; n < 3; n++) client.request();
    await peer.came(Frame.data, 3);
    peer.send(frame(Frame.goaway, 0, 0, '00000001 0000000b'), ok(1));
    expect(await client.answer()).toMatchObject({ status: 200 });
    expect(client.goaways).toEqual([[ErrorCode.enhanceYourCalm, 1]]);
    expect(await client.end(1)).toEqual({ connectionGone: false });
    expect(await client.end(2)).toEqual({ connectionGone: false });
  });

  it('answers a PING, and hears the answer to its own', async () => {
    await open();
    await client.settled;
    const ponged = new Promise<void>((resolve) => client.connection.ping(resolve));
    const [ping] = await peer.came(Frame.ping);
    peer.send(frame(Frame.ping, 0, 0, '0102030405060708'), frame(Frame.ping, Flag.ack, 0, ping?.payload));
    await ponged;
    expect((await peer.came(Frame.ping, 2))[1]).toMatchObject({ flags: Flag.ack, payload: Buffer.from('0102030405060708', 'hex') });
  });

  it('ends each request once, whatever frames come', async () => {
    const word = fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 3, 5, 7, 2, 999), fc.oneof(fc.constantFrom('88', '', '00000000', '00000008', '0000000000000000', '000300000001', '88 00'), fc.uint8Array({ maxLength: 40 }).map((list) => [...list])));
    peer = await RawPeer.listen();
    await fc.assert(fc.asyncProperty(fc.array(word, { maxLength: 30 }), fc.uint8Array({ maxLength: 30 }), async (words, noise) => {
      const one = new Client(peer.origin);
      while (peer.sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
      peer.send(settings());
      await one.settled;
      for (let n = 0; n < 4; n++) one.request({ body: n === 3 ? '' : '{}' });
      peer.send(...words.map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)), Buffer.from(noise));
      peer.sockets.at(-1)?.end();
      await one.closed;
      expect(one.ends.filter((end) => end !== undefined)).toHaveLength(4);
      expect(one.closings).toBe(1);
      peer.sockets.splice(0).forEach((socket) => socket.destroy());
    }), { numRuns: 400 });
  }, 60_000);
});
