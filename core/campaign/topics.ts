/**
 * Puts people's devices on an FCM topic, or takes them off it: those of items and of stored audiences, in any number.
 * A topic asks for no consent when it is sent to, so whoever is suppressed is not put on one.
 */
import type { Gateway, TopicAction } from '../delivery/gateway';
import { PushError } from '../errors';
import { tokenFingerprint, type Device, type FieldMap } from '../recipient';
import type { DeadDevice, Store } from '../store';
import { candidatesOf, type Candidate } from './candidates';
import type { Item } from './item';

export interface SubscriptionOptions {
  action: TopicAction;
  topic: string;
  store: Store;
  /** The gateway to FCM. */
  gateway: Gateway | undefined;
  fields?: FieldMap;
  signal?: AbortSignal;
  now?: () => Date;
}

export interface SubscriptionReport {
  action: TopicAction;
  topic: string;
  people: number;
  /** Devices that FCM was asked about. */
  devices: number;
  done: number;
  failed: number;
  /** Failed ones by the outcome of FCM's answer. */
  failures: Record<string, number>;
  /** People and devices left alone, by why. */
  skipped: Record<string, number>;
}

/** A device, or a person who cannot be read; `index` is that of the item. */
export interface SubscriptionFailure {
  index: number;
  item: Item;
}

/** People whose standing is looked up together, and dead devices that are marked together. */
const PAGE = 500;

/** @throws PushError `topic-malformed`, `no-credentials`, `bad-topic-action` */
export async function changeSubscriptions(
  items: Iterable<Item> | AsyncIterable<Item>, options: SubscriptionOptions,
): Promise<{ report: SubscriptionReport; failures: SubscriptionFailure[] }> {
  const { action, topic, gateway, signal } = options;
  if (gateway?.topics === undefined) throw new PushError('no-credentials', 'A topic needs a credential for FCM.', 'Choose one.');
  return new TopicChange(items, options).run((devices) => gateway.topics?.change(action, topic, devices, { ...(signal !== undefined && { signal }) }) ?? []);
}

interface Asked {
  candidate: Candidate;
  device: Device;
}

type Ask = (devices: AsyncIterable<{ id: string; token: string }>) => ReturnType<NonNullable<Gateway['topics']>['change']> | [];

class TopicChange {
  private readonly report: SubscriptionReport;
  private readonly failures: SubscriptionFailure[] = [];
  private readonly asked = new Map<string, Asked>();
  private dead: DeadDevice[] = [];
  private readonly now: () => Date;

  constructor(private readonly items: Iterable<Item> | AsyncIterable<Item>, private readonly options: SubscriptionOptions) {
    const { action, topic, now } = options;
    if (action !== 'subscribe' && action !== 'unsubscribe') {
      throw new PushError('bad-topic-action', `'${String(action)}' is nothing to do with a topic.`, 'Use subscribe or unsubscribe.');
    }
    this.now = now ?? (() => new Date());
    this.report = { action, topic, people: 0, devices: 0, done: 0, failed: 0, failures: {}, skipped: {} };
  }

  async run(ask: Ask): Promise<{ report: SubscriptionReport; failures: SubscriptionFailure[] }> {
    for await (const { id, outcome, code, detail, deadSince } of ask(this.devices())) {
      const { candidate, device } = this.asked.get(id) as Asked;
      this.asked.delete(id);
      if (outcome === 'accepted') {
        this.report.done++;
        continue;
      }
      if (outcome === 'dead-token') {
        const { token, gateway, platform } = device;
        this.dead.push({ token, gateway, platform, recipient: candidate.person.id, reason: code ?? outcome, ...(deadSince !== undefined && { since: deadSince }) });
        if (this.dead.length >= PAGE) await this.markDead();
      }
      this.fail(candidate.index, { id: candidate.person.id, device: tokenFingerprint(device.token), outcome, ...(code !== undefined && { code }), why: detail ?? '' }, outcome);
    }
    await this.markDead();
    return { report: this.report, failures: this.failures };
  }

  private async markDead(): Promise<void> {
    if (this.dead.length > 0) await this.options.store.markDead(this.dead.splice(0), this.now());
  }

  private async *devices(): AsyncGenerator<{ id: string; token: string }> {
    const { store, fields, signal } = this.options;
    let page: Candidate[] = [];
    const people = candidatesOf(this.items, {
      campaign: '', occurrence: '', keyOf: () => '', fields, store, now: this.now, wantsReferences: () => signal?.aborted !== true,
      refuse: async ({ index, item }, { code, words }) => {
        this.report.people++;
        this.fail(index, { ...item, code, why: words }, code);
      },
    });
    for await (const candidate of people) {
      page.push(candidate);
      if (page.length < PAGE) continue;
      yield* this.wanted(page);
      page = [];
    }
    yield* this.wanted(page);
  }

  private async *wanted(page: readonly Candidate[]): AsyncGenerator<{ id: string; token: string }> {
    const standing = await this.options.store.standing(page.map(({ person }) => person.id), page.flatMap(({ person }) => person.devices.map(({ token }) => token)));
    const subscribing = this.report.action === 'subscribe';
    for (const candidate of page) {
      this.report.people++;
      if (subscribing && standing.suppressed.has(candidate.person.id)) {
        this.skip('suppressed');
        continue;
      }
      for (const device of candidate.person.devices) {
        if (device.gateway !== 'fcm') this.skip('not-fcm');
        else if (standing.dead.has(device.token)) this.skip('device-dead');
        else {
          const id = String(this.report.devices++);
          this.asked.set(id, { candidate, device });
          yield { id, token: device.token };
        }
      }
    }
  }

  private skip(why: string): void {
    this.report.skipped[why] = (this.report.skipped[why] ?? 0) + 1;
  }

  private fail(index: number, item: Item, why: string): void {
    this.report.failed++;
    this.report.failures[why] = (this.report.failures[why] ?? 0) + 1;
    this.failures.push({ index, item });
  }
}
