/** What the engine knows of a push service: hand it messages, get one outcome each. FCM and APNs both stand behind it. */
import type { JsonObject } from '../json';
import type { Environment, GatewayType } from '../recipient';
import type { RateOptions } from './rate';

/** What became of one message at its gateway; the classes of the outcome table (outcomes.ts). */
export const OUTCOMES = [
  'accepted',
  'dead-token',
  'wrong-environment',
  'bad-credentials',
  'bad-payload',
  'throttled',
  'unavailable',
  'unknown',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Whoever has subscribed, how many that may be: an FCM topic (`news`), a condition over topics (`'news' in topics &&
 * !('sport' in topics)`), or an APNs channel of Live Activities.
 */
export type Broadcast = { topic: string } | { condition: string } | { channel: string };

export interface GatewayMessage {
  /** The caller's own name of the message; comes back in its result. */
  id: string;
  /** The device token; absent where a broadcast is the target. */
  token?: string;
  /** In place of a device: accepted means that the gateway took it, and says nothing of how many phones get it. */
  broadcast?: Broadcast;
  /** FCM: a `Message` of HTTP v1 without its target. APNs: the JSON body with `aps`. */
  payload: JsonObject;
  /** APNs request headers (`apns-push-type`, `apns-priority`, ...); ignored by FCM. */
  headers?: Readonly<Record<string, string>>;
  /** Not put on the wire from here on: the end of the message's time to live. */
  expiresAt?: Date;
}

export interface GatewayResult {
  id: string;
  outcome: Outcome;
  /** The gateway's own word: an FCM errorCode, an APNs reason, or a transport code (`connection-closed`, `timeout`, ...). */
  code?: string;
  /** HTTP status, where an answer came. */
  status?: number;
  /** FCM message name or apns-id: what to quote to the vendor. */
  gatewayId?: string;
  /** APNs, development only: the apns-unique-id, by which Apple's Push Console finds the delivery log. */
  uniqueId?: string;
  /** In words, for a person: what happened and what to do. Never holds a token or a secret. */
  detail?: string;
  /** APNs 410: since when the token is dead (ISO 8601). */
  deadSince?: string;
  /** How often the message was put on the wire. */
  attempts: number;
}

export interface SendOptions {
  /** Attempts a message at most, the first included; 4 if not given. */
  attempts?: number;
  /** Messages in the air at most. */
  concurrency?: number;
  /**
   * Lower bound in ms of the first backoff (full jitter doubles from it). If not given, what the vendors ask for: 10,000
   * after a 5xx, 60,000 after a 429 that names no time; 1,000 where no connection came about.
   */
  backoffMs?: number;
  /** Upper bound in ms of one backoff and of an obeyed Retry-After; 600,000 if not given. */
  maxBackoffMs?: number;
  /** An answer later than this (ms) is `unknown`; 15,000 if not given. */
  timeoutMs?: number;
  /** No new attempt later than this (ms) after the first one, however long the message lives; 3,600,000 if not given. */
  giveUpAfterMs?: number;
  /** How fast messages may leave. */
  rate?: RateOptions;
  /**
   * Ends the run when the first answers say mostly that environment, credentials or message are wrong: nothing is judged
   * dead, and the rest comes back with a `stopped-...` code. On if not given.
   */
  safetyStop?: boolean;
  /** Told of each message that waits for another attempt: not before when, and why (a code of the outcome table). */
  onWait?(id: string, notBefore: Date, code: string): void;
  /**
   * Asked of messages that {@link onWait} told of, when they are due, some together: those that may go again. The others come back
   * as `cancelled`. Where it fails, nothing more goes, and the run throws that once all results are out.
   */
  mayGoAgain?(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Stops taking new messages; those in the air are waited for. */
  signal?: AbortSignal;
}

/** The subscriptions of devices to FCM topics. */
export interface Topics {
  /**
   * Puts devices on a topic, or takes them off it: a request each, retried like a message, within the vendor's rate.
   * Yields each device's result once, as answers come.
   * @throws PushError `topic-malformed`, at once
   */
  change(
    action: TopicAction, topic: string, devices: Iterable<TopicDevice> | AsyncIterable<TopicDevice>, options?: SendOptions,
  ): AsyncIterable<GatewayResult>;
}
export const TOPIC_ACTIONS = ['subscribe', 'unsubscribe'] as const;
export type TopicAction = (typeof TOPIC_ACTIONS)[number];
export type TopicDevice = Required<Pick<GatewayMessage, 'id' | 'token'>>;

/** What APNs keeps of a channel for phones that are off. */
export const CHANNEL_STORAGES = ['none', 'most-recent'] as const;
export type ChannelStorage = (typeof CHANNEL_STORAGES)[number];

/** The channels of an app, over which its Live Activities are updated. All throw PushError with a code of the outcome table. */
export interface Channels {
  /** @returns the id that the app subscribes to */
  create(storage?: ChannelStorage): Promise<string>;
  list(): Promise<string[]>;
  remove(id: string): Promise<void>;
}

/** What a connection test found, in words. */
export interface CredentialCheck {
  ok: boolean;
  message: string;
}

export interface Gateway {
  readonly type: GatewayType;
  /** Of FCM alone. */
  readonly topics?: Topics;
  /** Of APNs alone. */
  readonly channels?: Channels;
  /**
   * Sends each message and yields each result once, as answers come (not in order). Pulls from `messages` only
   * when there is room, so that memory stays flat. Never throws for a message; a gateway that cannot be
   * reached at all is an outcome of each message. Who calls `onWait` of a message asks `mayGoAgain` before it sends it again.
   */
  send(
    messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>,
    options?: SendOptions,
  ): AsyncIterable<GatewayResult>;
  /** Asks the gateway, without reaching any phone, whether endpoint and credentials work. */
  check(): Promise<CredentialCheck>;
  close(): Promise<void>;
}

export interface FcmGatewayOptions {
  type: 'fcm';
  /** Origin of the service; Google's if not given. Cleartext `http://` is accepted on loopback only. */
  endpoint?: string;
  /** PEM of an authority to trust besides the system's. */
  ca?: string;
  /** Proxy to the gateway and to the sign-in service, such as `http://user:password@proxy.example.com:8080`; what HTTPS_PROXY and NO_PROXY say if not given. */
  proxy?: string;
  /** Service account key file: its JSON text or the object in it. */
  serviceAccount?: string | JsonObject;
  /** Use the machine's own Google credentials (Application Default Credentials). */
  applicationDefault?: boolean;
  projectId?: string;
  /** With `projectId` instead of a service account; for an endpoint on loopback only. */
  accessToken?: string;
}

export interface ApnsGatewayOptions {
  type: 'apns';
  endpoint?: string;
  ca?: string;
  /** Proxy to the gateway, such as `http://user:password@proxy.example.com:8080`; what HTTPS_PROXY and NO_PROXY say if not given. */
  proxy?: string;
  /** Chooses Apple's host where no endpoint is given; `production` if not given. */
  environment?: Environment;
  /** The app's bundle id: the default `apns-topic`. */
  bundleId: string;
  /** Token authentication: team id, key id and the text of the .p8 key. */
  teamId?: string;
  keyId?: string;
  key?: string;
  /** The key that takes over when Apple refuses the first, as while one is being replaced; of the same team. */
  nextKeyId?: string;
  nextKey?: string;
  /** Certificate authentication: PEM certificate and PEM private key. */
  certificate?: string;
  certificateKey?: string;
}

export type GatewayOptions = FcmGatewayOptions | ApnsGatewayOptions;
