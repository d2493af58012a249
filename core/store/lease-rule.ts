/** May a delivery go out (again)? The one rule of both databases, over what the ledger knows of its person. */
import type { Outcome } from '../delivery/gateway';
import { gapEnd, isCapReached, type Contact, type DeliveryIntent, type LeaseDecision, type LeaseOptions, type MessageName } from './store';

/**
 * The code of a delivery that is leased again though an earlier message of it may have arrived. As long as it is not accepted that stays
 * unknown, whatever refuses the new one: it must not count as certain.
 */
export const IN_DOUBT = 'in-doubt';

/** A delivery that the ledger knows; instants in ISO 8601. */
export interface LeasedRow extends MessageName {
  id: string;
  outcome: Outcome | null;
  owner: string;
  leasedUntil: string;
  /** Was handed to its gateway, and does not wait for that, be it for the first time or again; or is {@link IN_DOUBT}. */
  hasLeft: boolean;
  /** When its next attempt is due; null where it never waited for another. */
  notBefore: string | null;
}

export interface Leases {
  /** One each, in the order of the deliveries. */
  decisions: LeaseDecision[];
  /** Those that are the run's from now on. */
  taken: DeliveryIntent[];
  /** Ids of those of which nobody knows the end, for the run that held them is gone; the ledger writes that down. */
  lost: string[];
}

/**
 * @param rows all deliveries of the messages, to whichever device: a person who was reached on one phone, or may have
 *   been, is not sent to on another
 * @param contacts what else the person of each delivery got, as far as its caps and its gap look back
 */
export function judgeLeases(
  deliveries: readonly DeliveryIntent[], rows: readonly LeasedRow[], contacts: readonly (readonly Contact[])[], options: LeaseOptions,
): Leases {
  const now = options.now.getTime();
  const known = Map.groupBy(rows, nameOf);
  const recipients = new Set(rows.map(({ recipient }) => recipient));
  const judged = new Map<string, LeaseDecision>();
  const taken = new Map<string, DeliveryIntent>();
  const lost: string[] = [];
  /** Once a person and message, whatever their devices: what is lost is lost once. */
  const judgeKnown = (delivery: DeliveryIntent, name: string): LeaseDecision => {
    const decision = judged.get(name) ?? judgePerson(known.get(name) ?? [], delivery.resendUnknown, options, lost);
    judged.set(name, decision);
    return decision;
  };
  /** What people get by this very call, by message; where caps or gaps are asked. */
  const given: Given = new Map();
  const decisions = deliveries.map((delivery, index): LeaseDecision => {
    // Nearly everybody is new, and need not be named.
    const person = recipients.has(delivery.recipient) ? judgeKnown(delivery, nameOf(delivery)) : 'go';
    const before = contacts[index];
    const decision = person === 'go' && before !== undefined ? judgeFrequency(delivery, [...before, ...othersGiven(given, delivery)], now) : person;
    if (decision !== 'go') return decision;
    if (taken.has(delivery.id)) return 'duplicate';
    taken.set(delivery.id, delivery);
    if (before !== undefined && delivery.counts) give(given, delivery, now);
    return 'go';
  });
  return { decisions, taken: [...taken.values()], lost };
}

type Given = Map<string, Map<string, Contact>>;

/** Its other messages, such as of several orders; that to another device is the same one. */
function othersGiven(given: Given, delivery: DeliveryIntent): Contact[] {
  const messages = given.get(delivery.recipient);
  if (messages === undefined) return [];
  const name = nameOf(delivery);
  return [...messages].filter(([other]) => other !== name).map(([, contact]) => contact);
}

function give(given: Given, delivery: DeliveryIntent, at: number): void {
  const messages = given.get(delivery.recipient) ?? new Map<string, Contact>();
  given.set(delivery.recipient, messages.set(nameOf(delivery), { at, category: delivery.category }));
}

/** In the order of the waterfall: caps, then the gap. */
function judgeFrequency({ caps = [], gap }: DeliveryIntent, contacts: readonly Contact[], now: number): LeaseDecision {
  if (isCapReached(caps, contacts, now)) return 'frequency-cap';
  const until = gap === undefined ? now : gapEnd(gap, contacts);
  if (until <= now) return 'go';
  return gap?.then === 'skip' ? 'minimum-gap' : { waitsFor: 'minimum-gap', until };
}

/** Since when caps and gaps ask what people got; undefined where none does. */
export function contactsSince(deliveries: readonly DeliveryIntent[], now: Date): Date | undefined {
  const longest = deliveries.reduce((most, { caps = [], gap }) => Math.max(most, gap?.ms ?? 0, ...caps.map(({ ms }) => ms)), 0);
  return longest === 0 ? undefined : new Date(now.getTime() - longest);
}

function judgePerson(
  rows: readonly LeasedRow[], resendUnknown: boolean, options: LeaseOptions, lost: string[],
): LeaseDecision {
  if (rows.length === 0) return 'go';
  const now = options.now.toISOString();
  if (rows.some(({ outcome }) => outcome === 'accepted')) return 'already-sent';
  // Every other outcome says that the phone certainly got nothing.
  const open = rows.filter(({ outcome }) => outcome === null || outcome === 'unknown');
  if (open.some(({ owner }) => owner === options.owner)) return 'duplicate';
  const held = open.filter(({ outcome }) => outcome === null);
  const alive = held.filter(({ leasedUntil }) => leasedUntil > now);
  if (alive.length > 0) return { waitsFor: 'in-flight', until: latest(alive.map(({ leasedUntil }) => leasedUntil)) };
  // Their runs are gone. What never left is certain, and so is what waited for another attempt.
  const inAir = held.filter(({ hasLeft }) => hasLeft);
  if (!resendUnknown && open.length > held.length - inAir.length) {
    lost.push(...inAir.map(({ id }) => id));
    return 'unknown-before';
  }
  const until = latest(held.map(({ notBefore }) => notBefore ?? now));
  return until > options.now.getTime() ? { waitsFor: 'retry', until } : 'go';
}

/** In ms; -Infinity where there is none. */
function latest(instants: readonly string[]): number {
  return Math.max(...instants.map((instant) => Date.parse(instant)));
}

/** Names a message among all. */
export function nameOf({ campaign, occurrence, recipient, key }: MessageName): string {
  return JSON.stringify([campaign, occurrence, recipient, key]);
}
