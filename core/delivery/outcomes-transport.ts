/** What happens on our side of the wire: before a connection, on it, and to a message that never leaves. */
import type { OutcomeRow } from './outcomes';

const NODE = 'https://nodejs.org/api/errors.html#nodejs-error-codes';
const RFC_GOAWAY = 'RFC 9113 section 6.8';
const RFC_UNPROCESSED = 'RFC 9113 section 8.7';
const OURS = 'rule of this package';

const IN_THE_AIR = 'It may have been delivered. Whether to send it again is the campaign\'s choice for unknown deliveries.';
const NETWORK = 'Check the endpoint, the network and the firewall of this machine; then run the campaign again.';

type Row = Omit<OutcomeRow, 'gateway'>;

/** Never reached: nothing was sent. */
const unreached = (code: string, meaning: string, action: string, source: string, more: Partial<Row> = {}): Row =>
  ({ code, outcome: 'unavailable', retriable: true, meaning, action, source, ...more });
/** Certainly not processed by the peer. */
const unprocessed = (code: string, meaning: string, source: string): Row =>
  ({ code, outcome: 'unavailable', retriable: true, atOnce: true, meaning, action: 'It was sent again over another connection or stream.', source });
/** Left our side, and no answer came. */
const unanswered = (code: string, meaning: string, source: string): Row =>
  ({ code, outcome: 'unknown', retriable: false, meaning, action: IN_THE_AIR, source });
/** Refused before it was sent. */
const refused = (code: string, meaning: string, action: string): Row =>
  ({ code, outcome: 'bad-payload', retriable: false, meaning, action, source: OURS });

const ROWS: readonly Row[] = [
  unreached('connection-refused', 'Nothing listens at the gateway\'s address.', NETWORK, NODE),
  unreached('connection-timeout', 'The gateway\'s address does not answer.', NETWORK, NODE),
  unreached('host-not-found', 'The gateway\'s host name cannot be resolved.', 'Check the endpoint for a typing error, and this machine\'s DNS.', NODE),
  unreached('network-unreachable', 'This machine has no way to the gateway\'s network.', NETWORK, NODE),
  unreached('connection-failed', 'No connection to the gateway could be made.', NETWORK, NODE),
  unreached('closed-before-settings', 'The peer closed the connection before HTTP/2 began.', 'Check that the endpoint is a push gateway and that no proxy stands between.', 'RFC 9113 section 3.4'),
  unreached('not-http2', 'The endpoint does not speak HTTP/2 (perhaps HTTP/1.1).', 'Check host and port of the endpoint; a proxy in between must let HTTP/2 through.', 'RFC 9113 section 3', { retriable: false }),
  unreached('not-tls', 'The endpoint does not speak TLS.', 'Check host and port; cleartext http:// is possible on this machine (loopback) only.', NODE, { retriable: false }),
  unreached('tls-untrusted', 'The endpoint\'s TLS certificate is not trusted here.', 'Where it is your own gateway, give its authority (PEM) in the field for an additional CA; else something intercepts the connection.', NODE, { retriable: false }),
  unreached('tls-expired', 'The endpoint\'s TLS certificate is expired or not valid yet.', 'Check this machine\'s clock; else the gateway\'s operator must renew the certificate.', NODE, { retriable: false }),
  unreached('tls-wrong-host', 'The endpoint\'s TLS certificate is for another host.', 'Check the host in the endpoint.', NODE, { retriable: false }),
  unreached('tls-failed', 'No TLS connection to the gateway could be made.', NETWORK, NODE),
  { code: 'certificate-refused', outcome: 'bad-credentials', retriable: false, meaning: 'The gateway refuses our TLS client certificate.', action: 'Check that it is a push certificate of this app, not expired, with its own private key.', source: NODE },
  unprocessed('refused-stream', 'The gateway refused the stream before it looked at it.', RFC_UNPROCESSED),
  unprocessed('goaway', 'The gateway closed the connection and said that it had not seen this message.', RFC_GOAWAY),
  unprocessed('not-submitted', 'The connection ended before the message was put on it.', RFC_UNPROCESSED),
  unanswered('timeout', 'No answer came in time.', OURS),
  unanswered('connection-closed', 'The connection was closed before the answer came.', RFC_UNPROCESSED),
  unanswered('connection-reset', 'The connection broke before the answer came.', RFC_UNPROCESSED),
  unanswered('stream-reset', 'The gateway broke off this message without an answer.', RFC_UNPROCESSED),
  { code: 'cancelled', outcome: 'unavailable', retriable: false, meaning: 'The run was stopped before the message was sent.', action: 'Run the campaign again for those who are left.', source: OURS },
  { code: 'access-token-unavailable', outcome: 'unavailable', retriable: true, meaning: 'Google\'s token service, which signs us in to FCM, could not be reached.', action: 'Check that this machine reaches the token_uri of the service account (oauth2.googleapis.com).', source: 'https://developers.google.com/identity/protocols/oauth2/service-account' },
  { code: 'access-token-refused', outcome: 'bad-credentials', retriable: false, meaning: 'Google refuses to sign in the service account.', action: 'Check that its key was not deleted or disabled, and that this machine\'s clock is right.', source: 'https://developers.google.com/identity/protocols/oauth2/service-account#error-codes' },
  { code: 'application-default-missing', outcome: 'bad-credentials', retriable: false, meaning: 'This machine has no Google credentials of its own.', action: 'Set GOOGLE_APPLICATION_CREDENTIALS, run on Google Cloud, or use a service account file.', source: 'https://cloud.google.com/docs/authentication/application-default-credentials' },
  { code: 'project-unknown', outcome: 'bad-credentials', retriable: false, meaning: 'The Google credentials of this machine do not say which Firebase project to send for.', action: 'Give the project id in the credential.', source: OURS },
  refused('token-missing', 'The device token is empty.', 'Check which field of the person holds the token.'),
  refused('token-malformed', 'This cannot be a device token of the gateway.', 'Check which field holds the token, and that FCM and APNs tokens are not mixed up: an APNs token is hexadecimal.'),
  refused('payload-malformed', 'The message cannot be written as JSON.', 'Correct the message.'),
  refused('payload-oversized', 'The message is over 64 KB; the gateways take 4,096 bytes.', 'Shorten the text or the data.'),
  refused('header-malformed', 'A header of the message has a name or value that APNs does not take.', 'Use apns-... headers with plain text values only.'),
];

export const TRANSPORT_OUTCOMES: readonly OutcomeRow[] = ROWS.map((row) => ({ gateway: 'any', ...row }));
