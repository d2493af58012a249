/** What all runs of one gateway share. */
import type { Credential } from './auth/credential';
import type { Overload } from './breaker/overload';
import type { Pool } from './http2/pool';
import type { DeliveryListener } from './listener';
import type { Protocol } from './protocol';
import type { PaceMaker } from './rate/pace';

export interface Line {
  readonly protocol: Protocol;
  readonly credential: Credential;
  readonly pool: Pool;
  readonly pace: PaceMaker;
  readonly overload: Overload;
  readonly listener: DeliveryListener | undefined;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** Monotonic ms until which nothing is put on the wire. */
  pausedUntil: number;
  /** Lets all runs look for room. */
  wake(): void;
  /**
   * The same, perhaps only once all answers that are there are read.
   * @param sound false where a stream broke off: it may be the first to tell that its connection is gone
   */
  wakeSoon(sound: boolean): void;
}
