/** A row of the report out of people: counts first, then the rates that follow from them. */
import { wilsonInterval } from '../experiment/statistics';
import { RATE_NAMES, type RateName } from './definitions';
import { DecimalSum } from './money';
import { type Person, platformNames, type PlatformSet } from './person';
import type { Denominator, KpiRow, Rate, Revenue } from './report';

export interface RowContext {
  confidence: number;
  windowMs: number;
  denominator: Denominator;
  /** Platforms whose phones report receipts in this campaign. */
  reporting: PlatformSet;
}

interface Money {
  total: DecimalSum;
  ofAccepted: DecimalSum;
  conversions: number;
}

/** People whose doings a rate is about, and how many of them did what. */
interface Base {
  people: number;
  opened: number;
  clicked: number;
  converted: number;
  optedOut: number;
}

/** What of the base each of the rates against it counts. */
const BASE_COUNTS = { openRate: 'opened', clickRate: 'clicked', conversionRate: 'converted', optOutRate: 'optedOut' } as const;

const NOTHING: Rate = { numerator: 0, denominator: 0, value: null, low: null, high: null };

/** Adds up people; {@link RowCounter.toRow} makes the row. */
export class RowCounter {
  private people = 0;
  private sent = 0;
  private accepted = 0;
  private heldOut = 0;
  private received = 0;
  private opened = 0;
  private clicked = 0;
  private converted = 0;
  private optedOut = 0;
  private reportable = 0;
  private receipts = 0;
  private acceptedOn: PlatformSet = 0;
  private readonly base: Base = { people: 0, opened: 0, clicked: 0, converted: 0, optedOut: 0 };
  private readonly suppressed = new Map<string, number>();
  private readonly deliveries = { attempted: 0, accepted: 0, failed: 0 };
  private readonly events = { received: 0, opened: 0, clicked: 0, converted: 0, unsubscribed: 0 };
  private readonly ignored = { beforeSend: 0, afterWindow: 0, notSent: 0 };
  private readonly money = new Map<string, Money>();

  constructor(private readonly context: RowContext) {}

  add(person: Person): void {
    for (const type of Object.keys(this.events) as (keyof Person['events'])[]) this.events[type] += person.events[type];
    if (person.known) this.addStanding(person);
    const accepted = person.accepted > 0;
    const received = accepted && person.events.received > 0;
    const clicked = accepted && person.events.clicked > 0;
    const opened = clicked || (accepted && person.events.opened > 0);
    const { converted, optedOut } = this.addConsequences(person);
    if (!accepted) this.ignored.notSent += person.events.received + person.events.opened + person.events.clicked;
    if (accepted) this.addReceipt(person, received);
    this.received += Number(received);
    this.opened += Number(opened);
    this.clicked += Number(clicked);
    this.converted += Number(converted);
    this.optedOut += Number(optedOut);
    if (!{ accepted, received, assigned: person.known }[this.context.denominator]) return;
    this.base.people++;
    this.base.opened += Number(opened);
    this.base.clicked += Number(clicked);
    this.base.converted += Number(converted);
    this.base.optedOut += Number(optedOut);
  }

  get currencies(): string[] {
    return [...this.money.keys()].sort();
  }

  /** @param currencies of the whole campaign, so that an arm without revenue says 0 */
  toRow(campaign: string, arm: string | null, currencies: readonly string[]): KpiRow {
    const suppressed = Object.fromEntries([...this.suppressed].sort(([a], [b]) => (a < b ? -1 : 1)));
    const total = Object.values(suppressed).reduce((sum, people) => sum + people, 0);
    const unreported = this.accepted > 0 && this.reportable === 0;
    return {
      campaign,
      arm,
      people: this.people,
      eligible: this.people - total + this.heldOut,
      sent: this.sent,
      accepted: this.accepted,
      failed: this.sent - this.accepted,
      suppressed,
      deliveries: this.deliveries,
      received: unreported ? null : this.received,
      opened: this.opened,
      clicked: this.clicked,
      converted: this.isUnobserved ? null : this.converted,
      optedOut: this.optedOut,
      events: this.events,
      ignored: this.ignored,
      rates: Object.fromEntries(RATE_NAMES.map((name) => [name, this.rate(name)])) as Record<RateName, Rate>,
      revenue: currencies.map((currency) => this.revenue(currency)),
    };
  }

  private addStanding(person: Person): void {
    this.people++;
    this.sent += Number(person.attempted > 0);
    this.accepted += Number(person.accepted > 0);
    this.heldOut += Number(person.heldOut);
    this.deliveries.attempted += person.attempted;
    this.deliveries.accepted += person.accepted;
    this.deliveries.failed += person.attempted - person.accepted;
    // Nothing spoke against somebody who was sent to in another occurrence.
    const reason = person.attempted > 0 ? undefined : person.suppressedBy;
    if (reason !== undefined) this.suppressed.set(reason, (this.suppressed.get(reason) ?? 0) + 1);
  }

  private addReceipt({ acceptedOn }: Person, received: boolean): void {
    this.acceptedOn |= acceptedOn;
    if (!received && (acceptedOn & this.context.reporting) === 0) return;
    this.reportable++;
    this.receipts += Number(received);
  }

  private addConsequences(person: Person): { converted: boolean; optedOut: boolean } {
    const { counted, beforeSend, afterWindow, notSent } = person.attribute(this.context.windowMs);
    this.ignored.beforeSend += beforeSend;
    this.ignored.afterWindow += afterWindow;
    this.ignored.notSent += notSent;
    for (const { value, currency } of counted) {
      if (value === undefined || currency === undefined) continue;
      const money = this.money.get(currency) ?? noMoney();
      money.total.add(value);
      if (person.accepted > 0) money.ofAccepted.add(value);
      money.conversions++;
      this.money.set(currency, money);
    }
    return {
      converted: counted.some(({ type }) => type === 'converted'),
      optedOut: counted.some(({ type }) => type === 'unsubscribed'),
    };
  }

  /** A control group: the people who could have been sent to were held out on purpose. */
  private get isControl(): boolean {
    return this.heldOut > 0 && this.sent === 0;
  }

  /** A control group of which nothing is known: no news there is not 'nobody converted'. */
  private get isUnobserved(): boolean {
    return this.isControl && this.events.converted === 0;
  }

  private rate(name: RateName): Rate {
    const { confidence } = this.context;
    if (name === 'acceptRate') return rateOf(this.accepted, this.sent, confidence);
    if (name === 'receiptRate') return this.receiptRate();
    if (name === 'clickToOpenRate') return rateOf(this.clicked, this.opened, confidence);
    if (name === 'conversionRate' && this.isControl) return this.controlConversionRate();
    // Who got nothing cannot open it: no rate, rather than one of 0 %.
    return this.isControl ? NOTHING : rateOf(this.base[BASE_COUNTS[name]], this.base.people, confidence);
  }

  private controlConversionRate(): Rate {
    const denominator = this.context.denominator === 'assigned' ? this.people : this.heldOut;
    if (this.isUnobserved) return { ...NOTHING, denominator, note: 'not-measurable' };
    return { ...rateOf(this.converted, denominator, this.context.confidence), note: 'held-out' };
  }

  private receiptRate(): Rate {
    if (this.accepted > 0 && this.reportable === 0) return { ...NOTHING, note: 'not-measurable' };
    const rate = rateOf(this.receipts, this.reportable, this.context.confidence);
    if ((this.acceptedOn & ~this.context.reporting) === 0) return rate;
    return { ...rate, note: 'measured-in-part', platforms: platformNames(this.acceptedOn & this.context.reporting) };
  }

  private revenue(currency: string): Revenue {
    const { total, ofAccepted, conversions } = this.money.get(currency) ?? noMoney();
    return {
      currency,
      total: total.toNumber(),
      conversions,
      perAccepted: this.accepted === 0 ? null : ofAccepted.toNumber() / this.accepted,
      perPerson: this.people === 0 ? null : total.toNumber() / this.people,
    };
  }
}

function noMoney(): Money {
  return { total: new DecimalSum(), ofAccepted: new DecimalSum(), conversions: 0 };
}

function rateOf(numerator: number, denominator: number, confidence: number): Rate {
  if (denominator === 0) return { ...NOTHING, numerator };
  const [low, high] = wilsonInterval(numerator, denominator, confidence);
  return { numerator, denominator, value: numerator / denominator, low, high };
}
