/** APNs on the wire. Source: https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
import type { Priority, PushType } from 'apns2';
import { isJsonObject } from '../json';
import type { Environment } from '../recipient';
import type { GatewayMessage } from './gateway';
import type { Answer, WireRequest } from './http2/exchange';
import { bodyObject, refusal, requireToken, writeJson, type Protocol, type Reading } from './protocol';

export const APNS_ORIGINS: Readonly<Record<Environment, string>> = {
  production: 'https://api.push.apple.com',
  development: 'https://api.sandbox.push.apple.com',
};

/** Header fields that are to stay out of APNs' small table of known fields, by Apple's advice: they change with each message or fill it up. */
export const APNS_UNINDEXED: ReadonlySet<string> = new Set([':path', 'authorization', 'apns-id', 'apns-request-id', 'apns-expiration', 'apns-collapse-id', 'apns-channel-id']);

const TOKEN = /^[0-9a-f]{1,400}$/i;
/** Base64, as Apple makes it. */
export const CHANNEL_ID = /^[A-Za-z0-9+/_-]{1,400}={0,2}$/;
const HEADER_NAME = /^apns-[a-z-]{1,40}$/;
const HEADER_VALUE = /^[\x20-\x7e]{1,1024}$/;

/** What `apns-push-type` may say: the names of apns2, and the two that it does not know yet. */
export type ApnsPushType = PushType | 'widgets' | 'controls';
/** What `apns-priority` may say. */
export type ApnsPriority = `${Priority}`;

const DEFAULT_PUSH_TYPE: ApnsPushType = 'alert';
/** At once, not when it suits the battery. */
const DEFAULT_PRIORITY: ApnsPriority = '10';

/** What Apple wants behind the bundle id in the topic of a push type. */
const TOPIC_SUFFIXES: { readonly [type in ApnsPushType]?: string } = {
  voip: '.voip',
  complication: '.complication',
  fileprovider: '.pushkit.fileprovider',
  liveactivity: '.push-type.liveactivity',
  location: '.location-query',
  pushtotalk: '.voip-ptt',
  widgets: '.push-type.widgets',
  controls: '.push-type.controls',
};

/** @param bundleId the default topic, with the suffix that the push type asks for */
export function apnsProtocol(bundleId: string): Protocol {
  const defaults = { 'apns-topic': bundleId, 'apns-push-type': DEFAULT_PUSH_TYPE, 'apns-priority': DEFAULT_PRIORITY };
  const write = (message: GatewayMessage) => (message.broadcast === undefined ? writeToDevice(message, defaults) : writeToChannel(message, bundleId));
  return { type: 'apns', name: 'APNs', write, read: readApns };
}

function writeToDevice({ token, payload, headers }: GatewayMessage, defaults: Readonly<Record<'apns-topic' | 'apns-push-type' | 'apns-priority', string>>): WireRequest {
  const path = `/3/device/${requireToken(token, TOKEN)}`;
  if (!isJsonObject(payload)) throw refusal('payload-malformed');
  return { path, headers: headers === undefined ? defaults : withTopic(defaults, readHeaders(headers)), body: writeJson(payload) };
}

/**
 * To whoever's Live Activity is on the channel; the app stands in the path and not in a topic. Source:
 * https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
 */
function writeToChannel({ broadcast = { topic: '' }, payload, headers = {} }: GatewayMessage, bundleId: string): WireRequest {
  if (!('channel' in broadcast)) throw refusal('broadcast-not-here');
  if (!isJsonObject(payload)) throw refusal('payload-malformed');
  const { 'apns-id': id, 'apns-topic': _topic, 'apns-collapse-id': _collapse, ...own } = readHeaders(headers);
  return {
    path: `/4/broadcasts/apps/${bundleId}`,
    headers: {
      // Apple asks for an expiry; a channel that stores nothing takes no other than 0.
      'apns-expiration': '0',
      'apns-priority': DEFAULT_PRIORITY,
      ...own,
      'apns-push-type': 'liveactivity',
      'apns-channel-id': requireChannel(broadcast.channel),
      ...(id !== undefined && { 'apns-request-id': id }),
    },
    body: writeJson(payload),
  };
}

/** @throws PushError `channel-malformed` */
export function requireChannel(id: unknown): string {
  if (typeof id === 'string' && CHANNEL_ID.test(id)) return id;
  throw refusal('channel-malformed');
}

function withTopic(defaults: Readonly<Record<'apns-topic', string>>, own: Record<string, string>): Record<string, string> {
  const type = own['apns-push-type'] ?? DEFAULT_PUSH_TYPE;
  const suffix = Object.hasOwn(TOPIC_SUFFIXES, type) ? TOPIC_SUFFIXES[type as ApnsPushType] : undefined;
  return { ...defaults, ...(suffix !== undefined && { 'apns-topic': defaults['apns-topic'] + suffix }), ...own };
}

/** Only Apple's own headers, so that no message can bring its own authorization or address. */
function readHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string' || !HEADER_NAME.test(name.toLowerCase()) || !HEADER_VALUE.test(text)) throw refusal('header-malformed');
    read[name.toLowerCase()] = text;
  }
  return read;
}

export function readApns({ status, headers, body }: Answer): Reading {
  const id = headers.get('apns-id') ?? headers.get('apns-request-id');
  const unique = headers.get('apns-unique-id');
  const ids: Reading = {};
  if (typeof id === 'string' && id !== '') ids.gatewayId = id;
  if (typeof unique === 'string' && unique !== '') ids.uniqueId = unique;
  if (status < 300) return ids;
  const { reason, timestamp } = bodyObject(body);
  const since = typeof timestamp === 'number' ? new Date(timestamp) : undefined;
  return {
    ...ids,
    ...(typeof reason === 'string' && { code: reason.slice(0, 60) }),
    ...(since !== undefined && !Number.isNaN(since.getTime()) && { deadSince: since.toISOString() }),
  };
}
