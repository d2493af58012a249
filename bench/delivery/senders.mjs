// All who send, each as `(order) => accepted`: the engine, the vendors' and others' libraries, a bare window of node:http2.
import { generateKeyPairSync } from 'node:crypto';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const alert = { title: 'The autumn sale is on', body: 'Up to 30 % off until Sunday. See your picks.' };
const PAYLOADS = {
  fcm: { notification: alert, data: { screen: 'sale', deliveryToken: 'x'.repeat(45) }, android: { ttl: '86400s' } },
  apns: { aps: { alert }, deliveryToken: 'x'.repeat(45) },
};
const token = (n) => n.toString(16).padStart(64, '0');
// Of the usual size: it is never compressed and makes up much of a request.
const bearer = (type) => 'a'.repeat(type === 'fcm' ? 1000 : 200);
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const apnsHeaders = { 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert', 'apns-priority': '10' };

/** `many` at once until all are sent. */
async function windowed(messages, many, one) {
  let next = 0;
  let accepted = 0;
  await Promise.all(Array.from({ length: many }, async () => {
    while (next < messages) if (await one(next++)) accepted++;
  }));
  return accepted;
}

function gatewayOf({ type, endpoint, ca, build }) {
  const { createGateway } = require(`${build}/core/index.js`);
  const credential = type === 'fcm'
    ? { projectId: 'demo', accessToken: bearer(type) }
    : { bundleId: 'com.example.shop', teamId: 'TEAM123456', keyId: 'KEY1234567', key: ecKey() };
  return createGateway({ type, endpoint, ca, ...credential });
}

async function engine(order) {
  function* source() {
    for (let n = 0; n < order.messages; n++) yield { id: String(n), token: token(n), payload: PAYLOADS[order.type] };
  }
  let accepted = 0;
  for await (const { outcome } of gatewayOf(order).send(source(), { rate: { perMinute: Infinity } })) if (outcome === 'accepted') accepted++;
  return accepted;
}

/** The whole campaign: text written for each person, every delivery in the ledger before it leaves and after. */
const campaign = (keeping, idOf = (n) => n) => async (order) => {
  const { openStore, sendCampaign } = require(`${order.build}/core/index.js`);
  const folder = mkdtempSync(join(tmpdir(), 'push-ledger-'));
  const store = await openStore({ sqlite: join(folder, 'store.sqlite') });
  if (!keeping) withoutLedger(store);
  function* people() {
    for (let n = 0; n < order.messages; n++) yield { id: `p${idOf(n)}`, token: token(n), gateway: order.type };
  }
  let accepted = 0;
  const options = { campaign: 'bench', store, gateways: { [order.type]: gatewayOf(order) }, template: { template: alert }, delivery: { rate: { perMinute: Infinity } } };
  for await (const { output } of sendCampaign(people(), options)) if (output === 'sent') accepted++;
  await store.close();
  rmSync(folder, { recursive: true });
  return accepted;
};

/** Numbers from 0 to a prime number of some millions, each once and far from the one before. */
const scattered = (n) => (n * 1_299_709) % 15_485_863;

/** A store that is asked all the same and keeps nothing of who was sent to: what the ledger costs is the difference. */
function withoutLedger(store) {
  Object.assign(store, {
    reached: async (messages) => messages.map(() => false),
    lease: async (deliveries) => deliveries.map(() => 'go'),
    depart: async (ids) => new Set(ids),
    settle: async () => undefined,
    recordParticipations: async () => undefined,
  });
}

/** The least that can be done: as many sessions and streams as the engine has, and nothing else. */
async function raw({ type, endpoint, ca, messages }) {
  const [sessions, streams] = type === 'fcm' ? [4, 100] : [2, 500];
  const authorization = `Bearer ${bearer(type)}`;
  let next = 0;
  let accepted = 0;
  await Promise.all(Array.from({ length: sessions }, () => new Promise((resolve) => {
    const session = http2.connect(endpoint, { ca, settings: { enablePush: false }, maxSessionMemory: 64 });
    let open = 0;
    const one = () => {
      const n = next++;
      open++;
      const stream = session.request(type === 'fcm'
        ? { ':method': 'POST', ':path': '/v1/projects/demo/messages:send', 'content-type': 'application/json', authorization }
        : { ':method': 'POST', ':path': `/3/device/${token(n)}`, ...apnsHeaders, authorization });
      let status;
      stream.on('response', (answer) => (status = answer[':status']));
      stream.on('data', () => undefined);
      stream.on('close', () => {
        if (status === 200) accepted++;
        open--;
        if (next < messages) one();
        else if (open === 0) session.close(resolve);
      });
      stream.end(JSON.stringify(type === 'fcm' ? { message: { ...PAYLOADS.fcm, token: token(n) } } : PAYLOADS.apns));
    };
    session.once('remoteSettings', () => {
      for (let n = 0; n < streams && next < messages; n++) one();
    });
  })));
  return accepted;
}

/** firebase-admin, 500 messages a call, 4 calls at once. It knows Google's host only, and names the scheme `https:`, which Node's server refuses. */
async function sendEach({ endpoint, ca, messages }) {
  const core = require('node:http2');
  const { connect } = core;
  core.connect = (_url, options) => {
    const session = connect(endpoint, { ...options, ca });
    const { request } = session;
    session.request = (headers, ...more) => request.call(session, { ...headers, ':scheme': 'https' }, ...more);
    return session;
  };
  const { initializeApp } = require('firebase-admin/app');
  const { getMessaging } = require('firebase-admin/messaging');
  const credential = { getAccessToken: async () => ({ access_token: bearer('fcm'), expires_in: 3600 }) };
  const messaging = getMessaging(initializeApp({ credential, projectId: 'demo' }));
  const call = async (at) => {
    const list = Array.from({ length: Math.min(500, messages - at) }, (_, n) => ({ ...PAYLOADS.fcm, android: { ttl: 86_400_000 }, token: token(at + n) }));
    return (await messaging.sendEach(list)).successCount;
  };
  let accepted = 0;
  await windowed(Math.ceil(messages / 500), 4, async (page) => {
    const count = await call(page * 500);
    accepted += count;
  });
  return accepted;
}

/** apns2, whose address has no port: its pool is replaced by one with the same settings, or with more requests a connection. */
const apns2 = (pool, sendAll) => async (order) => {
  const { ApnsClient, Notification } = await import('apns2');
  const { Pool } = await import('undici');
  const client = new ApnsClient({ team: 'TEAM123456', keyId: 'KEY1234567', signingKey: ecKey(), defaultTopic: 'com.example.shop' });
  client.client = new Pool(order.endpoint, { allowH2: true, maxConcurrentStreams: 100, connect: { ca: order.ca }, ...pool });
  const notification = (n) => new Notification(token(n), { alert, data: { deliveryToken: 'x'.repeat(45) } });
  return sendAll(client, notification, order.messages);
};
const sendMany = async (client, notification, messages) => {
  let accepted = 0;
  for (let at = 0; at < messages; at += 1000) {
    const results = await client.sendMany(Array.from({ length: Math.min(1000, messages - at) }, (_, n) => notification(at + n)));
    accepted += results.filter((result) => !('error' in result)).length;
  }
  return accepted;
};
const oneByOne = (client, notification, messages) => windowed(messages, 1000, (n) => client.send(notification(n)).then(() => true, () => false));

async function nodeApn({ endpoint, ca, messages }) {
  const apn = require('@parse/node-apn');
  const { hostname: address, port } = new URL(endpoint);
  const provider = new apn.Provider({ token: { key: ecKey(), keyId: 'KEY1234567', teamId: 'TEAM123456' }, address, port: Number(port), ca });
  const accepted = await windowed(messages, 1000, async (n) => {
    const note = new apn.Notification({ aps: { alert }, deliveryToken: 'x'.repeat(45) });
    note.topic = 'com.example.shop';
    note.pushType = 'alert';
    return (await provider.send(note, token(n))).sent.length === 1;
  });
  provider.shutdown();
  return accepted;
}

async function undici8({ type, endpoint, ca, messages }) {
  const { Pool } = await import('undici8');
  const [connections, streams] = type === 'fcm' ? [4, 100] : [2, 500];
  const pool = new Pool(endpoint, { allowH2: true, connections, pipelining: streams, maxConcurrentStreams: streams, connect: { ca } });
  const authorization = `Bearer ${bearer(type)}`;
  return windowed(messages, connections * streams, async (n) => {
    const { statusCode, body } = await pool.request(type === 'fcm'
      ? { method: 'POST', path: '/v1/projects/demo/messages:send', headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify({ message: { ...PAYLOADS.fcm, token: token(n) } }) }
      : { method: 'POST', path: `/3/device/${token(n)}`, headers: { ...apnsHeaders, authorization }, body: JSON.stringify(PAYLOADS.apns) });
    await body.dump();
    return statusCode === 200;
  });
}

/** By the name of the table; `of` which services it speaks to. */
export const SENDERS = {
  engine: { of: ['fcm', 'apns'], send: engine },
  'engine, campaign with ledger': { of: ['fcm', 'apns'], send: campaign(true) },
  'engine, campaign with ledger, people in no order': { of: ['fcm', 'apns'], send: campaign(true, scattered) },
  'engine, campaign without ledger': { of: ['fcm', 'apns'], send: campaign(false) },
  'node:http2 window': { of: ['fcm', 'apns'], send: raw },
  'firebase-admin sendEach': { of: ['fcm'], send: sendEach },
  'apns2 sendMany': { of: ['apns'], send: apns2({ connections: 32, pipelining: 1 }, sendMany) },
  'apns2, pipelining 100': { of: ['apns'], send: apns2({ connections: 32, pipelining: 100 }, oneByOne) },
  '@parse/node-apn': { of: ['apns'], send: nodeApn },
  'undici 8': { of: ['fcm', 'apns'], send: undici8 },
};
