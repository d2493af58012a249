/** Rate: how many messages may leave, by project, app, campaign and device, in this process or in all of them together. */
export { burstOf, closeBucket, FULL_BUCKET, gcra, type BucketState, type Grant, type BucketRate } from './gcra';
export { LocalPermits, localPermits, type PermitSource } from './permits';
