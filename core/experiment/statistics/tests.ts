/** Classic tests: is the difference between arms, or of the arms from their weights, more than chance? */
import { PushError } from '../../errors';
import { chiSquaredAbove, normalTwoSided, studentTwoSided } from './distributions';
import { isCount, type Proportion, requireProportion, requireSample, type Sample } from './input';

/**
 * Two-proportion z test of b against a: pooled rate, two-sided, no continuity correction. z > 0 where b is higher.
 * Where nothing can be said (nobody in an arm; nobody or everybody succeeded) z is 0 and p is 1.
 * @throws PushError `bad-proportion`
 */
export function twoProportionTest(a: Proportion, b: Proportion): { z: number; p: number } {
  requireProportion(a);
  requireProportion(b);
  const [failedA, failedB, trials] = [a.trials - a.successes, b.trials - b.successes, a.trials + b.trials];
  const [succeeded, failed] = [(a.successes + b.successes) / trials, (failedA + failedB) / trials];
  const variance = succeeded * failed * (1 / a.trials + 1 / b.trials);
  if (!(variance > 0 && variance < Infinity)) return { z: 0, p: 1 };
  // Rates near 1 are asked as rates of failure: two numbers near 1 leave few digits to their difference.
  const difference = succeeded > failed ? failedA / a.trials - failedB / b.trials : b.successes / b.trials - a.successes / a.trials;
  const z = difference / Math.sqrt(variance);
  return { z, p: normalTwoSided(z) };
}

/**
 * Welch's t test of the mean of b against the mean of a, two-sided, degrees of freedom by Satterthwaite. t > 0 where
 * b is higher. Two arms of one and the same constant differ by nothing: t 0, p 1.
 * @throws PushError `bad-sample`; `constant-samples` where both arms are constants that differ.
 */
export function welchTest(a: Sample, b: Sample): { t: number; df: number; p: number } {
  requireSample(a);
  requireSample(b);
  const errorA = a.variance / a.n;
  const errorB = b.variance / b.n;
  const error = errorA + errorB;
  if (error === 0) {
    if (a.mean === b.mean) return { t: 0, df: a.n + b.n - 2, p: 1 };
    throw new PushError('constant-samples', 'Everybody in an arm has the same value, so that chance cannot be judged.',
      'Wait for more people, or compare the rates instead of the means.');
  }
  const t = (b.mean - a.mean) / Math.sqrt(error);
  const [shareA, shareB] = [errorA / error, errorB / error];
  const df = 1 / ((shareA * shareA) / (a.n - 1) + (shareB * shareB) / (b.n - 1));
  return { t, df, p: studentTwoSided(t, df) };
}

/**
 * Did the split deliver the shares that it was set to? Chi-squared goodness of fit of the people seen in each arm
 * against the weights (any scale). Arms of weight 0 take no part in the sum nor in the degrees of freedom; people in
 * such an arm are a mismatch of certainty: chiSquared Infinity, p 0. Common alarm: p < 0.001.
 * @throws PushError `bad-counts`
 */
export function sampleRatioMismatch(observed: readonly number[], weights: readonly number[]): { chiSquared: number; p: number } {
  if (observed.length !== weights.length || !observed.every(isCount) || !weights.every(isCount)) {
    throw new PushError('bad-counts', 'The people of each arm cannot be held against its weight.',
      'Give one count and one weight an arm, all finite and 0 or more.', { counts: observed.length, weights: weights.length });
  }
  const people = observed.reduce((sum, count) => sum + count, 0);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const arms = observed.map((count, index) => ({ count, weight: weights[index] ?? 0 }));
  if (arms.some(({ count, weight }) => weight === 0 && count > 0)) return { chiSquared: Infinity, p: 0 };
  const open = arms.filter(({ weight }) => weight > 0);
  if (people === 0 || open.length < 2) return { chiSquared: 0, p: 1 };
  const chiSquared = open.reduce((sum, { count, weight }) => {
    const expected = (people * weight) / whole;
    // A weight so small that nobody is expected: nobody there is no miss, and 0 / 0 would be no number.
    return count === expected ? sum : sum + (count - expected) ** 2 / expected;
  }, 0);
  return { chiSquared, p: chiSquaredAbove(chiSquared, open.length - 1) };
}
