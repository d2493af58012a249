/** Message -> the request that APNs takes. */
import type { JsonObject } from '../../json';
import type { ApnsMessage, Message } from '../template';
import { alert, apnsHeaders, aps } from './aps';
import { liveActivityPayload } from './live-activity';

/** The JSON body and the headers of an APNs request; `apns-expiration` follows from `ttlSeconds` when it is sent. */
export function apnsMessage(message: Message): ApnsMessage {
  return { payload: message.liveActivity === undefined ? notification(message) : liveActivityPayload(message, message.liveActivity), headers: apnsHeaders(message) };
}

function notification(message: Message): JsonObject {
  const payload: JsonObject = { aps: aps(message, alert(message)) as JsonObject };
  if (message.link !== undefined) payload['link'] = message.link;
  if (message.image !== undefined) payload['image'] = message.image;
  if (message.buttons !== undefined) payload['buttons'] = message.buttons;
  if (message.badgeIncrease !== undefined) payload['badgeIncrease'] = message.badgeIncrease;
  if (message.data !== undefined) Object.assign(payload, message.data);
  return payload;
}
