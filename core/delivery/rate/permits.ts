/** Where permits to send come from: this process alone, or a store that all processes share. */
import { closeBucket, FULL_BUCKET, gcra, type BucketState, type Grant, type BucketRate } from './gcra';

/**
 * Gives out permits by bucket, in blocks. A store gives them to all its processes (each lease is one transaction on the
 * bucket's row: read, {@link gcra}, write); what is leased and not used within a second is lost.
 */
export interface PermitSource {
  /**
   * @param bucket name of what is limited: a project, an app, a campaign
   * @param wanted permits at most; fewer may come
   * @param now ms since the epoch by the caller's clock; a server with a clock of its own uses that
   */
  lease(bucket: string, rate: BucketRate, wanted: number, now: number): Promise<Pick<Grant, 'granted' | 'waitMs'>>;
  /** The gateway asked one of us for a rest: all get nothing from this bucket before `until` (ms since the epoch). */
  close(bucket: string, until: number): Promise<void>;
}

/** Buckets of this process. */
export class LocalPermits implements PermitSource {
  private readonly buckets = new Map<string, BucketState>();

  async lease(bucket: string, rate: BucketRate, wanted: number, now: number): Promise<Pick<Grant, 'granted' | 'waitMs'>> {
    const { state, granted, waitMs } = gcra(this.buckets.get(bucket) ?? FULL_BUCKET, rate, wanted, now);
    this.buckets.set(bucket, state);
    return { granted, waitMs };
  }

  async close(bucket: string, until: number): Promise<void> {
    this.buckets.set(bucket, closeBucket(this.buckets.get(bucket) ?? FULL_BUCKET, until));
  }
}

/** Shared by all gateways of this process: two that send for one project have one quota. */
export const localPermits: PermitSource = new LocalPermits();
