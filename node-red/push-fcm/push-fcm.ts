import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { FcmGatewayOptions } from '../../core';
import { filled, offerCheck, type Fields } from '../shared/check';
import { checkGateway } from '../shared/check-gateway';
import type { GatewayNode } from '../shared/config-nodes';

const SECRETS = ['serviceAccount', 'accessToken', 'proxy'] as const;
type Credentials = Record<(typeof SECRETS)[number], unknown>;

/** A Firebase project and how to sign in to it. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-fcm', function (this: Node<Credentials>, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    (this as unknown as GatewayNode).gateway = () => options({ ...(definition as unknown as Fields), ...(this.credentials as Fields) });
  }, { credentials: { serviceAccount: { type: 'password' }, accessToken: { type: 'password' }, proxy: { type: 'password' } } });
  offerCheck(RED, 'push-fcm', SECRETS, async (fields) => checkGateway(options(fields)));
}

/** Only the fields of the chosen way of signing in: the others may hold what an earlier choice left behind. */
function options(fields: Fields): FcmGatewayOptions {
  const { authentication = 'serviceAccount', serviceAccount, accessToken, projectId, endpoint, ca, proxy } = filled(fields);
  const place = { ...(endpoint !== undefined && { endpoint }), ...(ca !== undefined && { ca }), ...(proxy !== undefined && { proxy }) };
  const project = projectId === undefined ? {} : { projectId };
  if (authentication === 'applicationDefault') return { type: 'fcm', ...place, ...project, applicationDefault: true };
  if (authentication === 'accessToken') return { type: 'fcm', ...place, ...project, ...(accessToken !== undefined && { accessToken }) };
  return { type: 'fcm', ...place, ...(serviceAccount !== undefined && { serviceAccount }) };
}
