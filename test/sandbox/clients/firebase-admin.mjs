/**
 * firebase-admin sends to the sandbox: sendEach() over HTTP/2, send() over HTTP/1.1; with a topic it subscribes the devices,
 * sends to the topic and takes them off again. Prints how each ended.
 */
import http2 from 'node:http2';
import https from 'node:https';
import tls from 'node:tls';
import { initializeApp } from 'firebase-admin/app';
import { getMessaging } from 'firebase-admin/messaging';

const { url, tokens, topic } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);

// The address of FCM is fixed in the library; it looks `connect` up when it sends.
const { connect } = http2;
http2.connect = (_fcm, options) => {
  const session = connect(url, options);
  const { request } = session;
  // The library sends `https:` with the colon, which HTTP/2 forbids and Google's servers let pass.
  session.request = (headers, more) => request.call(session, { ...headers, ':scheme': 'https' }, more);
  return session;
};
const httpAgent = new https.Agent();
httpAgent.createConnection = (options) => tls.connect({ ...options, host: hostname, port: Number(port), servername: hostname });

const app = initializeApp({
  projectId: 'demo',
  httpAgent,
  credential: { getAccessToken: () => Promise.resolve({ access_token: 'sandbox', expires_in: 3600 }) },
});
if (topic !== undefined) {
  const messaging = getMessaging(app);
  const count = ({ successCount, errors }) => ({ successCount, errors: errors.map(({ index, error }) => ({ index, code: error.code })) });
  const subscribed = count(await messaging.subscribeToTopic(tokens, topic));
  const again = count(await messaging.subscribeToTopic(tokens.slice(0, 1), topic));
  await messaging.send({ topic, notification: { title: 'Hello', body: 'World' } });
  const unsubscribed = count(await messaging.unsubscribeFromTopic(tokens.slice(0, 1), topic));
  console.log(JSON.stringify({ subscribed, again, unsubscribed }));
  process.exit(0);
}
const messages = tokens.map((token) => ({ token, notification: { title: 'Hello', body: 'World' }, android: { ttl: 60_000, collapseKey: 'a' } }));
const told = ({ success, messageId, error }) => (success ? messageId : error.code);
const { responses } = await getMessaging(app).sendEach(messages);
const single = [];
for (const message of messages) single.push(await getMessaging(app).send(message).then((messageId) => messageId, ({ code }) => code));
console.log(JSON.stringify({ sendEach: responses.map(told), send: single }));
process.exit(0);
