import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ApnsGatewayOptions } from '../../core';
import { filled, offerCheck, type Fields } from '../shared/check';
import { checkGateway } from '../shared/check-gateway';
import type { GatewayNode } from '../shared/config-nodes';

const SECRETS = ['key', 'nextKey', 'certificateKey', 'proxy'] as const;
type Credentials = Record<(typeof SECRETS)[number] | 'certificate', unknown>;

/** An app of Apple's and how to sign in for it. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-apns', function (this: Node<Credentials>, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    (this as unknown as GatewayNode).gateway = () => options({ ...(definition as unknown as Fields), ...(this.credentials as Fields) });
  }, {
    credentials: {
      key: { type: 'password' }, nextKey: { type: 'password' }, certificate: { type: 'text' }, certificateKey: { type: 'password' }, proxy: { type: 'password' },
    },
  });
  offerCheck(RED, 'push-apns', SECRETS, async (fields) => checkGateway(options(fields)));
}

/** Only the fields of the chosen way of signing in: the others may hold what an earlier choice left behind. */
function options(fields: Fields): ApnsGatewayOptions {
  const { authentication = 'key', bundleId = '', environment, teamId, keyId, key, nextKeyId, nextKey, certificate, certificateKey, endpoint, ca, proxy } = filled(fields);
  const signIn = authentication === 'certificate' ? { certificate, certificateKey } : { teamId, keyId, key, ...(nextKeyId !== undefined && { nextKeyId, nextKey }) };
  return {
    type: 'apns',
    bundleId,
    environment: environment === 'development' ? 'development' : 'production',
    ...(endpoint !== undefined && { endpoint }),
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
    ...filled(signIn),
  };
}
