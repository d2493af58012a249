/** What a helper is, and how helpers read their arguments. */
import type { Run } from '../language/run';

export type HelperOptions = Readonly<Record<string, unknown>>;

export interface Helper {
  /** Fewest and most arguments. */
  takes: readonly [fewest: number, most: number];
  /** Names of `name=value` options. */
  options?: readonly string[];
  /** Missing arguments are handed over as they are; otherwise the policy for missing values decides about them. */
  tolerant?: boolean;
  /** What its result is called where it is missing; the last field among its arguments if not given. */
  named?(names: readonly string[]): string;
  /** Its first value may be missing and another one stands in: told like any other stand-in. */
  standsIn?: boolean;
  /** A text, or for helpers that choose or test, a value of any kind. */
  run(values: readonly unknown[], options: HelperOptions, run: Run): unknown;
}

/** A helper cannot work with its argument; the caller adds field, place and name of the helper. */
export class BadArgument extends Error {}

/** Numbers come as numbers from JSON and as text from CSV. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export function needNumber(value: unknown, what = 'its value'): number {
  const number = asNumber(value);
  if (number === undefined) throw new BadArgument(`${what} is not a number`);
  return number;
}

/** A whole number within bounds. */
export function needCount(value: unknown, what: string, least: number, most: number): number {
  const number = asNumber(value);
  if (number === undefined || !Number.isInteger(number) || number < least || number > most) {
    throw new BadArgument(`${what} is not a whole number from ${least} to ${most}`);
  }
  return number;
}

export function needText(value: unknown, what = 'its value'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new BadArgument(`${what} is not a text`);
}

/** True or false as {{#if}} sees a value: '', 0, false, nothing and an empty list are false. */
export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value) && !Number.isNaN(value);
}
