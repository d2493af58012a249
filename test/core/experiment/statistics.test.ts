/**
 * Published examples name their source. The other expected values were computed with mpmath 1.3 at 40 to 60 digits from
 * other formulas than the code uses: erfc and incomplete gamma and beta functions of mpmath, and for the Bayesian
 * figures the finite sum over Beta functions (E. Miller, Formulas for Bayesian A/B testing).
 */
import fc from 'fast-check';
import { PushError } from '../../../core/errors';
import {
  differenceInterval, expectedLoss, probabilityToBeat, sampleRatioMismatch, twoProportionTest, welchTest, wilsonInterval,
} from '../../../core/experiment';

const of = (successes: number, trials: number) => ({ successes, trials });

/** Relative agreement, so that a tail of 1e-200 has to be right as well. */
function expectClose(actual: number, expected: number, tolerance = 1e-10): void {
  const error = expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
  if (!(error <= tolerance)) throw new Error(`${actual} is not within ${tolerance} of ${expected} (off by ${error})`);
}

const proportion = fc.integer({ min: 1, max: 2_000_000 }).chain((trials) =>
  fc.integer({ min: 0, max: trials }).map((successes) => of(successes, trials)));

describe('wilsonInterval', () => {
  it.each([
    // R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 1998, table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published limits of %d of %d', (successes, trials, low, high) => {
    const [actualLow, actualHigh] = wilsonInterval(successes, trials);
    expect(actualLow).toBeCloseTo(low, 4);
    expect(actualHigh).toBeCloseTo(high, 4);
  });

  it.each([
    [250, 801, 0.95, 0.280982578091361, 0.345030723408981],
    [1, 1_000_000_000, 0.95, 1.76524554956963e-10, 5.66493424329744e-9],
    [999_999, 1_000_000, 0.99, 0.999991482566165, 0.999999882594525],
    [5, 10, 0.8, 0.312204444880516, 0.687795555119484],
    [50_000, 1_000_000, 0.95, 0.0495745617254683, 0.0504288955741893],
    [3, 7, 0.9999, 0.0652934416569268, 0.889532717441162],
  ])('is exact to ten digits for %d of %d at %d', (successes, trials, confidence, low, high) => {
    const [actualLow, actualHigh] = wilsonInterval(successes, trials, confidence);
    expectClose(actualLow, low);
    expectClose(actualHigh, high);
  });

  it('knows nothing of a rate without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  it('ends exactly at 0 where nobody, and at 1 where everybody did it', () => {
    expect(wilsonInterval(0, 7)[0]).toBe(0);
    expect(wilsonInterval(7, 7)[1]).toBe(1);
  });

  it('holds the rate, stays in [0, 1], and is narrower with more people and less confidence', () => {
    fc.assert(fc.property(proportion, fc.double({ min: 0.5, max: 0.98, noNaN: true }), ({ successes, trials }, confidence) => {
      const [low, high] = wilsonInterval(successes, trials, confidence);
      const [moreLow, moreHigh] = wilsonInterval(successes * 4, trials * 4, confidence);
      const [surerLow, surerHigh] = wilsonInterval(successes, trials, confidence + 0.01);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(successes / trials);
      expect(high).toBeGreaterThanOrEqual(successes / trials);
      expect(moreHigh - moreLow).toBeLessThan(high - low);
      expect(surerHigh - surerLow).toBeGreaterThan(high - low);
    }));
  });

  it.each([[-1, 10], [11, 10], [Number.NaN, 10], [1, Infinity]])('refuses %d of %d', (successes, trials) => {
    expect(() => wilsonInterval(successes, trials)).toThrow(expect.objectContaining({ code: 'bad-proportion' }));
  });

  it.each([0, 1, 95, Number.NaN])('refuses a confidence of %d and says what to give', (confidence) => {
    expect(() => wilsonInterval(1, 2, confidence))
      .toThrow(expect.objectContaining({ code: 'bad-confidence', hint: expect.stringContaining('0.95') }));
  });
});

describe('differenceInterval', () => {
  it.each([
    // R. G. Newcombe, Interval estimation for the difference between independent proportions, Stat. Med. 1998,
    // table II, method 10. His difference is first minus second; here it is b minus a.
    [[56, 70], [48, 80], 0.0524, 0.3339],
    [[9, 10], [3, 10], 0.1705, 0.8090],
    [[6, 7], [2, 7], 0.0582, 0.8062],
    [[5, 56], [0, 29], -0.0381, 0.1926],
    [[0, 10], [0, 20], -0.1611, 0.2775],
    [[0, 10], [0, 10], -0.2775, 0.2775],
    [[10, 10], [0, 20], 0.6791, 1],
    [[10, 10], [0, 10], 0.6075, 1],
  ])('gives the published limits of %j against %j', ([s1 = 0, n1 = 0], [s2 = 0, n2 = 0], low, high) => {
    const [actualLow, actualHigh] = differenceInterval(of(s2, n2), of(s1, n1));
    expect(actualLow).toBeCloseTo(low, 4);
    expect(actualHigh).toBeCloseTo(high, 4);
  });

  it.each([
    [of(50_000, 1_000_000), of(50_600, 1_000_000), 0.95, -5.81823593201636e-6, 0.00120582877523252],
    [of(3, 70), of(9, 75), 0.9, 7.38548683611053e-5, 0.156670212864556],
  ])('is exact to ten digits for %j and %j at %d', (a, b, confidence, low, high) => {
    const [actualLow, actualHigh] = differenceInterval(a, b, confidence);
    expectClose(actualLow, low);
    expectClose(actualHigh, high);
  });

  it('mirrors when the arms change places, and holds the difference', () => {
    fc.assert(fc.property(proportion, proportion, (a, b) => {
      const [low, high] = differenceInterval(a, b);
      const [mirroredLow, mirroredHigh] = differenceInterval(b, a);
      const difference = b.successes / b.trials - a.successes / a.trials;
      expect(low).toBeCloseTo(-mirroredHigh, 12);
      expect(high).toBeCloseTo(-mirroredLow, 12);
      expect(low).toBeLessThanOrEqual(difference);
      expect(high).toBeGreaterThanOrEqual(difference);
      expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
      expect(high).toBeLessThanOrEqual(1 + 1e-12);
    }));
  });

  it('knows nothing of a difference where an arm is empty', () => {
    expect(differenceInterval(of(0, 0), of(5, 10))).toEqual([-1, 1]);
  });
});

describe('twoProportionTest', () => {
  it.each([
    [of(50, 1000), of(65, 1000), 1.44079323095158, 0.149643106370373],
    [of(50_000, 1_000_000), of(50_600, 1_000_000), 1.94114975309587, 0.0522401157488049],
    [of(50_000, 1_000_000), of(60_000, 1_000_000), 31.0161403466157, 3.26623429944015e-211],
    [of(12, 40), of(5, 38), -1.80084400520889, 0.0717274707322359],
    // Rates near 1, where a difference of successes has few digits left.
    [of(999_999_990, 1_000_000_000), of(999_999_995, 1_000_000_000), 1.29099445357703, 0.19670560078021],
  ])('of %j and %j has z and p to ten digits, far tails too', (a, b, z, p) => {
    const actual = twoProportionTest(a, b);
    expectClose(actual.z, z);
    expectClose(actual.p, p);
  });

  it.each([[of(0, 0), of(3, 10)], [of(0, 10), of(0, 20)], [of(10, 10), of(20, 20)]])('finds no evidence in %j and %j', (a, b) => {
    expect(twoProportionTest(a, b)).toEqual({ z: 0, p: 1 });
  });

  it('refuses more successes than trials', () => {
    expect(() => twoProportionTest(of(1, 2), of(3, 2))).toThrow(expect.objectContaining({ code: 'bad-proportion' }));
  });
});

describe('probabilityToBeat and expectedLoss', () => {
  const cases = [
    [of(0, 0), of(0, 0), 0.5, 0.166666666666667],
    [of(1, 10), of(3, 10), 0.844611528822055, 0.0140568813337692],
    [of(50, 1000), of(65, 1000), 0.924480378902574, 0.000354968604857268],
    [of(250, 5000), of(300, 5000), 0.985825128171235, 2.28117641023366e-5],
    [of(50_000, 1_000_000), of(50_600, 1_000_000), 0.973879628473217, 3.06839707851219e-6],
    [of(50_000, 1_000_000), of(52_000, 1_000_000), 0.999999999935553, 2.9838435356755e-15],
    [of(999_000, 1_000_000), of(999_100, 1_000_000), 0.989135536943298, 1.61967161225085e-7],
    [of(999_999_000, 1_000_000_000), of(999_999_100, 1_000_000_000), 0.989104281676557, 1.62561676954411e-10],
    [of(999_999_999_986, 1e12), of(999_999_999_990, 1e12), 0.787821888925106, 6.12537145603901e-13],
    [of(3, 10), of(30_000, 100_000), 0.430449400709431, 0.0703505917396228],
    [of(0, 1_000_000), of(1, 20), 0.999999999580018, 4.1998026067744e-16],
    [of(0, 500), of(0, 700), 0.416805324459235, 0.00116077667716499],
    [of(20, 20), of(9, 10), 0.110887096774194, 0.12594696969697],
    [of(300, 1000), of(200, 1000), 1.15376160397005e-7, 0.0998003996068748],
    [of(5000, 10_000), of(3, 4), 0.812437528111881, 0.0208489536470831],
  ] as const;

  it.each(cases)('of %j and %j are exact to ten digits', (a, b, probability, loss) => {
    expectClose(probabilityToBeat(a, b), probability);
    expectClose(expectedLoss(a, b), loss);
  });

  it('agree with each other when the arms change places', () => {
    fc.assert(fc.property(proportion, proportion, (a, b) => {
      const mean = ({ successes, trials }: { successes: number; trials: number }) => (successes + 1) / (trials + 2);
      expect(probabilityToBeat(a, b) + probabilityToBeat(b, a)).toBeCloseTo(1, 10);
      expect(expectedLoss(a, b) - expectedLoss(b, a)).toBeCloseTo(mean(a) - mean(b), 10);
    }), { numRuns: 60 });
  });

  it('refuse what is no proportion', () => {
    expect(() => probabilityToBeat(of(-1, 2), of(1, 2))).toThrow(expect.objectContaining({ code: 'bad-proportion' }));
    expect(() => expectedLoss(of(1, 2), of(1, Number.NaN))).toThrow(expect.objectContaining({ code: 'bad-proportion' }));
  });
});

describe('sampleRatioMismatch', () => {
  it.each([
    [[500, 560], [50, 50], 3.39622641509434, 0.065345751628378],
    [[1000, 1010, 1090], [1, 1, 1], 4.70967741935484, 0.094908813173276],
    [[45_100, 44_900, 10_000], [45, 45, 10], 0.444444444444444, 0.800737402916808],
    [[821_588, 815_482], [1, 1], 22.7743688418944, 1.82179287261919e-6],
    [[10, 12, 9, 11, 8, 15, 9, 10, 11, 12], Array<number>(10).fill(1), 3.37383177570093, 0.947614900026689],
  ])('of %j with the weights %j has chi-squared and p to ten digits', (observed, weights, chiSquared, p) => {
    const actual = sampleRatioMismatch(observed, weights);
    expectClose(actual.chiSquared, chiSquared);
    expectClose(actual.p, p);
  });

  it('leaves an arm of weight 0 out of the degrees of freedom', () => {
    expect(sampleRatioMismatch([500, 560, 0], [50, 50, 0])).toEqual(sampleRatioMismatch([500, 560], [50, 50]));
  });

  it('is certain of a mismatch where an arm of weight 0 has people', () => {
    expect(sampleRatioMismatch([500, 500, 1], [50, 50, 0])).toEqual({ chiSquared: Infinity, p: 0 });
  });

  it('finds nothing amiss where there are no people', () => {
    expect(sampleRatioMismatch([0, 0], [1, 1])).toEqual({ chiSquared: 0, p: 1 });
  });

  it.each([[[1, 2], [1]], [[1, -2], [1, 1]], [[1, 2], [1, Number.NaN]]])('refuses %j with the weights %j', (observed, weights) => {
    expect(() => sampleRatioMismatch(observed, weights)).toThrow(expect.objectContaining({ code: 'bad-counts' }));
  });
});

describe('welchTest', () => {
  it('gives what R prints for its data set sleep: t = -1.8608, df = 17.776, p-value = 0.07939', () => {
    // t.test(extra ~ group, data = sleep): group means 0.75 and 2.33, variances 3.200556 and 4.009000, ten each.
    // R subtracts the second group from the first; here it is b minus a.
    const { t, df, p } = welchTest({ mean: 2.33, variance: 4.009, n: 10 }, { mean: 0.75, variance: 3.20055555555556, n: 10 });
    expect(t).toBeCloseTo(-1.8608, 4);
    expect(df).toBeCloseTo(17.776, 3);
    expect(p).toBeCloseTo(0.07939, 5);
  });

  it.each([
    [[10, 4, 30], [11, 9, 40], 1.67053813916911, 67.1877590361446, 0.099465411176331],
    [[1.5, 2.25, 500_000], [1.503, 2.5, 480_000], 0.962828451287893, 971524.835829666, 0.335633859861241],
    [[0, 1, 3], [100, 1, 3], 122.474487139159, 4, 2.6654818961636e-8],
    [[5, 1, 10], [5.0001, 1, 10], 0.000223606797749979, 18, 0.999824047159021],
    [[0, 1, 1000], [2, 1, 900], 43.5285750066007, 1877.12099421604, 9.36278653876119e-287],
  ])('of %j and %j (mean, variance, n) is exact to ten digits', ([m1 = 0, v1 = 0, n1 = 0], [m2 = 0, v2 = 0, n2 = 0], t, df, p) => {
    const actual = welchTest({ mean: m1, variance: v1, n: n1 }, { mean: m2, variance: v2, n: n2 });
    expectClose(actual.t, t);
    expectClose(actual.df, df);
    expectClose(actual.p, p);
  });

  it('finds no difference between two arms in which everybody is worth the same', () => {
    expect(welchTest({ mean: 0, variance: 0, n: 50 }, { mean: 0, variance: 0, n: 60 })).toEqual({ t: 0, df: 108, p: 1 });
  });

  it('refuses to judge two different constants, and samples of one', () => {
    const constant = { mean: 1, variance: 0, n: 5 };
    expect(() => welchTest(constant, { ...constant, mean: 2 })).toThrow(expect.objectContaining({ code: 'constant-samples' }));
    expect(() => welchTest(constant, { ...constant, n: 1 })).toThrow(expect.objectContaining({ code: 'bad-sample' }));
  });
});

describe('whatever numbers come', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(0, 1, 2, 5e-324, 1e-300, 0.1, 1e9, 2 ** 53 - 1, 2 ** 53, 1e300, 1.7e308));
  const count = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 2, 0.5, 10, 1e9, 2 ** 53 - 1, -1, Number.NaN, Infinity, 2 ** 53, 1.7e308));
  const pair = fc.oneof(fc.record({ successes: count, trials: count }), proportion);
  const level = fc.oneof(fc.double({ min: 1e-6, max: 1 - 1e-12, noNaN: true }), fc.constantFrom(0, 1, -1, Number.NaN, Infinity));
  const sample = fc.record({ mean: number, variance: number, n: number });
  const isShare = (value: number) => value >= 0 && value <= 1;
  /** Holds of the result, or there is none: the input was refused. */
  const answers = <T>(work: () => T, holds: (result: T) => boolean): boolean => {
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      return thrown instanceof PushError;
    }
    return holds(result);
  };

  it('an answer is a number of its range, and comes', () => {
    fc.assert(fc.property(pair, pair, level, (a, b, confidence) => {
      expect(answers(() => wilsonInterval(a.successes, a.trials, confidence), ([low, high]) => isShare(low) && isShare(high) && low <= high)).toBe(true);
      expect(answers(() => differenceInterval(a, b), ([low, high]) => low >= -1 && high <= 1 && low <= high)).toBe(true);
      expect(answers(() => twoProportionTest(a, b), ({ p }) => isShare(p))).toBe(true);
      expect(answers(() => probabilityToBeat(a, b), isShare)).toBe(true);
      expect(answers(() => expectedLoss(a, b), isShare)).toBe(true);
    }), { numRuns: 40 });
    fc.assert(fc.property(sample, sample, (a, b) => answers(() => welchTest(a, b), ({ p }) => isShare(p))));
    fc.assert(fc.property(fc.array(fc.tuple(count, number), { maxLength: 5 }), (arms) =>
      answers(() => sampleRatioMismatch(arms.map(([count]) => count), arms.map(([, weight]) => weight)), ({ chiSquared, p }) => chiSquared >= 0 && isShare(p))));
  });
});
