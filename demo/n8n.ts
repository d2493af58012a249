/** The demo campaign in the real n8n. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoCredentials } from './credentials';
import { atAddresses, type StartDemoHost } from './host';
import { ownPort } from './hosts/free-port';
import { startN8n, type N8nWorkflow } from './hosts/n8n';

/** Origin of n8n in the file of the example. */
const EXAMPLE_ORIGIN = 'http://127.0.0.1:5678';

export const startN8nDemo: StartDemoHost = async ({ sandbox, dataFolder, port: wanted, packageFolder }) => {
  const port = await ownPort(wanted);
  const origin = `http://127.0.0.1:${port}`;
  const { fcm, apns: { key, ...apns }, tracking } = demoCredentials(sandbox, `${origin}/webhook/push-events`);
  const example = JSON.parse(readFileSync(join(packageFolder, 'examples', 'n8n', 'push-campaign.json'), 'utf8')) as N8nWorkflow;
  const storePath = join(dataFolder, 'push-campaigns.sqlite');
  const n8n = await startN8n({
    dataFolder,
    packageFolder,
    port,
    env: { PUSH_CAMPAIGNS_STORE: storePath },
    credentials: [
      { name: 'Push sandbox: FCM', type: 'fcmApi', data: { authentication: 'accessToken', ...fcm } },
      { name: 'Push sandbox: APNs', type: 'apnsApi', data: { authentication: 'key', ...apns, privateKey: key } },
      { name: 'Push sandbox: tracking', type: 'pushTrackingApi', data: tracking },
    ],
    workflows: [atAddresses(example, sandbox, { from: EXAMPLE_ORIGIN, to: origin })],
  });
  return {
    name: `n8n ${n8n.version}`,
    editorUrl: n8n.url,
    login: `sign in as ${n8n.owner.email} with ${n8n.owner.password}`,
    storePath,
    address: (path) => n8n.webhook(path),
    stop: () => n8n.stop(),
  };
};
