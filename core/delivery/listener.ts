/** What an operator watches: a listener is told what happens, and makes counters or log lines of it. Never sees a token. */
import { asPushError } from '../errors';
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

/** Called as things happen, in the middle of sending: be quick, and do not throw. */
export type DeliveryListener = (event: DeliveryEvent) => void;

/**
 * The same call, but what it throws costs neither a message nor a connection, in whose midst it is made: it becomes a
 * warning of the process, the first time.
 * @param what names it in the warning
 */
export function harmless<Args extends unknown[]>(call: (...args: Args) => void, what: string): (...args: Args) => void {
  let warned = false;
  return (...args) => {
    try {
      call(...args);
    } catch (thrown) {
      if (!warned) process.emitWarning(`${what} threw: ${asPushError(thrown).message}`, 'PushCampaignsWarning');
      warned = true;
    }
  };
}
