/** The config nodes as other nodes see them. */
import type { Node, NodeAPI } from 'node-red';
import { PushError, type Gateway, type Store, type Tracking } from '../../core';
import type { Shared } from './uses';

export interface StoreNode extends Node {
  store: Shared<Store>;
}

export interface GatewayNode extends Node {
  gateway: Shared<Gateway>;
}

export interface TrackingNode extends Node {
  /** @throws PushError for a short secret or an address that is none */
  tracking(): Tracking;
}

/** @throws PushError `no-store` where no store is chosen */
export function storeOf(RED: NodeAPI, id: string): StoreNode {
  const node = RED.nodes.getNode(id) as StoreNode | null;
  if (node?.store !== undefined) return node;
  throw new PushError('no-store', 'No store is chosen.', 'Open the node and choose or add one.');
}

export function gatewayOf(RED: NodeAPI, id: string): GatewayNode | undefined {
  const node = RED.nodes.getNode(id) as GatewayNode | null;
  return node?.gateway === undefined ? undefined : node;
}

export function trackingOf(RED: NodeAPI, id: string): TrackingNode | undefined {
  const node = RED.nodes.getNode(id) as TrackingNode | null;
  return typeof node?.tracking === 'function' ? node : undefined;
}
