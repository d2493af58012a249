/** How fast a run may send: its options, and what holds where nothing is said. */
import type { PermitSource } from './permits';

export interface RateOptions {
  /**
   * Messages a minute of all campaigns together through one FCM project or one APNs app. If not given: 480,000 for Google's
   * own FCM (80 % of its default quota), no limit for another endpoint and for APNs, which publishes none.
   */
  perMinute?: number;
  /** The rate grows from little to full in this time (ms); 60,000 at Google's own FCM, else 0, if not given. */
  rampMs?: number;
  /** Messages a minute to one device; 240 at Google's own FCM, else no limit, if not given. */
  devicePerMinute?: number;
  /** This campaign's own limit, counted by its name. */
  campaign?: { name: string; perMinute: number };
  /** Spreads so many messages evenly over so much time (ms). */
  spread?: { messages: number; overMs: number };
  /** Sends nothing within two minutes of :00, :15, :30 and :45, when schedules all over the world send. */
  avoidQuarterHours?: boolean;
  /** Permits that other processes share; this process has its own if not given. */
  permits?: PermitSource;
}

/** What a vendor asks of everybody; absent where it asks nothing, as for an endpoint that is not the vendor's. */
export interface VendorRate {
  perMinute?: number;
  rampMs?: number;
  devicePerMinute?: number;
}

/** Source: firebase.google.com/docs/cloud-messaging/throttling-and-quotas, .../scale-fcm (ramp-up) */
export const FCM_RATE: Required<VendorRate> = { perMinute: 480_000, rampMs: 60_000, devicePerMinute: 240 };
