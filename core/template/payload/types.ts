/** The wire form of FCM, out of firebase-admin's own types: the compiler refuses a field that the SDK does not know. */
import type { AndroidConfig, AndroidNotification, ApnsConfig, BaseMessage, Notification, WebpushConfig } from 'firebase-admin/messaging';
import type { JsonObject } from '../../json';

/** Where REST says something in another way than the SDK's options: image address, priority, duration, Apple's own keys. */
export type FcmMessage = Pick<BaseMessage, 'data' | 'fcmOptions'> & {
  notification?: Pick<Notification, 'title' | 'body'> & { image?: NonNullable<Notification['imageUrl']> };
  android?: Pick<AndroidConfig, 'collapseKey'> & {
    priority?: Uppercase<NonNullable<AndroidConfig['priority']>>;
    ttl?: `${NonNullable<AndroidConfig['ttl']>}s`;
    notification?: Pick<AndroidNotification, 'channelId' | 'sound' | 'tag' | 'notificationCount'>;
  };
  apns?: Pick<ApnsConfig, 'headers'> & { payload?: { aps: JsonObject } };
  webpush?: Webpush;
};

export type Webpush = Pick<WebpushConfig, 'headers' | 'fcmOptions'> & {
  notification?: Pick<NonNullable<WebpushConfig['notification']>, 'icon' | 'tag' | 'actions'>;
};
