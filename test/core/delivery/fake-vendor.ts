/** A push service without manners: answers each request as the test says, breaks off as the test says, and counts. */
import * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

export interface Seen {
  token: string;
  path: string;
  headers: http2.IncomingHttpHeaders;
  body: string;
  /** How often this token was seen, this time included. */
  time: number;
  /** Number of the connection, from 0. */
  connection: number;
  streamId: number;
}

export type Deed =
  | { status: number; headers?: http2.OutgoingHttpHeaders; body?: unknown; frames?: number; afterMs?: number }
  | { rst: number }
  | { goaway: { code?: number; last: number } }
  | 'silence' | 'fin' | 'destroy' | 'reset';

export type Manners = (seen: Seen, vendor: FakeVendor) => Deed | Promise<Deed>;

export const fcmOk: Deed = { status: 200, body: { name: 'projects/demo/messages/1' } };
export const apnsOk: Deed = { status: 200, headers: { 'apns-id': 'an-id' } };

export function fcmError(status: number, errorCode: string, more: object = {}, headers: http2.OutgoingHttpHeaders = {}): Deed {
  return {
    status,
    headers,
    body: { error: { code: status, message: errorCode, status: errorCode, ...more, details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }] } },
  };
}

export function apnsError(status: number, reason: string, more: object = {}, headers: http2.OutgoingHttpHeaders = {}): Deed {
  return { status, headers, body: { reason, ...more } };
}

export class FakeVendor {
  readonly seen: Seen[] = [];
  readonly times = new Map<string, number>();
  connections = 0;
  /** Most streams that were open at once on one connection. */
  mostOpen = 0;
  /** Streams beyond what the connection allowed. */
  overWindow = 0;
  private readonly sessions = new Map<http2.ServerHttp2Session, { number: number; socket: Socket; open: number; allowed: number; last: number }>();
  private constructor(private readonly server: http2.Http2Server | http2.Http2SecureServer, readonly origin: string, public manners: Manners) {}

  static async listen(manners: Manners, settings: http2.Settings = {}, tls?: http2.SecureServerOptions, at = 0): Promise<FakeVendor> {
    const limits = { settings: { maxConcurrentStreams: 1000, ...settings }, maxSessionMemory: 256 };
    const server = tls === undefined ? http2.createServer(limits) : http2.createSecureServer({ ...limits, ...tls });
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const vendor = new FakeVendor(server, `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, manners);
    vendor.attend(limits.settings.maxConcurrentStreams);
    return vendor;
  }

  /** The same token put on the wire more than once. */
  get repeated(): string[] {
    return [...this.times].filter(([, times]) => times > 1).map(([token]) => token);
  }

  /** Connections that are open now. */
  get open(): number {
    return this.sessions.size;
  }

  async allow(maxConcurrentStreams: number): Promise<void> {
    for (const [session, state] of this.sessions) {
      await new Promise<void>((resolve) => session.settings({ maxConcurrentStreams }, () => resolve()));
      state.allowed = maxConcurrentStreams;
    }
  }

  async close(): Promise<void> {
    for (const session of this.sessions.keys()) session.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private attend(allowed: number): void {
    let socket: Socket;
    this.server.prependListener('secureConnection', (newest: Socket) => (socket = newest));
    if (!('addContext' in this.server)) this.server.prependListener('connection', (newest: Socket) => (socket = newest));
    this.server.on('sessionError', () => undefined);
    this.server.on('session', (session) => {
      this.sessions.set(session, { number: this.connections++, socket, open: 0, allowed, last: Infinity });
      session.on('error', () => undefined);
      session.on('close', () => this.sessions.delete(session));
    });
    this.server.on('stream', (stream: http2.ServerHttp2Stream, headers) => void this.serve(stream, headers));
  }

  private async serve(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): Promise<void> {
    const session = stream.session as http2.ServerHttp2Session;
    const state = this.sessions.get(session);
    if (state === undefined) return;
    state.open++;
    this.mostOpen = Math.max(this.mostOpen, state.open);
    if (state.open > state.allowed) this.overWindow++;
    stream.on('error', () => undefined);
    stream.on('close', () => state.open--);
    let body = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (body += chunk));
    await new Promise<void>((resolve) => stream.on('end', resolve));
    // A peer that named a last stream does not look at later ones.
    if ((stream.id ?? 0) > state.last || stream.aborted) return;
    const path = String(headers[':path']);
    const token = path.startsWith('/3/device/') ? path.slice(10) : (JSON.parse(body) as { message: { token: string } }).message.token;
    const time = (this.times.get(token) ?? 0) + 1;
    this.times.set(token, time);
    const seen: Seen = { token, path, headers, body, time, connection: state.number, streamId: stream.id ?? 0 };
    this.seen.push(seen);
    const answer = this.manners(seen, this);
    const deed = answer instanceof Promise ? await answer : answer;
    if (typeof deed === 'object' && 'goaway' in deed) state.last = deed.goaway.last;
    this.act(deed, stream, session, state.socket);
  }

  private act(deed: Deed, stream: http2.ServerHttp2Stream, session: http2.ServerHttp2Session, socket: Socket): void {
    if (deed === 'silence' || stream.destroyed) return;
    if (deed === 'fin') return void socket.end();
    if (deed === 'destroy') return void socket.destroy();
    if (deed === 'reset') return void socket.resetAndDestroy();
    if ('rst' in deed) return stream.close(deed.rst);
    if ('goaway' in deed) return session.goaway(deed.goaway.code ?? 0, deed.goaway.last);
    const { status, headers = {}, body, frames = 1, afterMs = 0 } = deed;
    const answer = (): void => {
      if (stream.destroyed) return;
      stream.respond({ ':status': status, ...headers });
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const size = Math.ceil(text.length / frames) || 1;
      for (let at = 0; at < text.length; at += size) stream.write(text.slice(at, at + size));
      stream.end();
    };
    if (afterMs === 0) answer();
    else setTimeout(answer, afterMs);
  }
}
