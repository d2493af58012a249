/**
 * The signed name of one delivery: what a phone hands back to say "this push was opened". It holds no person, no
 * device and no campaign in clear; only a store that made the delivery can tell whose it is.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { PushError } from '../errors';

/** Bytes of an id and of a signature; 22 characters of base64url each. */
const BYTES = 16;
const TOKEN = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/;
const SHORTEST_SECRET = 16;

/** Where events come in and the secret that signs what phones hand back. */
export interface Tracking {
  /** Public address of the events webhook; also the base of click links. */
  eventsUrl: string;
  secret: string;
}

/**
 * The id of a delivery: the same for the same campaign, occurrence, person and device, whatever process asks.
 * That is what makes the ledger refuse a second message.
 * @param key tells several messages of one occurrence apart
 */
export function deliveryId(campaign: string, occurrence: string, recipient: string, token: string, key = ''): string {
  const name = JSON.stringify(key === '' ? [campaign, occurrence, recipient, token] : [campaign, occurrence, recipient, token, key]);
  return hash('sha256', name, 'buffer').subarray(0, BYTES).toString('base64url');
}

/** A delivery id in the form of a UUID (version 8, RFC 9562): APNs echoes it as `apns-id`. */
export function deliveryUuid(id: string): string {
  const bytes = Buffer.from(id, 'base64url');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** `<delivery id>.<signature>` */
export function signDelivery(id: string, secret: string): string {
  return `${id}.${sign(secret, id)}`;
}

/**
 * The delivery id that a token names.
 * @throws PushError `token-malformed` or `token-forged` (also a token signed with another secret).
 */
export function readDeliveryToken(token: unknown, secret: string): string {
  const parts = typeof token === 'string' ? TOKEN.exec(token) : null;
  if (parts === null) {
    throw new PushError('token-malformed', 'The delivery token is missing or has not the form of one.',
      "Send back the 'deliveryToken' of the push payload unchanged.");
  }
  const [, id = '', signature = ''] = parts;
  requireSignature(sign(secret, id), signature, 'token-forged',
    'The delivery token was not signed by this campaign: it is forged, or belongs to another installation.');
  return id;
}

/** True for a web address: what a click link can lead to. */
export function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

/** A link that counts the click and then leads to `target`, a web address. */
export function trackedLink(tracking: Tracking, id: string, target: string): string {
  const url = new URL(tracking.eventsUrl);
  url.searchParams.set('t', signDelivery(id, tracking.secret));
  url.searchParams.set('u', target);
  url.searchParams.set('s', sign(tracking.secret, `${id}\n${target}`));
  return url.href;
}

/**
 * What a click link says: the delivery and the address that the campaign named, in the letters that an HTTP header takes.
 * @throws PushError `token-malformed`, `token-forged`, or `link-forged` where the address is not the campaign's.
 */
export function readTrackedLink(query: Record<string, unknown>, secret: string): { id: string; target: string } {
  const id = readDeliveryToken(query['t'], secret);
  const target = typeof query['u'] === 'string' ? query['u'] : '';
  const signature = typeof query['s'] === 'string' ? query['s'] : '';
  requireSignature(sign(secret, `${id}\n${target}`), signature, 'link-forged',
    'The link leads to an address that the campaign did not name.');
  if (!isWebAddress(target)) throw new PushError('link-forged', 'The link leads to no web address.', 'Nothing was recorded.');
  return { id, target: new URL(target).href };
}

/** @throws PushError `weak-secret`, `bad-events-url` */
export function parseTracking(value: { eventsUrl?: unknown; secret?: unknown }): Tracking {
  const { eventsUrl, secret } = value;
  if (typeof secret !== 'string' || secret.length < SHORTEST_SECRET) {
    throw new PushError('weak-secret', `The tracking secret is shorter than ${SHORTEST_SECRET} characters.`,
      'Use a long random text, the same for sending and for receiving events.', { shortest: SHORTEST_SECRET });
  }
  if (typeof eventsUrl !== 'string' || !isWebAddress(eventsUrl)) {
    throw new PushError('bad-events-url', 'The events address is not a web address.',
      "Give the address under which phones reach the events node, such as 'https://example.com/webhook/push-events'.");
  }
  return { eventsUrl, secret };
}

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest().subarray(0, BYTES).toString('base64url');
}

function requireSignature(expected: string, given: string, code: string, message: string): void {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw new PushError(code, message, 'Nothing was recorded.');
}
