/** The permits of one bucket that are at hand here: leased in blocks, used one by one, and not hoarded. */
import { burstOf, type BucketRate } from './gcra';
import type { PermitSource } from './permits';

/** A clock that nobody can set, in ms since the epoch, and a way to be woken by it. */
export interface PaceClock {
  now(): number;
  after(ms: number, call: () => void): void;
}

export const MACHINE_CLOCK: PaceClock = {
  now: () => performance.timeOrigin + performance.now(),
  // Whoever has messages to send keeps the process alive; a permit does not.
  after: (ms, call) => void setTimeout(call, ms).unref(),
};

/** A permit that is not used by then (ms) is lost: saved up, permits would make a burst. */
const PERMIT_LIFE_MS = 1000;
/** Asks again so long (ms) after it got nothing at the earliest, so that a block is there and not a single permit ... */
const BLOCK_MS = 25;
/** ... and at the latest, since the rate may have grown or the bucket been opened. A source that fails is asked so seldom too: slower, never without limit. */
const PATIENCE_MS = 1000;
/** A ramp begins with this share of the rate, and with one message a second at least. */
const FIRST_SHARE = 0.02;
const FIRST_PER_MINUTE = 60;

export class Allowance {
  private stock = 0;
  private leasedAt = -Infinity;
  private usedAt = -Infinity;
  private rampStart = -Infinity;
  private asking = false;

  /** @param wake called when permits may be there that were not */
  constructor(
    private readonly bucket: string,
    private readonly perMinute: number,
    private readonly rampMs: number,
    readonly permits: PermitSource,
    private readonly clock: PaceClock,
    private readonly wake: () => void,
  ) {}

  /** Whether a permit is at hand; where not, more are on their way. */
  get isReady(): boolean {
    const now = this.clock.now();
    if (now - this.usedAt > Math.max(this.rampMs, PERMIT_LIFE_MS)) this.rampStart = this.usedAt = now;
    if (now - this.leasedAt > PERMIT_LIFE_MS) this.stock = 0;
    if (this.stock === 0) this.ask(now);
    return this.stock > 0;
  }

  /** Uses a permit; {@link isReady} said that there is one. */
  take(): void {
    this.stock--;
    this.usedAt = this.clock.now();
  }

  /** The gateway wants a rest of so many ms, for all who share the bucket. */
  close(ms: number): void {
    this.stock = 0;
    void this.permits.close(this.bucket, this.clock.now() + ms).catch(() => undefined);
  }

  private get rate(): BucketRate {
    const share = this.rampMs === 0 ? 1 : (this.clock.now() - this.rampStart) / this.rampMs;
    const ramped = Math.max(this.perMinute * Math.max(FIRST_SHARE, share), FIRST_PER_MINUTE);
    return { perMinute: Math.min(this.perMinute, ramped) };
  }

  private ask(now: number): void {
    if (this.asking) return;
    this.asking = true;
    const { rate } = this;
    this.permits.lease(this.bucket, rate, burstOf(rate), now).catch(() => ({ granted: 0, waitMs: PATIENCE_MS })).then(({ granted, waitMs }) => {
      if (granted > 0) {
        this.stock = granted;
        this.leasedAt = this.clock.now();
        this.arrive();
      } else {
        this.clock.after(Math.min(Math.max(waitMs, BLOCK_MS), PATIENCE_MS), () => this.arrive());
      }
    });
  }

  private arrive(): void {
    this.asking = false;
    this.wake();
  }
}
