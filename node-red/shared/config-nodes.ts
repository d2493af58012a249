/** The config nodes as other nodes see them. */
import type { Node, NodeAPI } from 'node-red';
import { PushError, type GatewayOptions, type Store, type Tracking } from '../../core';
import type { Shared } from './uses';

export interface StoreNode extends Node {
  store: Shared<Store>;
}

export interface GatewayNode extends Node {
  /** @throws PushError for a field that cannot be right */
  gateway(): GatewayOptions;
}

export interface TrackingNode extends Node {
  /** @throws PushError for a short secret or an address that is none */
  tracking(): Tracking;
}

/** @throws PushError `no-store` where no store is chosen, `config-gone` where it is not there any more */
export function storeOf(RED: NodeAPI, id: string): StoreNode {
  const node = chosen<StoreNode>(RED, id, 'push-store');
  if (node !== undefined) return node;
  throw new PushError('no-store', 'No store is chosen.', 'Open the node and choose or add one.');
}

/** @throws PushError `config-gone` */
export function gatewayOf(RED: NodeAPI, id: string, type: 'push-fcm' | 'push-apns'): GatewayNode | undefined {
  return chosen<GatewayNode>(RED, id, type);
}

/** @throws PushError `config-gone` */
export function trackingOf(RED: NodeAPI, id: string): TrackingNode | undefined {
  return chosen<TrackingNode>(RED, id, 'push-tracking');
}

/**
 * Undefined only where nothing was chosen: a campaign that has lost its tracking or one of its gateways must not go out
 * half, and nobody told.
 */
function chosen<T extends Node>(RED: NodeAPI, id: string, type: string): T | undefined {
  if (!id) return undefined;
  const node = RED.nodes.getNode(id) as T | null;
  if (node?.type === type) return node;
  throw new PushError('config-gone', `The ${type} that was chosen is not there any more, or is switched off.`, 'Open the node and choose another one.', { type });
}
