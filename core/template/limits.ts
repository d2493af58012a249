/** How many bytes of JSON in UTF-8 a gateway takes. */
import type { GatewayType } from '../recipient';

/** To one device, both gateways (FCM: "About FCM messages"; Apple: "Generating a remote notification"). */
export const PAYLOAD_LIMIT_BYTES = 4096;
/** To an FCM topic. */
export const TOPIC_LIMIT_BYTES = 2048;
/** To an APNs channel. */
export const CHANNEL_LIMIT_BYTES = 5120;
/** A call over APNs. */
export const VOIP_LIMIT_BYTES = 5120;

export type Limits = Readonly<Record<GatewayType, number>>;

export function payloadLimits({ voip = false, topic = false }: { voip?: boolean | undefined; topic?: boolean }): Limits {
  return { fcm: topic ? TOPIC_LIMIT_BYTES : PAYLOAD_LIMIT_BYTES, apns: voip ? VOIP_LIMIT_BYTES : PAYLOAD_LIMIT_BYTES };
}
