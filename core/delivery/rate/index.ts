/** Rate: how many messages may leave, by project, app, campaign and device, in this process or in all of them together. */
export { burstOf, closeBucket, FULL_BUCKET, gcra, type BucketRate, type BucketState, type Grant } from './gcra';
export type { RateOptions } from './options';
export { LocalPermits, localPermits, type PermitSource } from './permits';
