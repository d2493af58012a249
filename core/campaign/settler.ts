/** Writes outcomes into the ledger in groups, and lets a person's result out only when the ledger holds it. */
import type { GatewayResult } from '../delivery/gateway';
import type { Device, Recipient } from '../recipient';
import type { DeadDevice, Participation, Store } from '../store';
import type { Channel } from './channel';
import { pushState } from './item';
import { deliveredResult, type ResultSource, type SendResult } from './send-result';

/** A group is written when it holds so many outcomes, or so long (ms) after its first. */
const GROUP = 500;
const GROUP_MS = 50;

export interface PersonInFlight {
  candidate: ResultSource & { person: Recipient };
  /** By delivery id. */
  devices: Map<string, Device>;
  /** Deliveries without outcome. */
  pending: number;
  results: { device: Device; result: GatewayResult }[];
}

export class Settler {
  private readonly flights = new Map<string, PersonInFlight>();
  private outcomes: GatewayResult[] = [];
  private dead: DeadDevice[] = [];
  private finished: SendResult[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** A failed write that happened on the timer; thrown at the next call. */
  private failure: unknown;

  constructor(
    private readonly store: Store,
    private readonly results: Channel<SendResult>,
    private readonly campaign: string,
    private readonly occurrence: string,
    private readonly owner: string,
    private readonly now: () => Date,
  ) {}

  /** A delivery is on its way. */
  expect(delivery: string, flight: PersonInFlight): void {
    flight.pending++;
    this.flights.set(delivery, flight);
  }

  /** An outcome came. */
  async settle(result: GatewayResult): Promise<void> {
    const flight = this.flights.get(result.id);
    const device = flight?.devices.get(result.id);
    if (flight === undefined || device === undefined) return;
    this.flights.delete(result.id);
    flight.results.push({ device, result });
    flight.pending--;
    this.outcomes.push(result);
    if (result.outcome === 'dead-token') this.dead.push(deadDevice(flight, device, result));
    if (flight.pending === 0) this.finished.push(deliveredResult(flight.candidate, flight.results));
    await this.group();
  }

  /** A person is through without any delivery. */
  async done(result: SendResult): Promise<void> {
    this.finished.push(result);
    await this.group();
  }

  /** Writes what waits. Calls run one after the other. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async group(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.outcomes.length + this.finished.length >= GROUP) return this.flush();
    this.timer ??= setTimeout(() => this.flush().catch((thrown: unknown) => (this.failure = thrown)), GROUP_MS);
  }

  private async write(): Promise<void> {
    const { outcomes, dead, finished } = this;
    this.outcomes = [];
    this.dead = [];
    this.finished = [];
    const now = this.now();
    if (outcomes.length > 0) await this.store.settle(outcomes, { owner: this.owner, now });
    if (dead.length > 0) await this.store.markDead(dead, now);
    const participations = finished.flatMap((result) => this.participation(result));
    if (participations.length > 0) await this.store.recordParticipations(participations, now);
    for (const result of finished) await this.results.push(result);
  }

  /** Someone without an id cannot be counted; a repeated run says nothing new of who was sent to before. */
  private participation({ item, output, reason, recipient }: SendResult): Participation[] {
    const { arm } = pushState(item);
    if (recipient === undefined || reason === 'already-sent' || reason === 'duplicate') return [];
    return [{
      campaign: this.campaign,
      occurrence: this.occurrence,
      recipient,
      arm: typeof arm === 'string' ? arm : null,
      outcome: output,
      ...(reason !== undefined && { reason }),
    }];
  }
}

function deadDevice({ candidate }: PersonInFlight, { token, gateway, platform }: Device, { code, deadSince }: GatewayResult): DeadDevice {
  return {
    token,
    gateway,
    platform,
    recipient: candidate.person.id,
    reason: code ?? 'dead-token',
    ...(deadSince !== undefined && { since: deadSince }),
  };
}
