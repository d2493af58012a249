/** The arms of an experiment and the part of the buckets that each of them owns. */
import { PushError } from '../errors';

export interface Arm {
  name: string;
  /** Percent (all arms sum to 100) or share (all sum to 1); 0 keeps an arm without people. */
  weight: number;
}

/** Half-open: `from <= bucket < to`. */
export interface ArmRange {
  name: string;
  from: number;
  to: number;
}

export const FEWEST_ARMS = 2;
export const MOST_ARMS = 26;
/** How far the weights may miss 100 % together: three times 33.33 is meant to be everybody. */
const TOLERANCE = 0.0001;
const ROUNDING = 1e-9;

/**
 * Cuts the buckets [0, 1) among the arms, in their order, as GrowthBook does: an arm starts where the full weights
 * before it end and owns `coverage` of its weight. So a higher coverage adds people and never moves one.
 * @throws PushError `bad-arms`, `bad-weight`, `weights-do-not-sum`, `bad-coverage`
 */
export function armRanges(arms: readonly Arm[], coverage = 1): ArmRange[] {
  checkNames(arms);
  if (typeof coverage !== 'number' || !(coverage >= 0 && coverage <= 1)) {
    throw new PushError('bad-coverage', `The coverage is ${String(coverage)}.`,
      'Give the share of people that takes part as a number from 0 to 1, such as 0.25.');
  }
  const shares = toShares(arms);
  const lastWithPeople = shares.findLastIndex((share) => share > 0);
  let start = 0;
  return arms.map(({ name }, index) => {
    const share = shares[index] ?? 0;
    const from = start;
    start += share;
    // Weights may miss 100 % by a hair; nobody must fall through that gap when everybody takes part.
    return { name, from, to: coverage === 1 && index === lastWithPeople ? 1 : from + coverage * share };
  });
}

function checkNames(arms: readonly Arm[]): void {
  if (!Array.isArray(arms) || arms.length < FEWEST_ARMS || arms.length > MOST_ARMS) {
    const count = Array.isArray(arms) ? arms.length : 0;
    throw new PushError('bad-arms', `The split has ${count} arms.`,
      `Give it ${FEWEST_ARMS} to ${MOST_ARMS} arms; a control group counts as one.`, { count });
  }
  const seen = new Set<string>();
  arms.forEach((arm: Arm | null | undefined, index) => {
    const name: unknown = arm?.name;
    if (typeof name !== 'string' || name.trim() === '') {
      throw new PushError('bad-arms', `Arm ${index + 1} has no name.`, 'Give each arm a name of its own.', { arm: index + 1 });
    }
    if (seen.has(name)) {
      throw new PushError('bad-arms', `Two arms are named '${name}'.`, 'Give each arm a name of its own.', { arm: name });
    }
    seen.add(name);
  });
}

function toShares(arms: readonly Arm[]): number[] {
  for (const { name, weight } of arms) {
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) {
      throw new PushError('bad-weight', `The weight of arm '${name}' is ${String(weight)}.`,
        'Give each arm a number of 0 or more, such as 50 for 50 %.', { arm: name });
    }
  }
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  if (isAbout(sum, 100)) return arms.map(({ weight }) => weight / 100);
  if (isAbout(sum, 1)) return arms.map(({ weight }) => weight);
  const shown = Number(sum.toPrecision(10));
  throw new PushError('weights-do-not-sum', `The weights of the arms sum to ${shown}, not to 100.`,
    `${advice(shown)} The control group's weight is part of the sum.`, { sum: shown });
}

function advice(sum: number): string {
  if (sum > 1.5 && sum < 100) return `Add ${Number((100 - sum).toPrecision(10))} to one of them, or share it out.`;
  if (sum > 100) return `Take ${Number((sum - 100).toPrecision(10))} away.`;
  return 'Use percent that sum to 100 (such as 45, 45, 10) or shares that sum to 1 (such as 0.45, 0.45, 0.1).';
}

function isAbout(sum: number, whole: number): boolean {
  return Math.abs(sum / whole - 1) <= TOLERANCE + ROUNDING;
}
