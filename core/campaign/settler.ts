/** Writes outcomes into the ledger in groups, and lets a person's result out only when the ledger holds it. */
import type { GatewayResult } from '../delivery/gateway';
import type { Device } from '../recipient';
import type { DeadDevice, HeldMessage, MessageName, Participation, Postponement, Store } from '../store';
import type { Channel } from './channel';
import type { Candidate } from './candidates';
import { pushState } from './item';
import type { Judged } from './judging';
import { deliveredResult, type Delivered, type SendResult } from './send-result';

/** A group is written when it holds so many outcomes, or so long (ms) after its first. */
const GROUP = 500;
const GROUP_MS = 50;

export interface PersonInFlight {
  judged: Judged;
  /** With the message that was written. */
  source: Candidate;
  /** Deliveries without outcome. */
  pending: number;
  results: Delivered[];
}

export interface DeliveryInFlight extends Pick<Delivered, 'device' | 'fingerprint'> {
  flight: PersonInFlight;
}

/** A result to be put out, and whom it is about; absent where nobody is named or nothing is to be counted. */
interface Finished {
  result: SendResult;
  judged: Judged | undefined;
  /** Who waited before this run goes on waiting. */
  goesOn?: boolean;
  /** What somebody waited for who cannot be read any more. */
  unread?: MessageName | undefined;
}

export class Settler {
  /** By delivery id. */
  private readonly flights = new Map<string, DeliveryInFlight>();
  private outcomes: GatewayResult[] = [];
  /** Outcomes that are being written. */
  private settling: readonly GatewayResult[] = [];
  private postponed: Postponement[] = [];
  private dead: DeadDevice[] = [];
  private finished: Finished[] = [];
  private holding: HeldMessage[] = [];
  private readonly renewal: NodeJS.Timeout;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** What is written of deliveries that wait for another attempt or go again, one after the other; nobody's reading holds it up. */
  private waits: Promise<unknown> = Promise.resolve();
  /** A failed write that happened on the timer; thrown at the next call. */
  private failure: unknown;

  constructor(
    private readonly store: Store,
    private readonly results: Channel<SendResult>,
    private readonly run: { owner: string; leaseMs: number; now: () => Date },
  ) {
    this.renewal = setInterval(() => this.renew(), run.leaseMs / 3).unref();
  }

  /** Nothing is in flight any more, or nobody waits for it. */
  end(): void {
    clearInterval(this.renewal);
    clearTimeout(this.timer);
  }

  /** A delivery is on its way. */
  expect(id: string, delivery: DeliveryInFlight): void {
    delivery.flight.pending++;
    this.flights.set(id, delivery);
  }

  /** An outcome came. Like `done` and `hold` it waits only where a group has to be written first. */
  settle(result: GatewayResult): Promise<void> | void {
    const delivery = this.flights.get(result.id);
    if (delivery === undefined) return;
    const { flight, device, fingerprint } = delivery;
    this.flights.delete(result.id);
    flight.results.push({ device, fingerprint, result });
    flight.pending--;
    this.outcomes.push(result);
    if (result.outcome === 'dead-token') this.dead.push(deadDevice(flight, device, result));
    if (flight.pending === 0) {
      const { source, results, judged } = flight;
      this.finished.push({ result: deliveredResult(source, results), judged, goesOn: judged.waited && wasStopped(results) });
    }
    return this.group();
  }

  /** A delivery waits for another attempt; written with the next group. */
  postpone(postponement: Postponement): void {
    this.postponed.push(postponement);
    this.writeSoon();
  }

  /**
   * Those of these deliveries, which waited, that this run still holds: they go again. That they waited is in the ledger before, since
   * it would call certain what is in the air.
   */
  goAgain(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const held = this.writePostponed().then(() => this.store.depart(ids, { ...this.run, now: this.run.now() }));
    this.waits = held;
    return held;
  }

  /** A person is through without any delivery. @param unread what they waited for, where they cannot be read any more */
  done(result: SendResult, judged?: Judged, unread?: MessageName): Promise<void> | void {
    this.finished.push({ result, judged, unread });
    return this.group();
  }

  /** A person waits. */
  hold(result: SendResult, message: HeldMessage): Promise<void> | void {
    this.holding.push(message);
    this.finished.push({ result, judged: undefined });
    return this.group();
  }

  /** Writes what waits. Calls run one after the other. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private group(): Promise<void> | void {
    if (this.failure !== undefined) throw this.failure;
    if (Math.max(this.outcomes.length, this.finished.length) >= GROUP) return this.flush();
    this.writeSoon();
  }

  private writeSoon(): void {
    this.timer ??= setTimeout(() => this.flush().catch((thrown: unknown) => (this.failure = thrown)), GROUP_MS);
  }

  private async write(): Promise<void> {
    const { outcomes, dead, finished, holding } = this;
    this.outcomes = [];
    this.dead = [];
    this.finished = [];
    this.holding = [];
    const { owner } = this.run;
    const now = this.run.now();
    this.settling = outcomes;
    await this.writePostponed();
    const participations = finished.flatMap(participation);
    if (outcomes.length > 0) await this.store.settle(outcomes, { owner, now }, participations);
    else if (participations.length > 0) await this.store.recordParticipations(participations, now);
    this.settling = [];
    if (dead.length > 0) await this.store.markDead(dead, now);
    if (holding.length > 0) await this.store.hold(holding);
    const released = finished.flatMap(({ result: { reason }, judged, goesOn = false, unread }): MessageName[] => {
      if (unread !== undefined) return [unread];
      // Of who came twice the other one says whether they wait on.
      return judged?.waited === true && !goesOn && reason !== 'duplicate' ? [judged.candidate.message] : [];
    });
    if (released.length > 0) await this.store.release(released);
    for (const { result } of finished) await this.results.push(result);
  }

  private writePostponed(): Promise<unknown> {
    const { postponed } = this;
    this.postponed = [];
    if (postponed.length > 0) this.waits = this.waits.then(() => this.store.postpone(postponed, this.run.owner));
    return this.waits;
  }

  /**
   * What is still in the air stays this run's, and so does what the ledger does not know the end of yet: its group may wait long for
   * whoever reads the results. A failure shows at the next write.
   */
  private renew(): void {
    const held = [...this.flights.keys(), ...[...this.settling, ...this.outcomes].map(({ id }) => id)];
    if (held.length === 0) return;
    this.store.renew(held, { ...this.run, now: this.run.now() }).catch(() => undefined);
  }
}

/**
 * Someone without an id cannot be counted. Who was sent to before counts as sent: the run that did it may have died before
 * it wrote that down.
 */
function participation({ result: { item, output, reason }, judged, goesOn = false, unread }: Finished): Participation[] {
  const { arm } = pushState(item);
  const message = unread ?? judged?.candidate.message;
  if (message === undefined || goesOn || output === 'held' || reason === 'duplicate') return [];
  const { campaign, occurrence, recipient } = message;
  const person = { campaign, occurrence, recipient, arm: typeof arm === 'string' ? arm : null };
  if (reason === 'already-sent') return [{ ...person, outcome: 'sent' }];
  return [{ ...person, outcome: output, ...(reason !== undefined && { reason }) }];
}

/** The run was stopped before the message left, and the phone certainly has it from no other device. */
function wasStopped(deliveries: readonly Delivered[]): boolean {
  return deliveries.some(({ result: { code } }) => code === 'cancelled') && deliveries.every(({ result: { outcome } }) => outcome !== 'accepted' && outcome !== 'unknown');
}

function deadDevice({ source }: PersonInFlight, { token, gateway, platform }: Device, { code, deadSince }: GatewayResult): DeadDevice {
  return {
    token,
    gateway,
    platform,
    recipient: source.person.id,
    reason: code ?? 'dead-token',
    ...(deadSince !== undefined && { since: deadSince }),
  };
}
