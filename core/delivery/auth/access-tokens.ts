/** Keeps an OAuth access token fresh: one fetch at a time, in the background before it ends, the old one used until then. */
import { asPushError, type PushError } from '../../errors';
import type { Credential } from './credential';

export interface AccessToken {
  value: string;
  /** Wall clock, ms. */
  expiresAt: number;
}

/** Renewed in the background from here on ... */
const REFRESH_BEFORE_MS = 10 * 60_000;
/** ... and not used any more from here on: a request may take its time. */
const UNUSABLE_BEFORE_MS = 30_000;
/** A token refused so soon after another was refused will not get better by fetching a third. */
const YOUNG_MS = 60_000;
/** No more than one failed fetch in this time. */
const RETRY_MS = 1000;

export class AccessTokens implements Credential {
  failures = 0;
  private current: AccessToken | undefined;
  private fetching: Promise<string> | undefined;
  private renewedAt = -Infinity;
  private failure: { error: PushError; at: number } | undefined;

  /** @param now wall clock, ms */
  constructor(private readonly fetchToken: () => Promise<AccessToken>, private readonly now: () => number) {}

  authorization(): string | Promise<string> {
    const left = (this.current?.expiresAt ?? 0) - this.now();
    if (this.current === undefined || left <= UNUSABLE_BEFORE_MS) return this.refresh();
    // A background refresh that fails is tried again by a later message; the token at hand still lives.
    if (left <= REFRESH_BEFORE_MS) void this.refresh().catch(() => undefined);
    return `Bearer ${this.current.value}`;
  }

  async renew(refused: string): Promise<boolean> {
    if (this.current !== undefined) {
      if (refused !== `Bearer ${this.current.value}`) return true;
      if (this.now() - this.renewedAt < YOUNG_MS) return false;
      this.renewedAt = this.now();
      this.current = undefined;
    }
    return this.refresh().then(() => true, () => false);
  }

  private refresh(): Promise<string> {
    if (this.failure !== undefined && this.now() - this.failure.at < RETRY_MS) return Promise.reject(this.failure.error);
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetch(): Promise<string> {
    try {
      const token = await this.fetchToken();
      this.current = token;
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
