/** Message -> the JSON of each gateway. Names and forms are those of FCM HTTP v1 (REST) and of Apple's payload keys. */
import type { JsonObject } from '../json';
import type { ApnsMessage, Message } from './template';

/** A `Message` of FCM HTTP v1 without its target: projects.messages, "Message" and the objects in it. */
export function fcmPayload(message: Message): JsonObject {
  const payload: JsonObject = {};
  const { title, body, image } = message;
  if (message.silent !== true) {
    const notification: JsonObject = {};
    if (title !== undefined) notification['title'] = title;
    if (body !== undefined) notification['body'] = body;
    if (image !== undefined) notification['image'] = image;
    payload['notification'] = notification;
  }
  const data = fcmData(message);
  if (data !== undefined) payload['data'] = data;
  payload['android'] = fcmAndroid(message);
  const apns = fcmApns(message);
  if (apns !== undefined) payload['apns'] = apns;
  // Browsers open https addresses only.
  if (message.link?.startsWith('https:') === true) payload['webpush'] = { fcmOptions: { link: message.link } };
  if (message.analyticsLabel !== undefined) payload['fcmOptions'] = { analyticsLabel: message.analyticsLabel };
  return payload;
}

/** The JSON body and the headers of an APNs request; `apns-expiration` follows from `ttlSeconds` when it is sent. */
export function apnsMessage(message: Message): ApnsMessage {
  const payload: JsonObject = { aps: aps(message, alert(message)) };
  if (message.link !== undefined) payload['link'] = message.link;
  if (message.image !== undefined) payload['image'] = message.image;
  if (message.buttons !== undefined) payload['buttons'] = message.buttons;
  if (message.data !== undefined) Object.assign(payload, message.data);
  return { payload, headers: apnsHeaders(message) };
}

/** Everything in it is text: FCM's `data` is a map of strings. */
function fcmData({ data, link, category, buttons }: Message): JsonObject | undefined {
  if (data === undefined && link === undefined && category === undefined && buttons === undefined) return undefined;
  const texts: JsonObject = { ...data };
  if (link !== undefined) texts['link'] = link;
  if (category !== undefined) texts['category'] = category;
  if (buttons !== undefined) texts['buttons'] = JSON.stringify(buttons);
  return texts;
}

function fcmAndroid(message: Message): JsonObject {
  const android: JsonObject = { priority: isUrgent(message) ? 'HIGH' : 'NORMAL' };
  // A duration of protobuf's JSON form; the Node SDK's milliseconds are its own.
  if (message.ttlSeconds !== undefined) android['ttl'] = `${message.ttlSeconds}s`;
  if (message.collapseId !== undefined) android['collapseKey'] = message.collapseId;
  if (message.silent === true) return android;
  const notification: JsonObject = {};
  if (message.channel !== undefined) notification['channelId'] = message.channel;
  if (message.sound !== undefined) notification['sound'] = message.sound;
  // collapseKey replaces what is still on its way, tag what is already shown.
  if (message.collapseId !== undefined) notification['tag'] = message.collapseId;
  if (message.badge !== undefined) notification['notificationCount'] = message.badge;
  if (Object.keys(notification).length > 0) android['notification'] = notification;
  return android;
}

/** What an iPhone behind FCM needs besides the common notification; FCM itself makes the alert from title and body. */
function fcmApns(message: Message): JsonObject | undefined {
  const needsAlert = message.subtitle !== undefined;
  const body = aps(message, needsAlert ? alert(message) : undefined);
  const hasHeaders = message.collapseId !== undefined || message.priority !== undefined || message.silent === true;
  const hasBody = Object.keys(body).length > 0;
  if (!hasHeaders && !hasBody) return undefined;
  return { ...(hasHeaders && { headers: apnsHeaders(message) }), ...(hasBody && { payload: { aps: body } }) };
}

function alert({ title, subtitle, body, silent }: Message): JsonObject | undefined {
  if (silent === true) return undefined;
  const texts: JsonObject = {};
  if (title !== undefined) texts['title'] = title;
  if (subtitle !== undefined) texts['subtitle'] = subtitle;
  if (body !== undefined) texts['body'] = body;
  return texts;
}

function aps(message: Message, texts: JsonObject | undefined): JsonObject {
  const keys: JsonObject = {};
  if (texts !== undefined) keys['alert'] = texts;
  if (message.sound !== undefined) keys['sound'] = message.sound;
  if (message.badge !== undefined) keys['badge'] = message.badge;
  if (message.thread !== undefined) keys['thread-id'] = message.thread;
  if (message.category !== undefined) keys['category'] = message.category;
  // The app's extension loads the picture; it runs only with this key.
  if (message.mutableContent ?? message.image !== undefined) keys['mutable-content'] = 1;
  if (message.contentAvailable === true || message.silent === true) keys['content-available'] = 1;
  if (message.interruptionLevel !== undefined) keys['interruption-level'] = message.interruptionLevel;
  if (message.relevanceScore !== undefined) keys['relevance-score'] = message.relevanceScore;
  return keys;
}

/** A background push must have priority 5 (Apple, "Sending notification requests to APNs"). */
function apnsHeaders(message: Message): Record<string, string> {
  const headers: Record<string, string> = {
    'apns-push-type': message.silent === true ? 'background' : 'alert',
    'apns-priority': isUrgent(message) ? '10' : '5',
  };
  if (message.collapseId !== undefined) headers['apns-collapse-id'] = message.collapseId;
  return headers;
}

/** What is to be seen is urgent unless the template says otherwise; what is not seen never is. */
function isUrgent({ priority, silent }: Message): boolean {
  return silent !== true && priority !== 'normal';
}
