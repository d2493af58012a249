/** Message -> a `Message` of FCM HTTP v1 without its target. Names and forms: REST, projects.messages. */
import type { JsonObject } from '../../json';
import { isShown, isUrgent, type Message } from '../template';
import { alert, apnsHeaders, aps } from './aps';
import type { FcmMessage } from './types';
import { webpush } from './webpush';

export function fcmPayload(message: Message): JsonObject {
  const payload: FcmMessage = {};
  if (isShown(message)) {
    const { title, body, image } = message;
    payload.notification = {};
    if (title !== undefined) payload.notification.title = title;
    if (body !== undefined) payload.notification.body = body;
    if (image !== undefined) payload.notification.image = image;
  }
  const data = fcmData(message);
  if (data !== undefined) payload.data = data;
  payload.android = android(message);
  const behind = applePart(message);
  if (behind !== undefined) payload.apns = behind;
  const web = webpush(message);
  if (web !== undefined) payload.webpush = web;
  if (message.analyticsLabel !== undefined) payload.fcmOptions = { analyticsLabel: message.analyticsLabel };
  return payload as JsonObject;
}

/** Everything in it is text: FCM's `data` is a map of strings. */
function fcmData({ data, link, category, buttons, badgeIncrease }: Message): FcmMessage['data'] {
  const texts: Record<string, string> = { ...data };
  if (link !== undefined) texts['link'] = link;
  if (category !== undefined) texts['category'] = category;
  if (buttons !== undefined) texts['buttons'] = JSON.stringify(buttons);
  if (badgeIncrease !== undefined) texts['badgeIncrease'] = String(badgeIncrease);
  return data === undefined && Object.keys(texts).length === 0 ? undefined : texts;
}

function android(message: Message): NonNullable<FcmMessage['android']> {
  const made: NonNullable<FcmMessage['android']> = { priority: isUrgent(message) ? 'HIGH' : 'NORMAL' };
  if (message.ttlSeconds !== undefined) made.ttl = `${message.ttlSeconds}s`;
  if (message.collapseId !== undefined) made.collapseKey = message.collapseId;
  if (!isShown(message)) return made;
  const notification: NonNullable<typeof made.notification> = {};
  if (message.channel !== undefined) notification.channelId = message.channel;
  if (message.sound !== undefined) notification.sound = message.sound;
  // collapseKey replaces what is still on its way, tag what is already shown.
  if (message.collapseId !== undefined) notification.tag = message.collapseId;
  // Launchers add up the counts of all notifications that are shown: one that adds to them is an increase by itself.
  const count = message.badge ?? message.badgeIncrease;
  if (count !== undefined) notification.notificationCount = count;
  if (Object.keys(notification).length > 0) made.notification = notification;
  return made;
}

/** What an iPhone behind FCM needs besides the common notification; FCM itself makes the alert from title and body. */
function applePart(message: Message): FcmMessage['apns'] {
  // FCM's tokens are none for calls.
  if (message.voip === true) return undefined;
  const body = aps(message, message.subtitle === undefined ? undefined : alert(message));
  const hasHeaders = message.collapseId !== undefined || message.priority !== undefined || message.silent === true;
  const hasBody = Object.keys(body).length > 0;
  if (!hasHeaders && !hasBody) return undefined;
  return { ...(hasHeaders && { headers: apnsHeaders(message) }), ...(hasBody && { payload: { aps: body } }) };
}
