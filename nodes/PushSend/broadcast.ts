/** Sends to topics, conditions and channels: one message an item. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { createBroadcaster, SEND_OUTPUTS, type Gateway, type GatewayType, type Item, type Store } from '../../core';
import { counted, tellHint } from '../shared/hints';
import { readBroadcast, readTarget } from './campaign';

export async function runBroadcasts(
  context: IExecuteFunctions, operation: string, store: Store, gateways: Partial<Record<GatewayType, Gateway>>,
): Promise<INodeExecutionData[][]> {
  const outputs: INodeExecutionData[][] = SEND_OUTPUTS.map(() => []);
  const signal = context.getExecutionCancelSignal();
  const send = createBroadcaster({ ...readBroadcast(context), store, gateways, ...(signal && { signal }) });
  for (const [index, { json }] of context.getInputData().entries()) {
    signal?.throwIfAborted();
    const { output, item } = await send(json as Item, readTarget(context, operation, index));
    outputs[SEND_OUTPUTS.indexOf(output)]?.push({ json: item as IDataObject, pairedItem: { item: index } });
  }
  const held = outputs[SEND_OUTPUTS.indexOf('held')]?.length ?? 0;
  if (held > 0) {
    tellHint(context, {
      message: `${counted(held, 'message was', 'messages were')} not sent yet, and not kept for later: run this node again (why stands in push.why of the item).`,
      type: 'warning',
      location: 'outputPane',
    });
  }
  return outputs;
}
