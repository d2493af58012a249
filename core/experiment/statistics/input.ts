/** What the statistics accept, and the sentences for what they do not. */
import { PushError } from '../../errors';

/** How many of the people who could have done something did it. */
export interface Proportion {
  successes: number;
  trials: number;
}

/** Mean, sample variance (divisor n - 1) and number of people of a measured value. */
export interface Sample {
  mean: number;
  variance: number;
  n: number;
}

/** @throws PushError `bad-proportion` */
export function requireProportion({ successes, trials }: Proportion): void {
  if (isCount(successes) && isCount(trials) && successes <= trials) return;
  throw new PushError('bad-proportion', `${String(successes)} successes of ${String(trials)} is no proportion.`,
    'Give two finite numbers with 0 <= successes <= trials, both counting people.');
}

/** @throws PushError `bad-confidence` */
export function requireConfidence(confidence: number): void {
  if (typeof confidence === 'number' && confidence > 0 && confidence < 1) return;
  throw new PushError('bad-confidence', `The confidence level is ${String(confidence)}.`,
    'Give a number between 0 and 1, such as 0.95 for 95 %.');
}

/** @throws PushError `bad-sample` */
export function requireSample({ mean, variance, n }: Sample): void {
  if (Number.isFinite(mean) && Number.isFinite(variance) && variance >= 0 && isCount(n) && n >= 2) return;
  throw new PushError('bad-sample', `A mean of ${String(mean)} with variance ${String(variance)} over ${String(n)} people is no sample.`,
    'Give a finite mean, a variance of 0 or more and at least 2 people.');
}

/** Beyond the safe whole numbers nobody has counted, and sums would end in infinity. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}
