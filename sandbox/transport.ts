/** Connections of the gateway: HTTP/2 in clear and over TLS, HTTP/1.1 for TLS clients that speak nothing else. */
import { createServer as createHttp1, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { constants, createServer as createHttp2, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createServer as createTls } from 'node:tls';
import type { Certificate } from './certificate';

/**
 * The socket as a stream of its own: Node writes frames past a socket that it was given, and a frame written by hand on
 * the same TLS socket would end the whole process.
 */
function apart(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => void (stream.push(chunk) || socket.pause()));
  socket.on('end', () => stream.push(null));
  socket.on('close', () => stream.destroy());
  stream.on('error', () => undefined);
  return stream;
}

/** How a request ends without an answer. HTTP/1.1 knows only the closed connection. */
export type Break = 'close' | 'fin' | 'CANCEL' | 'REFUSED_STREAM' | 'INTERNAL_ERROR' | 'goaway';

/** One request that was read to its end. */
export interface Exchange {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** An answer still reaches the client. */
  readonly open: boolean;
  /** @param frames in how many pieces the body goes out */
  reply(status: number, body: string, headers?: Record<string, string>, frames?: number): void;
  /** Tells the client that its connection takes no more requests. */
  farewell(): void;
  breakOff(how: Break): void;
}

interface Connection {
  socket: Socket;
  /** What the session writes to: a frame of ours goes the same way, so that it never lands inside another one. */
  wire: Duplex;
  /** Highest stream that is worked on: a GOAWAY lowers it. */
  lastStream: number;
  streams: Set<number>;
}

const GOAWAY_FRAME = 7;
const LEAVE_MS = 200;
/** Longest body in characters that is kept; both services refuse far shorter ones. */
const MOST_BODY = 100_000;
/** Answers of a megabyte that nobody has read yet: beyond Node's own 10 MB a connection, new requests would be broken off unread. */
const SESSION_MB = 256;
/** Small answers go out at once: held back for more, each would wait for the client's delayed acknowledgement (40 ms). */
const SOCKETS = { noDelay: true };

/** Both kinds of listeners, whose requests go to one place. */
export class Transport {
  private readonly connections = new Map<Http2Session, Connection>();
  private readonly sockets = new Set<Socket>();
  private readonly http2;
  private readonly http1 = createHttp1((request, response) => this.readHttp1(request, response));
  /** The connection whose HTTP/2 session is being made. */
  private arriving: Pick<Connection, 'socket' | 'wire'> | undefined;

  /** Connections that were made since the start. */
  accepted = 0;

  /** TLS begins so late (ms) after the connection. */
  tlsDelayMs = 0;

  /** @param answer called once for each request */
  constructor(private readonly answer: (exchange: Exchange) => void, private maxConcurrentStreams: number) {
    const first = maxConcurrentStreams;
    this.http2 = createHttp2({ settings: { maxConcurrentStreams: first }, maxSessionMemory: SESSION_MB });
    this.http2.on('session', (session) => this.maxConcurrentStreams !== first && session.settings({ maxConcurrentStreams: this.maxConcurrentStreams }));
    this.http2.on('session', (session) => this.enter(session));
    this.http2.on('stream', (stream, headers) => this.readHttp2(stream, headers));
  }

  /** HTTP/2 with prior knowledge. */
  cleartext(): Server {
    return createTcp(SOCKETS, (socket) => this.connect(socket, socket));
  }

  /** HTTP/2 or HTTP/1.1, as ALPN settles it. */
  secure(certificate: Certificate): Server {
    const tls = createTls({ ...SOCKETS, ...certificate, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      this.connect(socket, socket.alpnProtocol === 'h2' ? apart(socket) : undefined);
    });
    tls.on('tlsClientError', () => undefined);
    return createTcp(SOCKETS, (socket) => {
      socket.on('error', () => undefined);
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      if (this.tlsDelayMs === 0) tls.emit('connection', socket);
      else setTimeout(() => socket.destroyed || tls.emit('connection', socket), this.tlsDelayMs).unref();
    });
  }

  /** Cuts every connection, without a word of HTTP/2. */
  closeAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Requests that a connection allows at once from now on, also where it is open already. */
  allowStreams(maxConcurrentStreams: number): void {
    this.maxConcurrentStreams = maxConcurrentStreams;
    // One that was just destroyed is still among them, until it is closed.
    for (const session of this.connections.keys()) if (!session.destroyed) session.settings({ maxConcurrentStreams });
  }

  /** GOAWAY on every connection; what came in is still answered. */
  goaway(): void {
    for (const session of this.connections.keys()) session.close();
  }

  /** @param http2 what its HTTP/2 session runs over; absent where the client speaks HTTP/1.1 */
  private connect(socket: Socket, http2: Duplex | undefined): void {
    this.accepted++;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    if (http2 === undefined) {
      this.http1.emit('connection', socket);
      return;
    }
    this.arriving = { socket, wire: http2 };
    this.http2.emit('connection', http2);
  }

  private enter(session: Http2Session): void {
    if (this.arriving !== undefined) this.connections.set(session, { ...this.arriving, lastStream: Infinity, streams: new Set() });
    session.on('close', () => this.connections.delete(session));
    session.on('error', () => undefined);
  }

  private readHttp2(stream: ServerHttp2Stream, headers: IncomingHttpHeaders & { ':method'?: string; ':path'?: string }): void {
    stream.on('error', () => undefined);
    const { session, id = 0 } = stream;
    const connection = session === undefined ? undefined : this.connections.get(session);
    if (session === undefined || connection === undefined || id > connection.lastStream) return;
    connection.streams.add(id);
    stream.on('close', () => {
      connection.streams.delete(id);
      this.leaveWhenDone(session, connection);
    });
    const isOpen = () => !stream.destroyed && !stream.headersSent && id <= connection.lastStream;
    readAll(stream, (body) => this.answer({
      method: headers[':method'] ?? '', path: headers[':path'] ?? '', headers, body,
      get open() {
        return isOpen();
      },
      reply: (status, text, more = {}, frames = 1) => {
        if (!isOpen()) return;
        stream.respond({ ':status': status, 'content-type': 'application/json; charset=UTF-8', ...more });
        const size = Math.ceil(text.length / frames) || 1;
        for (let at = 0; at < text.length - size; at += size) stream.write(text.slice(at, at + size));
        stream.end(text.slice(size * (Math.ceil(text.length / size) - 1)));
      },
      farewell: () => session.close(),
      breakOff: (how) => {
        if (how === 'close') connection.socket.destroy();
        else if (how === 'fin') connection.socket.end();
        else if (how === 'goaway') this.leaveUnprocessed(session, connection, id);
        else stream.close(constants[`NGHTTP2_${how}`]);
      },
    }));
  }

  /** GOAWAY whose last stream is the one before: this request, and all behind it that have no answer, were not processed. */
  private leaveUnprocessed(session: Http2Session, connection: Connection, id: number): void {
    connection.lastStream = Math.min(connection.lastStream, Math.max(id - 2, 0));
    // Written by hand: session.goaway() takes a last stream of 0 for "not given" and then counts the first request as processed.
    const frame = Buffer.alloc(17);
    frame.writeUInt8(8, 2);
    frame.writeUInt8(GOAWAY_FRAME, 3);
    frame.writeUInt32BE(connection.lastStream, 9);
    // After the answers that were given already: behind the GOAWAY they would be lost.
    setTimeout(() => {
      connection.wire.write(frame);
      this.leaveWhenDone(session, connection);
    }, 10);
  }

  private leaveWhenDone(session: Http2Session, { lastStream, streams }: Connection): void {
    if (lastStream === Infinity || [...streams].some((id) => id <= lastStream)) return;
    setTimeout(() => session.destroy(), LEAVE_MS).unref();
  }

  private readHttp1(request: IncomingMessage, response: ServerResponse): void {
    const isOpen = () => !response.destroyed && !response.headersSent;
    readAll(request, (body) => this.answer({
      method: request.method ?? '', path: request.url ?? '', headers: request.headers, body,
      get open() {
        return isOpen();
      },
      reply: (status, text, more = {}) => {
        if (!isOpen()) return;
        response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...more });
        response.end(text);
      },
      farewell: () => response.setHeader('connection', 'close'),
      breakOff: () => request.socket.destroy(),
    }));
  }
}

function readAll(stream: NodeJS.ReadableStream, done: (body: string) => void): void {
  let body = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (body.length <= MOST_BODY) body += chunk;
  });
  stream.on('end', () => done(body));
  stream.on('error', () => undefined);
}
