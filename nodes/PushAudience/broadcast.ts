/** The operations on those who listen to a broadcast: subscriptions to FCM topics, and APNs channels. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { changeSubscriptions, PushError, type Channels, type ChannelStorage, type Item, type Store, type TopicAction } from '../../core';
import { fieldsParameter, textParameter } from '../shared/configuration';
import { withGateways } from '../shared/gateways';
import { counted, tellHint } from '../shared/hints';
import { runItems } from '../shared/items';

export const TOPIC_OPERATIONS: readonly string[] = ['subscribe', 'unsubscribe'] satisfies TopicAction[];
export const CHANNEL_OPERATIONS: readonly string[] = ['createChannel', 'getChannels', 'deleteChannel'];

export function runTopicChange(context: IExecuteFunctions, store: Store, action: TopicAction): Promise<INodeExecutionData[][]> {
  return withGateways(context, async ({ fcm: gateway }) => {
    const signal = context.getExecutionCancelSignal();
    const { report, failures } = await changeSubscriptions(context.getInputData().map(({ json }) => json as Item), {
      action, topic: textParameter(context, 'topic') ?? '', store, gateway, fields: fieldsParameter(context), ...(signal && { signal }),
    });
    tellHint(context, {
      message: `${counted(report.devices, 'device', 'devices')} of ${counted(report.people, 'person', 'people')}: ${report.done} done, ${report.failed} failed.`,
      type: report.failed > 0 ? 'warning' : 'info',
      location: 'outputPane',
    });
    return [
      [{ json: { ...report } as unknown as IDataObject, pairedItem: { item: 0 } }],
      failures.map(({ index, item }) => ({ json: item as IDataObject, pairedItem: { item: index } })),
    ];
  });
}

export function runChannels(context: IExecuteFunctions, operation: string): Promise<INodeExecutionData[][]> {
  return withGateways(context, ({ apns }) => {
    const channels = apns?.channels;
    if (channels === undefined) throw new PushError('no-credentials', 'Channels need a credential for APNs.', 'Choose one.');
    if (operation === 'getChannels') return listAll(channels);
    return runItems(context, 2, async (_item, index) => [{ output: 0, item: await actOn(context, channels, operation, index) }]);
  });
}

async function listAll(channels: Channels): Promise<INodeExecutionData[][]> {
  return [(await channels.list()).map((channel) => ({ json: { channel }, pairedItem: { item: 0 } })), []];
}

async function actOn(context: IExecuteFunctions, channels: Channels, operation: string, index: number): Promise<Item> {
  if (operation === 'createChannel') return { channel: await channels.create(context.getNodeParameter('channelStorage', 0) as ChannelStorage) };
  const channel = textParameter(context, 'channel', index) ?? '';
  await channels.remove(channel);
  return { channel, deleted: true };
}
