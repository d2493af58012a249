/** FCM HTTP v1 as the real service checks and answers it: firebase.google.com/docs/reference/fcm/rest/v1 */
import type { FcmRefusal } from './magic';

type Json = Record<string, unknown>;

export const FCM_PATH = /^\/v1\/projects\/([^/]+)\/messages:send$/;
const MOST_BYTES = 4096;
const ERROR_TYPE = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';

const TARGETS = ['token', 'topic', 'condition', 'fid'];
const FIELDS: Record<string, readonly string[]> = {
  message: ['name', 'data', 'notification', 'android', 'webpush', 'apns', 'fcmOptions', ...TARGETS],
  'message.notification': ['title', 'body', 'image'],
  'message.android': ['collapseKey', 'priority', 'ttl', 'restrictedPackageName', 'data', 'notification', 'fcmOptions', 'directBootOk', 'bandwidthConstrainedOk', 'restrictedSatelliteOk'],
  'message.android.notification': ['title', 'body', 'icon', 'color', 'sound', 'tag', 'clickAction', 'bodyLocKey', 'bodyLocArgs', 'titleLocKey', 'titleLocArgs', 'channelId', 'ticker', 'sticky', 'eventTime', 'localOnly', 'notificationPriority', 'defaultSound', 'defaultVibrateTimings', 'defaultLightSettings', 'vibrateTimings', 'visibility', 'notificationCount', 'lightSettings', 'image', 'bypassProxyNotification', 'proxy'],
  'message.webpush': ['headers', 'data', 'notification', 'fcmOptions'],
  'message.webpush.fcmOptions': ['link', 'analyticsLabel'],
  'message.apns': ['headers', 'payload', 'fcmOptions', 'liveActivityToken'],
  'message.apns.fcmOptions': ['analyticsLabel', 'image'],
  'message.fcmOptions': ['analyticsLabel'],
};
const RESERVED_DATA = /^(from|message_type|google.*|gcm.*)$/i;
const TTL = /^\d+(\.\d{1,9})?s$/;
const FOUR_WEEKS = 2_419_200;

export interface FcmMessage {
  /** Camel case throughout. */
  message: Json;
  target: string;
  validateOnly: boolean;
}

/** @returns the message, or the refusal that the real service would give */
export function readFcm(body: string): FcmMessage | FcmRefusal {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return invalid('Invalid JSON payload received.');
  }
  const request = camel(json, '') as Json;
  const message = request?.['message'];
  if (!isObject(message)) return invalid("Invalid value at 'message': it is required.", 'message');
  const unknown = unknownField(message, 'message');
  if (unknown !== undefined) return invalid(`Invalid JSON payload received. Unknown name "${unknown.name}" at '${unknown.place}': Cannot find field.`, unknown.place);
  const targets = TARGETS.filter((target) => message[target] !== undefined);
  if (targets.length !== 1) return invalid('Exactly one of token, topic, condition or fid must be set.', 'message');
  const target = message[targets[0] ?? 'token'];
  if (typeof target !== 'string' || target === '') return invalid('The target is empty.', `message.${targets[0]}`);
  const wrong = wrongData(message) ?? wrongTtl(message) ?? wrongLink(message) ?? tooLarge(message);
  return wrong ?? { message, target, validateOnly: request['validateOnly'] === true };
}

export function isRefusal(value: FcmMessage | FcmRefusal): value is FcmRefusal {
  return 'grpc' in value;
}

export function fcmError({ status, grpc, errorCode, message, field }: FcmRefusal): string {
  const details = [
    ...(errorCode === undefined ? [] : [{ '@type': ERROR_TYPE, errorCode }]),
    ...(field === undefined ? [] : [{ '@type': BAD_REQUEST_TYPE, fieldViolations: [{ field, description: message }] }]),
  ];
  return JSON.stringify({ error: { code: status, message, status: grpc, ...(details.length > 0 && { details }) } });
}

/** What the phone shows: Android and web by the notification, iOS by what the apns part says over it. */
export function shownByFcm({ message }: FcmMessage) {
  const notification = (isObject(message['notification']) ? message['notification'] : {}) as Json;
  const data = (isObject(message['data']) ? message['data'] : {}) as Record<string, string>;
  return { title: text(notification['title']), body: text(notification['body']), image: notification['image'] as string | undefined, data };
}

function invalid(message: string, field?: string): FcmRefusal {
  return { status: 400, grpc: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT', message, ...(field !== undefined && { field }) };
}

/** JSON of proto3 takes snake_case and camelCase; user data and APNs payloads keep their keys. */
function camel(value: unknown, place: string): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const free = /(^|\.)(data|headers|payload)$/.test(name) || place.endsWith('webpush') && name === 'notification';
    return [name, free ? inner : camel(inner, `${place}.${name}`)];
  }));
}

function unknownField(value: Json, place: string): { name: string; place: string } | undefined {
  const known = FIELDS[place];
  if (known === undefined) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (!known.includes(name)) return { name, place };
    const deeper = isObject(inner) ? unknownField(inner, `${place}.${name}`) : undefined;
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function wrongData({ data }: Json): FcmRefusal | undefined {
  if (data === undefined) return undefined;
  if (!isObject(data)) return invalid("Invalid value at 'message.data'.", 'message.data');
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') return invalid(`Invalid value at 'message.data[0].value' (TYPE_STRING), ${JSON.stringify(value)}`, 'message.data[0].value');
    if (RESERVED_DATA.test(key)) return invalid(`Invalid data payload key: ${key}`, 'message.data');
  }
  return undefined;
}

function wrongTtl({ android }: Json): FcmRefusal | undefined {
  const ttl = isObject(android) ? android['ttl'] : undefined;
  if (ttl === undefined) return undefined;
  if (typeof ttl !== 'string' || !TTL.test(ttl)) return invalid("Invalid value at 'message.android.ttl' (type.googleapis.com/google.protobuf.Duration)", 'message.android.ttl');
  return Number.parseFloat(ttl) > FOUR_WEEKS ? invalid('Invalid ttl: it must be between 0 and 4 weeks.', 'message.android.ttl') : undefined;
}

function wrongLink({ webpush }: Json): FcmRefusal | undefined {
  const options = isObject(webpush) ? webpush['fcmOptions'] : undefined;
  const link = isObject(options) ? options['link'] : undefined;
  return typeof link === 'string' && !link.startsWith('https://') ? invalid('The link must be https.', 'message.webpush.fcm_options.link') : undefined;
}

function tooLarge(message: Json): FcmRefusal | undefined {
  const payload = Object.fromEntries(Object.entries(message).filter(([name]) => !TARGETS.includes(name)));
  return Buffer.byteLength(JSON.stringify(payload)) > MOST_BYTES ? invalid('Message is too big', 'message') : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
