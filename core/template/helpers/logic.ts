/** Helpers that choose and compare. They take missing values as they are: a comparison with nothing is false. */
import { PushError } from '../../errors';
import { isMissing } from '../language/run';
import { asNumber, isTruthy, needText, type Helper } from './helper';

/** Numbers from CSV are texts: where one side is a number, the other is read as one. */
function isEqual(left: unknown, right: unknown): boolean {
  if (typeof left === typeof right) return left === right;
  if (typeof left === 'number' || typeof right === 'number') {
    const [a, b] = [asNumber(left), asNumber(right)];
    return a !== undefined && a === b;
  }
  return isMissing(left) && isMissing(right);
}

/** Numbers by size; other texts by code units, which puts ISO dates in order. */
function compare(holds: (order: number) => boolean): Helper {
  return {
    takes: [2, 2],
    tolerant: true,
    run: ([left, right]) => {
      if (isMissing(left) || isMissing(right)) return false;
      const [a, b] = [asNumber(left), asNumber(right)];
      if (a !== undefined && b !== undefined) return holds(a - b);
      if (typeof left !== 'string' || typeof right !== 'string') return false;
      return holds(left < right ? -1 : left > right ? 1 : 0);
    },
  };
}

const MOST_OPERANDS = 20;

export const logicHelpers = {
  default: {
    takes: [2, MOST_OPERANDS],
    tolerant: true,
    standsIn: true,
    run: (values) => values.find((value) => !isMissing(value)) ?? values.at(-1),
  },
  eq: { takes: [2, 2], tolerant: true, run: ([left, right]) => isEqual(left, right) },
  ne: { takes: [2, 2], tolerant: true, run: ([left, right]) => !isEqual(left, right) },
  gt: compare((order) => order > 0),
  gte: compare((order) => order >= 0),
  lt: compare((order) => order < 0),
  lte: compare((order) => order <= 0),
  and: {
    takes: [2, MOST_OPERANDS],
    tolerant: true,
    run: (values) => values.find((value) => !isTruthy(value)) ?? (values.every(isTruthy) ? values.at(-1) : undefined),
  },
  or: {
    takes: [2, MOST_OPERANDS],
    tolerant: true,
    run: (values) => values.find(isTruthy) ?? values.at(-1),
  },
  not: { takes: [1, 1], tolerant: true, run: ([value]) => !isTruthy(value) },
  /** The entry of a list or an object under a name that is itself a value. */
  lookup: {
    takes: [2, 2],
    tolerant: true,
    named: ([from, name]) => `${from}[${name}]`,
    run: ([from, name]) => {
      if (typeof from !== 'object' || from === null || (typeof name !== 'string' && typeof name !== 'number')) return undefined;
      return Object.hasOwn(from, name) ? (from as Record<string | number, unknown>)[name] : undefined;
    },
  },
  /** The message withdraws itself for this person. */
  abort: {
    takes: [1, 1],
    tolerant: true,
    run: ([reason], _, { field }) => {
      const text = isMissing(reason) ? 'no reason given' : needText(reason, 'the reason');
      throw new PushError('message-withdrawn', `The message withdrew itself for this person: ${text}.`, '',
        { field, reason: text });
    },
  },
} satisfies Record<string, Helper>;
