/**
 * Gateways that outlive a run: whoever sends with the same credential shares its connections, its access token and its
 * pace, from one execution of a workflow to the next. The vendors want it so: Apple takes rapid reconnecting for an attack.
 */
import { createHash } from 'node:crypto';
import type { GatewayType } from '../recipient';
import { createGateway } from './create-gateway';
import type { Gateway, GatewayOptions } from './gateway';
import type { DeliveryListener } from './listener';

/**
 * A gateway that nobody used for so long (ms) is forgotten; an access token lives no longer either. Its connections are
 * closed long before (idleMs of create-gateway.ts), and neither keeps the process alive.
 */
const KEEP_MS = 60 * 60_000;

interface Kept {
  readonly name: string;
  readonly gateway: Gateway;
  uses: number;
  timer?: NodeJS.Timeout;
}

export class KeptGateways {
  /** By all that their options say: a credential that was changed is another one. */
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly create: (options: GatewayOptions, more: { listener?: DeliveryListener }) => Gateway = createGateway, private readonly keepMs = KEEP_MS) {}

  /** See {@link useGateways}. */
  async use<T>(options: readonly GatewayOptions[], work: (gateways: Partial<Record<GatewayType, Gateway>>) => Promise<T>, listener?: DeliveryListener): Promise<T> {
    const taken: Kept[] = [];
    try {
      for (const one of options) taken.push(this.take(one, listener));
      return await work(Object.fromEntries(taken.map(({ gateway }) => [gateway.type, gateway])));
    } finally {
      for (const one of taken) this.giveBack(one);
    }
  }

  private take(options: GatewayOptions, listener: DeliveryListener | undefined): Kept {
    const name = nameOf(options);
    const one = this.kept.get(name) ?? { name, gateway: this.create(options, listener === undefined ? {} : { listener }), uses: 0 };
    this.kept.set(name, one);
    one.uses++;
    clearTimeout(one.timer);
    return one;
  }

  private giveBack(one: Kept): void {
    if (--one.uses > 0) return;
    one.timer = setTimeout(() => {
      this.kept.delete(one.name);
      void one.gateway.close();
    }, this.keepMs).unref();
  }
}

/** The same for the same fields, in whatever order; a hash, so that no secret stands in a key. */
function nameOf(options: GatewayOptions): string {
  const fields = Object.entries(options).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

const ofThisProcess = new KeptGateways();

/**
 * Hands the gateways of these credentials to `work`, at most one of a type. They are those of an earlier call with the same credentials, where
 * there was one: their connections stay open until they are idle, and nothing needs to be closed.
 * @param listener hears of a gateway for as long as it lives, where this call is the one that makes it
 * @throws PushError for a credential that cannot be right, as {@link createGateway} does
 */
export function useGateways<T>(
  options: readonly GatewayOptions[], work: (gateways: Partial<Record<GatewayType, Gateway>>) => Promise<T>, listener?: DeliveryListener,
): Promise<T> {
  return ofThisProcess.use(options, work, listener);
}
