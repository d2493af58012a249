/** May a delivery that the ledger knows go out (again)? The one rule of both databases. */
import type { Outcome } from '../delivery/gateway';
import type { LeaseDecision, LeaseOptions } from './store';

/** Outcomes after which the phone certainly got nothing, so that the same delivery may go again. */
const NOT_DELIVERED: ReadonlySet<Outcome> = new Set([
  'wrong-environment',
  'bad-credentials',
  'bad-payload',
  'throttled',
  'unavailable',
  'dead-token',
]);

/** What the ledger says of a delivery; instants in ISO 8601. */
export interface LeasedRow {
  outcome: Outcome | null;
  owner: string;
  leasedUntil: string;
  notBefore: string | null;
}

/** `lost`: the run that held it is gone; the ledger writes down that its end is unknown. */
export function judgeLease(
  { outcome, owner, leasedUntil, notBefore }: LeasedRow, resendUnknown: boolean, options: LeaseOptions,
): { decision: LeaseDecision; lost: boolean } {
  const now = options.now.toISOString();
  const decide = (decision: LeaseDecision, lost = false) => ({ decision, lost });
  if (outcome === null) {
    if (owner === options.owner) return decide('duplicate');
    if (leasedUntil > now) return decide({ waitsFor: 'in-flight', until: Date.parse(leasedUntil) });
    // Its run died while it waited, with the next attempt after the end of its lease: it was not on the wire again.
    if (notBefore !== null && notBefore >= leasedUntil) {
      return decide(notBefore > now ? { waitsFor: 'retry', until: Date.parse(notBefore) } : 'go');
    }
    return resendUnknown ? decide('go') : decide('unknown-before', true);
  }
  if (outcome === 'unknown') return decide(resendUnknown ? 'go' : 'unknown-before');
  return decide(NOT_DELIVERED.has(outcome) ? 'go' : 'already-sent');
}
