/** The way of messages to one gateway: a bounded queue, the ledger's word that they leave, the gateway, their outcome. */
import type { Gateway, GatewayMessage, SendOptions } from '../delivery/gateway';
import type { RateOptions } from '../delivery/rate';
import { listed } from '../delivery/source';
import type { Store } from '../store';
import { Channel } from './channel';
import { neverLeft } from './page-sender';
import type { Settler } from './settler';

export interface LaneParts {
  gateway: Gateway;
  store: Store;
  settler: Settler;
  /** Names the run in the ledger. */
  owner: string;
  leaseMs: number;
  now: () => Date;
  signal: AbortSignal;
  delivery: Omit<SendOptions, 'signal' | 'mayGoAgain'>;
}

/** A leased message on its way to its gateway; `leftAt` where the lease said already that it leaves. */
export interface Departure {
  message: GatewayMessage;
  leftAt?: Date;
}

/** Messages that wait for a gateway at most, so that a slow one holds the reading back. */
const WAITING = 250;
/**
 * Messages are written down together as leaving for their gateway: as many as it takes in so long (ms), and so many at most. Those, and
 * what is in the air, does a killed run leave unknown; a slow gateway is handed one at a time.
 */
const DEPARTURE_MS = 20;
const MOST_DEPARTING = 125;
const FIRST_DEPARTING = 25;

export class Lane {
  private readonly queue = new Channel<Departure>(WAITING);
  /** Written down as leaving, and not handed over yet. */
  private departing: GatewayMessage[] = [];
  /** As many as depart together now. */
  private most = FIRST_DEPARTING;

  constructor(private readonly parts: LaneParts) {}

  /** How many messages that are pushed now go to the gateway at once. */
  get room(): number {
    return this.queue.isAwaited ? this.most : 0;
  }

  /** Whether the message is in the queue, at once where there is room; false where nobody takes it any more. */
  push(departure: Departure): boolean | Promise<boolean> {
    return this.queue.push(departure);
  }

  /** No more messages come. */
  end(): void {
    this.queue.end();
  }

  /** Sends what comes until no more does, and lets each outcome be written down. */
  async drain(spread: RateOptions['spread']): Promise<void> {
    const { gateway, delivery, store, settler, signal } = this.parts;
    const options: SendOptions = {
      ...delivery,
      rate: { permits: store.permits, ...delivery.rate, ...(spread && { spread }) },
      onWait: (id, notBefore, code) => {
        settler.postpone({ id, notBefore, code });
        delivery.onWait?.(id, notBefore, code);
      },
      mayGoAgain: (ids) => settler.goAgain(ids),
      signal,
    };
    for await (const result of gateway.send(listed(this.departures(), signal), options)) await settler.settle(result);
    const waiting = this.queue.drain().map(({ message }) => message);
    for (const { id } of [...this.departing, ...waiting]) await settler.settle(neverLeft(id));
  }

  /** The messages of the queue, written down together as leaving. */
  private async *departures(): AsyncGenerator<GatewayMessage[]> {
    for await (const batch of this.queue.batches(() => this.most)) {
      this.departing = batch.map(({ message }) => message);
      const lost = await this.depart(batch);
      if (this.parts.signal.aborted) return;
      if (lost.size > 0) this.departing = this.departing.filter(({ id }) => !lost.has(id));
      for (const id of lost) await this.parts.settler.settle(neverLeft(id));
      const handed = performance.now();
      yield this.departing;
      if (lost.size === batch.length) continue;
      const inTime = ((batch.length - lost.size) * DEPARTURE_MS) / (performance.now() - handed);
      this.most = Math.min(Math.max(Math.round(inTime), 1), MOST_DEPARTING);
    }
  }

  /** Those that another run holds by now. Of a message that was leased as leaving nothing is left to say, unless that was long ago. */
  private async depart(batch: readonly Departure[]): Promise<Set<string>> {
    const { store, owner, leaseMs } = this.parts;
    const now = this.parts.now();
    const unsaid = batch.filter(({ leftAt }) => leftAt === undefined || now.getTime() - leftAt.getTime() > leaseMs / 3).map(({ message }) => message.id);
    if (unsaid.length === 0) return new Set();
    const held = await store.depart(unsaid, { now, owner, leaseMs });
    return new Set(unsaid.filter((id) => !held.has(id)));
  }
}
