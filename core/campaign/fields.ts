/** Names of fields that conditions can ask for, so that an editor offers them to choose from. */
import { isJsonObject, type JsonObject } from '../json';
import { toView, type Recipient } from '../recipient';
import type { Store } from '../store';
import type { PushState } from './item';

/** Of everybody, beside their own attributes; the steps before wrote what is under `push`. */
export const PERSON_FIELDS = [
  'id', 'locale', 'timezone', 'consent.marketing', 'devices',
  'push.segment', 'push.arm', 'push.campaign', 'push.outcome', 'push.reason',
] as const satisfies readonly (keyof Recipient | `consent.${string}` | `push.${keyof PushState}`)[];

/** So many people are looked at, and so many names are given at most. */
const PEOPLE = 200;
const NAMES = 500;
const DEEPEST = 5;

/**
 * The fields of stored people as conditions write them, in the order of the alphabet: `country`, `address`, `address.city`.
 * Of the first people in the order of ids: a field that only others have is not among them.
 */
export async function fieldsInStore(store: Store): Promise<string[]> {
  const names = new Set<string>();
  let people = 0;
  for await (const person of store.people({ pageSize: PEOPLE })) {
    addFields(names, toView(person));
    people += 1;
    if (people === PEOPLE || names.size >= NAMES) break;
  }
  return [...names].slice(0, NAMES).toSorted();
}

function addFields(names: Set<string>, object: JsonObject, way: readonly string[] = []): void {
  for (const [key, value] of Object.entries(object)) {
    // An operator would be read there.
    if (key === '' || key.startsWith('$')) continue;
    const path = [...way, key];
    names.add(path.join('.'));
    if (isJsonObject(value) && path.length < DEEPEST) addFields(names, value, path);
  }
}
