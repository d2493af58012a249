/** FCM HTTP v1 as the real service checks and answers it: firebase.google.com/docs/reference/fcm/rest/v1 */
import { isObject, readRequest, type Violation } from './fcm-fields';
import type { FcmRefusal } from './magic';

type Json = Record<string, unknown>;

export const FCM_PATH = /^\/v1\/projects\/([^/]+)\/messages:send$/;
const MOST_BYTES = 4096;
const MOST_BYTES_TOPIC = 2048;
const MOST_REQUEST_BYTES = 65_536;
const ERROR_TYPE = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST_TYPE = 'type.googleapis.com/google.rpc.BadRequest';

const TARGETS = ['token', 'topic', 'condition', 'fid'];
const RESERVED_DATA = /^(from$|message_type$|google|gcm)/i;
const LABEL = /^[a-zA-Z0-9-_.~%]{1,50}$/;
const TOPIC = /^[a-zA-Z0-9-_.~%]+$/;
const FOUR_WEEKS = 2_419_200;

export interface FcmMessage {
  /** Under its proto names throughout. */
  message: Json;
  target: string;
  validateOnly: boolean;
}

/** @returns the message, or the refusal that the real service would give */
export function readFcm(body: string): FcmMessage | FcmRefusal {
  if (body.length > MOST_REQUEST_BYTES) return unreadable([{ description: 'Request payload size exceeds the limit.' }]);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return unreadable([{ description: 'Invalid JSON payload received. Expected an object.' }]);
  }
  const { request, violations } = readRequest(json);
  if (violations.length > 0) return unreadable(violations);
  const message = part(request, 'message');
  const targets = TARGETS.filter((name) => message[name] !== undefined);
  const [target = '', second] = targets;
  if (second !== undefined) {
    return unreadable([{ field: 'message', description: `Invalid value at 'message' (oneof), oneof field 'target' is already set. Cannot set '${second}'` }]);
  }
  const value = message[target];
  if (typeof value !== 'string' || value === '') return invalid('Recipient of the message is not set.', 'message');
  if (target === 'topic' && !TOPIC.test(value)) return invalid('Invalid topic name.', 'message.topic');
  const wrong = wrongData(message) ?? wrongTtl(message) ?? wrongLabel(message) ?? wrongLink(message) ?? tooLarge(message);
  return wrong ?? { message, target: value, validateOnly: request['validate_only'] === true };
}

export function isRefusal(value: FcmMessage | FcmRefusal): value is FcmRefusal {
  return 'grpc' in value;
}

export function fcmError({ status, grpc, errorCode, message, violations }: FcmRefusal): string {
  const details = [
    ...(errorCode === undefined ? [] : [{ '@type': ERROR_TYPE, errorCode }]),
    ...(violations === undefined ? [] : [{ '@type': BAD_REQUEST_TYPE, fieldViolations: violations }]),
  ];
  return JSON.stringify({ error: { code: status, message, status: grpc, ...(details.length > 0 && { details }) } });
}

/** What the phone shows: the notification, where Android's own part says nothing else. */
export function shownByFcm({ message }: FcmMessage) {
  const { title, body, image } = { ...part(message, 'notification'), ...part(part(message, 'android'), 'notification') };
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { title: text(title), body: text(body), image, data: { ...part(message, 'data'), ...part(part(message, 'android'), 'data') } };
}

/** Google's front door cannot read the request: FCM itself has not seen it, so that no FcmError is there. */
function unreadable(violations: Violation[]): FcmRefusal {
  return { status: 400, grpc: 'INVALID_ARGUMENT', message: violations.map(({ description }) => description).join('\n'), violations };
}

function invalid(message: string, field: string): FcmRefusal {
  return { status: 400, grpc: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT', message, violations: [{ field, description: message }] };
}

function wrongData(message: Json): FcmRefusal | undefined {
  for (const [place, data] of [['message.data', part(message, 'data')], ['message.android.data', part(part(message, 'android'), 'data')]] as const) {
    const index = Object.keys(data).findIndex((key) => RESERVED_DATA.test(key));
    if (index >= 0) return invalid(`Invalid data payload key: ${Object.keys(data)[index]}`, `${place}[${index}].key`);
  }
  return undefined;
}

function wrongTtl(message: Json): FcmRefusal | undefined {
  const { ttl } = part(message, 'android');
  const seconds = typeof ttl === 'string' ? Number.parseFloat(ttl) : 0;
  return seconds < 0 || seconds > FOUR_WEEKS ? invalid('Invalid ttl: it must be between 0 and 4 weeks.', 'message.android.ttl') : undefined;
}

function wrongLabel(message: Json): FcmRefusal | undefined {
  const places = [['message', message], ...['android', 'apns', 'webpush'].map((name) => [`message.${name}`, part(message, name)] as const)] as const;
  const wrong = places.find(([, value]) => {
    const { analytics_label: label } = part(value, 'fcm_options');
    return typeof label === 'string' && !LABEL.test(label);
  });
  return wrong === undefined ? undefined : invalid('Invalid analytics label.', `${wrong[0]}.fcm_options.analytics_label`);
}

function wrongLink(message: Json): FcmRefusal | undefined {
  const { link } = part(part(message, 'webpush'), 'fcm_options');
  return typeof link === 'string' && !link.startsWith('https://') ? invalid('The link must be https.', 'message.webpush.fcm_options.link') : undefined;
}

/** The limit is on what one phone gets; a part for the other platform does not count. Half as much goes to a topic. */
function tooLarge(message: Json): FcmRefusal | undefined {
  const most = message['topic'] === undefined && message['condition'] === undefined ? MOST_BYTES : MOST_BYTES_TOPIC;
  const [android, apns] = [part(message, 'android'), part(message, 'apns')];
  const own = ['notification', 'data'].map((name) => [name, { ...part(message, name), ...part(android, name) }] as const);
  const onAndroid = Object.fromEntries(own.filter(([, value]) => Object.keys(value).length > 0));
  if (bytes(onAndroid) > most) return invalid('Android message is too big', 'message');
  const onIos = { notification: message['notification'], ...part(message, 'data'), ...part(apns, 'payload') };
  return message['apns'] !== undefined && bytes(onIos) > most ? invalid('APNs message is too big', 'message') : undefined;
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function part(value: Json, name: string): Json {
  const inner = value[name];
  return isObject(inner) ? inner : {};
}
