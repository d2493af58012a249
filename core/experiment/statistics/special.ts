/** The special functions that the tests and intervals stand on, accurate in the tails and for counts of many millions. */

const EPSILON = 2 ** -53;
/** Stands in for zero in a continued fraction (modified Lentz). */
const TINY = 1e-300;
const MOST_STEPS = 500_000;

/**
 * What Stirling's formula misses: ln Γ(x) - [(x - 1/2) ln x - x + ln(2π)/2], for x > 0.
 * Small x is carried up to where the asymptotic series is exact to a double.
 */
export function stirlingError(x: number): number {
  let shifted = x;
  let sum = 0;
  for (; shifted < 16; shifted += 1) sum += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
  const r = 1 / (shifted * shifted);
  return sum + (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / shifted;
}

/**
 * k ln(k / m) + m - k, for k, m > 0: the deviance of an expected m from a seen k. C. Loader, Fast and accurate
 * computation of binomial probabilities (2000): near k = m the plain formula would lose every digit.
 */
export function deviance(k: number, m: number): number {
  const difference = k - m;
  if (Math.abs(difference) >= 0.1 * (k + m)) return k * Math.log(k / m) - difference;
  const v = difference / (k + m);
  let sum = difference * v;
  let term = 2 * k * v;
  for (let j = 1; ; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    // What is no number never settles.
    if (next === sum || Number.isNaN(next)) return next;
    sum = next;
  }
}

/** Upper regularised incomplete gamma function Q(a, x): a series below the hump, a continued fraction above it. */
export function gammaAbove(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  // x^a e^-x / Γ(a), with Stirling's formula taken out so that nothing large cancels.
  const power = Math.sqrt(a / (2 * Math.PI)) * Math.exp(-deviance(a, x) - stirlingError(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - power * sum;
  }
  return power * continuedFraction(1, x + 1 - a, (n) => [n * (a - n), x + 2 * n + 1 - a]);
}

/** x^a y^b / B(a, b), for y = 1 - x: the density of Beta(a, b) times x y, and the head of its tails. */
export function betaPower(a: number, b: number, x: number, y: number): number {
  if (x <= 0 || y <= 0) return 0;
  const n = a + b;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.sqrt((a * b) / (2 * Math.PI * n)) * Math.exp(exponent);
}

/**
 * How much of Beta(a, b) lies below and above x. Each side keeps its own digits; pass y = 1 - x where it is known
 * better than the subtraction gives it.
 */
export function betaTails(a: number, b: number, x: number, y: number = 1 - x): { below: number; above: number } {
  if (x <= 0) return { below: 0, above: 1 };
  if (y <= 0) return { below: 1, above: 0 };
  const power = betaPower(a, b, x, y);
  if (x * (a + b + 2) < a + 1) {
    const below = power * betaFraction(a, b, x, y);
    return { below, above: 1 - below };
  }
  const above = power * betaFraction(b, a, y, x);
  return { below: 1 - above, above };
}

/**
 * A. R. DiDonato and A. H. Morris, Significant digit computation of the incomplete beta function ratios (ACM TOMS 708,
 * 1992), equation 9. The better known fraction (DLMF 8.17.22) subtracts nearly equal numbers where x is near 1.
 */
function betaFraction(a: number, b: number, x: number, y: number): number {
  const excess = a * y - b * x + 1;
  return continuedFraction(1, (a * excess) / (a + 1), (m) => {
    const odd = a + 2 * m - 1;
    const numerator = ((a + m - 1) / odd) * ((a + b + m - 1) / odd) * m * (b - m) * x * x;
    return [numerator, m + (m * (b - m) * x) / odd + ((a + m) * (excess + m * (2 - x))) / (a + 2 * m + 1)];
  });
}

/** first / (start + c1 / (d1 + c2 / (d2 + ...))) by Lentz's method as modified by Thompson and Barnett. */
function continuedFraction(first: number, start: number, step: (n: number) => [number, number]): number {
  let d = 1 / (start || TINY);
  let c = Infinity;
  let value = first * d;
  for (let n = 1; n < MOST_STEPS; n++) {
    const [numerator, denominator] = step(n);
    d = 1 / (denominator + numerator * d || TINY);
    c = denominator + numerator / c || TINY;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) <= 2 * EPSILON) break;
  }
  return value;
}
