/** Makes the message of one device out of the rendered payload: adds what tracking and the ledger need. */
import { PushError } from '../errors';
import type { GatewayMessage } from '../delivery/gateway';
import { isJsonObject, type JsonObject } from '../json';
import type { Device } from '../recipient';
import { deliveryUuid, isWebAddress, signDelivery, trackedLink, type Tracking } from '../tracking';

/** Bytes of a payload that both gateways take (FCM: message, APNs: body). */
export const MOST_BYTES = 4096;

/**
 * @param payload `{ fcm, apns }` as the template stage wrote it
 * @throws PushError `no-message` without a payload for the device's gateway, `payload-too-large`
 */
export function deviceMessage(
  payload: JsonObject, ttlSeconds: number | undefined, device: Device, id: string, tracking: Tracking | undefined, now: Date,
): GatewayMessage {
  const rendered = payload[device.gateway];
  if (!isJsonObject(rendered)) {
    throw new PushError('no-message', `The person has no message for ${device.gateway}.`,
      'Put the template step before, or write a title and a text in the send step.');
  }
  const message = device.gateway === 'fcm'
    ? { id, token: device.token, payload: fcmPayload(rendered, ttlSeconds, id, tracking, now) }
    : apnsMessage(rendered, ttlSeconds, device.token, id, tracking, now);
  const bytes = Buffer.byteLength(JSON.stringify(message.payload));
  if (bytes > MOST_BYTES) {
    throw new PushError('payload-too-large', `The message has ${bytes} bytes with its tracking data; a gateway takes ${MOST_BYTES}.`,
      'Shorten the text or the data, or let the template step shorten it.', { bytes, most: MOST_BYTES });
  }
  return message;
}

function fcmPayload(
  rendered: JsonObject, ttlSeconds: number | undefined, id: string, tracking: Tracking | undefined, now: Date,
): JsonObject {
  const message = { ...rendered };
  if (ttlSeconds !== undefined && isJsonObject(message['apns'])) {
    // FCM's own `ttl` is Android's; an iPhone behind FCM goes by the header that APNs reads.
    const headers = isJsonObject(message['apns']['headers']) ? message['apns']['headers'] : {};
    message['apns'] = { ...message['apns'], headers: { ...headers, 'apns-expiration': expiration(ttlSeconds, now) } };
  }
  if (tracking === undefined) return message;
  const data = isJsonObject(message['data']) ? message['data'] : {};
  const tracked = trackingData(data['link'], id, tracking);
  if (isJsonObject(message['webpush']) && /^https:/i.test(String(tracked['link']))) {
    // A browser opens this address itself, without asking the app; FCM takes https only.
    message['webpush'] = { ...message['webpush'], fcmOptions: { link: tracked['link'] } };
  }
  return { ...message, data: { ...data, ...tracked } };
}

function expiration(ttlSeconds: number, now: Date): string {
  return String(ttlSeconds === 0 ? 0 : Math.floor(now.getTime() / 1000) + ttlSeconds);
}

function apnsMessage(
  rendered: JsonObject, ttlSeconds: number | undefined, token: string, id: string, tracking: Tracking | undefined, now: Date,
): GatewayMessage {
  const body = isJsonObject(rendered['payload']) ? rendered['payload'] : {};
  const headers = isJsonObject(rendered['headers']) ? (rendered['headers'] as Record<string, string>) : {};
  return {
    id,
    token,
    payload: tracking === undefined ? body : { ...body, ...trackingData(body['link'], id, tracking) },
    headers: {
      ...headers,
      'apns-id': deliveryUuid(id),
      ...(ttlSeconds !== undefined && { 'apns-expiration': expiration(ttlSeconds, now) }),
    },
  };
}

function trackingData(link: unknown, id: string, tracking: Tracking): JsonObject {
  return {
    deliveryToken: signDelivery(id, tracking.secret),
    eventsUrl: tracking.eventsUrl,
    // An address of the app itself (shop://...) must reach the app as it is; the app reports its own opening.
    ...(typeof link === 'string' && isWebAddress(link) && { link: trackedLink(tracking, id, link) }),
  };
}
