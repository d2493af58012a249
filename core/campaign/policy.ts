/** Decides for one person whether and to which devices a message may go. Pure: what the store knows comes in. */
import type { ConsentState, Device, GatewayType, Recipient } from '../recipient';
import type { Standing } from '../store';
import type { SuppressionReason } from './reasons';

export const CONSENT_RULES = ['opted-in', 'not-opted-out', 'none'] as const;
/** `opted-in`: only who said yes. `not-opted-out`: all but who said no. `none`: consent is not asked (transactions). */
export type ConsentRule = (typeof CONSENT_RULES)[number];

export interface Policy {
  category: string;
  consent: ConsentRule;
  /** Gateways for which a credential is connected. */
  gateways: ReadonlySet<GatewayType>;
}

export type Verdict = { devices: Device[] } | { reason: SuppressionReason };

/** The devices that may get the message, or the first reason of the waterfall that stands against all of them. */
export function judge(person: Recipient, heldOut: boolean, policy: Policy, standing: Standing): Verdict {
  if (standing.suppressed.has(person.id)) return { reason: 'suppressed' };
  if (!consents(person, policy, standing)) return { reason: 'no-consent' };
  if (person.devices.length === 0) return { reason: 'no-device' };
  const living = person.devices.filter(({ token }) => !standing.dead.has(token));
  if (living.length === 0) return { reason: 'device-dead' };
  const permitted = living.filter(({ permission }) => permission !== 'denied');
  if (permitted.length === 0) return { reason: 'permission-denied' };
  const devices = permitted.filter(({ gateway }) => policy.gateways.has(gateway));
  if (devices.length === 0) return { reason: 'no-gateway' };
  return heldOut ? { reason: 'held-out' } : { devices };
}

function consents(person: Recipient, { category, consent }: Policy, standing: Standing): boolean {
  if (consent === 'none') return true;
  const stored = standing.consents.get(person.id)?.[category];
  // Who said no in either place has said no: an item may be older than an opt-out that came by event.
  const states: (ConsentState | undefined)[] = [stored, person.consent?.[category]];
  if (states.includes('opted-out')) return false;
  return consent === 'not-opted-out' || states.includes('opted-in');
}
