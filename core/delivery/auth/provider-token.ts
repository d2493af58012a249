/** The signature with which a team sends through APNs: a JWT that Apple wants neither older than an hour nor renewed often. */
import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { Credential } from './credential';

/** Minted anew after this; Apple refuses it after 60 minutes. */
export const OLDEST_MS = 50 * 60_000;
/** Apple answers TooManyProviderTokenUpdates to whoever renews more often. */
export const RENEWAL_MS = 20 * 60_000;

export class ProviderToken implements Credential {
  /** Wall clock, ms: when Apple last refused the key itself; undefined where it never did. */
  refusedAt: number | undefined;
  private current: { header: string; mintedAt: number } | undefined;
  private renewedAt = -Infinity;
  private readonly head: string;

  /** @param now wall clock, ms */
  constructor(
    private readonly teamId: string,
    readonly keyId: string,
    private readonly key: KeyObject,
    private readonly now: () => number,
  ) {
    this.head = encode({ alg: 'ES256', kid: keyId });
  }

  authorization(): string {
    const age = this.now() - (this.current?.mintedAt ?? 0);
    // A negative age: the clock was set back, and Apple would see a signature from the future.
    if (this.current === undefined || age >= OLDEST_MS || age < 0) this.current = this.mint();
    return this.current.header;
  }

  /** Apple says that it is expired: one more is minted at once, a third only after Apple's 20 minutes. */
  async renew(refused: string): Promise<boolean> {
    if (refused !== this.current?.header) return true;
    if (Math.abs(this.now() - this.renewedAt) < RENEWAL_MS) return false;
    this.renewedAt = this.now();
    this.current = this.mint();
    return true;
  }

  /** Whether the header was signed with this key: its first part names the key. */
  signed(header: string): boolean {
    return header.startsWith(`bearer ${this.head}.`);
  }

  private mint(): { header: string; mintedAt: number } {
    const now = this.now();
    const unsigned = `${this.head}.${encode({ iss: this.teamId, iat: Math.floor(now / 1000) })}`;
    // JWS wants the two bare numbers of the signature (RFC 7518, 3.4), OpenSSL gives DER by default.
    const signature = sign('sha256', Buffer.from(unsigned), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return { header: `bearer ${unsigned}.${signature.toString('base64url')}`, mintedAt: now };
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** Apple counts renewals per key, not per connection: all gateways of this process with one key share its token. */
const shared = new Map<string, ProviderToken>();

export function sharedProviderToken(teamId: string, keyId: string, key: KeyObject, now: () => number): ProviderToken {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const name = createHash('sha256').update(`${teamId}\n${keyId}\n`).update(publicKey).digest('hex');
  const token = shared.get(name) ?? new ProviderToken(teamId, keyId, key, now);
  shared.set(name, token);
  return token;
}
