import * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Ending } from '../../../../core/delivery/http2/exchange';
import { Flag, Frame } from '../../../../core/delivery/http2/frames';
import { Session } from '../../../../core/delivery/http2/session';
import { countBy, fcmGateway, messages, sendAll } from '../support';
import { frame, ok, RawPeer, settings } from './raw-peer';

const POST = { path: '/', headers: {}, body: 'a message' };

describe('a peer that breaks the rules, or nearly', () => {
  let peer: RawPeer;
  let session: Session;

  /** A session with a peer that says its settings, and does what the test says with each frame. */
  async function open(onFrame: Parameters<typeof RawPeer.listen>[0] = () => undefined, first = settings()): Promise<{ ended: Promise<void> }> {
    peer = await RawPeer.listen((one, self) => {
      if (one.type === Frame.settings && (one.flags & Flag.ack) === 0) self.send(first);
      onFrame(one, self);
    });
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    session = new Session(
      { origin: peer.origin, mostStreams: 100, firstAlone: false, unindexed: new Set(), idleMs: 10_000, silenceMs: 10_000, pingTimeoutMs: 1000, connectTimeoutMs: 1000, tls: {} },
      { opened: opened.resolve, room: () => undefined, failed: (_, code) => opened.reject(new Error(code)), ended: () => ended.resolve() }, 0,
    );
    await opened.promise;
    return { ended: ended.promise };
  }

  const send = (timeoutMs = 1000, request = POST): Promise<Ending> => new Promise((resolve) => session.send(request, undefined, timeoutMs, resolve));

  afterEach(async () => {
    await peer.close();
  });

  it('does not keep a connection open that is to close, where the last request on it is never answered', async () => {
    const { ended } = await open(({ type, stream }, self) => {
      if (type === Frame.data && stream === 3) self.send(ok(3));
    });
    const never = send(0);
    expect(await send()).toMatchObject({ answer: { status: 200 } });
    session.retire();
    session.tick(performance.now() + 1);
    expect(await never).toEqual({ failure: 'timeout' });
    await ended;
    await peer.came(Frame.goaway);
    expect(peer.frames.slice(-2).map(({ type }) => type)).toEqual([Frame.rstStream, Frame.goaway]);
  });

  it('lets a gateway close whose last message is never answered', async () => {
    peer = await RawPeer.listen(({ type, flags, stream }, self) => {
      if (type === Frame.settings && flags === 0) self.send(settings());
      if (type === Frame.data && stream > 1) self.send(ok(stream));
    });
    const gateway = fcmGateway(peer.origin);
    const results = sendAll(gateway, messages(10), { timeoutMs: 300 });
    await peer.came(Frame.data, 10);
    const closing = gateway.close();
    expect(countBy(await results, 'code')).toMatchObject({ timeout: 1 });
    await closing;
  });

  it('says that it knows of a larger window before it makes use of it', async () => {
    await open(({ type }, self) => {
      if (type === Frame.headers) self.send(settings('0004 00000064'));
      if (type === Frame.data) self.send(ok(1));
    }, settings('0004 00000000'));
    expect(await send()).toMatchObject({ answer: { status: 200 } });
    expect(peer.frames.map(({ type, flags }) => [type, flags]).slice(-3)).toEqual([[Frame.headers, Flag.endHeaders], [Frame.settings, Flag.ack], [Frame.data, Flag.endStream]]);
  });

  it('has all of its new settings kept together: a wider window, but smaller frames', async () => {
    await open(({ type, flags }, self) => {
      if (type === Frame.headers) self.send(settings('0004 00007530 0005 00004000'));
      if (type === Frame.data && flags === Flag.endStream) self.send(ok(1));
    }, settings('0004 00000000 0005 000186a0'));
    expect(await send(1000, { ...POST, body: 'x'.repeat(20_000) })).toMatchObject({ answer: { status: 200 } });
    expect(peer.frames.slice(-3).map(({ type, payload }) => [type, payload.length])).toEqual([[Frame.settings, 0], [Frame.data, 16_384], [Frame.data, 3616]]);
  });

  it('is not waited for where it asks for ever and reads nothing', async () => {
    const { ended } = await open();
    const [socket] = peer.sockets as [Socket];
    socket.pause();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const pings = Buffer.concat(Array.from({ length: 5000 }, () => frame(Frame.ping, 0, 0, '0102030405060708')));
    const flood = setInterval(() => socket.write(pings), 1);
    try {
      await ended;
      // The peer hears it, too: nobody is there any more.
      await closed;
    } finally {
      clearInterval(flood);
    }
  });

  it('fills no memory with frames that are empty', async () => {
    await open();
    const answer = send();
    await peer.came(Frame.data);
    peer.send(ok(1, Flag.endHeaders), ...Array.from({ length: 1000 }, () => frame(Frame.data, 0, 1)), frame(Frame.ping, 0, 0, '0102030405060708'));
    await peer.came(Frame.ping);
    const { connection } = session as unknown as { connection: { streams: Map<number, { chunks?: Buffer[] }> } };
    expect(connection.streams.get(1)?.chunks).toBeUndefined();
    peer.send(frame(Frame.data, Flag.endStream, 1, '41'));
    expect(await answer).toMatchObject({ answer: { body: 'A', complete: true } });
  });

  it('is given nothing more once its socket broke, though the socket has not told yet', async () => {
    await open();
    const left = send();
    await peer.came(Frame.data);
    const { socket } = session as unknown as { socket: Socket };
    socket.destroy();
    expect(session.room).toBe(0);
    expect(await send()).toEqual({ failure: 'not-submitted' });
    expect(await left).toEqual({ failure: 'connection-closed' });
  });
});

describe('a peer that changes its settings all the time', () => {
  const SETTINGS: readonly http2.Settings[] = [
    { initialWindowSize: 1000, maxFrameSize: 100_000 },
    { initialWindowSize: 200_000, maxFrameSize: 16_384, headerTableSize: 0 },
    { initialWindowSize: 3000, maxFrameSize: 100_000, headerTableSize: 8192 },
    { initialWindowSize: 65_535, maxFrameSize: 20_000, headerTableSize: 200 },
  ];

  it('is kept to, and gets each message whole', async () => {
    const server = http2.createServer();
    const bodies: string[] = [];
    let broken = 0;
    server.on('sessionError', () => broken++);
    server.on('session', (session) => {
      let changes = 0;
      const changing = setInterval(() => {
        // A session is destroyed a moment before it says that it has closed.
        if (!session.destroyed && !session.pendingSettingsAck) session.settings(SETTINGS[changes++ % SETTINGS.length] as http2.Settings);
      }, 1);
      session.on('close', () => clearInterval(changing));
    });
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      void text(stream).then((body) => {
        bodies.push(body);
        stream.respond();
        stream.end('{"name":"it"}');
      }, () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gateway = fcmGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const list = messages(600).map((one, index) => ({ ...one, payload: { data: { text: 'x'.repeat((index * 997) % 50_000) } } }));
    const results = await sendAll(gateway, list);
    await gateway.close();
    server.close();
    expect({ ...countBy(results, 'outcome'), broken }).toEqual({ accepted: 600, broken: 0 });
    expect(bodies.sort()).toEqual(list.map(({ token, payload }) => JSON.stringify({ message: { ...payload, token } })).sort());
  });
});
