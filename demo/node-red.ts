/** The demo campaign in the real Node-RED. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoCredentials, type DemoCredentials } from './credentials';
import { atAddresses, type StartDemoHost } from './host';
import { ownPort } from './hosts/free-port';
import { startNodeRed, type FlowNode } from './hosts/node-red';

/** Origin of Node-RED in the file of the example. */
const EXAMPLE_ORIGIN = 'http://127.0.0.1:1880';

export const startNodeRedDemo: StartDemoHost = async ({ sandbox, dataFolder, port: wanted, packageFolder }) => {
  const port = await ownPort(wanted);
  const origin = `http://127.0.0.1:${port}`;
  const credentials = demoCredentials(sandbox, `${origin}/push-events`);
  const example = JSON.parse(readFileSync(join(packageFolder, 'examples', 'node-red', 'push-campaign.json'), 'utf8')) as FlowNode[];
  const flows = atAddresses(example, sandbox, { from: EXAMPLE_ORIGIN, to: origin });
  const nodeRed = await startNodeRed({ dataFolder, packageFolder, port, flows: withCredentials(flows, credentials) });
  return {
    name: `Node-RED ${nodeRed.version}`,
    editorUrl: nodeRed.url,
    storePath: join(dataFolder, 'push-campaigns.sqlite'),
    address: (path) => `${nodeRed.url}/${path}`,
    stop: () => nodeRed.stop(),
  };
};

/** An example carries no secrets: they come beside it, as a person would type them into the config nodes. */
export function withCredentials(flows: FlowNode[], { fcm, apns, tracking }: DemoCredentials): FlowNode[] {
  return flows.map((node) => {
    switch (node.type) {
      case 'push-fcm':
        return { ...node, endpoint: fcm.endpoint, projectId: fcm.projectId, authentication: 'accessToken', credentials: { accessToken: fcm.accessToken } };
      case 'push-apns':
        return { ...node, endpoint: apns.endpoint, bundleId: apns.bundleId, teamId: apns.teamId, keyId: apns.keyId, authentication: 'key', credentials: { key: apns.key } };
      case 'push-tracking':
        return { ...node, eventsUrl: tracking.eventsUrl, eventsUrlType: 'str', credentials: { secret: tracking.secret } };
      default:
        return node;
    }
  });
}
