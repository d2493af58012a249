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
  delivery: Omit<SendOptions, 'signal'>;
}

/** Messages that wait for a gateway at most, so that a slow one holds the reading back. */
const WAITING = 250;
/** Messages written down together as leaving for their gateway: so many, and those in the air, does a killed run leave unknown. */
const DEPARTURE = 50;

export class Lane {
  private readonly queue = new Channel<GatewayMessage>(WAITING);
  /** Written down as leaving, and not handed over yet. */
  private departing: GatewayMessage[] = [];

  constructor(private readonly parts: LaneParts) {}

  /** Whether the message is in the queue, at once where there is room; false where nobody takes it any more. */
  push(message: GatewayMessage): boolean | Promise<boolean> {
    return this.queue.push(message);
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
        delivery.onWait?.(id, notBefore, code);
        settler.postpone({ id, notBefore, code });
      },
      signal,
    };
    for await (const result of gateway.send(listed(this.departures(), signal), options)) await settler.settle(result);
    for (const { id } of [...this.departing, ...this.queue.drain()]) await settler.settle(neverLeft(id));
  }

  /** The messages of the queue, written down together as leaving. */
  private async *departures(): AsyncGenerator<GatewayMessage[]> {
    const { store, settler, signal, owner, leaseMs, now } = this.parts;
    for await (const batch of this.queue.batches(DEPARTURE)) {
      this.departing = batch;
      const held = await store.depart(batch.map(({ id }) => id), { now: now(), owner, leaseMs });
      if (signal.aborted) return;
      this.departing = batch.filter(({ id }) => held.has(id));
      for (const { id } of batch) if (!held.has(id)) await settler.settle(neverLeft(id));
      yield this.departing;
    }
  }
}
