/** How often one device may be sent to. Only devices that were sent to just now are remembered, so that memory stays flat. */
import { FULL_BUCKET, gcra, type BucketRate, type BucketState } from './gcra';

/** FCM throttles a device at 240 messages a minute; so many may go at once. */
const BURST = 4;

export class DeviceRates {
  private readonly buckets = new Map<string, BucketState>();

  /** 0, and the message counts as sent; or the wait (ms) until it may be. */
  take(device: string, perMinute: number, now: number): number {
    this.forget(now);
    const rate: BucketRate = { perMinute, burst: BURST };
    const { state, granted, waitMs } = gcra(this.buckets.get(device) ?? FULL_BUCKET, rate, 1, now);
    // Put in anew, at the end: the front holds those that may be forgotten first.
    this.buckets.delete(device);
    this.buckets.set(device, state);
    return granted === 1 ? 0 : waitMs;
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  /** A bucket whose permits are worked off is as good as one that was never asked. */
  private forget(now: number): void {
    for (const [device, { tat }] of this.buckets) {
      if (tat > now) return;
      this.buckets.delete(device);
    }
  }
}
