/**
 * One HTTP/2 connection: a window of requests that the peer allows, each settled exactly once when its stream closes.
 * The rules come from RFC 9113 and from what the vendors' servers do; the reason stands beside each.
 */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { Exchange, type Ending, type WireRequest } from './exchange';
import { connectFailure, streamFailure } from './failure';
import { TunnelError } from './proxy';
import { openSocket, type Way } from './socket';

export interface SessionOptions extends Way {
  origin: string;
  /** Requests in the air at most, whatever the peer allows beyond. */
  mostStreams: number;
  /** The first request goes alone until it is confirmed: APNs with token authentication wants it so. */
  firstAlone: boolean;
  idleMs: number;
  /** After so long (ms) without a sign of life the peer is pinged. */
  silenceMs: number;
  /** Where it does not answer within this (ms), nothing more is given to it. */
  pingTimeoutMs: number;
}

export interface SessionListener {
  /** The peer's settings came: requests may go. */
  opened(): void;
  /** A request may go that could not go before. */
  room(): void;
  /** It never opened; a transport code says why. */
  failed(session: Session, code: string): void;
  ended(session: Session): void;
}

/** So many streams that timed out are reset one by one before the whole connection is given up: servers guard against floods of resets. */
const MOST_RESETS = 100;
/** A peer may count a stream that we reset for a while longer: its place is not taken again at once (ms). */
const COOLING_MS = 100;
/** A connection is replaced before its stream ids run out, and after an hour to spread over the vendor's servers. */
const MOST_REQUESTS = 2 ** 29;
const MOST_AGE_MS = 60 * 60_000;
/** A closing connection has this long to flush. */
const FLUSH_MS = 1000;

const NO_BODY = { endStream: true };
/** Said, since Node takes it that GET and DELETE have none. */
const WITH_BODY = { endStream: false };

type ExchangeStream = ClientHttp2Stream & { exchange?: Exchange; owner?: Session };

export class Session {
  state: 'connecting' | 'open' | 'draining' | 'closed' = 'connecting';
  inFlight = 0;
  /** Whether it ever brought an answer, or was told in good order to go. */
  worked = false;
  private http2: ClientHttp2Session | undefined;
  private socket: Socket | undefined;
  private readonly exchanges = new Set<Exchange>();
  private openedAt: number;
  private allowed = 0;
  private confirmed: boolean;
  private lastStreamId = Infinity;
  private lastAnswerAt = 0;
  private lastUsedAt: number;
  private requests = 0;
  private resets = 0;
  private cooling = 0;
  private coolUntil = 0;
  private error: Error | undefined;
  private shutAt: number | undefined;
  private lastSignAt: number;
  private pingedAt: number | undefined;

  /** @param turn how many connections there were before */
  constructor(private readonly options: SessionOptions, private readonly listener: SessionListener, turn: number) {
    this.openedAt = this.lastUsedAt = this.lastSignAt = performance.now();
    this.confirmed = !options.firstAlone;
    const socket = openSocket(options.origin, options, turn);
    if (socket instanceof Promise) void this.beginThroughTunnel(socket);
    else this.begin(socket);
  }

  private async beginThroughTunnel(opening: Promise<Socket>): Promise<void> {
    try {
      const socket = await opening;
      if (this.state === 'connecting') this.begin(socket);
      else socket.destroy();
    } catch (thrown) {
      this.fail(thrown instanceof TunnelError ? thrown.code : 'connection-failed');
    }
  }

  private begin(socket: Socket): void {
    this.socket = socket;
    const http2 = connect(this.options.origin, {
      createConnection: () => socket,
      settings: { enablePush: false },
      // Node's 10 MB are eaten by a few thousand requests at once, which it then drops with ENHANCE_YOUR_CALM.
      maxSessionMemory: 64,
    });
    this.http2 = http2;
    http2.on('connect', () => {
      if (http2.encrypted && http2.alpnProtocol !== 'h2') this.fail('not-http2');
    });
    http2.on('remoteSettings', (settings) => this.onSettings(settings.maxConcurrentStreams));
    http2.on('goaway', (code, lastStreamId) => this.onGoaway(code, lastStreamId));
    http2.on('error', (error) => (this.error = error));
    http2.on('close', () => this.onClose());
  }

  /** Requests that may be in the air now. */
  get window(): number {
    if (this.state !== 'open') return 0;
    return this.confirmed ? Math.min(this.options.mostStreams, this.allowed) : Math.min(1, this.allowed);
  }

  get room(): number {
    return Math.max(0, this.window - this.inFlight);
  }

  /** Still on the way to its full window. */
  get isOpening(): boolean {
    return this.state === 'connecting' || (this.state === 'open' && !this.confirmed);
  }

  /** Puts a request on the wire; the caller made sure of {@link room}. `done` is called exactly once, never at once. */
  send(request: WireRequest, authorization: string | undefined, timeoutMs: number, done: (ending: Ending) => void): void {
    let stream: ExchangeStream;
    try {
      if (this.http2 === undefined) throw new Error('not connected');
      const headers: OutgoingHttpHeaders = { ...request.headers, ':method': request.method ?? 'POST', ':path': request.path };
      if (authorization !== undefined) headers['authorization'] = authorization;
      stream = this.http2.request(headers, request.body === '' ? NO_BODY : WITH_BODY);
    } catch {
      this.retire();
      queueMicrotask(() => done({ failure: 'not-submitted' }));
      return;
    }
    if (this.inFlight++ === 0) this.http2.ref();
    const now = performance.now();
    const exchange = new Exchange(stream, now, now + timeoutMs, done);
    stream.exchange = exchange;
    stream.owner = this;
    this.exchanges.add(exchange);
    stream.on('response', onResponse);
    stream.on('error', onError);
    stream.on('close', onStreamClose);
    if (request.body !== '') stream.end(request.body);
    this.lastUsedAt = now;
    if (++this.requests >= MOST_REQUESTS) this.retire();
  }

  /** An answer proved that the peer takes our credentials: the window opens to its full width. */
  confirm(): void {
    if (this.confirmed) return;
    this.confirmed = true;
    this.listener.room();
  }

  /** Takes no new requests, lets those in the air end, then closes. */
  retire(): void {
    if (this.state === 'closed') return;
    if (this.state === 'connecting') return this.fail('cancelled');
    this.state = 'draining';
    this.closeWhenDone();
  }

  /** This process did nothing for so long (ms): that is not held against the peer. */
  forgive(ms: number): void {
    for (const exchange of this.exchanges) exchange.deadline += ms;
    if (this.pingedAt !== undefined) this.pingedAt += ms;
    this.openedAt += this.state === 'connecting' ? ms : 0;
  }

  /** Called now and then with the monotonic clock: deadlines, idleness, age. */
  tick(now: number): void {
    if (this.state === 'connecting' && now - this.openedAt > this.options.connectTimeoutMs) this.fail('connection-timeout');
    for (const exchange of this.exchanges) {
      if (now >= exchange.deadline) this.expire(exchange);
    }
    if (this.cooling > 0 && now >= this.coolUntil) {
      this.release(this.cooling);
      this.cooling = 0;
      this.listener.room();
    }
    // What is not flushed by now never will be.
    if (this.shutAt !== undefined && now - this.shutAt > FLUSH_MS) this.socket?.destroy();
    if (this.state !== 'open') return;
    this.watch(now);
    if (now - this.openedAt > MOST_AGE_MS || (this.inFlight === 0 && now - this.lastUsedAt > this.options.idleMs)) this.retire();
  }

  /** A peer that says nothing is asked for a sign of life; one that gives none is dead, whatever its socket says. */
  private watch(now: number): void {
    if (this.pingedAt === undefined) {
      if (now - this.lastSignAt < this.options.silenceMs) return;
      this.pingedAt = now;
      this.http2?.ping(() => {
        this.pingedAt = undefined;
        this.lastSignAt = performance.now();
      });
    } else if (now - this.pingedAt > this.options.pingTimeoutMs) {
      this.retire();
    }
  }

  private expire(exchange: Exchange): void {
    this.exchanges.delete(exchange);
    exchange.settle({ failure: 'timeout' });
    // Nothing came since the request left: the connection itself is dead. Else only this stream is stuck.
    if (this.lastAnswerAt < exchange.sentAt || ++this.resets > MOST_RESETS) this.retire();
    else exchange.stream.close(constants.NGHTTP2_CANCEL);
  }

  private onSettings(maxConcurrentStreams: number | undefined): void {
    this.allowed = maxConcurrentStreams ?? Infinity;
    this.lastSignAt = performance.now();
    if (this.state !== 'connecting') return this.listener.room();
    this.state = 'open';
    this.http2?.unref();
    this.listener.opened();
  }

  private onGoaway(code: number, lastStreamId: number): void {
    // A graceful shutdown may come twice: first with the highest id there is, then with the real one.
    this.lastStreamId = Math.min(this.lastStreamId, lastStreamId);
    if (code === constants.NGHTTP2_NO_ERROR) this.worked = true;
    if (this.state === 'open') this.state = 'draining';
    this.closeWhenDone();
  }

  private onClose(): void {
    const opened = this.state !== 'connecting';
    if (this.state === 'closed') return;
    this.state = 'closed';
    for (const { stream } of this.exchanges) this.onStreamClose(stream);
    if (opened) this.listener.ended(this);
    else this.listener.failed(this, connectFailure(this.error));
  }

  /** Ends a connection that never opened. */
  private fail(code: string): void {
    if (this.state !== 'connecting') return;
    this.state = 'closed';
    this.http2?.destroy();
    this.socket?.destroy();
    this.listener.failed(this, code);
  }

  onStreamClose(stream: ExchangeStream): void {
    const { exchange } = stream;
    if (exchange === undefined || stream.owner !== this) return;
    stream.owner = undefined;
    this.exchanges.delete(exchange);
    this.lastUsedAt = performance.now();
    if (exchange.isSettled) {
      this.cooling++;
      this.coolUntil = this.lastUsedAt + COOLING_MS;
    } else {
      this.release(1);
      exchange.settle(this.ending(exchange));
    }
    this.closeWhenDone();
  }

  private release(streams: number): void {
    this.inFlight -= streams;
    if (this.inFlight === 0 && this.state === 'open') this.http2?.unref();
  }

  private ending(exchange: Exchange): Ending {
    const { stream: { id, rstCode }, status, errorCode } = exchange;
    if (status === undefined) {
      return { failure: streamFailure({ id, rstCode, errorCode, lastStreamId: this.lastStreamId, connectionGone: this.http2?.destroyed !== false }) };
    }
    this.worked = true;
    this.lastAnswerAt = this.lastSignAt = this.lastUsedAt;
    return { answer: exchange.answer(status) };
  }

  private closeWhenDone(): void {
    // Streams whose deadline has passed are not waited for.
    if (this.state === 'draining' && this.exchanges.size === 0) this.shut();
  }

  /** After a GOAWAY Node only half-closes the socket and waits for the peer, which may never close its half. */
  private shut(): void {
    if (this.shutAt !== undefined) return;
    this.shutAt = performance.now();
    this.http2?.destroy();
    this.socket?.destroySoon();
  }
}

// Handlers are shared by all streams: closures of their own cost a third of the time that a request takes here.
function onResponse(this: ExchangeStream, headers: IncomingHttpHeaders & { ':status'?: number }, flags: number): void {
  const { exchange } = this;
  if (exchange === undefined) return;
  exchange.status = headers[':status'];
  exchange.headers = headers;
  // Most answers of APNs have no body, and listening for one takes time.
  if ((flags & constants.NGHTTP2_FLAG_END_STREAM) === 0) this.on('data', onData);
}

function onData(this: ExchangeStream, chunk: Buffer): void {
  this.exchange?.collect(chunk);
}

function onError(this: ExchangeStream, error: NodeJS.ErrnoException): void {
  if (this.exchange !== undefined) this.exchange.errorCode = error.code;
}

function onStreamClose(this: ExchangeStream): void {
  this.owner?.onStreamClose(this);
}
