/** APNs: sending, and the management of broadcast channels, which has a host of its own. */
import { apnsChannels } from './channels';
import type { Channels } from './gateway';
import type { PoolOptions } from './http2/pool';
import { VendorGateway, type GatewayParts } from './vendor-gateway';

/** Somebody waits for the answer: a channel is not made half an hour later. */
const MANAGING = { attempts: 3, giveUpAfterMs: 30_000, timeoutMs: 10_000 };

export class ApnsGateway extends VendorGateway {
  readonly channels: Channels;

  constructor(parts: GatewayParts, bundleId: string, managePool: PoolOptions) {
    super(parts);
    const line = { ...this.line, pool: this.openPool(managePool) };
    this.channels = apnsChannels(bundleId, (request) => this.call(line, request, MANAGING));
  }
}
