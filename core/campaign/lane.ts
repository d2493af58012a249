/** The way of messages to one gateway: a bounded queue, the ledger's word that they leave, the gateway, their outcome. */
import type { Gateway, GatewayMessage, SendOptions } from '../delivery/gateway';
import type { RateOptions } from '../delivery/rate';
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
const WAITING = 1000;
/** Messages written down together as leaving for their gateway: so many, and those in the air, does a killed run leave unknown. */
const DEPARTURE = 50;

export class Lane {
  private readonly queue = new Channel<GatewayMessage>(WAITING);

  constructor(private readonly parts: LaneParts) {}

  /** Resolves when the message is in the queue; false where nobody takes it any more. */
  push(message: GatewayMessage): Promise<boolean> {
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
    const departed: GatewayMessage[] = [];
    for await (const result of gateway.send(this.departures(departed), options)) await settler.settle(result);
    for (const { id } of [...departed, ...this.queue.drain()]) await settler.settle(neverLeft(id));
  }

  /** The messages of the queue, each written down as leaving. @param departed holds those that were not handed over yet */
  private async *departures(departed: GatewayMessage[]): AsyncGenerator<GatewayMessage> {
    const { store, settler, signal, owner, leaseMs, now } = this.parts;
    for await (const batch of this.queue.batches(DEPARTURE)) {
      departed.push(...batch);
      const held = await store.depart(batch.map(({ id }) => id), { now: now(), owner, leaseMs });
      while (!signal.aborted) {
        const message = departed.shift();
        if (message === undefined) break;
        if (held.has(message.id)) yield message;
        else await settler.settle(neverLeft(message.id));
      }
    }
  }
}
