/** What the events tell of one person in one campaign, in whatever order they come. */
import { type Platform, PLATFORMS } from '../recipient';
import type { KpiEvent } from './event';

export const HELD_OUT = 'held-out';

export type PhoneEventType = 'received' | 'opened' | 'clicked' | 'converted' | 'unsubscribed';

/** Platforms as a set of bits; the bit beyond the known ones is 'not said'. */
export type PlatformSet = number;
const NOT_SAID: PlatformSet = 1 << PLATFORMS.length;

/** A conversion or an opt-out: whether it counts is known only when every send time is. */
interface Consequence {
  /** Two with the same identity are one that was told twice. */
  identity: string;
  type: 'converted' | 'unsubscribed';
  occurrence: string | undefined;
  at: number;
  /** Names the delivery, so that it came after the send, whatever the phone's clock says. */
  linked: boolean;
  value: number | undefined;
  currency: string | undefined;
}

export interface Attribution {
  counted: Consequence[];
  beforeSend: number;
  afterWindow: number;
  notSent: number;
}

export class Person {
  arm: string | null = null;
  inSeveralArms = false;
  suppressedBy: string | undefined;
  /** Messages to devices. */
  attempted = 0;
  accepted = 0;
  acceptedOn: PlatformSet = 0;
  receivedOn: PlatformSet = 0;
  /** Each event once. */
  readonly events: Record<PhoneEventType, number> = { received: 0, opened: 0, clicked: 0, converted: 0, unsubscribed: 0 };
  /** The campaign looked at them; false where there are only events of phones. */
  known = false;
  private armRank: readonly Comparable[] | undefined;
  private suppressedRank: readonly Comparable[] | undefined;
  private consequences: Consequence[] | undefined;
  /** When the clock of an occurrence began to run: the first acceptance, or the moment of being held out. */
  private starts: { occurrence: string | undefined; at: number }[] | undefined;

  /** The first assignment to a named arm wins, or else the first other event with one; ties by name. */
  noteArm({ arm, type }: KpiEvent, at: number): void {
    if (arm === null || arm === undefined) return;
    const rank = [type === 'assigned' ? 0 : 1, at, arm];
    if (this.armRank !== undefined && arm !== this.arm) this.inSeveralArms = true;
    if (this.armRank !== undefined && !isBefore(rank, this.armRank)) return;
    this.armRank = rank;
    this.arm = arm;
  }

  /** The last reason counts; ties by name. */
  noteSuppression({ reason = 'not-stated', occurrence }: KpiEvent, at: number): void {
    if (reason === HELD_OUT) this.noteStart(occurrence, at);
    const rank = [at, reason];
    if (this.suppressedRank !== undefined && isBefore(rank, this.suppressedRank)) return;
    this.suppressedRank = rank;
    this.suppressedBy = reason;
  }

  noteAcceptance({ occurrence, platform }: KpiEvent, at: number): void {
    this.acceptedOn |= platformBit(platform);
    this.noteStart(occurrence, at);
  }

  noteReceipt({ platform }: KpiEvent): void {
    this.receivedOn |= platformBit(platform);
  }

  /** `repeated`: told before. Of two tellings that differ the earlier one counts, so that the order in which they come does not matter. */
  noteConsequence(
    identity: string,
    repeated: boolean,
    event: KpiEvent & { type: Consequence['type'] },
    at: number,
  ): void {
    const { type, occurrence, delivery, value, currency } = event;
    const told: Consequence = { identity, type, occurrence, at, linked: delivery !== undefined, value, currency };
    // A list literal holds one; an empty list that grows by push reserves room for 17, which counts for a million people.
    if (this.consequences === undefined) this.consequences = [told];
    else if (!repeated) this.consequences.push(told);
    else {
      const index = this.consequences.findIndex((known) => known.identity === identity);
      const known = this.consequences[index];
      if (known !== undefined && isBefore(rankOf(told), rankOf(known))) this.consequences[index] = told;
    }
  }

  get heldOut(): boolean {
    return this.attempted === 0 && this.suppressedBy === HELD_OUT;
  }

  /** True for a person whose conversions and opt-outs can be the campaign's doing, or are measured to compare. */
  get observed(): boolean {
    return this.accepted > 0 || this.heldOut;
  }

  /** Sorts conversions and opt-outs into those within `windowMs` of a send (start included, end not) and the rest. */
  attribute(windowMs: number): Attribution {
    const result: Attribution = { counted: [], beforeSend: 0, afterWindow: 0, notSent: 0 };
    for (const consequence of this.consequences ?? []) {
      const { occurrence, at, linked } = consequence;
      const starts = (this.observed ? this.starts ?? [] : []).filter(
        (start) => occurrence === undefined || start.occurrence === undefined || start.occurrence === occurrence,
      );
      if (starts.length === 0) result.notSent++;
      else if (starts.some((start) => at < start.at + windowMs && (linked || at >= start.at))) result.counted.push(consequence);
      else if (starts.every((start) => at < start.at)) result.beforeSend++;
      else result.afterWindow++;
    }
    return result;
  }

  private noteStart(occurrence: string | undefined, at: number): void {
    const start = this.starts?.find((known) => known.occurrence === occurrence);
    if (start !== undefined) start.at = Math.min(start.at, at);
    else if (this.starts !== undefined) this.starts.push({ occurrence, at });
    else this.starts = [{ occurrence, at }];
  }
}

type Comparable = string | number;

function isBefore(one: readonly Comparable[], other: readonly Comparable[]): boolean {
  for (let index = 0; index < one.length; index++) {
    const [a, b] = [one[index] ?? '', other[index] ?? ''];
    if (a !== b) return a < b;
  }
  return false;
}

function rankOf({ at, value, currency, occurrence }: Consequence): Comparable[] {
  return [at, value ?? Infinity, currency ?? '', occurrence ?? ''];
}

/** Platforms whose phones report receipts, as far as these people show. */
export function reportingPlatforms(people: Iterable<Person>): PlatformSet {
  let reporting = 0;
  for (const { receivedOn, acceptedOn } of people) reporting |= receivedOn & NOT_SAID ? receivedOn | acceptedOn : receivedOn;
  // A delivery that does not say its platform may be on one that reports.
  return reporting === 0 ? 0 : reporting | NOT_SAID;
}

export function platformNames(set: PlatformSet): Platform[] {
  return PLATFORMS.filter((_, index) => set & (1 << index));
}

function platformBit(platform: Platform | undefined): PlatformSet {
  return platform === undefined ? NOT_SAID : 1 << PLATFORMS.indexOf(platform);
}
