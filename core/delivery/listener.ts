/** What an operator watches: a listener is told what happens, and makes counters or log lines of it. Never sees a token. */
import type { GatewayType } from '../recipient';
import type { Outcome } from './gateway';

export type DeliveryEvent = { gateway: GatewayType } & (
  /** A message has its result. `ms` from its first attempt to its end; `device` is the token's fingerprint, or `broadcast`. */
  | { event: 'settled'; id: string; device: string; outcome: Outcome; code?: string; status?: number; attempts: number; ms: number }
  /** A message waits for another attempt. */
  | { event: 'waiting'; id: string; device: string; code: string; ms: number }
  /** Everything for this gateway rests. */
  | { event: 'paused'; code: string; ms: number }
  /** The safety stop ended a run. */
  | { event: 'stopped'; code: string }
  /** APNs refused a key of the credential, and another one is used; `from` and `to` are key ids. */
  | { event: 'key-changed'; code: string; from: string; to: string }
  | { event: 'connection'; state: 'opened' | 'closed' }
  | { event: 'connection'; state: 'failed'; code: string }
);

/** Called as things happen, in the middle of sending: be quick, and never throw. */
export type DeliveryListener = (event: DeliveryEvent) => void;
