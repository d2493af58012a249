/** Intervals for rates and for the difference of two rates. */
import { normalQuantile } from './distributions';
import { type Proportion, requireConfidence, requireProportion } from './input';

export type Interval = [low: number, high: number];

/**
 * Wilson's score interval for a rate (E. B. Wilson 1927), without continuity correction: honest for few people and
 * for rates near 0 or 1, where "p plus or minus" leaves [0, 1]. Nothing tried: [0, 1], for nothing is known.
 * @throws PushError `bad-proportion`, `bad-confidence`
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  requireProportion({ successes, trials });
  requireConfidence(confidence);
  if (trials === 0) return [0, 1];
  const z = normalQuantile(confidence);
  const failures = trials - successes;
  const spread = z * Math.sqrt(z * z + (4 * successes * failures) / trials);
  const whole = 2 * (trials + z * z);
  return [
    // At the ends the two terms are equal and their difference is rounding noise.
    successes === 0 ? 0 : Math.max(0, (2 * successes + z * z - spread) / whole),
    failures === 0 ? 1 : Math.min(1, (2 * successes + z * z + spread) / whole),
  ];
}

/**
 * Newcombe's interval for the rate of `b` minus the rate of `a`, from their Wilson limits (R. G. Newcombe, Interval
 * estimation for the difference between independent proportions, Statistics in Medicine 1998, method 10).
 * Nobody in one of the arms: [-1, 1].
 * @throws PushError `bad-proportion`, `bad-confidence`
 */
export function differenceInterval(a: Proportion, b: Proportion, confidence = 0.95): Interval {
  const [lowA, highA] = wilsonInterval(a.successes, a.trials, confidence);
  const [lowB, highB] = wilsonInterval(b.successes, b.trials, confidence);
  if (a.trials === 0 || b.trials === 0) return [-1, 1];
  const rateA = a.successes / a.trials;
  const rateB = b.successes / b.trials;
  const difference = rateB - rateA;
  return [
    difference - Math.hypot(rateB - lowB, highA - rateA),
    difference + Math.hypot(highB - rateB, rateA - lowA),
  ];
}
