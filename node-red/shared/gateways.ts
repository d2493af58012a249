/** Gateways for those who send: of this process, by what the credential nodes say. */
import { useGateways, watchDelivery, type Gateway, type GatewayType } from '../../core';
import type { GatewayNode } from './config-nodes';

export type Gateways = Partial<Record<GatewayType, Gateway>>;

/** What delivery has to tell stands in the log under the first of the credential nodes. */
export function withGatewaysOf<T>(nodes: readonly GatewayNode[], work: (gateways: Gateways) => Promise<T>): Promise<T> {
  const listener = watchDelivery((level, line) => nodes[0]?.[level](line));
  return useGateways(nodes.map((node) => node.gateway()), work, listener);
}
