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

const TOKEN = /^[0-9a-f]{1,400}$/i;
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
  return { type: 'apns', name: 'APNs', write: (message) => write(message, defaults), read };
}

function write({ token, payload, headers }: GatewayMessage, defaults: Readonly<Record<'apns-topic' | 'apns-push-type' | 'apns-priority', string>>): WireRequest {
  const path = `/3/device/${requireToken(token, TOKEN)}`;
  if (!isJsonObject(payload)) throw refusal('payload-malformed');
  return { path, headers: headers === undefined ? defaults : withTopic(defaults, readHeaders(headers)), body: writeJson(payload) };
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

function read({ status, headers, body }: Answer): Reading {
  const id = headers['apns-id'];
  const gatewayId = typeof id === 'string' ? { gatewayId: id } : {};
  if (status === 200) return gatewayId;
  const { reason, timestamp } = bodyObject(body);
  const since = typeof timestamp === 'number' ? new Date(timestamp) : undefined;
  return {
    ...gatewayId,
    ...(typeof reason === 'string' && { code: reason.slice(0, 60) }),
    ...(since !== undefined && !Number.isNaN(since.getTime()) && { deadSince: since.toISOString() }),
  };
}
