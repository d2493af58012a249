/** Credentials of the suite, good ones and bad ones, by the names that the tests use. */
import { demoCredentials } from '../../../demo/credentials';
import type { N8nCredential } from '../../../demo/hosts/n8n';
import type { Sandbox } from '../../../sandbox';

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
    { name: 'unreachable', type: 'fcmApi', data: { ...fcmData, endpoint: 'http://127.0.0.1:1' } },
    { name: 'weak secret', type: 'pushTrackingApi', data: { eventsUrl, secret: 'short' } },
  ];
}
