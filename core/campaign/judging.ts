/** Gathers what the store knows of a page of people and lets the policies judge each of them. */
import { isJsonObject } from '../json';
import type { RunReport, RunRow, Store } from '../store';
import { kindPreset, type MessageKind, type Template } from '../template';
import type { Candidate } from './candidates';
import { pushState, type Item } from './item';
import { judge, lookBackMs, parsePolicies, type CampaignRules, type Rules, type Verdict } from './policy';
import type { HoldingReason } from './reasons';

export interface Judged {
  candidate: Candidate;
  verdict: Verdict;
  rules: Rules;
  /** Held back by an earlier run. */
  waited: boolean;
  ttlSeconds?: number;
}

export class Judging {
  private readonly byKind = new Map<MessageKind | undefined, Rules>();
  private readonly runs = new Map<string, RunRow>();
  /** People reached in each occurrence, counted where an audience cap asks. */
  private readonly taken = new Map<string, number>();
  /** Share of people for whom the message failed, by occurrence, where a canary asks. */
  private readonly failedShares = new Map<string, number>();

  /**
   * @param own settings of the message that the send step writes itself
   * @param since when this run began
   * @throws PushError as `parsePolicies` says
   */
  constructor(
    private readonly store: Store,
    private readonly campaign: string,
    private readonly rules: CampaignRules,
    private readonly own: Pick<Template, 'kind' | 'ttlSeconds'>,
    private readonly since: Date,
  ) {
    this.rulesOf(rules.kind);
  }

  async page(candidates: readonly Candidate[], now: Date): Promise<Judged[]> {
    const { store } = this;
    const messages = candidates.map(({ message }) => message);
    const expected = candidates.map(({ item }) => this.expect(item));
    const mayWait = expected.some(({ rules }) => keepsWaiting(rules));
    const isCapped = expected.some(({ rules }) => rules.audienceCap !== undefined);
    const lookBack = Math.max(...expected.map(({ rules }) => lookBackMs(rules)));
    const [standing, asked, counted, waited, contacts] = await Promise.all([
      store.standing(candidates.map(({ person }) => person.id), candidates.flatMap(({ person }) => person.devices.map(({ token }) => token))),
      mayWait || !messages.every(({ occurrence }) => this.isNew(occurrence)) ? store.reached(messages) : [],
      isCapped ? store.counted(messages) : [],
      store.held(messages),
      lookBack === 0 ? [] : store.contacts(messages, new Date(now.getTime() - lookBack)),
      this.readRuns(candidates, now),
    ]);
    // Whether an operator holds people back is known only now.
    const isPaused = messages.some(({ occurrence }) => this.runs.get(occurrence)?.state === 'paused');
    const reached = asked.length === 0 && isPaused ? await store.reached(messages) : asked;
    /** People of this page whom the cap counts, and the ledger not yet. */
    const counting = new Set<string>();
    return candidates.map((candidate, index): Judged => {
      const { rules, ttlSeconds } = expected[index] as ReturnType<Judging['expect']>;
      const { occurrence } = candidate.message;
      const run = this.runs.get(occurrence) as RunRow;
      const before = waited[index];
      const name = isCapped ? JSON.stringify([occurrence, candidate.person.id]) : '';
      const isCounted = counted[index] === true || counting.has(name);
      const verdict = judge(rules, {
        person: candidate.person,
        heldOut: pushState(candidate.item)['heldOut'] === true,
        now: now.getTime(),
        standing,
        reached: reached[index] === true,
        contacts: contacts[index] ?? [],
        ...(ttlSeconds !== undefined && { ttlSeconds }),
        ...(before && { waited: { until: Date.parse(before.until), since: Date.parse(before.since), reason: before.reason as HoldingReason } }),
        run: { name: `${this.campaign} ${occurrence}`, state: run.state, startedAt: Date.parse(run.startedAt), taken: this.taken.get(occurrence) ?? 0, isCounted, failedShare: this.failedShares.get(occurrence) ?? 0 },
      });
      if (isCapped && verdict.fate === 'go' && !isCounted) {
        this.taken.set(occurrence, (this.taken.get(occurrence) ?? 0) + 1);
        counting.add(name);
      }
      return { candidate, verdict, rules, waited: before !== undefined, ...(ttlSeconds !== undefined && { ttlSeconds }) };
    });
  }

  /** Whether nobody was sent to before this run. Of whom it meets twice, and of those of other processes, the lease tells. */
  private isNew(occurrence: string): boolean {
    const run = this.runs.get(occurrence);
    return run !== undefined && Date.parse(run.startedAt) >= this.since.getTime();
  }

  /** Occurrences that people of this run belonged to. */
  get occurrences(): Iterable<string> {
    return this.runs.keys();
  }

  /** Whether an operator stopped the occurrence, as the last page found it. */
  isStopped(occurrence: string): boolean {
    const state = this.runs.get(occurrence)?.state;
    return state === 'paused' || state === 'cancelled';
  }

  /**
   * An operator may pause or cancel at any time: looked at once a page. It is said again that the occurrence runs, since another
   * process that took part may have come to its end.
   */
  private async readRuns(candidates: readonly Candidate[], now: Date): Promise<void> {
    for (const occurrence of new Set(candidates.map(({ message }) => message.occurrence))) {
      const known = this.runs.has(occurrence);
      this.runs.set(occurrence, await this.store.beginRun(this.campaign, occurrence, now));
      if (known) continue;
      const { audienceCap, canary } = this.rulesOf(this.rules.kind);
      if (audienceCap !== undefined) this.taken.set(occurrence, await this.store.countReached(this.campaign, occurrence));
      if (canary !== undefined) this.failedShares.set(occurrence, failedShare((await this.store.runs({ campaign: this.campaign, occurrence }))[0]));
    }
  }

  /** What the message of a person will be: the one they come with, else the one that the send step writes. */
  private expect(item: Item): { rules: Rules; ttlSeconds?: number } {
    const { message, payload } = pushState(item);
    const written = payload !== undefined && isJsonObject(message) ? message : this.own;
    const kind = kindPreset(written.kind) === undefined ? undefined : (written.kind as MessageKind);
    const ttlSeconds = written.ttlSeconds ?? kindPreset(kind)?.ttlSeconds;
    return { rules: this.rulesOf(kind ?? this.rules.kind), ...(typeof ttlSeconds === 'number' && { ttlSeconds }) };
  }

  private rulesOf(kind: MessageKind | undefined): Rules {
    let rules = this.byKind.get(kind);
    if (rules === undefined) {
      rules = parsePolicies({ ...this.rules, ...(kind !== undefined && { kind }) });
      this.byKind.set(kind, rules);
    }
    return rules;
  }
}

/** Whether somebody who comes twice may be held back the second time; the lease, which would tell that they were sent to, is not asked then. */
function keepsWaiting({ quietHours, localTime, gap }: Rules): boolean {
  return quietHours?.then === 'hold' || localTime !== undefined || gap?.then === 'hold';
}

/** So few people prove nothing about a message. */
const LEAST_TRIED = 10;

/** Of those tried on, the share for whom the message failed; a device that is gone is no fault of the message. */
function failedShare(run: RunReport | undefined): number {
  if (run === undefined) return 0;
  const failed = run.failed - (run.failures['dead-token'] ?? 0);
  const tried = run.sent + failed;
  return tried < LEAST_TRIED ? 0 : failed / tried;
}
