/** What all runs of one gateway share. */
import type { Credential } from './auth/credential';
import type { Pool } from './http2/pool';
import type { Protocol } from './protocol';

export interface Line {
  readonly protocol: Protocol;
  readonly credential: Credential;
  readonly pool: Pool;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Monotonic ms until which nothing is put on the wire. */
  pausedUntil: number;
  /** Lets all runs look for room. */
  wake(): void;
}
