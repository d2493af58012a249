/** The facts that figures are made of. */
import type { GatewayType, Platform } from '../recipient';

/**
 * What happened to one person (or one of their devices) in a campaign. `assigned`: the campaign looked at the person.
 * `accepted`: the gateway took the message, which is not yet `received` by the phone.
 */
export const KPI_EVENT_TYPES = [
  'assigned',
  'suppressed',
  'accepted',
  'failed',
  'received',
  'opened',
  'clicked',
  'converted',
  'unsubscribed',
] as const;
export type KpiEventType = (typeof KPI_EVENT_TYPES)[number];

export interface KpiEvent {
  type: KpiEventType;
  campaign: string;
  occurrence?: string;
  /** Name of the arm; null or absent where the campaign is not split. */
  arm?: string | null;
  recipient: string;
  /** Id of the delivery that it belongs to (one message to one device). */
  delivery?: string;
  gateway?: GatewayType;
  platform?: Platform;
  /** ISO 8601 instant. */
  at: string;
  /** Source's own id of the event: the same id counts once. */
  id?: string;
  /** Of a suppression or a failure. */
  reason?: string;
  /** Of a click: which button or link. */
  action?: string;
  /** Of a conversion, in units of `currency`. */
  value?: number;
  currency?: string;
}
