/** Sends to topics, conditions and channels: one message an item. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { SEND_OUTPUTS, sendBroadcast, type Gateway, type GatewayType, type Item, type Store } from '../../core';
import { readBroadcast, readTarget } from './campaign';

export async function runBroadcasts(
  context: IExecuteFunctions, operation: string, store: Store, gateways: Partial<Record<GatewayType, Gateway>>,
): Promise<INodeExecutionData[][]> {
  const outputs: INodeExecutionData[][] = SEND_OUTPUTS.map(() => []);
  const options = readBroadcast(context);
  const signal = context.getExecutionCancelSignal();
  for (const [index, { json }] of context.getInputData().entries()) {
    signal?.throwIfAborted();
    const { output, item } = await sendBroadcast(json as Item, { ...options, to: readTarget(context, operation, index), store, gateways, ...(signal && { signal }) });
    outputs[SEND_OUTPUTS.indexOf(output)]?.push({ json: item as IDataObject, pairedItem: { item: index } });
  }
  return outputs;
}
