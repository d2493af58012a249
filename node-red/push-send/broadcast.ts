/** Sends to topics, conditions and channels: one message for each entry of the list, or for a value that is none. */
import type { Node } from 'node-red';
import { createBroadcaster, isJsonObject, SEND_OUTPUTS, type Broadcast, type CampaignOptions, type SendResult } from '../../core';
import type { RunResult } from './push-send';

export type BroadcastTarget = 'topic' | 'condition' | 'channel';

export async function runBroadcasts(node: Node, value: unknown, options: CampaignOptions, target: BroadcastTarget, name: string): Promise<RunResult> {
  const people: SendResult[][] = SEND_OUTPUTS.map(() => []);
  // What an Inject node brings, such as a time, has no fields: the texts then have none either.
  const items = (Array.isArray(value) ? value : [value]).map((item: unknown) => (isJsonObject(item) ? item : {}));
  const send = createBroadcaster(options);
  for (const [index, item] of items.entries()) {
    if (options.signal?.aborted === true) break;
    const result = await send(item, { [target]: name } as Broadcast);
    people[SEND_OUTPUTS.indexOf(result.output)]?.push({ ...result, index });
  }
  const failed = people[SEND_OUTPUTS.indexOf('failed')]?.length ?? 0;
  node.status({ fill: failed > 0 ? 'yellow' : 'green', shape: 'dot', text: people.slice(0, 3).map(({ length }) => length).join(' / ') });
  return { people };
}
