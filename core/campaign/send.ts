/**
 * Sends a campaign: people in, one result a person out. Between them a page of people is judged by the policies and
 * written into the ledger, then its messages flow to both gateways while the next page is read, each written down as it
 * leaves; outcomes go into the ledger in groups. Memory holds a few pages, whatever the audience.
 */
import { randomUUID } from 'node:crypto';
import type { Gateway, GatewayMessage, SendOptions } from '../delivery/gateway';
import { asPushError, PushError } from '../errors';
import { isJsonObject } from '../json';
import { fromView, parseRecipient, tokenFingerprint, type FieldMap, type GatewayType, type Recipient } from '../recipient';
import type { DeliveryIntent, LeaseDecision, Store } from '../store';
import { deliveryId, type Tracking } from '../tracking';
import type { CompiledTemplate } from '../template';
import { Channel } from './channel';
import { pushState, requireItem, type Item } from './item';
import { deviceMessage } from './message';
import { peopleOfPlan } from './run-plan';
import { isAudienceReference } from './plan';
import { CONSENT_RULES, judge, type ConsentRule, type Policy } from './policy';
import type { SuppressionReason } from './reasons';
import { Settler, type PersonInFlight } from './settler';
import { failedResult, suppressedResult, type SendResult } from './send-result';
import { compileMessage, renderMessage, type TemplateStage } from './stages';

export interface CampaignOptions {
  campaign: string;
  /** One run of a recurring campaign: nobody gets the same occurrence twice. `once` if not given. */
  occurrence?: string;
  /** Which consent is asked; `marketing` if not given. */
  category?: string;
  /** `not-opted-out` if not given. */
  consent?: ConsentRule;
  /** The message of people who come without one from a template step. */
  template?: TemplateStage;
  fields?: FieldMap;
  /** What to do with deliveries of which an earlier run does not know the end; `skip` if not given. */
  onUnknown?: 'skip' | 'send-again';
  store: Store;
  gateways: Partial<Record<GatewayType, Gateway>>;
  tracking?: Tracking;
  delivery?: Omit<SendOptions, 'signal'>;
  /** Stops taking people; messages in the air are waited for. */
  signal?: AbortSignal;
  now?: () => Date;
}

/** People judged and leased together. */
const PAGE = 500;
/** Messages that wait for a gateway at most, so that a slow one holds the reading back. */
const WAITING = 1000;
/** Messages written down together as leaving for their gateway: so many, and those in the air, does a killed run leave unknown. */
const DEPARTURE = 50;
/** How long (ms) a run may take over a delivery before another run may judge it. */
const LEASE_MS = 10 * 60_000;

/**
 * Sends to people (items) and to stored audiences (references among the items).
 * One result a person, as outcomes come; the ledger holds it before it is yielded.
 * @throws PushError for wrong options and for a store that cannot be written; a bad person is a result.
 */
export async function* sendCampaign(
  items: Iterable<Item> | AsyncIterable<Item>, options: CampaignOptions,
): AsyncGenerator<SendResult> {
  const run = new CampaignRun(options);
  const work = run.feed(items);
  // Its failure is thrown below, once the results that still came are out.
  work.catch(() => undefined);
  try {
    yield* run.results;
    await work;
  } finally {
    run.stop();
    await work.catch(() => undefined);
  }
}

interface Candidate {
  index: number;
  fromReference: boolean;
  item: Item;
  person: Recipient;
}

class CampaignRun {
  readonly results: Channel<SendResult>;
  private readonly stopping = new AbortController();
  private readonly signal: AbortSignal;
  private readonly queues = new Map<GatewayType, Channel<GatewayMessage>>();
  private readonly settler: Settler;
  private readonly policy: Policy;
  private readonly render: CompiledTemplate | undefined;
  private readonly owner = randomUUID();
  private readonly campaign: string;
  private readonly occurrence: string;
  private readonly now: () => Date;

  constructor(private readonly options: CampaignOptions) {
    this.campaign = requireName(options.campaign, 'campaign');
    this.occurrence = requireName(options.occurrence ?? 'once', 'occurrence');
    this.now = options.now ?? (() => new Date());
    const consent = options.consent ?? 'not-opted-out';
    if (!CONSENT_RULES.includes(consent)) {
      throw new PushError('unknown-consent-rule', `'${consent}' is no consent rule.`, `Use ${CONSENT_RULES.join(', ')}.`);
    }
    const gateways = (Object.keys(options.gateways ?? {}) as GatewayType[]).filter((type) => options.gateways[type] !== undefined);
    if (gateways.length === 0) {
      throw new PushError('no-credentials', 'No credential is connected, neither for FCM nor for APNs.', 'Choose at least one.');
    }
    this.policy = { category: options.category ?? 'marketing', consent, gateways: new Set(gateways) };
    this.render = options.template === undefined ? undefined : compileMessage(options.template, this.now());
    this.signal = options.signal === undefined ? this.stopping.signal : AbortSignal.any([options.signal, this.stopping.signal]);
    this.results = new Channel(PAGE * 2);
    for (const type of gateways) this.queues.set(type, new Channel(WAITING));
    this.settler = new Settler(options.store, this.results, this.campaign, this.occurrence, this.owner, this.now);
  }

  /** Reads all people and ends when every one of them has a result. */
  async feed(items: Iterable<Item> | AsyncIterable<Item>): Promise<void> {
    const senders = [...this.queues].map(([type, queue]) => this.drain(type, queue));
    const reading = this.read(items).finally(() => {
      for (const queue of this.queues.values()) queue.end();
    });
    try {
      await Promise.all([reading, ...senders]);
      await this.settler.flush();
    } catch (thrown) {
      this.stop();
      await Promise.allSettled([reading, ...senders]);
      throw thrown;
    } finally {
      this.results.end();
    }
  }

  stop(): void {
    this.stopping.abort();
    this.results.end();
    for (const queue of this.queues.values()) queue.end();
  }

  private async drain(type: GatewayType, queue: Channel<GatewayMessage>): Promise<void> {
    const gateway = this.options.gateways[type] as Gateway;
    const departed: GatewayMessage[] = [];
    for await (const result of gateway.send(this.departures(queue, departed), { ...this.options.delivery, signal: this.signal })) {
      await this.settler.settle(result);
    }
    for (const { id } of [...departed, ...queue.drain()]) await this.giveBack(id);
  }

  /** The messages of a queue, each written down as leaving. @param departed holds those that were not handed over yet */
  private async *departures(queue: Channel<GatewayMessage>, departed: GatewayMessage[]): AsyncGenerator<GatewayMessage> {
    for await (const batch of queue.batches(DEPARTURE)) {
      departed.push(...batch);
      const held = await this.options.store.depart(batch.map(({ id }) => id), { now: this.now(), owner: this.owner, leaseMs: LEASE_MS });
      while (!this.signal.aborted) {
        const message = departed.shift();
        if (message === undefined) break;
        if (held.has(message.id)) yield message;
        else await this.giveBack(message.id);
      }
    }
  }

  /** A leased message that never left: a later run may send it at once. */
  private giveBack(id: string): Promise<void> {
    return this.settler.settle({ id, outcome: 'unavailable', code: 'cancelled', detail: 'The run was stopped before the message left.', attempts: 0 });
  }

  private async read(items: Iterable<Item> | AsyncIterable<Item>): Promise<void> {
    let page: Candidate[] = [];
    for await (const candidate of this.candidates(items)) {
      if (this.signal.aborted) break;
      page.push(candidate);
      if (page.length >= PAGE) {
        await this.sendPage(page);
        page = [];
      }
    }
    if (page.length > 0 && !this.signal.aborted) await this.sendPage(page);
  }

  /** People one by one, those of references out of the store; who cannot be read has failed. */
  private async *candidates(items: Iterable<Item> | AsyncIterable<Item>): AsyncGenerator<Candidate> {
    let index = -1;
    for await (const value of items) {
      index++;
      const fromReference = isJsonObject(value) && isAudienceReference(value);
      const people = fromReference ? peopleOfPlan(value, this.options.store, { now: this.now() }) : [value];
      for await (const item of people) {
        try {
          yield { index, fromReference, item, person: fromReference ? fromView(item) : this.readPerson(item) };
        } catch (thrown) {
          await this.settler.done(failedResult({ index, fromReference, item: isJsonObject(item) ? item : {} }, asPushError(thrown)));
        }
      }
    }
  }

  private readPerson(item: Item): Recipient {
    return parseRecipient(requireItem(item), this.options.fields).recipient;
  }

  private async sendPage(page: readonly Candidate[]): Promise<void> {
    const { store } = this.options;
    const ids = page.map(({ person }) => person.id);
    const [standing, reached] = await Promise.all([
      store.standing(ids, page.flatMap(({ person }) => person.devices.map(({ token }) => token))),
      store.reached(this.campaign, this.occurrence, ids),
    ]);
    const ready: { flight: PersonInFlight; message: GatewayMessage; intent: DeliveryIntent }[] = [];
    // Who comes twice in one page; twice in a run, on whichever page, the ledger sees.
    const taken = new Set<string>();
    for (const candidate of page) {
      const verdict = judge(candidate.person, pushState(candidate.item)['heldOut'] === true, this.policy, standing);
      if ('reason' in verdict) await this.suppress(candidate, verdict.reason);
      else if (reached.has(candidate.person.id)) await this.suppress(candidate, 'already-sent');
      else if (taken.has(candidate.person.id)) await this.suppress(candidate, 'duplicate');
      else {
        try {
          ready.push(...this.prepare(candidate, verdict.devices));
          taken.add(candidate.person.id);
        } catch (thrown) {
          await this.settler.done(failedResult(candidate, asPushError(thrown)));
        }
      }
    }
    const decisions = await store.lease(ready.map(({ intent }) => intent), {
      now: this.now(),
      owner: this.owner,
      leaseMs: LEASE_MS,
      resendUnknown: this.options.onUnknown === 'send-again',
    });
    await this.dispatch(ready, decisions);
  }

  private prepare(candidate: Candidate, devices: Recipient['devices']): { flight: PersonInFlight; message: GatewayMessage; intent: DeliveryIntent }[] {
    const { person } = candidate;
    const item = pushState(candidate.item)['payload'] === undefined && this.render !== undefined
      ? renderMessage(this.render, candidate.item)
      : candidate.item;
    const { payload, message, arm } = pushState(item);
    if (!isJsonObject(payload)) {
      throw new PushError('no-message', 'The person has no message.',
        'Put the template step before, or write a title and a text in the send step.');
    }
    const ttl = isJsonObject(message) && typeof message['ttlSeconds'] === 'number' ? message['ttlSeconds'] : undefined;
    const flight: PersonInFlight = { candidate: { ...candidate, item }, devices: new Map(), pending: 0, results: [] };
    return devices.map((device) => {
      const id = deliveryId(this.campaign, this.occurrence, person.id, device.token);
      flight.devices.set(id, device);
      return {
        flight,
        message: deviceMessage(payload, ttl, device, id, this.options.tracking, this.now()),
        intent: {
          id,
          campaign: this.campaign,
          occurrence: this.occurrence,
          recipient: person.id,
          arm: typeof arm === 'string' ? arm : null,
          category: this.policy.category,
          gateway: device.gateway,
          platform: device.platform,
          device: tokenFingerprint(device.token),
        },
      };
    });
  }

  /** Hands over what the ledger lets go. A person of whom nothing may go is suppressed for the ledger's reason. */
  private async dispatch(ready: readonly { flight: PersonInFlight; message: GatewayMessage }[], decisions: readonly LeaseDecision[]): Promise<void> {
    const refused = new Map<PersonInFlight, LeaseDecision>();
    ready.forEach(({ flight, message }, index) => {
      if (decisions[index] === 'go') this.settler.expect(message.id, flight);
      else refused.set(flight, decisions[index] ?? 'in-flight');
    });
    for (const [flight, decision] of refused) {
      if (flight.pending === 0) await this.suppress(flight.candidate, decision as SuppressionReason);
    }
    for (const [index, { flight, message }] of ready.entries()) {
      if (decisions[index] !== 'go') continue;
      const device = flight.devices.get(message.id);
      const taken = await this.queues.get(device?.gateway ?? 'fcm')?.push(message);
      if (taken !== true) await this.giveBack(message.id);
    }
  }

  private suppress(candidate: Candidate, reason: SuppressionReason): Promise<void> {
    return this.settler.done(suppressedResult(candidate, reason));
  }
}

function requireName(value: unknown, field: 'campaign' | 'occurrence'): string {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new PushError(`no-${field}`, `The ${field} has no name.`,
    field === 'campaign' ? 'Give the campaign a name; the ledger and the figures go by it.' : 'Give the occurrence a name such as 2026-01-31.');
}
