/** Message -> the JSON of each gateway. */
export { apnsMessage } from './apns';
export { fcmPayload } from './fcm';
