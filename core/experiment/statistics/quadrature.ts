/** Gauss-Legendre quadrature over panels. */

const POINTS = 16;
const RULE = gaussLegendre(POINTS);

/** Integral over the panels between neighbouring breaks (in rising order). */
export function integrate(f: (x: number) => number, breaks: readonly number[]): number {
  let sum = 0;
  for (let panel = 1; panel < breaks.length; panel++) {
    const from = breaks[panel - 1] ?? 0;
    const to = breaks[panel] ?? 0;
    const half = (to - from) / 2;
    for (const { node, weight } of RULE) sum += half * weight * f(from + half * (1 + node));
  }
  return sum;
}

/** Nodes and weights on [-1, 1]: the zeros of the Legendre polynomial, found by Newton's method. */
function gaussLegendre(points: number): { node: number; weight: number }[] {
  return Array.from({ length: points }, (_, index) => {
    let node = Math.cos((Math.PI * (index + 0.75)) / (points + 0.5));
    let slope = 0;
    for (let step = 0; step < 8; step++) {
      let [previous, value] = [1, node];
      for (let degree = 2; degree <= points; degree++) {
        [previous, value] = [value, ((2 * degree - 1) * node * value - (degree - 1) * previous) / degree];
      }
      slope = (points * (node * value - previous)) / (node * node - 1);
      node -= value / slope;
    }
    return { node, weight: 2 / ((1 - node * node) * slope * slope) };
  });
}
