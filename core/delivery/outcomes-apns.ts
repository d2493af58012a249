/** APNs: all reasons of Apple's table, with the spelling that Apple's servers really send where it differs. */
import type { OutcomeRow } from './outcomes';

const APPLE = 'https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns';
const TOKEN_AUTH = 'https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns';

const CHANNELS = 'https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns';

const CAMPAIGN = 'Correct the message; every person of the campaign would get the same answer.';
const LATER = 'It was tried again later; run the campaign again for those who are left.';
const KEY = 'Check team id, key id and key in the credential, and that the key was not revoked in Apple\'s developer account. No device token was judged.';
const ENVIRONMENT_KEY = 'Use a key that is allowed for this environment, or the endpoint of the key\'s environment. No device token was judged.';

/** Apple: a device that gets too much waits a minute at least; an error of the server is not hammered at. */
const AFTER_429 = { retriable: true, notBeforeMs: 60_000 } as const;
const AFTER_5XX = { retriable: true, notBeforeMs: 10_000 } as const;
/** Apple binds a connection to the key that it began with: the other key needs another connection. */
const OTHER_KEY = { otherKey: true, reconnects: true } as const;
/** Signatures are renewed once in 20 minutes at most; the one at hand stays good meanwhile. */
const AFTER_RENEWALS = { retriable: true, notBeforeMs: 5 * 60_000 } as const;

type Row = Omit<OutcomeRow, 'gateway' | 'source'> & { source?: string };

const refused = (code: string, meaning: string, action = CAMPAIGN, status = 400): Row =>
  ({ status, code, outcome: 'bad-payload', retriable: false, meaning, action });
const channel = (code: string, meaning: string, action: string): Row => ({ ...refused(code, meaning, action), source: CHANNELS });
const credentials = (code: string, meaning: string, action: string, status = 403): Row =>
  ({ status, code, outcome: 'bad-credentials', retriable: false, meaning, action });

const ROWS: readonly Row[] = [
  { status: 200, code: '*', outcome: 'accepted', retriable: false, signedIn: true, meaning: 'APNs took the message. Whether the phone received it, only the app can tell.', action: '' },
  { status: 201, code: '*', outcome: 'accepted', retriable: false, signedIn: true, meaning: 'APNs made the channel.', action: '', source: CHANNELS },
  { status: 204, code: '*', outcome: 'accepted', retriable: false, signedIn: true, meaning: 'APNs deleted the channel.', action: '', source: CHANNELS },
  {
    status: 410, code: 'Unregistered', outcome: 'dead-token', retriable: false, signedIn: true,
    meaning: 'The app was uninstalled, or the device has a newer token.', action: 'Remove the token unless it was registered again later.',
  },
  {
    status: 410, code: 'ExpiredToken', outcome: 'dead-token', retriable: false,
    meaning: 'The device token has expired.', action: 'Remove the token unless it was registered again later.',
  },
  // One such answer proves nothing about the token: a development token on the production host gets the same word.
  {
    status: 400, code: 'BadDeviceToken', outcome: 'wrong-environment', retriable: false, signedIn: true,
    meaning: 'The device token is either not valid or of the other environment (development, production).',
    action: 'Where many get this answer, choose the other environment in the credential. Nothing is removed for it.',
  },
  {
    status: 400, code: 'DeviceTokenNotForTopic', outcome: 'wrong-environment', retriable: false,
    meaning: 'The device token belongs to another app than the bundle id (topic) says.',
    action: 'Check the bundle id in the credential, and which app the tokens come from. Nothing is removed for it.',
  },
  refused('BadCollapseId', 'The collapse id is over 64 bytes.'),
  refused('BadExpirationDate', 'The expiry (apns-expiration) is not valid.'),
  refused('BadMessageId', 'The apns-id is not a UUID.'),
  refused('BadPriority', 'The priority (apns-priority) is not valid; it is 10, 5 or 1.'),
  refused('DuplicateHeaders', 'A header was given twice.'),
  refused('InvalidPushType', 'The push type (apns-push-type) is not valid.'),
  refused('PayloadEmpty', 'The message has no content.'),
  refused('MissingDeviceToken', 'The request names no device token.', 'Check which field of the person holds the token.'),
  refused('BadPath', 'The request has an address that APNs does not know.', 'Check the endpoint and the device token.', 404),
  refused('MethodNotAllowed', 'The endpoint does not take messages.', 'Check the endpoint.', 405),
  refused('PayloadTooLarge', 'The message is over 4,096 bytes (5,120 for VoIP).', 'Shorten the text or the data.', 413),
  channel('MissingChannelId', 'The request names no channel.', 'Give the id of the channel.'),
  channel('BadChannelId', 'This is no id of a channel.', 'Use the id that was given when the channel was created.'),
  channel('ChannelNotRegistered', 'The app has no such channel in this environment.', 'List the channels; create it, or choose the other environment in the credential.'),
  channel('CannotCreateChannelConfig', 'The app has as many channels as Apple allows (10,000).', 'Delete those whose events are over.'),
  channel('MissingPushType', 'The channel was asked for without its kind.', 'Create it anew.'),
  { ...credentials('FeatureNotEnabled', 'Broadcasts are not switched on for the app.', 'Switch Broadcast Capability on for the app id in Apple\'s developer account.'), source: CHANNELS },
  credentials('BadTopic', 'The topic (apns-topic) is not valid.', 'Check the bundle id in the credential.', 400),
  credentials('MissingTopic', 'The request names no topic (apns-topic).', 'Give the app\'s bundle id in the credential.', 400),
  credentials('TopicDisallowed', 'This key or certificate may not send for the app.', 'Check bundle id and team, and that push is switched on for the app id.', 400),
  credentials('BadCertificate', 'The push certificate is not valid.', 'Renew the certificate in Apple\'s developer account.'),
  credentials('BadCertificateEnvironment', 'The push certificate is for the other environment.', 'Choose the certificate\'s environment in the credential.'),
  { ...credentials('Forbidden', 'APNs forbids this request; so it also answers a revoked key.', KEY), ...OTHER_KEY },
  { ...credentials('InvalidProviderToken', 'APNs does not accept our signature: key, key id and team id do not belong together, or the key was revoked.', KEY), ...OTHER_KEY },
  credentials('MissingProviderToken', 'The request came without key and without push certificate.', KEY),
  { ...credentials('BadEnvironmentKeyIdInToken', 'The key is not allowed in this environment.', ENVIRONMENT_KEY), ...OTHER_KEY },
  {
    ...credentials('BadEnvironmentKeyInToken', 'The key is not allowed in this environment.', ENVIRONMENT_KEY), ...OTHER_KEY,
    source: 'https://github.com/swift-server-community/APNSwift/pull/229',
  },
  {
    status: 403, code: 'UnrelatedKeyIdInToken', outcome: 'bad-credentials', retriable: true, atOnce: true, reconnects: true,
    meaning: 'The key has nothing to do with the key that this connection began with.', action: KEY,
  },
  {
    status: 403, code: 'ExpiredProviderToken', outcome: 'bad-credentials', retriable: true, renews: true, ...OTHER_KEY,
    meaning: 'APNs says that our signature is older than an hour, a new one too.',
    action: 'Check that this machine\'s clock is right. No device token was judged.', source: TOKEN_AUTH,
  },
  {
    status: 429, code: 'TooManyRequests', outcome: 'throttled', ...AFTER_429, holds: 'message',
    meaning: 'This device gets messages too fast.', action: 'Send fewer messages to one device.',
  },
  {
    status: 429, code: 'TooManyProviderTokenUpdates', outcome: 'throttled', ...AFTER_RENEWALS, holds: 'gateway',
    meaning: 'APNs was given new signatures of this key too often (once in 20 minutes at most).',
    action: 'Check whether other programs sign with the same key; give each its own.', source: TOKEN_AUTH,
  },
  {
    status: 400, code: 'IdleTimeout', outcome: 'unavailable', retriable: true, reconnects: true,
    meaning: 'APNs closed the connection because it was idle.', action: LATER,
  },
  { status: 500, code: 'InternalServerError', outcome: 'unavailable', ...AFTER_5XX, holds: 'message', meaning: 'APNs had an error of its own.', action: LATER },
  { status: 503, code: 'ServiceUnavailable', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway', meaning: 'APNs is overloaded.', action: LATER },
  { status: 503, code: 'Shutdown', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway', reconnects: true, meaning: 'The APNs server is shutting down.', action: LATER },
  { status: 429, code: '*', outcome: 'throttled', ...AFTER_429, holds: 'gateway', meaning: 'APNs asks to send more slowly.', action: LATER },
  { status: 500, code: '*', outcome: 'unavailable', ...AFTER_5XX, holds: 'gateway', meaning: 'APNs is not available.', action: LATER },
  { status: 504, code: '*', outcome: 'unknown', retriable: false, meaning: 'Something between here and APNs waited too long: the message may have been delivered.', action: 'Whether to send it again is the campaign\'s choice for unknown deliveries.' },
  credentials('*', 'APNs does not accept our key or certificate.', KEY),
  credentials('*', 'The endpoint asks for a sign-in that APNs does not know.', 'Check the endpoint; a proxy may stand between.', 401),
  refused('*', 'APNs refuses the message.', 'Look at the code.'),
];

export const APNS_OUTCOMES: readonly OutcomeRow[] = ROWS.map((row) => ({ gateway: 'apns', source: APPLE, ...row }));
