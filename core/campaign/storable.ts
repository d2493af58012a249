/** What the store can keep of a person. */
import { PushError } from '../errors';
import { isJsonObject } from '../json';

/** Levels of lists and objects in a value; SQLite reads JSON to 1000 of them, nobody needs as many. */
const DEEPEST = 100;

/**
 * Refuses what cannot be written as JSON and read again: circles, depths without end, whole numbers beyond a double
 * (Node-RED hands over whatever a function node made). One such person would stop all others of an import or a campaign.
 * @throws PushError `unstorable-value`
 */
export function requireStorable(value: unknown, depth = 0): void {
  if (typeof value === 'bigint' || depth > DEEPEST) {
    throw new PushError('unstorable-value', typeof value === 'bigint'
      ? 'A field of the person holds a number of the kind BigInt, which JSON does not have.'
      : `A field of the person is nested deeper than ${DEEPEST} levels, or holds itself.`,
    'Hand over plain texts, numbers, lists and objects.');
  }
  if (Array.isArray(value)) for (const inner of value) requireStorable(inner, depth + 1);
  else if (isJsonObject(value)) for (const inner of Object.values(value)) requireStorable(inner, depth + 1);
}
