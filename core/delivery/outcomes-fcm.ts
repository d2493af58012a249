/** FCM HTTP v1: its errorCodes (in `error.details[]` of type FcmError) and, where those are missing, Google's own status words. */
import type { OutcomeRow } from './outcomes';

const ERROR_CODES = 'https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode';
const SCALE = 'https://firebase.google.com/docs/cloud-messaging/scale-fcm#errors';
const RPC = 'https://cloud.google.com/apis/design/errors#handling_errors';
const TOPICS = 'https://firebase.google.com/docs/cloud-messaging/manage-topic-subscriptions';
const TOKENS = 'https://firebase.google.com/docs/cloud-messaging/manage-tokens';

/** Rules of "Scale FCM" for senders: 429 waits a minute where no time is named, a 5xx ten seconds. */
const AFTER_429 = { retriable: true, notBeforeMs: 60_000 } as const;
const AFTER_5XX = { retriable: true, notBeforeMs: 10_000 } as const;

const ACCOUNT = 'Check that the service account belongs to the project, has the role "Firebase Cloud Messaging API Admin" and that '
  + 'the Firebase Cloud Messaging API (V1) is switched on. No device token was judged.';

export const FCM_OUTCOMES: readonly OutcomeRow[] = [
  {
    gateway: 'fcm', status: 200, code: '*', outcome: 'accepted', retriable: false, signedIn: true,
    meaning: 'FCM took the message. Whether the phone received it, only the app can tell.', action: '', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 200, code: 'NO_NAME', outcome: 'unknown', retriable: false,
    meaning: 'The endpoint says that all is well, but not the name that FCM gives every message it takes.',
    action: 'Check that the endpoint is FCM and not a proxy or a sign-in page.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 404, code: 'UNREGISTERED', outcome: 'dead-token', retriable: false, signedIn: true,
    meaning: 'The app was uninstalled, or the device has a newer token.', action: 'Remove the token.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 404, code: 'UNREGISTERED_FID', outcome: 'dead-token', retriable: false,
    meaning: 'The app installation is not registered any more.', action: 'Remove the installation id.',
    source: 'firebase-admin 14.5 lib/messaging/error.js',
  },
  {
    gateway: 'fcm', status: 400, code: 'INVALID_ARGUMENT/token', outcome: 'dead-token', retriable: false, signedIn: true,
    meaning: 'This is not a registration token of FCM: it was cut off, altered or never was one.',
    action: 'Remove the token; check that the right column was imported as the token.', source: TOKENS,
  },
  {
    gateway: 'fcm', status: 400, code: 'INVALID_ARGUMENT', outcome: 'bad-payload', retriable: false, signedIn: true,
    meaning: 'FCM refuses the message: a field is invalid, the data hold a reserved word, or it is over 4,096 bytes.',
    action: 'Correct the message; every person of the campaign would get the same answer.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 403, code: 'SENDER_ID_MISMATCH', outcome: 'wrong-environment', retriable: false, signedIn: true,
    meaning: 'The token belongs to another Firebase project.',
    action: 'Use the service account of the project that the app was built with. The token is not dead.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 429, code: 'QUOTA_EXCEEDED', outcome: 'throttled', ...AFTER_429, holds: 'gateway',
    meaning: 'The sending quota of the Firebase project is used up (600,000 messages a minute by default).',
    action: 'It was tried again later. Spread the campaign over more time or ask Firebase for a larger quota.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 429, code: 'QUOTA_EXCEEDED/device', outcome: 'throttled', ...AFTER_429, holds: 'message',
    meaning: 'This device gets messages too fast (240 a minute at most).', action: 'Send fewer messages to one device.',
    source: 'https://firebase.google.com/docs/cloud-messaging/throttling-and-quotas',
  },
  {
    gateway: 'fcm', status: 429, code: '*', outcome: 'throttled', ...AFTER_429, holds: 'gateway',
    meaning: 'FCM asks to send more slowly.', action: 'It was tried again later. Spread the campaign over more time.', source: SCALE,
  },
  {
    gateway: 'fcm', status: 503, code: 'UNAVAILABLE', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway',
    meaning: 'FCM is overloaded.', action: 'It was tried again later; run the campaign again for those who are left.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 500, code: 'INTERNAL', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway',
    meaning: 'FCM had an error of its own.', action: 'It was tried again later; run the campaign again for those who are left.',
    source: ERROR_CODES,
  },
  {
    gateway: 'fcm', code: 'UNSPECIFIED_ERROR', outcome: 'unavailable', ...AFTER_5XX, holds: 'message',
    meaning: 'FCM failed and gave no reason.', action: 'It was tried again later.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 401, code: 'THIRD_PARTY_AUTH_ERROR', outcome: 'bad-credentials', retriable: false, partial: true,
    meaning: 'Firebase cannot sign in to Apple (or to the browser\'s push service) for this app: its APNs key is missing, expired or wrong.',
    action: 'Upload the APNs authentication key under Project settings > Cloud Messaging. Android devices are not affected.',
    source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 401, code: 'APNS_AUTH_ERROR', outcome: 'bad-credentials', retriable: false, partial: true,
    meaning: 'Firebase cannot sign in to Apple for this app: its APNs key is missing, expired or wrong.',
    action: 'Upload the APNs authentication key under Project settings > Cloud Messaging. Android devices are not affected.',
    source: 'firebase-admin 14.5 lib/messaging/error.js',
  },
  // Without an FcmError the answer comes from Google's front door and says nothing about a device token.
  {
    gateway: 'fcm', status: 401, code: 'UNAUTHENTICATED', outcome: 'bad-credentials', retriable: true, renews: true,
    meaning: 'Google does not accept our access token, a renewed one neither.',
    action: 'Check that the service account\'s key was not deleted and that this machine\'s clock is right. No device token was judged.', source: RPC,
  },
  {
    gateway: 'fcm', status: 401, code: '*', outcome: 'bad-credentials', retriable: true, renews: true,
    meaning: 'The gateway does not accept our access token, a renewed one neither.',
    action: 'Check that the service account\'s key was not deleted and that this machine\'s clock is right. No device token was judged.', source: RPC,
  },
  {
    gateway: 'fcm', status: 403, code: 'PERMISSION_DENIED', outcome: 'bad-credentials', retriable: false,
    meaning: 'The service account may not send for this project.', action: ACCOUNT, source: RPC,
  },
  {
    gateway: 'fcm', status: 403, code: '*', outcome: 'bad-credentials', retriable: false,
    meaning: 'The gateway forbids sending.', action: ACCOUNT, source: RPC,
  },
  {
    gateway: 'fcm', status: 404, code: 'NOT_FOUND', outcome: 'bad-credentials', retriable: false,
    meaning: 'FCM does not know the project, or the endpoint has no such address.',
    action: 'Check the project id (not the project\'s name) and the endpoint. No device token was judged.', source: RPC,
  },
  // Of subscriptions to topics.
  {
    gateway: 'fcm', status: 409, code: 'ALREADY_EXISTS/registration', outcome: 'accepted', retriable: false, signedIn: true,
    meaning: 'The device was subscribed to the topic already.', action: '', source: TOPICS,
  },
  {
    gateway: 'fcm', status: 404, code: 'NOT_FOUND/registration', outcome: 'wrong-environment', retriable: false,
    meaning: 'FCM does not know the device in this project, or not the project.',
    action: 'Where many get this answer, check the project id and where the tokens come from. Nothing is removed for it.', source: TOPICS,
  },
  {
    gateway: 'fcm', status: 404, code: '*', outcome: 'bad-credentials', retriable: false,
    meaning: 'The endpoint does not know the address of the project.',
    action: 'Check the project id (not the project\'s name) and the endpoint. No device token was judged.', source: RPC,
  },
  {
    gateway: 'fcm', status: 400, code: 'FAILED_PRECONDITION', outcome: 'bad-credentials', retriable: false,
    meaning: 'The project is not in a state to send, for example it is suspended or its location is not allowed.', action: ACCOUNT, source: RPC,
  },
  {
    gateway: 'fcm', status: 429, code: 'RESOURCE_EXHAUSTED', outcome: 'throttled', ...AFTER_429, holds: 'gateway',
    meaning: 'A Google quota is used up.', action: 'It was tried again later. Spread the campaign over more time.', source: RPC,
  },
  {
    gateway: 'fcm', status: 504, code: 'DEADLINE_EXCEEDED', outcome: 'unknown', retriable: false,
    meaning: 'Google\'s front door waited too long for FCM: the message may have been delivered.',
    action: 'Whether to send it again is the campaign\'s choice for unknown deliveries.', source: RPC,
  },
  {
    gateway: 'fcm', status: 504, code: '*', outcome: 'unknown', retriable: false,
    meaning: 'Something between here and FCM waited too long: the message may have been delivered.',
    action: 'Whether to send it again is the campaign\'s choice for unknown deliveries.', source: RPC,
  },
  {
    gateway: 'fcm', status: 413, code: '*', outcome: 'bad-payload', retriable: false,
    meaning: 'The message is too large.', action: 'Shorten the text or the data.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 400, code: '*', outcome: 'bad-payload', retriable: false,
    meaning: 'The gateway refuses the request.', action: 'Correct the message; see the quoted text.', source: ERROR_CODES,
  },
  {
    gateway: 'fcm', status: 500, code: '*', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway',
    meaning: 'FCM had an error of its own.', action: 'It was tried again later; run the campaign again for those who are left.', source: SCALE,
  },
];
