/** The wire forms of FCM and APNs, out of firebase-admin's and apns2's own types: the compiler refuses a field that the SDK does not know. */
import type { NotificationOptions } from 'apns2';
import type { AndroidConfig, AndroidNotification, ApnsConfig, BaseMessage, Notification, WebpushConfig } from 'firebase-admin/messaging';
import type { InterruptionLevel } from '../template';

/** Apple's own dictionary under its names on the wire; kinds of values are those of the SDK, which passes on what it has no name for. */
export type Aps = Pick<NotificationOptions, 'badge' | 'category' | 'sound'> & {
  alert?: Partial<Exclude<NonNullable<NotificationOptions['alert']>, string>>;
  'thread-id'?: NonNullable<NotificationOptions['threadId']>;
  'mutable-content'?: 1;
  'content-available'?: 1;
  'interruption-level'?: InterruptionLevel;
  'relevance-score'?: number;
};

/** Where REST says something in another way than the SDK's options: image address, priority, duration, Apple's own keys. */
export type FcmMessage = Pick<BaseMessage, 'data' | 'fcmOptions'> & {
  notification?: Pick<Notification, 'title' | 'body'> & { image?: NonNullable<Notification['imageUrl']> };
  android?: Pick<AndroidConfig, 'collapseKey'> & {
    priority?: Uppercase<NonNullable<AndroidConfig['priority']>>;
    ttl?: `${NonNullable<AndroidConfig['ttl']>}s`;
    notification?: Pick<AndroidNotification, 'channelId' | 'sound' | 'tag' | 'notificationCount'>;
  };
  apns?: Pick<ApnsConfig, 'headers'> & { payload?: { aps: Aps } };
  webpush?: Webpush;
};

export type Webpush = Pick<WebpushConfig, 'headers' | 'fcmOptions'> & {
  notification?: Pick<NonNullable<WebpushConfig['notification']>, 'icon' | 'tag' | 'actions'>;
};
