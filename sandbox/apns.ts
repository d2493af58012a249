/** APNs over HTTP/2 as the real service checks and answers it: developer.apple.com "Sending notification requests to APNs" */
import { randomUUID, verify, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import { readJsonObject, readJwtPart } from './jwt';
import type { ApnsRefusal } from './magic';

export const APNS_PATH = /^\/3\/device\/([^/]*)$/;
const MOST_BYTES = 4096;
const MOST_BYTES_VOIP = 5120;
const MOST_BYTES_BROADCAST = 5120;
const PUSH_TYPES = ['alert', 'background', 'voip', 'complication', 'fileprovider', 'mdm', 'liveactivity', 'location', 'pushtotalk', 'widgets', 'controls'];
/** What these types ask the topic to end in; Apple, "Sending notification requests to APNs", on apns-push-type. */
const TOPIC_ENDS: Record<string, string> = { voip: '.voip', liveactivity: '.push-type.liveactivity' };
const HOUR = 3600;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A key whose tokens the sandbox verifies. */
export interface ApnsKey {
  teamId: string;
  keyId: string;
  publicKey: KeyObject;
}

export interface ApnsMessage {
  token: string;
  id: string;
  payload: Record<string, unknown>;
}

/**
 * @param strict refuse keys that are not among `keys`
 * @returns the message, or the refusal that the real service would give
 */
export function readApns(path: string, headers: IncomingHttpHeaders, body: string, keys: readonly ApnsKey[], strict: boolean): ApnsMessage | ApnsRefusal {
  const [, token = ''] = APNS_PATH.exec(path) ?? [];
  if (token === '') return { status: 400, reason: 'MissingDeviceToken' };
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  const signIn = wrongSignIn(header('authorization'), keys, strict);
  if (signIn !== undefined) return signIn;
  if (!/^[0-9a-f]{64,200}$/i.test(token)) return { status: 400, reason: 'BadDeviceToken' };
  const topic = header('apns-topic');
  if (topic === undefined) return { status: 400, reason: 'MissingTopic' };
  if (!/^[A-Za-z0-9.-]+$/.test(topic)) return { status: 400, reason: 'BadTopic' };
  const type = header('apns-push-type') ?? 'alert';
  if (!PUSH_TYPES.includes(type)) return { status: 400, reason: 'InvalidPushType' };
  if (!topic.endsWith(TOPIC_ENDS[type] ?? '')) return { status: 400, reason: 'TopicDisallowed' };
  const priority = header('apns-priority') ?? '10';
  if (!['1', '5', '10'].includes(priority) || (type === 'background' && priority !== '5')) return { status: 400, reason: 'BadPriority' };
  const expiration = header('apns-expiration');
  if (expiration !== undefined && !/^\d+$/.test(expiration)) return { status: 400, reason: 'BadExpirationDate' };
  if (Buffer.byteLength(header('apns-collapse-id') ?? '') > 64) return { status: 400, reason: 'BadCollapseId' };
  const id = header('apns-id') ?? randomUUID();
  if (!UUID.test(id)) return { status: 400, reason: 'BadMessageId' };
  if (body === '') return { status: 400, reason: 'PayloadEmpty' };
  if (Buffer.byteLength(body) > (type === 'voip' ? MOST_BYTES_VOIP : MOST_BYTES)) return { status: 413, reason: 'PayloadTooLarge' };
  const payload = readJsonObject(body);
  return payload === undefined ? { status: 400, reason: 'PayloadEmpty' } : { token, id, payload };
}

/** A message to a channel: the app stands in the path, the channel in a header, and an expiry must be there. */
export function readBroadcast(headers: IncomingHttpHeaders, body: string): ApnsMessage | ApnsRefusal {
  const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  if (header('apns-push-type') === undefined) return { status: 400, reason: 'MissingPushType' };
  if (header('apns-push-type')?.toLowerCase() !== 'liveactivity') return { status: 400, reason: 'InvalidPushType' };
  if (!/^\d+$/.test(header('apns-expiration') ?? '')) return { status: 400, reason: 'BadExpirationDate' };
  if (!['1', '5', '10'].includes(header('apns-priority') ?? '10')) return { status: 400, reason: 'BadPriority' };
  const id = header('apns-request-id') ?? randomUUID();
  if (!UUID.test(id)) return { status: 400, reason: 'BadMessageId' };
  if (Buffer.byteLength(body) > MOST_BYTES_BROADCAST) return { status: 413, reason: 'PayloadTooLarge' };
  const payload = readJsonObject(body);
  return payload === undefined ? { status: 400, reason: 'PayloadEmpty' } : { token: `channel ${header('apns-channel-id') ?? ''}`, id, payload };
}

export function isApnsRefusal(value: object): value is ApnsRefusal {
  return 'reason' in value;
}

/** The id that a refusal bears: the request's, where it has a good one. */
export function refusedId({ 'apns-id': id }: IncomingHttpHeaders): string {
  return typeof id === 'string' && UUID.test(id) ? id : randomUUID();
}

export function apnsError({ reason, deadForMs }: ApnsRefusal): string {
  return JSON.stringify({ reason, ...(deadForMs !== undefined && { timestamp: Date.now() - deadForMs }) });
}

/** What the phone shows. */
export function shownByApns({ payload }: ApnsMessage) {
  const aps = payload['aps'] as { alert?: unknown } | undefined;
  const alert = typeof aps?.alert === 'string' ? { body: aps.alert } : ((aps?.alert ?? {}) as Record<string, unknown>);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { title: text(alert['title']), subtitle: text(alert['subtitle']), body: text(alert['body']), data: payload as Record<string, unknown> };
}

export function wrongSignIn(authorization: string | undefined, keys: readonly ApnsKey[], strict: boolean): ApnsRefusal | undefined {
  if (authorization === undefined) return { status: 403, reason: 'MissingProviderToken' };
  const [head = '', claims = '', signature = ''] = authorization.replace(/^bearer /i, '').split('.');
  const { alg, kid } = readJwtPart(head);
  const { iss, iat } = readJwtPart(claims);
  const invalid: ApnsRefusal = { status: 403, reason: 'InvalidProviderToken' };
  if (alg !== 'ES256' || typeof kid !== 'string' || typeof iss !== 'string' || typeof iat !== 'number' || signature === '') return invalid;
  if (Date.now() / 1000 - iat > HOUR) return { status: 403, reason: 'ExpiredProviderToken' };
  const known = keys.find((key) => key.keyId === kid);
  if (known === undefined) return strict ? invalid : undefined;
  return known.teamId === iss && isGenuine(known, head, claims, signature) ? undefined : invalid;
}

/** Signatures that were checked: a sender shows the same one for most of an hour. */
const CHECKED = new WeakMap<KeyObject, Map<string, boolean>>();
const MOST_CHECKED = 100;

function isGenuine({ publicKey }: ApnsKey, head: string, claims: string, signature: string): boolean {
  const checked = CHECKED.get(publicKey) ?? new Map<string, boolean>();
  CHECKED.set(publicKey, checked);
  const name = `${head}.${claims}.${signature}`;
  const known = checked.get(name);
  if (known !== undefined) return known;
  if (checked.size >= MOST_CHECKED) checked.clear();
  const genuine = verify('sha256', Buffer.from(`${head}.${claims}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  checked.set(name, genuine);
  return genuine;
}
