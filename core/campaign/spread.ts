/** How many messages a run has for each gateway: what a window over which it spreads them needs to know. */
import type { RateOptions } from '../delivery/rate';
import { PushError } from '../errors';
import type { GatewayType } from '../recipient';
import { candidatesOf, type CandidateOptions } from './candidates';
import type { Item } from './item';

/**
 * Counts the devices of all people, those of stored audiences too, which costs one reading of them. Who is suppressed
 * later counts here: the run then ends before its window does.
 * @throws PushError `spread-needs-list` for a stream, which can be read only once
 */
export async function countMessages(items: Iterable<Item> | AsyncIterable<Item>, people: CandidateOptions): Promise<Record<GatewayType, number>> {
  if (!Array.isArray(items)) {
    throw new PushError('spread-needs-list', 'A run can be spread over time only where all its people are known before.', 'Hand over a list, or an audience reference.');
  }
  const counts = { fcm: 0, apns: 0 };
  const counting = { ...people, refuse: async () => undefined, keyOf: () => '', wantsReferences: () => true };
  for await (const { person } of candidatesOf(items as Item[], counting)) {
    for (const { gateway } of person.devices) counts[gateway]++;
  }
  return counts;
}

/** @param overMs undefined where nothing is spread */
export function spreadOf(messages: number | undefined, overMs: number | undefined): RateOptions['spread'] {
  return messages === undefined || messages === 0 || overMs === undefined ? undefined : { messages, overMs };
}
