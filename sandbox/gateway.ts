/** The push service itself: FCM and APNs on one HTTP/2 listener, with the fates of the test tokens. */
import { constants, type Http2SecureServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { apnsError, APNS_PATH, isApnsRefusal, readApns, shownByApns, type ApnsKey } from './apns';
import type { OAuth } from './credentials';
import { fcmError, FCM_PATH, isRefusal, readFcm, shownByFcm } from './fcm';
import type { DeviceCount, Inbox, Message } from './inbox';
import { magicOf, type Behaviour } from './magic';

export interface GatewayContext {
  inbox: Inbox;
  oauth: OAuth;
  apnsKeys: ApnsKey[];
  /** Refuse bearers that this sandbox did not issue. */
  strictAuth: boolean;
  faults: { latencyMs: number };
  accepted(message: Message): void;
}

type Draft = Omit<Message, 'id' | 'at'>;

interface Exchange {
  stream: ServerHttp2Stream;
  count: DeviceCount;
  accept(): void;
  refuse(behaviour: Extract<Behaviour, { kind: 'answer' }>): void;
}

/** Answers the streams of a server. */
export class PushGateway {
  private readonly sessions = new Set<ServerHttp2Session>();

  constructor(private readonly context: GatewayContext) {}

  attach(server: Http2Server | Http2SecureServer): void {
    server.on('session', (session) => {
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session));
      session.on('error', () => undefined);
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.receive(stream, headers));
  }

  closeAll(): void {
    for (const session of this.sessions) session.destroy();
  }

  goaway(): void {
    for (const session of this.sessions) session.close();
  }

  private receive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    let body = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (body += chunk));
    stream.on('end', () => {
      const { latencyMs } = this.context.faults;
      if (latencyMs > 0) setTimeout(() => this.answer(stream, headers, body), latencyMs);
      else this.answer(stream, headers, body);
    });
  }

  private answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: string): void {
    if (stream.destroyed) return;
    const [path = ''] = (headers[':path'] ?? '').split('?');
    const post = headers[':method'] === 'POST';
    if (path === '/token' && post) {
      const { status, body: answer } = this.context.oauth.token(new URLSearchParams(body));
      reply(stream, status, JSON.stringify(answer));
    } else if (FCM_PATH.test(path)) {
      if (post) this.fcm(stream, headers, path, body);
      else reply(stream, 404, fcmError({ status: 404, grpc: 'NOT_FOUND', message: 'Method not found.' }));
    } else if (APNS_PATH.test(path)) {
      if (post) this.apns(stream, headers, path, body);
      else reply(stream, 405, apnsError({ status: 405, reason: 'MethodNotAllowed' }));
    } else reply(stream, 404, path.startsWith('/v1/') ? fcmError({ status: 404, grpc: 'NOT_FOUND', message: 'Not found.' }) : apnsError({ status: 404, reason: 'BadPath' }));
  }

  private fcm(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, path: string, body: string): void {
    const authorization = headers.authorization ?? '';
    const signedIn = /^Bearer \S+/i.test(authorization) && (!this.context.strictAuth || this.context.oauth.knows(authorization));
    if (!signedIn) {
      reply(stream, 401, fcmError({ status: 401, grpc: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.' }));
      return;
    }
    const read = readFcm(body);
    if (isRefusal(read)) {
      reply(stream, read.status, fcmError(read));
      return;
    }
    const project = FCM_PATH.exec(path)?.[1] ?? '';
    const { title, body: text, image, data } = shownByFcm(read);
    const magic = magicOf(read.target);
    this.decide(magic?.behaviour, {
      stream,
      count: this.context.inbox.request(read.target, 'fcm'),
      accept: () => {
        const draft: Draft = { gateway: 'fcm', platform: 'android', token: read.target, title, body: text, ...shown({ ...data, image }) };
        const id = read.validateOnly ? 'fake_message_id' : this.deliver(read.target, 'fcm', draft);
        reply(stream, 200, JSON.stringify({ name: `projects/${project}/messages/${id}` }));
      },
      refuse: ({ fcm, retryAfter }) => reply(stream, fcm.status, fcmError(fcm), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
  }

  private apns(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, path: string, body: string): void {
    const read = readApns(path, headers, body, this.context.apnsKeys);
    if (isApnsRefusal(read)) {
      reply(stream, read.status, apnsError(read));
      return;
    }
    const { title, subtitle, body: text, data } = shownByApns(read);
    const id = { 'apns-id': read.id };
    // The all-zero token is nobody's: connection tests use it.
    const magic = /^0+$/.test(read.token) ? magicOf('facade02') : magicOf(read.token);
    this.decide(magic?.behaviour, {
      stream,
      count: this.context.inbox.request(read.token, 'apns'),
      accept: () => {
        this.deliver(read.token, 'apns', { gateway: 'apns', platform: 'ios', token: read.token, title, ...(subtitle !== '' && { subtitle }), body: text, ...shown(data) });
        reply(stream, 200, '', { ...id, 'apns-unique-id': read.id });
      },
      refuse: ({ apns, retryAfter }) => reply(stream, apns.status, apnsError(apns), { ...id, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) }),
    });
  }

  private decide(behaviour: Behaviour = { kind: 'accept' }, { stream, count, accept, refuse }: Exchange): void {
    const again = 'once' in behaviour && behaviour.once === true && count.requests > 1;
    if (again) return accept();
    switch (behaviour.kind) {
      case 'accept':
        if (behaviour.afterMs === undefined) accept();
        else setTimeout(() => !stream.destroyed && accept(), behaviour.afterMs).unref();
        return;
      case 'answer': return refuse(behaviour);
      case 'silence': return;
      case 'close': return stream.session?.destroy();
      case 'reset': return stream.close(constants[`NGHTTP2_${behaviour.code}`]);
      case 'goaway': {
        const { session, id = 1 } = stream;
        session?.goaway(constants.NGHTTP2_NO_ERROR, Math.max(id - 2, 0));
        setTimeout(() => session?.destroy(), 200).unref();
      }
    }
  }

  private deliver(token: string, gateway: 'fcm' | 'apns', draft: Draft): string {
    const count = this.context.inbox.request(token, gateway);
    // The request was counted when it came in.
    count.requests--;
    const message = this.context.inbox.accept(count, draft);
    this.context.accepted(message);
    return message.id;
  }
}

function shown(data: Record<string, unknown>): Partial<Draft> {
  const fields = ['image', 'link', 'eventsUrl', 'deliveryToken'] as const;
  return Object.fromEntries(fields.filter((field) => typeof data[field] === 'string').map((field) => [field, data[field]]));
}

function reply(stream: ServerHttp2Stream, status: number, body: string, headers: Record<string, string> = {}): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond({ ':status': status, 'content-type': 'application/json; charset=UTF-8', ...headers });
  stream.end(body);
}
