/**
 * The client's end of one HTTP/2 connection (RFC 9113) for many small requests: what is asked at once leaves in one write, and
 * a request is one object and a few numbers. `node:http2` makes two streams, five events and a header object of each, which
 * costs more than all the rest of sending a message.
 */
import type { Socket } from 'node:net';
import type { Exchange, WireRequest } from './exchange';
import { FrameReader } from './frame-reader';
import { FrameWriter } from './frame-writer';
import { DEFAULT_FRAME_BYTES, DEFAULT_WINDOW, ErrorCode, Flag, Frame, FRAME_HEADER_BYTES, MOST_FRAME_BYTES, MOST_WINDOW, Setting, WireError } from './frames';
import { HeaderDecoder, MOST_HEADER_BYTES } from './hpack/decoder';
import { RequestWriter } from './request-writer';

export interface ConnectionListener {
  /** The peer's settings came or changed. @param maxConcurrentStreams infinite where it never named a number */
  settings(maxConcurrentStreams: number): void;
  /** The peer takes no streams beyond this one any more. */
  goaway(errorCode: number, lastStreamId: number): void;
  /** A stream has ended, with or without an answer; not called for one that was reset or forgotten. */
  streamEnded(exchange: Exchange, ending: StreamEnding): void;
  /** Called once, after all streams have ended. */
  closed(error: Error | undefined): void;
}

export interface StreamEnding {
  /** Of the RST_STREAM, if that is what ended it. */
  rstCode?: number;
  connectionGone: boolean;
  /** Code of the error that the connection broke with, where it did. */
  errorCode?: string | undefined;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** What we have read is given back to the peer's window when it is so much (bytes). */
const CREDIT_BYTES = DEFAULT_WINDOW >>> 1;
/** A peer that asks for so many acknowledgements and reads none of them is up to no good. */
const MOST_UNREAD_ACKS = 10_000;
/** A closing connection has this long to flush. */
const FLUSH_MS = 1000;
const PING = Buffer.from('pushpush', 'latin1');
/** What an old peer may say of priorities before its header fields. */
const PRIORITY_BYTES = 5;
/** The first of two requests on a connection is 1, the next 3. */
const NEXT_STREAM = 2;

export class Connection {
  /** Requests without an end, by the id of their stream. */
  readonly streams = new Map<number, Exchange>();
  private readonly out = new FrameWriter();
  private readonly reader = new FrameReader((type, flags, stream, bytes, start, end) => this.onFrame(type, flags, stream, bytes, start, end));
  private readonly requests: RequestWriter;
  private readonly decoder = new HeaderDecoder();
  private nextId = 1;
  private flushing = false;
  private closed = false;
  private error: Error | undefined;
  private peerSettled = false;
  private maxConcurrentStreams = Infinity;
  /** Bytes of bodies that came and were not given back to the peer's window. */
  private uncredited = 0;
  private unreadAcks = 0;
  private ponged: (() => void) | undefined;
  /** A block of header fields that goes on in the next frame. */
  private block: { stream: number; endsStream: boolean; pieces: Buffer[]; bytes: number } | undefined;

  /**
   * @param socket connected or still connecting, over TLS or not
   * @param origin scheme, host and port
   * @param unindexed names of header fields that change with each message
   */
  constructor(private readonly socket: Socket, origin: string, unindexed: ReadonlySet<string>, private readonly listener: ConnectionListener) {
    this.requests = new RequestWriter(this.out, origin, unindexed);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error) => (this.error ??= error));
    // A peer that has said its last word answers no more.
    socket.on('end', () => this.end());
    socket.on('close', () => this.end());
  }

  /** Whether nothing can be asked any more; a socket that broke says so before its events tell. */
  get isClosed(): boolean {
    return !this.socket.writable;
  }

  /** Says the first words; not before TLS stands, which would tell in other words what is wrong. */
  start(): void {
    this.socket.write(PREFACE);
    this.writeSettings([[Setting.enablePush, 0], [Setting.maxHeaderListSize, MOST_HEADER_BYTES]]);
  }

  /** Keeps the process alive, or not. */
  ref(): void {
    this.socket.ref();
  }

  unref(): void {
    this.socket.unref();
  }

  /**
   * Puts a request on the wire; how it ends the listener hears, never at once.
   * @throws TypeError for a header that HTTP does not know; no more may be asked of this connection then
   * @throws Error where the connection is closed
   */
  request(request: WireRequest, authorization: string | undefined, exchange: Exchange): void {
    if (this.isClosed) throw new Error('The connection is closed.');
    const id = this.nextId;
    this.requests.write(id, request, authorization);
    this.nextId += NEXT_STREAM;
    exchange.id = id;
    this.streams.set(id, exchange);
    this.flushSoon();
  }

  /** Gives up a stream and tells the peer; the listener hears no more of it. */
  reset(exchange: Exchange): void {
    this.forget(exchange);
    if (exchange.id !== undefined) this.writeReset(exchange.id, ErrorCode.cancel);
  }

  /** Gives up a stream of a connection that is to be closed. */
  forget({ id }: Exchange): void {
    if (id === undefined) return;
    this.streams.delete(id);
    this.requests.drop(id);
  }

  /** Asks for a sign of life; one at a time. */
  ping(ponged: () => void): void {
    this.ponged = ponged;
    this.out.copy(Frame.ping, 0, 0, PING);
    this.flushSoon();
  }

  /** Says goodbye and closes once that is flushed; what has not ended by then ends without an answer. */
  close(): void {
    if (this.isClosed) return;
    this.sayGoodbye(ErrorCode.none);
    this.shut();
  }

  private sayGoodbye(errorCode: number): void {
    this.out.numbers(Frame.goaway, 0, 0, 0, errorCode);
    this.flush();
  }

  /** What the peer has not read when its time is over it never will. */
  private shut(): void {
    const { socket } = this;
    socket.destroySoon();
    if (!socket.destroyed) setTimeout(() => socket.destroy(), FLUSH_MS).unref();
  }

  private writeReset(id: number, errorCode: number): void {
    this.out.numbers(Frame.rstStream, 0, id, errorCode);
    this.flushSoon();
  }

  private writeSettings(settings: readonly (readonly [number, number])[]): void {
    const payload = Buffer.alloc(settings.length * 6);
    settings.forEach(([setting, value], at) => {
      payload.writeUInt16BE(setting, at * 6);
      payload.writeUInt32BE(value, at * 6 + 2);
    });
    this.out.copy(Frame.settings, 0, 0, payload);
    this.flushSoon();
  }

  private acknowledge(type: number, payload: Buffer): void {
    this.unreadAcks = this.socket.writableNeedDrain ? this.unreadAcks + 1 : 0;
    if (this.unreadAcks > MOST_UNREAD_ACKS) throw new WireError(ErrorCode.enhanceYourCalm, 'Asks for much and reads nothing.');
    this.out.copy(type, Flag.ack, 0, payload);
    this.flushSoon();
  }

  /** What is written until the current turn of the event loop is over leaves together. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    process.nextTick(() => this.flush());
  }

  private flush(): void {
    this.flushing = false;
    const pieces = this.out.take();
    if (this.isClosed) return;
    if (pieces.length > 1) this.socket.cork();
    for (const piece of pieces) this.socket.write(piece);
    if (pieces.length > 1) this.socket.uncork();
  }

  private read(chunk: Buffer): void {
    if (this.closed) return;
    try {
      this.reader.read(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.error = error;
      this.sayGoodbye(error.errorCode);
      this.end();
    }
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    this.shut();
    const errorCode = (this.error as NodeJS.ErrnoException | undefined)?.code;
    for (const exchange of this.streams.values()) this.endStream(exchange, { connectionGone: true, errorCode });
    this.listener.closed(this.error);
  }

  private endStream(exchange: Exchange, ending: StreamEnding): void {
    const id = exchange.id as number;
    this.streams.delete(id);
    // The peer has answered before it had heard all: it need not listen any more.
    if (this.requests.drop(id) && exchange.complete) this.writeReset(id, ErrorCode.cancel);
    this.listener.streamEnded(exchange, ending);
  }

  private onFrame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    if (this.closed) return;
    if (!this.peerSettled && type !== Frame.settings) throw broken('The first frame is no SETTINGS.');
    if (this.block !== undefined && type !== Frame.continuation) throw broken('A frame in the middle of header fields.');
    switch (type) {
      case Frame.data: return this.onData(flags, stream, bytes, start, end);
      case Frame.headers: return this.onHeaders(flags, stream, bytes, start, end);
      case Frame.continuation: return this.onContinuation(flags, stream, bytes, start, end);
      case Frame.rstStream: return this.onReset(stream, bytes, start, end);
      case Frame.settings: return this.onSettings(flags, stream, bytes, start, end);
      case Frame.ping: return this.onPing(flags, stream, bytes.subarray(start, end));
      case Frame.goaway: return this.onGoaway(stream, bytes, start, end);
      case Frame.windowUpdate: return this.onWindowUpdate(stream, bytes, start, end);
      case Frame.pushPromise: throw broken('A push that we forbade.');
      // Priorities say nothing to a client, and frames of a later day are to be passed over.
      default:
    }
  }

  private onData(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const exchange = this.streamOf(stream);
    this.uncredited = this.credit(0, this.uncredited + end - start);
    if (exchange === undefined) return;
    const [from, to] = unpadded(flags, bytes, start, end);
    if (exchange.status === undefined) return this.refuse(exchange);
    exchange.collect(bytes.subarray(from, to));
    if ((flags & Flag.endStream) !== 0) this.complete(exchange);
    else exchange.uncredited = this.credit(stream, exchange.uncredited + end - start);
  }

  /** Gives read bytes back to the peer's window when they are many. @returns those that are not given back */
  private credit(stream: number, bytes: number): number {
    if (bytes < CREDIT_BYTES) return bytes;
    this.out.numbers(Frame.windowUpdate, 0, stream, bytes);
    this.flushSoon();
    return 0;
  }

  private onHeaders(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const [at, to] = unpadded(flags, bytes, start, end);
    const from = (flags & Flag.priority) === 0 ? at : at + PRIORITY_BYTES;
    if (from > to) throw new WireError(ErrorCode.frameSize, 'Header fields that break off.');
    const endsStream = (flags & Flag.endStream) !== 0;
    if ((flags & Flag.endHeaders) !== 0) return this.onFields(stream, endsStream, bytes, from, to);
    this.block = { stream, endsStream, pieces: [bytes.subarray(from, to)], bytes: to - from };
  }

  private onContinuation(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const { block } = this;
    if (block?.stream !== stream) throw broken('Goes on with header fields that nobody began.');
    block.pieces.push(bytes.subarray(start, end));
    block.bytes += FRAME_HEADER_BYTES + end - start;
    if (block.bytes > MOST_HEADER_BYTES) throw new WireError(ErrorCode.enhanceYourCalm, 'More header fields than anybody needs.');
    if ((flags & Flag.endHeaders) === 0) return;
    this.block = undefined;
    const whole = Buffer.concat(block.pieces);
    this.onFields(stream, block.endsStream, whole, 0, whole.length);
  }

  private onFields(stream: number, endsStream: boolean, bytes: Buffer, start: number, end: number): void {
    const headers = this.decoder.decode(bytes, start, end);
    const exchange = this.streamOf(stream);
    if (exchange === undefined) return;
    if (headers === undefined) return this.refuse(exchange);
    if (exchange.status === undefined) {
      const status = headers.get(':status') ?? '';
      const isInformation = status.startsWith('1');
      if (!/^[1-9]\d\d$/.test(status) || (isInformation && endsStream)) return this.refuse(exchange);
      // The answer comes later.
      if (isInformation) return;
      exchange.status = Number(status);
      exchange.headers = headers;
    } else if (!endsStream) {
      return this.refuse(exchange);
    }
    if (endsStream) this.complete(exchange);
  }

  private complete(exchange: Exchange): void {
    if (!exchange.isWhole) return this.refuse(exchange);
    exchange.complete = true;
    this.endStream(exchange, { connectionGone: false });
  }

  /** An answer that breaks the rules in a way that harms no other; nothing of it may be believed (8.1.1). */
  private refuse(exchange: Exchange): void {
    exchange.disbelieve();
    this.writeReset(exchange.id as number, ErrorCode.protocol);
    this.endStream(exchange, { rstCode: ErrorCode.protocol, connectionGone: false });
  }

  /** Undefined for one that has ended. @throws WireError for one that never was */
  private streamOf(id: number): Exchange | undefined {
    const exchange = this.streams.get(id);
    if (exchange === undefined && (id % 2 === 0 || id >= this.nextId)) throw broken('A stream that nobody opened.');
    return exchange;
  }

  private onReset(stream: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw new WireError(ErrorCode.frameSize, 'RST_STREAM of another length.');
    const exchange = this.streamOf(stream);
    if (exchange !== undefined) this.endStream(exchange, { rstCode: bytes.readUInt32BE(start), connectionGone: false });
  }

  private onSettings(flags: number, stream: number, bytes: Buffer, start: number, end: number): void {
    const isAck = (flags & Flag.ack) !== 0;
    if (stream !== 0 || (isAck && !this.peerSettled)) throw broken('SETTINGS where they do not belong.');
    if ((end - start) % 6 !== 0 || (isAck && end > start)) throw new WireError(ErrorCode.frameSize, 'SETTINGS of another length.');
    if (isAck) return;
    this.peerSettled = true;
    for (let at = start; at < end; at += 6) this.apply(bytes.readUInt16BE(at), bytes.readUInt32BE(at + 2));
    // In this order: what they let leave the peer takes only from one that has acknowledged, and by all of them together.
    this.acknowledge(Frame.settings, Buffer.alloc(0));
    this.requests.unblock();
    this.listener.settings(this.maxConcurrentStreams);
  }

  private apply(setting: number, value: number): void {
    switch (setting) {
      case Setting.headerTableSize: return this.requests.resizeTable(value);
      case Setting.initialWindowSize: return this.requests.resizeWindows(value);
      case Setting.maxConcurrentStreams:
        this.maxConcurrentStreams = value;
        return;
      case Setting.maxFrameSize:
        if (value < DEFAULT_FRAME_BYTES || value > MOST_FRAME_BYTES) throw broken('A frame size that is not allowed.');
        return this.requests.resizeFrames(value);
      case Setting.enablePush:
        if (value !== 0) throw broken('A server that asks to be pushed to.');
        return;
      // A setting of a later day is to be passed over.
      default:
    }
  }

  private onPing(flags: number, stream: number, payload: Buffer): void {
    if (stream !== 0) throw broken('PING on a stream.');
    if (payload.length !== 8) throw new WireError(ErrorCode.frameSize, 'PING of another length.');
    if ((flags & Flag.ack) === 0) return this.acknowledge(Frame.ping, payload);
    const { ponged } = this;
    this.ponged = undefined;
    ponged?.();
  }

  private onGoaway(stream: number, bytes: Buffer, start: number, end: number): void {
    if (stream !== 0) throw broken('GOAWAY on a stream.');
    if (end - start < 8) throw new WireError(ErrorCode.frameSize, 'GOAWAY of another length.');
    const last = bytes.readUInt32BE(start) & MOST_WINDOW;
    this.listener.goaway(bytes.readUInt32BE(start + 4), last);
    for (const [id, exchange] of this.streams) if (id > last) this.endStream(exchange, { connectionGone: false });
  }

  private onWindowUpdate(stream: number, bytes: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw new WireError(ErrorCode.frameSize, 'WINDOW_UPDATE of another length.');
    const more = bytes.readUInt32BE(start) & MOST_WINDOW;
    if (more === 0) throw broken('WINDOW_UPDATE of nothing.');
    if (stream !== 0 && this.streamOf(stream) === undefined) return;
    this.requests.widen(stream, more);
    this.flushSoon();
  }
}

/** Where the payload begins and ends without its padding. */
function unpadded(flags: number, bytes: Buffer, start: number, end: number): [number, number] {
  if ((flags & Flag.padded) === 0) return [start, end];
  const padding = bytes[start] as number;
  if (start === end || start + 1 + padding > end) throw broken('More padding than frame.');
  return [start + 1, end - padding];
}

function broken(what: string): WireError {
  return new WireError(ErrorCode.protocol, what);
}
