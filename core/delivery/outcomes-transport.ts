/** What happens on our side of the wire: before a connection, on it, and to a message that never leaves. */
import type { OutcomeRow } from './outcomes';

const NODE = 'https://nodejs.org/api/errors.html#nodejs-error-codes';
const RFC_GOAWAY = 'RFC 9113 section 6.8';
const RFC_UNPROCESSED = 'RFC 9113 section 8.7';
const RFC_CONNECT = 'RFC 9110 section 9.3.6';
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
/** Not sent, since others of the run showed that it would fail too. */
const stopped = (outcome: 'wrong-environment' | 'bad-credentials' | 'bad-payload', code: string, meaning: string, action: string): Row =>
  ({ code, outcome, retriable: false, meaning, action, source: OURS });
/** Refused before it was sent. */
const refused = (code: string, meaning: string, action: string): Row =>
  ({ code, outcome: 'bad-payload', retriable: false, meaning, action, source: OURS });

const ROWS: readonly Row[] = [
  unreached('connection-refused', 'Nothing listens at the gateway\'s address.', NETWORK, NODE),
  unreached('connection-timeout', 'The gateway\'s address does not answer.', NETWORK, NODE),
  unreached('host-not-found', 'The gateway\'s host name cannot be resolved.', 'Check the endpoint for a typing error, and this machine\'s DNS.', NODE),
  unreached('network-unreachable', 'This machine has no way to the gateway\'s network.', NETWORK, NODE),
  unreached('connection-failed', 'No connection to the gateway could be made.', NETWORK, NODE),
  unreached('closed-before-settings', 'The peer closed the connection before HTTP/2 began.', 'Check that the endpoint is a push gateway and that no proxy stands between; with a certificate, that it is a valid push certificate of this app.', 'RFC 9113 section 3.4'),
  unreached('no-streams', 'The gateway takes connections, but no requests on them.', 'Check that the endpoint is a push gateway; then run the campaign again.', 'RFC 9113 section 5.1.2'),
  unreached('not-http2', 'The endpoint does not speak HTTP/2 (perhaps HTTP/1.1).', 'Check host and port of the endpoint; a proxy in between must let HTTP/2 through.', 'RFC 9113 section 3', { retriable: false }),
  unreached('not-tls', 'The endpoint does not speak TLS.', 'Check host and port; cleartext http:// is possible on this machine (loopback) only.', NODE, { retriable: false }),
  unreached('tls-untrusted', 'The endpoint\'s TLS certificate is not trusted here.', 'Where it is your own gateway, give its authority (PEM) in the field for an additional CA; else something intercepts the connection.', NODE, { retriable: false }),
  unreached('tls-expired', 'The endpoint\'s TLS certificate is expired or not valid yet.', 'Check this machine\'s clock; else the gateway\'s operator must renew the certificate.', NODE, { retriable: false }),
  unreached('tls-wrong-host', 'The endpoint\'s TLS certificate is for another host.', 'Check the host in the endpoint.', NODE, { retriable: false }),
  unreached('tls-failed', 'No TLS connection to the gateway could be made.', NETWORK, NODE),
  { code: 'certificate-refused', outcome: 'bad-credentials', retriable: false, saidInHandshake: true, meaning: 'The gateway refuses our TLS client certificate.', action: 'Check that it is a push certificate of this app, not expired, with its own private key.', source: NODE },
  unprocessed('refused-stream', 'The gateway refused the stream before it looked at it.', RFC_UNPROCESSED),
  unprocessed('goaway', 'The gateway closed the connection and said that it had not seen this message.', RFC_GOAWAY),
  unprocessed('not-submitted', 'The connection ended before the message was put on it.', RFC_UNPROCESSED),
  unanswered('timeout', 'No answer came in time.', OURS),
  unanswered('connection-closed', 'The connection was closed before the answer came.', RFC_UNPROCESSED),
  unanswered('connection-reset', 'The connection broke before the answer came.', RFC_UNPROCESSED),
  unanswered('stream-reset', 'The gateway broke off this message without an answer.', RFC_UNPROCESSED),
  { code: 'cancelled', outcome: 'unavailable', retriable: false, meaning: 'The run was stopped before the message was sent.', action: 'Run the campaign again for those who are left.', source: OURS },
  unreached('proxy-unreachable', 'The proxy does not answer.', 'Check the address of the proxy (HTTPS_PROXY, or the credential\'s own).', NODE),
  unreached('proxy-refused', 'The proxy does not let us through to the gateway.', 'Ask the proxy\'s operator to allow CONNECT to the gateway\'s host and port, or name the host in NO_PROXY.', RFC_CONNECT, { retriable: false }),
  unreached('proxy-authentication', 'The proxy asks for a user name and password, or does not accept those it was given.', 'Write them into the proxy\'s address: http://user:password@host:port.', RFC_CONNECT, { retriable: false }),
  { code: 'expired', outcome: 'unavailable', retriable: false, meaning: 'The message\'s time to live ended before it could be sent.', action: 'Give it a longer life or send faster.', source: OURS },
  stopped('wrong-environment', 'stopped-wrong-environment', 'The run was stopped: the first answers say mostly that the device tokens are of another environment, app or project.', 'Check environment, bundle id and project in the credential, and where the tokens come from; then run the campaign again. No device was removed.'),
  stopped('wrong-environment', 'stopped-dead-tokens', 'The run was stopped: more than half of the first device tokens are dead, which a list in use never has.', 'Check whether this is the right list, app and project. If it is just old, switch the safety stop off and run it again. No device was removed.'),
  stopped('bad-credentials', 'stopped-bad-credentials', 'The run was stopped: the gateway does not accept our credentials.', 'See the messages before this one for the gateway\'s word, correct the credential, and run the campaign again. No device was removed.'),
  stopped('bad-payload', 'stopped-bad-payload', 'The run was stopped: the gateway refused the message for nearly all of the first people.', 'See the messages before this one for what is wrong with it, correct it, and run the campaign again.'),
  { code: 'access-token-unavailable', outcome: 'unavailable', retriable: true, meaning: 'Google\'s token service, which signs us in to FCM, could not be reached.', action: 'Check that this machine reaches the token_uri of the service account (oauth2.googleapis.com).', source: 'https://developers.google.com/identity/protocols/oauth2/service-account' },
  { code: 'access-token-refused', outcome: 'bad-credentials', retriable: false, meaning: 'Google refuses to sign in the service account.', action: 'Check that its key was not deleted or disabled, and that this machine\'s clock is right.', source: 'https://developers.google.com/identity/protocols/oauth2/service-account#error-codes' },
  { code: 'application-default-missing', outcome: 'bad-credentials', retriable: false, meaning: 'This machine has no Google credentials of its own.', action: 'Set GOOGLE_APPLICATION_CREDENTIALS, run on Google Cloud, or use a service account file.', source: 'https://cloud.google.com/docs/authentication/application-default-credentials' },
  { code: 'project-unknown', outcome: 'bad-credentials', retriable: false, meaning: 'The Google credentials of this machine do not say which Firebase project to send for.', action: 'Give the project id in the credential.', source: OURS },
  refused('token-missing', 'The device token is empty.', 'Check which field of the person holds the token.'),
  refused('token-malformed', 'This cannot be a device token of the gateway.', 'Check which field holds the token, and that FCM and APNs tokens are not mixed up: an APNs token is hexadecimal.'),
  refused('topic-malformed', 'This is no name of an FCM topic.', 'A topic has letters, digits and - _ . ~ % only, 900 at most.'),
  refused('condition-malformed', 'FCM cannot read the condition.', 'Write it like \'news\' in topics && !(\'sport\' in topics), with five topics at most.'),
  refused('channel-malformed', 'This is no id of an APNs channel.', 'Use the id that was given when the channel was created; it is Base64.'),
  refused('broadcast-not-here', 'This gateway has no such broadcast: topics and conditions are FCM\'s, channels are APNs\'.', 'Choose the credential of the other gateway.'),
  { code: 'channel-answer-unread', outcome: 'unknown', retriable: false, meaning: 'The answer of the channel management cannot be read.', action: 'Check that the endpoint is APNs and not a proxy; list the channels to see what became of it.', source: OURS },
  refused('payload-malformed', 'The message cannot be written as JSON.', 'Correct the message.'),
  refused('payload-oversized', 'The message is over 64 KB; the gateways take 4,096 bytes.', 'Shorten the text or the data.'),
  refused('header-malformed', 'A header of the message has a name or value that APNs does not take.', 'Use apns-... headers with plain text values only.'),
];

export const TRANSPORT_OUTCOMES: readonly OutcomeRow[] = ROWS.map((row) => ({ gateway: 'any', ...row }));
