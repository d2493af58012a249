/** What the two credential nodes have in common: a gateway for those who send, and its connection test. */
import type { Node } from 'node-red';
import { createGateway, watchDelivery, type CredentialCheck, type GatewayOptions } from '../../core';
import type { GatewayNode } from './config-nodes';
import { Shared } from './uses';

export function shareGateway(node: Node, options: () => GatewayOptions): void {
  const listener = watchDelivery((level, line) => node[level](line));
  const shared = new Shared(async () => createGateway(options(), { listener }), (gateway) => gateway.close());
  (node as GatewayNode).gateway = shared;
  node.on('close', (done: () => void) => void shared.end().then(done, done));
}

/** Asks the gateway without reaching any phone. */
export async function checkGateway(options: GatewayOptions): Promise<CredentialCheck> {
  const gateway = createGateway(options);
  try {
    return await gateway.check();
  } finally {
    await gateway.close();
  }
}
