/**
 * The most common rules as one function instead of three (read the field, look into lists, compare): a plain value,
 * a few values or a number against a bound, at a path of one or two parts. Whatever is not plain goes the general way.
 * It halves the time of a nested condition (bench/segment).
 */
import type { Test } from './condition';
import type { Field } from './field';

type View = Record<string, unknown>;
type Matches = (view: View) => boolean;
/** `a.b`, `a`, `b`. */
type TwoParts = readonly [path: string, first: string, second: string];

/** Up to here comparing one after another is faster than a Set. */
export const FEW = 8;

/** The rule in one function; undefined where it is not of a common kind. `general` answers for lists and odd people. */
export function fuse({ path, parts }: Field, test: Test, general: Matches): Matches | undefined {
  const [first, second] = parts;
  if (first === undefined || parts.length > 2 || parts.includes('length')) return undefined;
  const values = plainValues(test);
  if (values !== undefined) {
    return second === undefined ? isOneOf(first, values, general) : isOneOfInside([path, first, second], values, general);
  }
  const interval = intervalOf(test);
  if (interval === undefined) return undefined;
  return second === undefined ? isBetween(first, interval, general) : isBetweenInside([path, first, second], interval, general);
}

function isOneOf(name: string, values: readonly unknown[], general: Matches): Matches {
  return (view) => {
    const value = view[name];
    return typeof value === 'object' ? general(view) : values.includes(value) && Object.hasOwn(view, name);
  };
}

function isOneOfInside([path, first, second]: TwoParts, values: readonly unknown[], general: Matches): Matches {
  return (view) => {
    const inner = view[first];
    if (view[path] !== undefined || typeof inner !== 'object' || inner === null) return general(view);
    const value = (inner as View)[second];
    if (typeof value === 'object') return general(view);
    return values.includes(value) && Object.hasOwn(inner, second) && Object.hasOwn(view, first);
  };
}

function isBetween(name: string, [low, high]: Interval, general: Matches): Matches {
  return (view) => {
    const value = view[name];
    return typeof value === 'number'
      ? value >= low && value <= high && Object.hasOwn(view, name)
      : typeof value === 'object' && general(view);
  };
}

function isBetweenInside([path, first, second]: TwoParts, [low, high]: Interval, general: Matches): Matches {
  return (view) => {
    const inner = view[first];
    if (view[path] !== undefined || typeof inner !== 'object' || inner === null) return general(view);
    const value = (inner as View)[second];
    return typeof value === 'number'
      ? value >= low && value <= high && Object.hasOwn(inner, second) && Object.hasOwn(view, first)
      : typeof value === 'object' && general(view);
  };
}

/** The texts, numbers and flags of which the value must be one. */
function plainValues(test: Test): readonly unknown[] | undefined {
  if (test.operator !== '$eq' && test.operator !== '$in') return undefined;
  const values = test.operator === '$eq' ? [test.value] : test.values;
  return !test.fold && values.length <= FEW && values.every((value) => typeof value !== 'object') ? values : undefined;
}

/** Both ends included. */
type Interval = readonly [low: number, high: number];

function intervalOf(test: Test): Interval | undefined {
  if (!('bound' in test) || typeof test.bound !== 'number') return undefined;
  switch (test.operator) {
    case '$gt':
      return [nextAbove(test.bound), Infinity];
    case '$gte':
      return [test.bound, Infinity];
    case '$lt':
      return [-Infinity, -nextAbove(-test.bound)];
    case '$lte':
      return [-Infinity, test.bound];
  }
}

/** The smallest float above a finite one: greater than the one is the same as not less than the other. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
