/**
 * The life of one HTTP/2 connection: a window of requests that the peer allows, each settled exactly once when its stream ends.
 * The rules come from RFC 9113 and from what the vendors' servers do; the reason stands beside each.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Connection, type ConnectionListener, type StreamEnding } from './connection';
import { Exchange, type Ending, type WireRequest } from './exchange';
import { connectFailure, streamFailure } from './failure';
import { ErrorCode } from './frames';
import { TunnelError } from './proxy';
import { openSocket, type Way } from './socket';

export interface SessionOptions extends Way {
  origin: string;
  /** Requests in the air at most, whatever the peer allows beyond. */
  mostStreams: number;
  /** The first request goes alone until it is confirmed: APNs with token authentication wants it so. */
  firstAlone: boolean;
  /** Names of header fields that change with each message: they are not kept in the table of known fields. */
  unindexed: ReadonlySet<string>;
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

export class Session implements ConnectionListener {
  state: 'connecting' | 'open' | 'draining' | 'closed' = 'connecting';
  inFlight = 0;
  /** Whether it ever brought an answer, or was told in good order to go. */
  worked = false;
  private connection: Connection | undefined;
  private socket: Socket | undefined;
  private readonly opening = new AbortController();
  private openedAt: number;
  private allowed = 0;
  /** Since when (monotonic ms) the peer allows no stream at all; undefined where it does. */
  private shutSince: number | undefined;
  private confirmed: boolean;
  private lastStreamId = Infinity;
  private lastAnswerAt = 0;
  private lastUsedAt: number;
  private requests = 0;
  private resets = 0;
  private cooling = 0;
  private coolUntil = 0;
  private lastSignAt: number;
  private pingedAt: number | undefined;

  /** @param turn how many connections there were before */
  constructor(private readonly options: SessionOptions, private readonly listener: SessionListener, turn: number) {
    this.openedAt = this.lastUsedAt = this.lastSignAt = performance.now();
    this.confirmed = !options.firstAlone;
    const socket = openSocket(options.origin, options, this.opening.signal, turn);
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
    const connection = this.connection = new Connection(socket, this.options.origin, this.options.unindexed, this);
    if (!(socket instanceof TLSSocket)) return connection.start();
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol === 'h2') connection.start();
      else this.fail('not-http2');
    });
  }

  /** Requests that may be in the air now. */
  get window(): number {
    if (this.state !== 'open' || this.connection?.isClosed !== false) return 0;
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
    const now = performance.now();
    const exchange = new Exchange(now, now + timeoutMs, done);
    try {
      if (this.connection === undefined) throw new Error('Not connected.');
      this.connection.request(request, authorization, exchange);
    } catch {
      this.retire();
      queueMicrotask(() => exchange.settle({ failure: 'not-submitted' }));
      return;
    }
    if (this.inFlight++ === 0) this.connection.ref();
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

  private get exchanges(): Iterable<Exchange> {
    return this.connection?.streams.values() ?? [];
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
    if (this.state !== 'open') return;
    // It may be for a moment (RFC 9113, 6.5.2); whoever waits behind it does not wait for ever.
    if (this.shutSince !== undefined && this.inFlight === 0 && now - this.shutSince > this.options.connectTimeoutMs) return this.giveUp('no-streams');
    this.watch(now);
    if (now - this.openedAt > MOST_AGE_MS || (this.inFlight === 0 && now - this.lastUsedAt > this.options.idleMs)) this.retire();
  }

  /** A peer that says nothing is asked for a sign of life; one that gives none is dead, whatever its socket says. */
  private watch(now: number): void {
    if (this.pingedAt === undefined) {
      if (now - this.lastSignAt < this.options.silenceMs) return;
      this.pingedAt = now;
      this.connection?.ping(() => {
        this.pingedAt = undefined;
        this.lastSignAt = performance.now();
      });
    } else if (now - this.pingedAt > this.options.pingTimeoutMs) {
      this.retire();
    }
  }

  private expire(exchange: Exchange): void {
    exchange.settle({ failure: 'timeout' });
    // Nothing came since the request left: the connection itself is dead. Else only this stream is stuck.
    if (this.lastAnswerAt < exchange.sentAt || ++this.resets > MOST_RESETS) {
      this.connection?.forget(exchange);
      return this.retire();
    }
    this.connection?.reset(exchange);
    this.cooling++;
    this.coolUntil = performance.now() + COOLING_MS;
    this.closeWhenDone();
  }

  settings(maxConcurrentStreams: number): void {
    this.allowed = maxConcurrentStreams;
    this.lastSignAt = performance.now();
    this.shutSince = maxConcurrentStreams > 0 ? undefined : (this.shutSince ?? this.lastSignAt);
    if (this.state !== 'connecting') return this.listener.room();
    this.state = 'open';
    this.connection?.unref();
    this.listener.opened();
  }

  goaway(errorCode: number, lastStreamId: number): void {
    // A graceful shutdown may come twice: first with the highest id there is, then with the real one.
    this.lastStreamId = Math.min(this.lastStreamId, lastStreamId);
    if (errorCode === ErrorCode.none) this.worked = true;
    if (this.state === 'open') this.state = 'draining';
    this.closeWhenDone();
  }

  closed(error: Error | undefined): void {
    const opened = this.state !== 'connecting';
    if (this.state === 'closed') return;
    this.state = 'closed';
    if (opened) this.listener.ended(this);
    else this.listener.failed(this, connectFailure(error));
  }

  /** Ends a connection that never opened. */
  private fail(code: string): void {
    if (this.state !== 'connecting') return;
    this.state = 'closed';
    this.opening.abort();
    this.socket?.destroy();
    this.listener.failed(this, code);
  }

  /** Ends an open connection that is of no use. */
  private giveUp(code: string): void {
    this.state = 'closed';
    this.connection?.close();
    this.listener.ended(this);
    this.listener.failed(this, code);
  }

  streamEnded(exchange: Exchange, ending: StreamEnding): void {
    this.lastUsedAt = performance.now();
    this.release(1);
    exchange.settle(this.outcome(exchange, ending));
    this.closeWhenDone();
  }

  private release(streams: number): void {
    this.inFlight -= streams;
    if (this.inFlight === 0 && this.state === 'open') this.connection?.unref();
  }

  private outcome(exchange: Exchange, ending: StreamEnding): Ending {
    const { id, status, headers } = exchange;
    if (status === undefined || headers === undefined) return { failure: streamFailure({ ...ending, id, lastStreamId: this.lastStreamId }) };
    this.worked = true;
    this.lastAnswerAt = this.lastSignAt = this.lastUsedAt;
    return { answer: exchange.answer(status, headers) };
  }

  private closeWhenDone(): void {
    // Streams whose deadline has passed are not waited for.
    if (this.state === 'draining' && this.connection?.streams.size === 0) this.connection.close();
  }
}
