/** Keeps an OAuth access token fresh: one fetch at a time, in the background before it ends, the old one used until then. */
import { asPushError, type PushError } from '../../errors';
import type { Credential } from './credential';

export interface AccessToken {
  value: string;
  /** Wall clock, ms. */
  expiresAt: number;
}

/** A token at hand, with the moments (wall clock, ms) of its life. */
interface Kept {
  value: string;
  refreshAt: number;
  unusableAt: number;
}

/** Renewed in the background from here on ... */
const REFRESH_BEFORE_MS = 10 * 60_000;
/** ... and not used any more from here on: a request may take its time. */
const UNUSABLE_BEFORE_MS = 30_000;
/** A token refused so soon after another was refused will not get better by fetching a third. */
const YOUNG_MS = 60_000;
/** Of the life of a short token these shares, so that it can be used at all. */
const REFRESH_SHARE = 0.5;
const UNUSABLE_SHARE = 0.1;
/** No more than one failed fetch in this time, and none that succeeds only to be thrown away. */
const RETRY_MS = 1000;

export class AccessTokens implements Credential {
  failures = 0;
  private current: Kept | undefined;
  private fetching: Promise<string> | undefined;
  private renewedAt = -Infinity;
  private failure: { error: PushError; at: number } | undefined;

  /** @param now wall clock, ms */
  constructor(private readonly fetchToken: () => Promise<AccessToken>, private readonly now: () => number) {}

  authorization(): string | Promise<string> {
    const now = this.now();
    if (this.current === undefined || now >= this.current.unusableAt) return this.refresh();
    // A background refresh that fails is tried again by a later message; the token at hand still lives.
    if (now >= this.current.refreshAt) void this.refresh().catch(() => undefined);
    return `Bearer ${this.current.value}`;
  }

  async renew(refused: string): Promise<boolean> {
    if (this.current !== undefined) {
      if (refused !== `Bearer ${this.current.value}`) return true;
      if (this.isWithin(YOUNG_MS, this.renewedAt)) return false;
      this.renewedAt = this.now();
      this.current = undefined;
    }
    return this.refresh().then(() => true, () => false);
  }

  private refresh(): Promise<string> {
    if (this.failure !== undefined && this.isWithin(RETRY_MS, this.failure.at)) return Promise.reject(this.failure.error);
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  /** Whether that was so short a time ago; a moment that lies ahead is of a clock that was set back since, and long ago. */
  private isWithin(ms: number, at: number): boolean {
    return Math.abs(this.now() - at) < ms;
  }

  private keep({ value, expiresAt }: AccessToken): void {
    const now = this.now();
    const life = expiresAt - now;
    // One that comes too late to be used is shown all the same: asking for the next at once would never end.
    const soonest = now + RETRY_MS;
    this.current = {
      value,
      refreshAt: Math.max(soonest, expiresAt - Math.min(REFRESH_BEFORE_MS, life * REFRESH_SHARE)),
      unusableAt: Math.max(soonest, expiresAt - Math.min(UNUSABLE_BEFORE_MS, life * UNUSABLE_SHARE)),
    };
  }

  private async fetch(): Promise<string> {
    try {
      const token = await this.fetchToken();
      this.keep(token);
      this.failure = undefined;
      this.failures = 0;
      return `Bearer ${token.value}`;
    } catch (thrown) {
      this.failures++;
      this.failure = { error: asPushError(thrown), at: this.now() };
      throw this.failure.error;
    }
  }
}
