/** Credentials of the suite, good ones and bad ones, by the names that the tests use. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoCredentials } from '../../../demo/credentials';
import type { N8nCredential } from '../../../demo/hosts/n8n';
import type { Sandbox } from '../../../sandbox';
import { POSTGRES_URL } from '../../core/store/databases';

function postgresOf(schema: string) {
  const { hostname, port, username, password, pathname } = new URL(POSTGRES_URL);
  return { kind: 'postgres', host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: username, password, ssl: 'off', schema };
}

/** Schema of the suite's store in PostgreSQL. */
export const STORE_SCHEMA = `push_n8n_${process.pid}`;

export function suiteCredentials(sandbox: Sandbox, eventsUrl: string): N8nCredential[] {
  const { fcm, apns: { key, ...apns }, tracking } = demoCredentials(sandbox, eventsUrl);
  const fcmData = { authentication: 'accessToken', ...fcm };
  const apnsData = { authentication: 'key', ...apns, privateKey: key };
  const serviceAccount = JSON.stringify(sandbox.serviceAccount());
  return [
    ...['fcm', 'Push sandbox: FCM'].map((name) => ({ name, type: 'fcmApi', data: fcmData })),
    ...['apns', 'Push sandbox: APNs'].map((name) => ({ name, type: 'apnsApi', data: apnsData })),
    ...['tracking', 'Push sandbox: tracking'].map((name) => ({ name, type: 'pushTrackingApi', data: { ...tracking } })),
    { name: 'service account', type: 'fcmApi', data: { authentication: 'serviceAccount', serviceAccount, endpoint: sandbox.gatewayUrl } },
    { name: 'cut-off service account', type: 'fcmApi', data: { authentication: 'serviceAccount', serviceAccount: serviceAccount.slice(0, 200) } },
    { name: 'no key', type: 'apnsApi', data: { ...apnsData, privateKey: 'a key that is none' } },
    { name: 'two keys', type: 'apnsApi', data: { ...apnsData, nextKeyId: 'NEXT123456', nextPrivateKey: sandbox.apnsKey().key } },
    { name: 'next key cut off', type: 'apnsApi', data: { ...apnsData, nextKeyId: 'NEXT123456', nextPrivateKey: key.slice(0, 80) } },
    { name: 'behind a proxy', type: 'fcmApi', data: { ...fcmData, proxy: 'http://user:secret@127.0.0.1:1' } },
    { name: 'unreachable', type: 'fcmApi', data: { ...fcmData, endpoint: 'http://127.0.0.1:1' } },
    { name: 'store', type: 'pushStoreApi', data: postgresOf(STORE_SCHEMA) },
    { name: 'store file', type: 'pushStoreApi', data: { kind: 'sqlite', file: join(mkdtempSync(join(tmpdir(), 'push-store-')), 'store.sqlite') } },
    { name: 'no store', type: 'pushStoreApi', data: { ...postgresOf(STORE_SCHEMA), port: 1 } },
    { name: 'weak secret', type: 'pushTrackingApi', data: { eventsUrl, secret: 'short' } },
  ];
}
