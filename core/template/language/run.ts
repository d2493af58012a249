/** What one rendering knows and may use up, and the rules for a value that is to be printed. */
import { PushError, RunStopper } from '../../errors';
import type { MissingPolicy } from '../template';
import type { FormatCache } from './formats';

/** Longest rendered text, in UTF-16 units; a payload holds 4096 bytes. */
export const LONGEST_TEXT = 65_536;
/** Longest value that a helper works on. */
const LONGEST_VALUE = 1_048_576;
/** Turns that all loops of one message take together. */
export const MOST_TURNS = 100_000;

/** How a person without a value is treated; from the template's options. */
export interface MissingRules {
  policy: MissingPolicy;
  /** By path; goes before the policy. */
  byPath: ReadonlyMap<string, MissingPolicy>;
}

/** A missing value that something stood in for: a text of the options, of the template itself, or nothing. */
export interface StandIn {
  field: string;
  path: string;
  by: 'options' | 'template' | 'empty';
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
  standIns: StandIn[];
  /** What {{t "name"}} takes in, in the language of the person. */
  fragments: ReadonlyMap<string, (run: Run) => string>;
}

/** True for no value at all and for blank text: nothing that could stand in a sentence. */
export function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && value.trim() === '';
}

/**
 * What stands in for a value that the person does not have.
 * @throws PushError `missing-value` with field and path, where the policy is to refuse
 * @throws RunStopper `missing-value-stops-run`, where it is to fail
 */
export function standIn(run: Run, path: string): string {
  const policy = run.missing.byPath.get(path) ?? run.missing.policy;
  const { field } = run;
  if (policy === 'refuse') {
    throw new PushError('missing-value', `${field} needs '${path}', which this person does not have.`,
      `Give a stand-in, such as {{default ${path} "..."}}, or choose what happens with missing values.`, { field, path });
  }
  if (policy === 'fail') {
    throw new RunStopper('missing-value-stops-run', `${field} needs '${path}', which a person does not have: the run stops, as it was set to.`,
      'Correct the data, or choose something else for missing values of this field.', { field, path });
  }
  run.standIns.push({ field, path, by: policy === 'empty' ? 'empty' : 'options' });
  return policy === 'empty' ? '' : policy.fallback;
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

/** UTF-16 units of a value on which a helper's work counts as one more turn. */
const UNITS_OF_A_TURN = 1024;

/** A value for a helper: a long one costs turns, so that a loop over a short list cannot work on a megabyte without end. */
export function takeValue(run: Run, value: string): void {
  if (value.length > LONGEST_VALUE) throw tooLong(run.field);
  if (value.length >= UNITS_OF_A_TURN) takeTurn(run, Math.floor(value.length / UNITS_OF_A_TURN));
}

/** Counts one turn of a loop, or more. */
export function takeTurn(run: Run, turns = 1): void {
  run.turnsLeft -= turns;
  if (run.turnsLeft < 0) {
    throw new PushError('text-too-long', `${run.field}: its loops take more than ${MOST_TURNS} turns.`,
      'Loop over a shorter list, or over shorter values.', { field: run.field });
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
