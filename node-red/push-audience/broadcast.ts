/** The operations on those who listen to a broadcast: subscriptions to FCM topics, and APNs channels. */
import type { NodeAPI } from 'node-red';
import {
  changeSubscriptions, isJsonObject, PushError, type Channels, type ChannelStorage, type FieldMap, type Item, type Store, type SubscriptionFailure, type SubscriptionReport,
} from '../../core';
import { gatewayOf } from '../shared/config-nodes';
import { withGatewaysOf } from '../shared/gateways';

export interface BroadcastDefinition {
  fcm: string;
  apns: string;
  topic: string;
  channelStorage: ChannelStorage | '';
  fields: FieldMap;
}

export type TopicOperation = 'subscribe' | 'unsubscribe';
export type ChannelOperation = 'createChannel' | 'channels' | 'deleteChannel';

export function isTopicOperation(operation: string): operation is TopicOperation {
  return operation === 'subscribe' || operation === 'unsubscribe';
}

export function isChannelOperation(operation: string): operation is ChannelOperation {
  return ['createChannel', 'channels', 'deleteChannel'].includes(operation);
}

/** @param named the topic of the message, for a node that names none */
export function changeTopic(
  RED: NodeAPI, { fcm, topic, fields }: BroadcastDefinition, action: TopicOperation, store: Store, value: unknown, named: unknown,
): Promise<{ report: SubscriptionReport; failures: SubscriptionFailure[] }> {
  const node = gatewayOf(RED, fcm, 'push-fcm');
  if (node === undefined) throw new PushError('no-credentials', 'A topic needs a credential for FCM.', 'Open the node and choose one.');
  const items = (Array.isArray(value) ? value : [value]) as Item[];
  return withGatewaysOf([node], ({ fcm: gateway }) =>
    changeSubscriptions(items, { action, topic: topic?.trim() || String(named ?? ''), store, gateway, fields: fields ?? {} }));
}

export function actOnChannels(RED: NodeAPI, { apns, channelStorage }: BroadcastDefinition, operation: ChannelOperation, value: unknown): Promise<unknown> {
  const node = gatewayOf(RED, apns, 'push-apns');
  if (node === undefined) throw new PushError('no-credentials', 'Channels need a credential for APNs.', 'Open the node and choose one.');
  return withGatewaysOf([node], async (gateways) => {
    const { create, list, remove } = gateways.apns?.channels as Channels;
    if (operation === 'createChannel') return { channel: await create(channelStorage || 'none') };
    if (operation === 'channels') return (await list()).map((channel) => ({ channel }));
    const channel = String((isJsonObject(value) ? value['channel'] : value) ?? '');
    await remove(channel);
    return { channel, deleted: true };
  });
}
