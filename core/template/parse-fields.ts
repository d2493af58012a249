/** Readers of single fields at the border: what is not of its kind is refused by name. */
import { PushError } from '../errors';

export type Fields = Readonly<Record<string, unknown>>;
export type Reader = (value: unknown, field: string) => unknown;

/** An own field that is given; null and '' are what a form leaves empty. */
export function own(fields: Fields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === null || value === '' ? undefined : value;
}

export function record(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(field, 'must be an object with fields');
}

export function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw invalid(field, 'must be a text');
}

export function refuseUnknown(fields: Fields, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new PushError('invalid-template', `A template has no field '${prefix}${unknown}'.`,
    `It has: ${known.join(', ')}.`, { field: prefix + unknown });
}

export function wholeNumber(least: number, most: number): (value: unknown, field: string) => number {
  return (value, field) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw invalid(field, `must be a whole number from ${least} to ${most}`);
  };
}

export function oneOf(words: readonly string[]): Reader {
  return (value, field) => {
    if (typeof value === 'string' && words.includes(value)) return value;
    throw invalid(field, `must be one of ${words.join(', ')}`);
  };
}

export function yesOrNo(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(field, 'must be true or false');
}

export function invalid(field: string, problem: string): PushError {
  return new PushError('invalid-template', `${field} ${problem}.`, 'Correct the template.', { field });
}
