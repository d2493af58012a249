/** What a browser behind FCM gets besides the common notification. Names: RFC 8030 (headers) and the Notifications API. */
import type { Message } from '../template';
import type { Webpush } from './types';

/** RFC 8030, section 5.4: at most 32 characters of base64url. */
const TOPIC = /^[\w-]{1,32}$/;

export function webpush(message: Message): Webpush | undefined {
  const made: Webpush = {};
  if (message.web === true) {
    const headers = webHeaders(message);
    if (Object.keys(headers).length > 0) made.headers = headers;
    const notification = webNotification(message);
    if (Object.keys(notification).length > 0) made.notification = notification;
  }
  // Browsers open https addresses only.
  if (message.link?.startsWith('https:') === true) made.fcmOptions = { link: message.link };
  return Object.keys(made).length === 0 ? undefined : made;
}

function webHeaders({ ttlSeconds, priority, collapseId }: Message): NonNullable<Webpush['headers']> {
  return {
    ...(ttlSeconds !== undefined && { TTL: String(ttlSeconds) }),
    ...(priority !== undefined && { Urgency: priority }),
    ...(collapseId !== undefined && TOPIC.test(collapseId) && { Topic: collapseId }),
  };
}

/** FCM lays this over title, body and image of the common notification. */
function webNotification({ webIcon, buttons, collapseId }: Message): NonNullable<Webpush['notification']> {
  return {
    ...(webIcon !== undefined && { icon: webIcon }),
    ...(collapseId !== undefined && { tag: collapseId }),
    ...(buttons !== undefined && { actions: buttons.map(({ id, title }) => ({ action: id, title })) }),
  };
}
