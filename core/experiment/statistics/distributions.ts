/** Tail probabilities that the tests ask for. Every one is computed as a tail, never as 1 minus something near 1. */
import { betaTails, gammaAbove } from './special';

/** P(|Z| >= |z|) of the standard normal distribution. */
export function normalTwoSided(z: number): number {
  return gammaAbove(0.5, (z * z) / 2);
}

/** P(X >= x) of the chi-squared distribution. */
export function chiSquaredAbove(x: number, df: number): number {
  return gammaAbove(df / 2, x / 2);
}

/** P(|T| >= |t|) of Student's t distribution; df need not be whole. */
export function studentTwoSided(t: number, df: number): number {
  const square = t * t;
  if (square === Infinity) return 0;
  return betaTails(df / 2, 0.5, df / (df + square), square / (df + square)).below;
}

/** The z with P(|Z| <= z) = confidence: 1.96 for 0.95. */
export function normalQuantile(confidence: number): number {
  const tail = 1 - confidence;
  // Abramowitz and Stegun 26.2.23, good to 4.5e-4; three steps of Halley's method bring it to a double's precision.
  const t = Math.sqrt(-2 * Math.log(tail / 2));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 3; step++) {
    const density = Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2);
    const miss = (normalTwoSided(z) - tail) / density;
    z += miss / (1 - (z * miss) / 2);
  }
  return z;
}
