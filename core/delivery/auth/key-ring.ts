/** The APNs keys of a credential: the one in use, and the next one, which takes over when Apple refuses the first. */
import type { Credential, KeyChange } from './credential';
import type { ProviderToken } from './provider-token';

/** A key that was refused is tried again after this (ms): Apple may have been wrong, or the key was allowed meanwhile. */
const REFUSED_MS = 20 * 60_000;

export class KeyRing implements Credential {
  private told: ProviderToken | undefined;

  /** @param keys one or two, in the order in which they are used */
  constructor(readonly keys: readonly ProviderToken[], private readonly now: () => number) {}

  authorization(): string | undefined {
    return this.current?.authorization();
  }

  async renew(refused: string): Promise<boolean> {
    return (await this.ownerOf(refused)?.renew(refused)) ?? true;
  }

  useOther(refused: string): KeyChange | 'other in use' | undefined {
    const from = this.ownerOf(refused);
    if (from === undefined) return undefined;
    from.refusedAt = this.now();
    const to = this.keys.find((key) => !this.isRefused(key));
    if (to === undefined) return undefined;
    // Of a hundred messages in the air, the first that comes back tells of the change.
    if (from === this.told) return 'other in use';
    this.told = from;
    return { from: from.keyId, to: to.keyId };
  }

  private get current(): ProviderToken | undefined {
    return this.keys.find((key) => !this.isRefused(key)) ?? this.keys[0];
  }

  private isRefused({ refusedAt }: ProviderToken): boolean {
    return refusedAt !== undefined && Math.abs(this.now() - refusedAt) < REFUSED_MS;
  }

  /** The key whose token is, or was a moment ago, in this header. */
  private ownerOf(header: string): ProviderToken | undefined {
    return this.keys.find((key) => key.signed(header));
  }
}
