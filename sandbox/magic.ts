/** Test tokens, like the test cards of a payment service: a device token that always has the same fate. */
import type { Violation } from './fcm-fields';
import type { Break } from './transport';

export type Behaviour =
  | { kind: 'accept'; afterMs?: number; frames?: number; farewell?: boolean }
  | { kind: 'answer'; fcm: FcmRefusal; apns: ApnsRefusal; once?: boolean; retryAfter?: number; asDate?: boolean; padding?: number }
  | { kind: 'silence' }
  | { kind: 'break'; how: Break; once?: boolean };

export interface FcmRefusal {
  status: number;
  /** google.rpc.Code in words. */
  grpc: string;
  /** FcmError.errorCode; absent where Google gives none. */
  errorCode?: string;
  message: string;
  /** What a BadRequest names; absent where there is none. */
  violations?: Violation[];
}

export interface ApnsRefusal {
  status: number;
  reason: string;
  /** Age (ms) of the timestamp of a 410. */
  deadForMs?: number;
}

export interface MagicToken {
  name: string;
  /** Two hexadecimal digits behind `facade` in an APNs token. */
  apnsCode: string;
  /** In words, for the docs. */
  does: string;
  behaviour: Behaviour;
}

const DAY = 86_400_000;
const INVALID_TOKEN = 'The registration token is not a valid FCM registration token';

export const MAGIC_TOKENS: readonly MagicToken[] = [
  { name: 'ok', apnsCode: '00', does: 'accepted, as any other token', behaviour: { kind: 'accept' } },
  {
    name: 'unregistered', apnsCode: '01', does: 'the app was removed: FCM 404 UNREGISTERED, APNs 410 Unregistered',
    behaviour: { kind: 'answer', fcm: { status: 404, grpc: 'NOT_FOUND', errorCode: 'UNREGISTERED', message: 'Requested entity was not found.' }, apns: { status: 410, reason: 'Unregistered', deadForMs: 0 } },
  },
  {
    name: 'bad-token', apnsCode: '02', does: 'no token at all: FCM 400 INVALID_ARGUMENT whose text says so, APNs 400 BadDeviceToken',
    behaviour: { kind: 'answer', fcm: { status: 400, grpc: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT', message: INVALID_TOKEN }, apns: { status: 400, reason: 'BadDeviceToken' } },
  },
  {
    name: 'wrong-environment', apnsCode: '03', does: 'of another project or environment: FCM 403 SENDER_ID_MISMATCH, APNs 403 BadEnvironmentKeyInToken',
    behaviour: { kind: 'answer', fcm: { status: 403, grpc: 'PERMISSION_DENIED', errorCode: 'SENDER_ID_MISMATCH', message: 'SenderId mismatch' }, apns: { status: 403, reason: 'BadEnvironmentKeyInToken' } },
  },
  {
    name: 'wrong-topic', apnsCode: '04', does: 'of another app: FCM 403 SENDER_ID_MISMATCH, APNs 400 DeviceTokenNotForTopic',
    behaviour: { kind: 'answer', fcm: { status: 403, grpc: 'PERMISSION_DENIED', errorCode: 'SENDER_ID_MISMATCH', message: 'SenderId mismatch' }, apns: { status: 400, reason: 'DeviceTokenNotForTopic' } },
  },
  ...(['quota', 'quota-once'] as const).map((name, index): MagicToken => ({
    name, apnsCode: `0${5 + index}`, does: `too many messages: 429 with retry-after 1 s, ${index === 0 ? 'always' : 'once, then accepted'}`,
    behaviour: {
      kind: 'answer', once: index === 1, retryAfter: 1,
      fcm: { status: 429, grpc: 'RESOURCE_EXHAUSTED', errorCode: 'QUOTA_EXCEEDED', message: 'Quota exceeded for quota metric.' }, apns: { status: 429, reason: 'TooManyRequests' },
    },
  })),
  ...(['unavailable', 'unavailable-once'] as const).map((name, index): MagicToken => ({
    name, apnsCode: `0${7 + index}`, does: `the service is overloaded: 503, ${index === 0 ? 'always' : 'once, then accepted'}`,
    behaviour: {
      kind: 'answer', once: index === 1,
      fcm: { status: 503, grpc: 'UNAVAILABLE', errorCode: 'UNAVAILABLE', message: 'The service is currently unavailable.' }, apns: { status: 503, reason: 'ServiceUnavailable' },
    },
  })),
  {
    name: 'internal-once', apnsCode: '09', does: 'a fault of the service: 500 once, then accepted',
    behaviour: { kind: 'answer', once: true, fcm: { status: 500, grpc: 'INTERNAL', errorCode: 'INTERNAL', message: 'Internal error encountered.' }, apns: { status: 500, reason: 'InternalServerError' } },
  },
  { name: 'slow', apnsCode: '0a', does: 'accepted after 2 s', behaviour: { kind: 'accept', afterMs: 2000 } },
  { name: 'silence', apnsCode: '0b', does: 'never answered', behaviour: { kind: 'silence' } },
  { name: 'closed', apnsCode: '0c', does: 'the connection is closed while the request is in the air, always', behaviour: { kind: 'break', how: 'close' } },
  { name: 'reset', apnsCode: '0d', does: 'the request is broken off (RST_STREAM CANCEL), always', behaviour: { kind: 'break', how: 'CANCEL' } },
  { name: 'refused-once', apnsCode: '0e', does: 'the request is refused (RST_STREAM REFUSED_STREAM) once, then accepted', behaviour: { kind: 'break', how: 'REFUSED_STREAM', once: true } },
  { name: 'goaway-once', apnsCode: '0f', does: 'GOAWAY that leaves this request unprocessed, once; accepted on the next connection', behaviour: { kind: 'break', how: 'goaway', once: true } },
  {
    name: 'expired-token', apnsCode: '10', does: 'expired 30 days ago: FCM 404 UNREGISTERED, APNs 410 ExpiredToken',
    behaviour: { kind: 'answer', fcm: { status: 404, grpc: 'NOT_FOUND', errorCode: 'UNREGISTERED', message: 'Requested entity was not found.' }, apns: { status: 410, reason: 'ExpiredToken', deadForMs: 30 * DAY } },
  },
  {
    name: 'bad-credentials', apnsCode: '11', does: 'our credential is refused: FCM 401 without a reason of FCM, APNs 403 InvalidProviderToken',
    behaviour: { kind: 'answer', fcm: { status: 401, grpc: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' }, apns: { status: 403, reason: 'InvalidProviderToken' } },
  },
  { name: 'broken', apnsCode: '12', does: 'the request is broken off (RST_STREAM INTERNAL_ERROR), always', behaviour: { kind: 'break', how: 'INTERNAL_ERROR' } },
  { name: 'finished', apnsCode: '13', does: 'the connection is ended in good order (FIN) while the request is in the air, always', behaviour: { kind: 'break', how: 'fin' } },
  { name: 'farewell', apnsCode: '14', does: 'accepted; the connection says first, with a GOAWAY, that it takes no more', behaviour: { kind: 'accept', farewell: true } },
  {
    name: 'quota-date-once', apnsCode: '15', does: 'too many messages: 429 whose retry-after is a date 2 s away, once, then accepted',
    behaviour: {
      kind: 'answer', once: true, retryAfter: 2, asDate: true,
      fcm: { status: 429, grpc: 'RESOURCE_EXHAUSTED', errorCode: 'QUOTA_EXCEEDED', message: 'Quota exceeded for quota metric.' }, apns: { status: 429, reason: 'TooManyRequests' },
    },
  },
  {
    name: 'large-once', apnsCode: '16', does: 'a fault of the service whose answer has a megabyte: 500 once, then accepted',
    behaviour: { kind: 'answer', once: true, padding: 2 ** 20, fcm: { status: 500, grpc: 'INTERNAL', errorCode: 'INTERNAL', message: 'Internal error encountered.' }, apns: { status: 500, reason: 'InternalServerError' } },
  },
  { name: 'frames', apnsCode: '17', does: 'accepted; the answer comes in several frames', behaviour: { kind: 'accept', frames: 5 } },
  {
    name: 'signed-out-once', apnsCode: '18', does: 'our sign-in has run out: FCM 401 without a reason of FCM, APNs 403 ExpiredProviderToken, once, then accepted',
    behaviour: { kind: 'answer', once: true, fcm: { status: 401, grpc: 'UNAUTHENTICATED', message: 'Request had invalid authentication credentials.' }, apns: { status: 403, reason: 'ExpiredProviderToken' } },
  },
];

const BY_NAME = new Map(MAGIC_TOKENS.map((magic) => [magic.name, magic]));
const BY_CODE = new Map(MAGIC_TOKENS.map((magic) => [magic.apnsCode, magic]));

/** The fate of a token; undefined for an ordinary one. */
export function magicOf(token: string): MagicToken | undefined {
  const apns = /^facade([0-9a-f]{2})/i.exec(token);
  if (apns !== null) return BY_CODE.get((apns[1] ?? '').toLowerCase());
  if (!token.startsWith('magic-')) return undefined;
  // The longest name that fits: `magic-quota-once-7` is quota-once and not quota.
  const rest = token.slice('magic-'.length);
  return [...BY_NAME.keys()].filter((name) => rest === name || rest.startsWith(`${name}:`) || rest.startsWith(`${name}-`))
    .sort((a, b) => b.length - a.length).map((name) => BY_NAME.get(name))[0];
}
