/** The names by which a store finds things: campaigns, occurrences, lists, categories of consent, events. */
import { PushError } from './errors';
import { storable } from './json';

/**
 * Longer names and keys (in bytes) are mistakes. An index of PostgreSQL takes 2,700 bytes a row, and up to three of them stand there beside
 * the id of a person.
 */
export const LONGEST_NAME = 512;

/** A thing has one name, here and in the store. */
export function storableName(name: string): string {
  return storable(name).trim();
}

/**
 * The name, where every store can find things by it.
 * @param field what has the name
 * @throws PushError `name-too-long`
 */
export function requireShort(name: string, field: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes <= LONGEST_NAME) return name;
  throw new PushError('name-too-long', `The name of the ${field} has ${bytes} bytes; at most ${LONGEST_NAME} are taken.`,
    'Shorten it: a letter of English has one byte, others have two to four.', { field, most: LONGEST_NAME });
}
