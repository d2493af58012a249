/** Apple's own part of a payload, the same over APNs and behind FCM. Names: "Generating a remote notification". */
import type { PushType } from 'apns2';
import { isShown, isUrgent, type Message } from '../template';
import type { Aps } from './types';

/** Texts of the alert; undefined where nothing is shown. */
export function alert(message: Message): Aps['alert'] {
  if (!isShown(message)) return undefined;
  const { title, subtitle, body } = message;
  const texts: Aps['alert'] = {};
  if (title !== undefined) texts.title = title;
  if (subtitle !== undefined) texts.subtitle = subtitle;
  if (body !== undefined) texts.body = body;
  return texts;
}

/** @param texts the alert, where it is not made by FCM itself */
export function aps(message: Message, texts: Aps['alert']): Aps {
  const keys: Aps = {};
  if (texts !== undefined) keys.alert = texts;
  const sound = soundOf(message);
  if (sound !== undefined) keys.sound = sound;
  if (message.badge !== undefined) keys.badge = message.badge;
  if (message.thread !== undefined) keys['thread-id'] = message.thread;
  if (message.category !== undefined) keys.category = message.category;
  // The app's extension loads the picture and counts the badge up; it runs only with this key.
  if (message.mutableContent ?? (message.image !== undefined || message.badgeIncrease !== undefined)) keys['mutable-content'] = 1;
  if (message.contentAvailable === true || message.silent === true) keys['content-available'] = 1;
  if (message.interruptionLevel !== undefined) keys['interruption-level'] = message.interruptionLevel;
  if (message.relevanceScore !== undefined) keys['relevance-score'] = message.relevanceScore;
  return keys;
}

/** Only a sound in this form is heard on a phone that is muted. */
function soundOf({ sound, interruptionLevel }: Message): Aps['sound'] {
  return interruptionLevel === 'critical' ? { critical: 1, name: sound ?? 'default', volume: 1 } : sound;
}

/** A background push must have priority 5, a call 10 (Apple, "Sending notification requests to APNs"). */
export function apnsHeaders(message: Message): Record<string, string> {
  const headers: Record<string, string> = { 'apns-push-type': pushType(message), 'apns-priority': isUrgent(message) ? '10' : '5' };
  if (message.collapseId !== undefined) headers['apns-collapse-id'] = message.collapseId;
  return headers;
}

function pushType({ silent, voip, liveActivity }: Message): PushType {
  if (liveActivity !== undefined) return 'liveactivity';
  if (voip === true) return 'voip';
  return silent === true ? 'background' : 'alert';
}
