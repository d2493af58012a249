/** The payload of a Live Activity. Names: Apple, "Starting and updating Live Activities with ActivityKit push notifications". */
import type { JsonObject } from '../../json';
import type { LiveActivity, Message } from '../template';
import { alert } from './aps';

/** Dates in seconds since 1970. The send step moves them to the moment of sending (campaign/message.ts). */
export function liveActivityPayload(message: Message, activity: LiveActivity): JsonObject {
  const { event, at, contentState, attributesType, attributes, staleAfterSeconds, dismissAfterSeconds } = activity;
  const aps: JsonObject = { timestamp: at, event, 'content-state': contentState };
  if (attributesType !== undefined) aps['attributes-type'] = attributesType;
  if (attributes !== undefined) aps['attributes'] = attributes;
  if (staleAfterSeconds !== undefined) aps['stale-date'] = at + staleAfterSeconds;
  if (dismissAfterSeconds !== undefined) aps['dismissal-date'] = at + dismissAfterSeconds;
  if (message.relevanceScore !== undefined) aps['relevance-score'] = message.relevanceScore;
  const texts = alert(message);
  if (texts !== undefined && Object.keys(texts).length > 0) {
    aps['alert'] = { ...texts, ...(message.sound !== undefined && { sound: message.sound }) };
  }
  return { aps };
}
