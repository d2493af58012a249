/** What one rendering knows and may use up, and the rules for a value that is to be printed. */
import { PushError } from '../../errors';
import type { MissingPolicy } from '../template';
import type { FormatCache } from './formats';

/** Longest rendered text, in UTF-16 units; a payload holds 4096 bytes. */
export const LONGEST_TEXT = 65_536;
/** Longest value that a helper works on. */
export const LONGEST_VALUE = 1_048_576;
/** Turns that all loops of one message take together. */
export const MOST_TURNS = 100_000;

/** How a person without a value is treated; from the template's options. */
export interface MissingRules {
  policy: MissingPolicy;
  defaults: ReadonlyMap<string, string>;
}

/** State of writing one message for one person. */
export interface Run {
  view: unknown;
  /** Field of the template that is being written. */
  field: string;
  /** Language for numbers and dates. */
  locale: string;
  /** IANA time zone of the person. */
  timezone: string;
  now: Date | undefined;
  missing: MissingRules;
  formats: FormatCache;
  turnsLeft: number;
  /** Stand-ins that were used: field and path. */
  fallbacks: { field: string; path: string }[];
}

/** True for no value at all and for blank text: nothing that could stand in a sentence. */
export function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && value.trim() === '';
}

/**
 * What stands in for a value that the person does not have.
 * @throws PushError `missing-value` with field and path, where the policy is to refuse
 */
export function standIn(run: Run, path: string): string {
  const { policy, defaults } = run.missing;
  const text = defaults.get(path) ?? (typeof policy === 'object' ? policy.fallback : undefined);
  if (text !== undefined) {
    run.fallbacks.push({ field: run.field, path });
    return text;
  }
  if (policy === 'empty') return '';
  throw new PushError('missing-value', `${run.field} needs '${path}', which this person does not have.`,
    `Give a stand-in, such as {{default ${path} "..."}}, or choose what happens with missing values.`,
    { field: run.field, path });
}

/**
 * A value as it stands in the text.
 * @throws PushError `unprintable-value` for a list, an object, NaN ...; `text-too-long`
 */
export function print(run: Run, value: unknown, path: string): string {
  if (typeof value === 'string') {
    if (value.length > LONGEST_TEXT) throw tooLong(run.field);
    return value.trim() === '' ? standIn(run, path) : value;
  }
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value === undefined || value === null) return standIn(run, path);
  throw unprintable(run.field, value, path);
}

/** Checks the length of what has been written so far. */
export function withinLength(run: Run, text: string): string {
  if (text.length > LONGEST_TEXT) throw tooLong(run.field);
  return text;
}

/** Counts one turn of a loop. */
export function takeTurn(run: Run): void {
  run.turnsLeft -= 1;
  if (run.turnsLeft < 0) {
    throw new PushError('text-too-long', `${run.field}: its loops take more than ${MOST_TURNS} turns.`,
      'Loop over a shorter list.', { field: run.field });
  }
}

export function tooLong(field: string): PushError {
  return new PushError('text-too-long', `${field} comes out longer than ${LONGEST_TEXT} characters.`,
    'Use {{truncate ...}} on long values and short lists in {{#each}}.', { field });
}

function unprintable(field: string, value: unknown, path: string): PushError {
  const kind = Array.isArray(value) ? 'a list' : value instanceof Date ? 'a date' : `a value of type ${typeof value}`;
  const hint = Array.isArray(value)
    ? `Write {{list ${path}}}, or loop with {{#each ${path}}}.`
    : value instanceof Date ? `Write {{date ${path}}}.` : `Name one of its fields, such as {{${path}.name}}.`;
  return new PushError('unprintable-value', `${field}: '${path}' is ${kind} and cannot stand in a text.`, hint,
    { field, path });
}
