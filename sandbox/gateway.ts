/** The push service itself: FCM and APNs on one listener, with the fates of the test tokens. */
import { apnsError, APNS_PATH, isApnsRefusal, readApns, readBroadcast, refusedId, shownByApns, wrongSignIn, type ApnsKey } from './apns';
import { BROADCAST_PATH, Channels, CHANNELS_PATH } from './channels';
import type { OAuth } from './credentials';
import { fcmError, FCM_PATH, isRefusal, readFcm, shownByFcm } from './fcm';
import type { Disturbance } from './disturbance';
import type { DeviceCount, Inbox, Message } from './inbox';
import { readJsonObject } from './jwt';
import { magicOf, type Behaviour } from './magic';
import { subscriptionOf, SUBSCRIPTIONS_PATH, Topics } from './topics';
import type { Exchange } from './transport';

export interface GatewayContext {
  inbox: Inbox;
  oauth: OAuth;
  apnsKeys: ApnsKey[];
  /** Refuse access tokens and APNs keys that are not of this sandbox. */
  strictAuth: boolean;
  faults: { latencyMs: number };
  disturbance: Disturbance;
  accepted(message: Message): void;
}

type Draft = Omit<Message, 'id' | 'at'>;

interface Fate {
  exchange: Exchange;
  count: DeviceCount;
  accept(frames?: number): void;
  refuse(behaviour: Extract<Behaviour, { kind: 'answer' }>): void;
}

/** Answers requests. */
export class PushGateway {
  /** The authorizations that were shown, by service. */
  readonly signIns = { fcm: new Set<string>(), apns: new Set<string>() };
  private readonly topics = new Topics();
  private readonly channels = new Channels();

  constructor(private readonly context: GatewayContext) {}

  /** No device is subscribed to anything any more; channels stay. */
  reset(): void {
    this.topics.forget();
  }

  receive(exchange: Exchange): void {
    const { latencyMs } = this.context.faults;
    if (latencyMs > 0) setTimeout(() => this.answer(exchange), latencyMs);
    else this.answer(exchange);
  }

  private answer(exchange: Exchange): void {
    if (!exchange.open) return;
    const [path = ''] = exchange.path.split('?');
    const post = exchange.method === 'POST';
    if (path === '/token' && post) {
      const { status, body } = this.context.oauth.token(new URLSearchParams(exchange.body));
      exchange.reply(status, JSON.stringify(body));
    } else if (FCM_PATH.test(path)) {
      if (post) this.fcm(exchange, path);
      else exchange.reply(404, fcmError({ status: 404, grpc: 'NOT_FOUND', message: 'Method not found.' }));
    } else if (SUBSCRIPTIONS_PATH.test(path)) this.subscribe(exchange, path);
    else if (CHANNELS_PATH.test(path)) this.manage(exchange, path);
    else if (BROADCAST_PATH.test(path) && post) this.broadcast(exchange, path);
    else if (APNS_PATH.test(path)) {
      if (post) this.apns(exchange, path);
      else exchange.reply(405, apnsError({ status: 405, reason: 'MethodNotAllowed' }));
    } else exchange.reply(404, path.startsWith('/v1/') ? fcmError({ status: 404, grpc: 'NOT_FOUND', message: 'Not found.' }) : apnsError({ status: 404, reason: 'BadPath' }));
  }

  /** False, and the request is answered, where its access token is none. */
  private isSignedIn(exchange: Exchange): boolean {
    const { authorization = '' } = exchange.headers;
    this.signIns.fcm.add(authorization);
    if (/^Bearer \S+/i.test(authorization) && (!this.context.strictAuth || this.context.oauth.knows(authorization))) return true;
    exchange.reply(401, fcmError({ status: 401, grpc: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials. Expected OAuth 2 access token.' }));
    return false;
  }

  private fcm(exchange: Exchange, path: string): void {
    if (!this.isSignedIn(exchange)) return;
    const read = readFcm(exchange.body);
    if (isRefusal(read)) {
      exchange.reply(read.status, fcmError(read));
      return;
    }
    const subscribers = read.kind === 'topic' ? this.topics.subscribers({ topic: read.target })
      : read.kind === 'condition' ? this.topics.subscribers({ condition: read.target }) : [];
    if (subscribers === undefined) {
      exchange.reply(400, fcmError({ status: 400, grpc: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT', message: 'Invalid condition expression provided.' }));
      return;
    }
    const project = FCM_PATH.exec(path)?.[1] ?? '';
    const { title, body, image, data } = shownByFcm(read);
    const count = this.context.inbox.request(read.target, 'fcm');
    this.decide(magicOf(read.target)?.behaviour, {
      exchange,
      count,
      accept: (frames) => {
        const draft: Draft = { gateway: 'fcm', platform: 'android', token: read.target, title, body, ...shown({ ...data, image }) };
        const id = read.validateOnly ? 'fake_message_id' : this.deliver(count, draft);
        if (!read.validateOnly) for (const token of subscribers) this.deliver(this.context.inbox.device(token, 'fcm'), { ...draft, token });
        exchange.reply(200, JSON.stringify({ name: `projects/${project}/messages/${id}` }), {}, frames);
      },
      refuse: ({ fcm, padding = 0, ...more }) => exchange.reply(fcm.status, fcmError(fcm).padEnd(padding), later(more)),
    });
  }

  private apns(exchange: Exchange, path: string): void {
    this.signIns.apns.add(exchange.headers.authorization ?? '');
    const read = readApns(path, exchange.headers, exchange.body, this.context.apnsKeys, this.context.strictAuth);
    if (isApnsRefusal(read)) {
      exchange.reply(read.status, apnsError(read), { 'apns-id': refusedId(exchange.headers) });
      return;
    }
    const { title, subtitle, body, data } = shownByApns(read);
    const id = { 'apns-id': read.id };
    // The all-zero token is nobody's: connection tests use it.
    const magic = /^0+$/.test(read.token) ? magicOf('facade02') : magicOf(read.token);
    const count = this.context.inbox.request(read.token, 'apns');
    this.decide(magic?.behaviour, {
      exchange,
      count,
      accept: () => {
        this.deliver(count, { gateway: 'apns', platform: 'ios', token: read.token, title, ...(subtitle !== '' && { subtitle }), body, ...shown(data) });
        exchange.reply(200, '', { ...id, 'apns-unique-id': read.id });
      },
      refuse: ({ apns, padding = 0, ...more }) => exchange.reply(apns.status, apnsError(apns).padEnd(padding), { ...id, ...later(more) }),
    });
  }

  private subscribe(exchange: Exchange, path: string): void {
    if (!this.isSignedIn(exchange)) return;
    const subscription = subscriptionOf(path);
    if (subscription === undefined) return exchange.reply(400, fcmError({ status: 400, grpc: 'INVALID_ARGUMENT', message: 'The path cannot be decoded.' }));
    const { token, named } = subscription;
    const query = new URLSearchParams(exchange.path.split('?')[1]);
    const { method } = exchange;
    const count = this.context.inbox.request(token, 'fcm');
    const reply = () => {
      const answer = method === 'POST' && named === '' ? this.topics.subscribe(token, query.get('topic_name') ?? '')
        : method === 'DELETE' && named !== '' ? this.topics.unsubscribe(token, named, query.get('allow_missing') === 'true')
        : { status: 404, grpc: 'NOT_FOUND', message: 'Method not found.' };
      if (isRefusal(answer)) exchange.reply(answer.status, fcmError(answer));
      else exchange.reply(200, JSON.stringify(answer));
    };
    this.decide(magicOf(token)?.behaviour, {
      exchange, count, accept: reply,
      refuse: ({ fcm, padding = 0, ...more }) => exchange.reply(fcm.status, fcmError(fcm).padEnd(padding), later(more)),
    });
  }

  private manage(exchange: Exchange, path: string): void {
    const [, bundleId = '', kind] = CHANNELS_PATH.exec(path) ?? [];
    const { authorization, 'apns-channel-id': channelId, 'apns-request-id': asked } = exchange.headers;
    this.signIns.apns.add(authorization ?? '');
    const request = { method: exchange.method, bundleId, all: kind === 'all-channels', channelId: channelId?.toString(), body: readJsonObject(exchange.body) };
    const answer = wrongSignIn(authorization, this.context.apnsKeys, this.context.strictAuth) ?? this.channels.manage(request);
    const id = { 'apns-request-id': asked?.toString() ?? refusedId({}) };
    if (isApnsRefusal(answer)) exchange.reply(answer.status, apnsError(answer), id);
    else exchange.reply(answer.status, answer.body === undefined ? '' : JSON.stringify(answer.body), { ...id, ...(answer.channelId !== undefined && { 'apns-channel-id': answer.channelId }) });
  }

  private broadcast(exchange: Exchange, path: string): void {
    const [, bundleId = ''] = BROADCAST_PATH.exec(path) ?? [];
    const { authorization, 'apns-channel-id': channelId } = exchange.headers;
    this.signIns.apns.add(authorization ?? '');
    const read = wrongSignIn(authorization, this.context.apnsKeys, this.context.strictAuth)
      ?? this.channels.wrong(bundleId, channelId?.toString()) ?? readBroadcast(exchange.headers, exchange.body);
    if (isApnsRefusal(read)) {
      exchange.reply(read.status, apnsError(read), { 'apns-request-id': refusedId({ 'apns-id': exchange.headers['apns-request-id'] }) });
      return;
    }
    const { title, body, data } = shownByApns(read);
    const count = this.context.inbox.request(read.token, 'apns');
    const id = { 'apns-request-id': read.id };
    this.decide(undefined, {
      exchange,
      count,
      accept: () => {
        this.deliver(count, { gateway: 'apns', platform: 'ios', token: read.token, title, body, ...shown(data) });
        exchange.reply(200, '', id);
      },
      refuse: ({ apns, padding = 0, ...more }) => exchange.reply(apns.status, apnsError(apns).padEnd(padding), { ...id, ...later(more) }),
    });
  }

  private decide(behaviour: Behaviour = this.context.disturbance.next() ?? { kind: 'accept' }, { exchange, count, accept, refuse }: Fate): void {
    const again = 'once' in behaviour && behaviour.once === true && count.requests > 1;
    if (again) return accept();
    switch (behaviour.kind) {
      case 'accept':
        if (behaviour.farewell === true) exchange.farewell();
        if (behaviour.afterMs === undefined) accept(behaviour.frames);
        else setTimeout(() => exchange.open && accept(), behaviour.afterMs).unref();
        return;
      case 'answer': return refuse(behaviour);
      case 'silence': return;
      case 'break': return exchange.breakOff(behaviour.how);
    }
  }

  private deliver(count: DeviceCount, draft: Draft): string {
    const message = this.context.inbox.accept(count, draft);
    this.context.accepted(message);
    return message.id;
  }
}

function shown(data: Record<string, unknown>): Partial<Draft> {
  const fields = ['image', 'link', 'eventsUrl', 'deliveryToken'] as const;
  return Object.fromEntries(fields.filter((field) => typeof data[field] === 'string').map((field) => [field, data[field]]));
}

function later({ retryAfter, asDate }: { retryAfter?: number; asDate?: boolean }): Record<string, string> {
  if (retryAfter === undefined) return {};
  return { 'retry-after': asDate === true ? new Date(Date.now() + retryAfter * 1000).toUTCString() : String(retryAfter) };
}
