/** APNs: sending, and the management of broadcast channels, which has a host of its own. */
import { KeyRing } from './auth/key-ring';
import { apnsChannels } from './channels';
import type { Channels, CredentialCheck } from './gateway';
import type { PoolOptions } from './http2/pool';
import { VendorGateway, type GatewayParts } from './vendor-gateway';

/** Somebody waits for the answer: a channel is not made half an hour later. */
const MANAGING = { attempts: 3, giveUpAfterMs: 30_000, timeoutMs: 10_000 };

export class ApnsGateway extends VendorGateway {
  readonly channels: Channels;

  constructor(parts: GatewayParts, private readonly bundleId: string, managePool: PoolOptions) {
    super(parts);
    const line = { ...this.line, pool: this.openPool(managePool) };
    this.channels = apnsChannels(bundleId, (request) => this.call(line, request, MANAGING));
  }

  /** Of two keys each is tried, so that a bad one is found before it is needed. */
  override async check(): Promise<CredentialCheck> {
    const { credential } = this.parts;
    if (!(credential instanceof KeyRing) || credential.keys.length < 2) return super.check();
    const checks: CredentialCheck[] = [];
    for (const key of credential.keys) {
      const { ok, message } = await this.checkWith(key, `the key ${key.keyId} for ${this.bundleId}`);
      checks.push({ ok, message: ok ? message : `The key ${key.keyId}: ${message}` });
    }
    return { ok: checks.every(({ ok }) => ok), message: checks.map(({ message }) => message).join(' ') };
  }
}
