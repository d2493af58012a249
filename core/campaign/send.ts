/**
 * Sends a campaign: people in, one result a person out. Between them a page of people is judged by the policies and
 * written into the ledger, then its messages flow to both gateways while the next page is read, each written down as it
 * leaves; outcomes go into the ledger in groups. Memory holds a few pages, whatever the audience.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Gateway, SendOptions } from '../delivery/gateway';
import { PushError } from '../errors';
import type { FieldMap, GatewayType } from '../recipient';
import type { Store } from '../store';
import type { MessageKind } from '../template';
import type { Tracking } from '../tracking';
import { candidatesOf, nameOf, waitingCandidates, type Candidate, type CandidateOptions } from './candidates';
import { Channel } from './channel';
import type { Item } from './item';
import { Judging, type Judged } from './judging';
import { Lane } from './lane';
import { PageSender } from './page-sender';
import type { ConsentRule, PolicyOptions } from './policy';
import { messageKeyOf, occurrenceName, requireName, type Repeat } from './repeat';
import { concludeRun } from './runs';
import { failedResult, type SendResult } from './send-result';
import { Settler } from './settler';
import { countMessages, spreadOf } from './spread';
import { compileMessage, type TemplateStage } from './stages';
import type { WrittenAudience } from './template-summary';

export interface CampaignOptions {
  campaign: string;
  /** One run of a recurring campaign: nobody gets the same occurrence twice. `once` if not given. */
  occurrence?: string;
  /** How often a person may get it; once an occurrence if not given. */
  repeat?: Repeat;
  /** Kind of messages that name none; says what is not given here. */
  kind?: MessageKind;
  /** Which consent is asked; if not given what the kind says, else `marketing`. */
  category?: string;
  /** If not given what the kind says, else `not-opted-out`. */
  consent?: ConsentRule;
  policies?: PolicyOptions;
  /** The message of people who come without one from a template step. */
  template?: TemplateStage;
  fields?: FieldMap;
  /** What to do with deliveries of which an earlier run does not know the end; if not given what the kind says, else `skip`. */
  onUnknown?: 'skip' | 'send-again';
  store: Store;
  gateways: Partial<Record<GatewayType, Gateway>>;
  tracking?: Tracking;
  delivery?: Omit<SendOptions, 'signal' | 'mayGoAgain'>;
  /** Spreads the messages of the run evenly over so much time (ms), so that not everybody opens at once. */
  spreadMs?: number;
  /** How long (ms) after a crash another run waits before it judges what was in the air; 60 000 if not given. */
  leaseMs?: number;
  /** Told how the plans of stored audiences wrote to their people; that of a {@link SendSummary} goes into its figures. */
  written?: WrittenAudience;
  /** Stops taking people; messages in the air are waited for. */
  signal?: AbortSignal;
  now?: () => Date;
}

/** People judged and leased together. */
const PAGE = 250;
const LEASE_MS = 60_000;

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

class CampaignRun {
  readonly results: Channel<SendResult>;
  private readonly stopping = new AbortController();
  private readonly signal: AbortSignal;
  private readonly lanes = new Map<GatewayType, Lane>();
  private readonly settler: Settler;
  private readonly judging: Judging;
  private readonly people: CandidateOptions;
  private readonly pages: PageSender;
  private readonly now: () => Date;
  /** Names the run in the ledger. */
  private readonly owner = randomUUID();
  private readonly leaseMs: number;

  constructor(private readonly options: CampaignOptions) {
    const { store, template, repeat = { per: 'occurrence' }, policies, kind, category, consent, onUnknown } = options;
    const campaign = requireName(options.campaign, 'campaign');
    requireName(options.occurrence ?? 'once', 'occurrence');
    this.now = options.now ?? (() => new Date());
    const gateways = (Object.keys(options.gateways ?? {}) as GatewayType[]).filter((type) => options.gateways[type] !== undefined);
    if (gateways.length === 0) {
      throw new PushError('no-credentials', 'No credential is connected, neither for FCM nor for APNs.', 'Choose at least one.');
    }
    const rules = {
      gateways: new Set(gateways),
      ...(policies && { policies }), ...(kind && { kind }), ...(category && { category }), ...(consent && { consent }), ...(onUnknown && { onUnknown }),
    };
    this.judging = new Judging(store, campaign, rules, template?.template ?? {}, this.now());
    const occurrence = occurrenceName(options, this.now());
    this.people = {
      campaign, occurrence, store, keyOf: messageKeyOf(repeat), fields: options.fields, now: this.now, ...(options.written && { written: options.written }),
      refuse: (source, reason, waited) => this.settler.done(failedResult(source, reason), undefined, waited),
      wantsReferences: () => !this.judging.isStopped(occurrence),
    };
    this.signal = options.signal === undefined ? this.stopping.signal : AbortSignal.any([options.signal, this.stopping.signal]);
    this.results = new Channel(PAGE * 2);
    this.leaseMs = options.leaseMs ?? LEASE_MS;
    const { owner, leaseMs } = this;
    // Before anything that has to be ended again, since this may throw.
    const render = template === undefined ? undefined : compileMessage(template, this.now());
    this.settler = new Settler(store, this.results, { owner, leaseMs, now: this.now });
    for (const type of gateways) {
      this.lanes.set(type, new Lane({
        gateway: options.gateways[type] as Gateway, store, settler: this.settler, owner, leaseMs, now: this.now, signal: this.signal, delivery: options.delivery ?? {},
      }));
    }
    this.pages = new PageSender({
      store, judging: this.judging, settler: this.settler, tracking: options.tracking, owner, leaseMs, now: this.now, render, lanes: this.lanes,
    });
  }

  /** Reads all people and ends when every one of them has a result. */
  async feed(items: Iterable<Item> | AsyncIterable<Item>): Promise<void> {
    try {
      await this.pass(items, await this.countForSpread(items));
      await this.settler.flush();
      await this.conclude();
    } catch (thrown) {
      this.stop();
      throw thrown;
    } finally {
      this.settler.end();
      this.results.end();
    }
  }

  /** Reading and sending side by side, until all is sent. @param counts messages by gateway, where they are spread over time */
  private async pass(items: Iterable<Item> | AsyncIterable<Item>, counts: Partial<Record<GatewayType, number>>): Promise<void> {
    const { store, campaign, occurrence } = this.people;
    const senders = [...this.lanes].map(([type, lane]) => lane.drain(spreadOf(counts[type], this.options.spreadMs)));
    const reading = store.beginRun(campaign, occurrence, this.now()).then(() => this.read(items)).finally(() => this.endLanes());
    try {
      await Promise.all([reading, ...senders]);
    } catch (thrown) {
      this.stop();
      await Promise.allSettled([reading, ...senders]);
      throw thrown;
    }
  }

  private async countForSpread(items: Iterable<Item> | AsyncIterable<Item>): Promise<Partial<Record<GatewayType, number>>> {
    return this.options.spreadMs === undefined ? {} : countMessages(items, this.people);
  }

  stop(): void {
    this.stopping.abort();
    this.results.end();
    this.endLanes();
  }

  private endLanes(): void {
    for (const lane of this.lanes.values()) lane.end();
  }

  /** How far the occurrences are now. */
  private async conclude(): Promise<void> {
    const { store, campaign, occurrence } = this.people;
    const { repeat = { per: 'occurrence' } } = this.options;
    for (const name of new Set([occurrence, ...this.judging.occurrences])) {
      await concludeRun(store, campaign, name, { stopped: this.signal.aborted, repeat }, this.now());
    }
  }

  /** The input first: who waited and comes again is judged there, and not a second time. */
  private async read(items: Iterable<Item> | AsyncIterable<Item>): Promise<void> {
    const seen = new Set<string>();
    await this.readPages(candidatesOf(items, this.people), (judged) => {
      if (judged.waited) seen.add(nameOf(judged.candidate));
    });
    await this.readPages(waitingCandidates(this.people), () => undefined, (candidate) => !seen.has(nameOf(candidate)));
  }

  private async readPages(
    candidates: AsyncIterable<Candidate>, note: (judged: Judged) => void, wanted: (candidate: Candidate) => boolean = () => true,
  ): Promise<void> {
    let page: Candidate[] = [];
    for await (const candidate of candidates) {
      if (this.signal.aborted) return;
      if (!wanted(candidate)) continue;
      page.push(candidate);
      if (page.length >= PAGE) {
        await this.pages.send(page, note);
        page = [];
        // With SQLite nothing waits where nobody may get anything: the host, and whoever would stop the run, have their turn.
        await setImmediate();
      }
    }
    if (page.length > 0 && !this.signal.aborted) await this.pages.send(page, note);
  }
}
