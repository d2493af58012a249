/** Makes the message of one device out of the rendered payload: adds what tracking and the ledger need. */
import { PushError } from '../errors';
import type { Broadcast, GatewayMessage } from '../delivery/gateway';
import { isJsonObject, type JsonObject } from '../json';
import type { Device, GatewayType } from '../recipient';
import { CHANNEL_LIMIT_BYTES, payloadLimits, TOPIC_LIMIT_BYTES } from '../template';
import { deliveryUuid, isWebAddress, signDelivery, trackedLink, type Tracking } from '../tracking';

/** How the message of one person leaves; instants in ms. */
export interface Leaving {
  now: number;
  /** When it was meant to leave: its time to live counts from then. */
  since: number;
  ttlSeconds?: number;
  /** Without sound or vibration, as in quiet hours. */
  silent: boolean;
  /** It may be sent a second time: a phone then shows one of the two. */
  mayRepeat: boolean;
}

/**
 * @param payload `{ fcm, apns }` as the template stage wrote it
 * @throws PushError `no-message` without a payload for the device's gateway, `payload-too-large`
 */
export function deviceMessage(
  payload: JsonObject, device: Device, id: string, tracking: Tracking | undefined, leaving: Leaving,
): GatewayMessage {
  const rendered = renderedFor(payload, device.gateway);
  const { ttlSeconds = 0, since } = leaving;
  const written: GatewayMessage = device.gateway === 'fcm'
    ? { id, token: device.token, payload: fcmPayload(rendered, id, tracking, leaving) }
    : apnsMessage(rendered, device.token, id, tracking, leaving);
  // A time to live of 0 means now or never to the gateway; how long we try is another matter.
  const message = ttlSeconds === 0 ? written : { ...written, expiresAt: new Date(since + ttlSeconds * 1000) };
  requireSize(message, payloadLimits({ voip: message.headers?.['apns-push-type'] === 'voip' })[device.gateway]);
  return message;
}

/**
 * The one message to whoever has subscribed. It bears no delivery token: whose phone it is nobody knows.
 * @throws PushError `no-message`, `not-a-live-activity`, `payload-too-large`
 */
export function broadcastMessage(payload: JsonObject, to: Broadcast, id: string, leaving: Leaving): GatewayMessage {
  const gateway = 'channel' in to ? 'apns' : 'fcm';
  const rendered = renderedFor(payload, gateway);
  if (gateway === 'fcm') {
    const message = { id, broadcast: to, payload: fcmPayload(rendered, id, undefined, leaving) };
    requireSize(message, TOPIC_LIMIT_BYTES);
    return message;
  }
  const { token: _token, ...message } = { ...apnsMessage(rendered, '', id, undefined, leaving), broadcast: to };
  if (message.headers?.['apns-push-type'] !== 'liveactivity') {
    throw new PushError('not-a-live-activity', 'A channel takes updates of Live Activities only.', 'Write one in the template step: Live Activity, with the event update or end.');
  }
  requireSize(message, CHANNEL_LIMIT_BYTES);
  return message;
}

function renderedFor(payload: JsonObject, gateway: GatewayType): JsonObject {
  const rendered = payload[gateway];
  if (isJsonObject(rendered)) return rendered;
  throw new PushError('no-message', `There is no message for ${gateway}.`, 'Put the template step before, or write a title and a text in the send step.');
}

function requireSize(message: GatewayMessage, most: number): void {
  const bytes = Buffer.byteLength(JSON.stringify(message.payload));
  if (bytes <= most) return;
  throw new PushError('payload-too-large', `The message has ${bytes} bytes with all that belongs to it; the gateway takes ${most}.`,
    'Shorten the text or the data, or let the template step shorten it.', { bytes, most });
}

function fcmPayload(rendered: JsonObject, id: string, tracking: Tracking | undefined, leaving: Leaving): JsonObject {
  const { ttlSeconds, silent, mayRepeat } = leaving;
  const message = { ...rendered };
  const android = objectIn(message, 'android');
  if (ttlSeconds !== undefined) {
    message['android'] = { ...android, ttl: `${timeToLive(ttlSeconds, leaving)}s` };
    // FCM's own `ttl` is Android's; an iPhone behind FCM goes by the header that APNs reads.
    if (isJsonObject(message['apns'])) message['apns'] = withHeaders(message['apns'], { 'apns-expiration': expiration(ttlSeconds, leaving) });
  }
  if (silent) hushFcm(message);
  if (mayRepeat) replaceable(message, deliveryUuid(id));
  if (tracking === undefined) return message;
  const data = objectIn(message, 'data');
  const tracked = trackingData(data['link'], id, tracking);
  if (isJsonObject(message['webpush']) && /^https:/i.test(String(tracked['link']))) {
    // A browser opens this address itself, without asking the app; FCM takes https only.
    message['webpush'] = { ...message['webpush'], fcmOptions: { link: tracked['link'] } };
  }
  return { ...message, data: { ...data, ...tracked } };
}

function apnsMessage(
  rendered: JsonObject, token: string, id: string, tracking: Tracking | undefined, leaving: Leaving,
): GatewayMessage {
  const { ttlSeconds, silent, mayRepeat } = leaving;
  const body = fromNow(objectIn(rendered, 'payload'), leaving.now);
  const headers = objectIn(rendered, 'headers') as Record<string, string>;
  if (silent) body['aps'] = hushed(objectIn(body, 'aps'));
  return {
    id,
    token,
    payload: tracking === undefined ? body : { ...body, ...trackingData(body['link'], id, tracking) },
    headers: {
      ...(mayRepeat && { 'apns-collapse-id': deliveryUuid(id) }),
      ...headers,
      'apns-id': deliveryUuid(id),
      ...(silent && { 'apns-priority': '5' }),
      ...(ttlSeconds !== undefined && { 'apns-expiration': expiration(ttlSeconds, leaving) }),
    },
  };
}

/** A Live Activity has dates: they count from the sending and not from the writing, which may be long before. */
function fromNow(body: JsonObject, now: number): JsonObject {
  const aps = body['aps'];
  if (!isJsonObject(aps) || typeof aps['timestamp'] !== 'number') return { ...body };
  const later = Math.floor(now / 1000) - aps['timestamp'];
  const moved = ['timestamp', 'stale-date', 'dismissal-date'].flatMap((name) => (typeof aps[name] === 'number' ? [[name, aps[name] + later] as const] : []));
  return { ...body, aps: { ...aps, ...Object.fromEntries(moved) } };
}

/** Seconds that are left; a message that is worth its delivery at all lives at least one. */
function timeToLive(ttlSeconds: number, { now, since }: Leaving): number {
  return ttlSeconds === 0 ? 0 : Math.max(1, ttlSeconds - Math.floor((now - since) / 1000));
}

function expiration(ttlSeconds: number, leaving: Leaving): string {
  return String(ttlSeconds === 0 ? 0 : Math.floor(leaving.now / 1000) + timeToLive(ttlSeconds, leaving));
}

/** Android shows it without waking the phone; the app's channel has the last word on sounds. */
function hushFcm(message: JsonObject): void {
  const android = objectIn(message, 'android');
  const { sound: _sound, ...notification } = objectIn(android, 'notification');
  message['android'] = { ...android, priority: 'NORMAL', notification: { ...notification, notificationPriority: 'PRIORITY_LOW' } };
  const apns = objectIn(message, 'apns');
  const payload = objectIn(apns, 'payload');
  message['apns'] = withHeaders({ ...apns, payload: { ...payload, aps: hushed(objectIn(payload, 'aps')) } }, { 'apns-priority': '5' });
}

function hushed({ sound: _sound, ...aps }: JsonObject): JsonObject {
  return { ...aps, 'interruption-level': 'passive' };
}

/**
 * A second copy takes the place of the first, unless the template has a name for that. No collapseKey: FCM keeps
 * messages of four keys for a phone that is off, and would lose others.
 */
function replaceable(message: JsonObject, name: string): void {
  const android = objectIn(message, 'android');
  if (isJsonObject(message['notification'])) message['android'] = { ...android, notification: { tag: name, ...objectIn(android, 'notification') } };
  const apns = objectIn(message, 'apns');
  message['apns'] = { ...apns, headers: { 'apns-collapse-id': name, ...objectIn(apns, 'headers') } };
}

function withHeaders(apns: JsonObject, headers: JsonObject): JsonObject {
  return { ...apns, headers: { ...objectIn(apns, 'headers'), ...headers } };
}

function objectIn(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isJsonObject(value) ? value : {};
}

function trackingData(link: unknown, id: string, tracking: Tracking): JsonObject {
  return {
    deliveryToken: signDelivery(id, tracking.secret),
    eventsUrl: tracking.eventsUrl,
    // An address of the app itself (shop://...) must reach the app as it is; the app reports its own opening.
    ...(typeof link === 'string' && isWebAddress(link) && { link: trackedLink(tracking, id, link) }),
  };
}
