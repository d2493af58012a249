/** Segments saved under a name: static ones from ids or an imported table, dynamic ones from a condition. */
import { asPushError, PushError } from '../errors';
import { isJsonObject, storable, type JsonObject } from '../json';
import { requireShort } from '../names';
import { readId, readPath } from '../recipient';
import { parseCondition } from '../segment';
import type { Store } from '../store';
import { knownToStore } from './facts';
import type { ImportRow } from './rows';

/**
 * Saves a condition under a name; whoever fits it is in the list, at the time when it is asked.
 * @throws PushError `no-list-name`, `no-condition`, as `parseCondition` says, `list-cycle` where the list would hold itself
 */
export async function saveDynamicList(store: Store, name: unknown, condition: unknown, now = new Date()): Promise<void> {
  const list = requireName(name);
  if (!isJsonObject(condition)) {
    throw new PushError('no-condition', `The list '${list}' has no condition.`, 'Give a condition such as { "country": "FR" }.', { list });
  }
  const known = await knownToStore(store);
  // Read as it will be once it is saved: a list that reaches itself, even through others, is found here.
  parseCondition({ $inList: list }, { ...known, lists: new Map([...known.lists, [list, { condition }]]) });
  await store.saveList(list, { condition }, now);
}

export interface ListReport {
  name: string;
  members: number;
  rejected: { place: string; code: string; message: string }[];
}

/**
 * Saves people under a name, by the ids in rows such as `readRows` gives them; a plain text or number is an id too.
 * People who are not imported yet count once they are.
 * @throws PushError `no-list-name`
 */
export async function saveStaticList(
  store: Store, name: unknown, rows: Iterable<ImportRow | string | number>, { idField = 'id', now = new Date() } = {},
): Promise<ListReport> {
  const list = requireName(name);
  const members = new Set<string>();
  const rejected: ListReport['rejected'] = [];
  let position = 0;
  for (const row of rows) {
    position++;
    const place = typeof row === 'object' ? row.place : `entry ${position}`;
    try {
      members.add(idOf(row, idField));
    } catch (thrown) {
      const { code, message } = asPushError(thrown);
      rejected.push({ place, code, message });
    }
  }
  await store.saveList(list, { members }, now);
  return { name: list, members: members.size, rejected };
}

export interface ListEntry {
  name: string;
  kind: 'static' | 'dynamic';
  /** Of a static list. */
  members?: number;
  /** Of a dynamic one. */
  condition?: JsonObject;
}

/** The saved lists, by name. */
export async function savedLists(store: Store): Promise<ListEntry[]> {
  return (await store.lists()).map(({ name, condition, members }) =>
    (condition === undefined ? { name, kind: 'static', members } : { name, kind: 'dynamic', condition }));
}

/** Forgets a list, not its people. A segment that uses it is refused from then on. @throws PushError `no-list-name`, `unknown-list` */
export async function removeList(store: Store, name: unknown): Promise<{ name: string; removed: true }> {
  const list = requireName(name);
  if (await store.deleteList(list)) return { name: list, removed: true };
  throw new PushError('unknown-list', `There is no list '${list}'.`, 'Correct the name.', { list });
}

function idOf(row: ImportRow | string | number, idField: string): string {
  if (typeof row === 'object' && row.error !== undefined) throw row.error;
  const value = typeof row === 'object' ? readPath(row.value as JsonObject, idField) : row;
  const id = readId(value, idField);
  if (id !== undefined) return id;
  throw new PushError('no-id', `A row has no id: the field '${idField}' is missing or empty.`, `Give each row a text or a number in '${idField}'.`, { field: idField });
}

function requireName(name: unknown): string {
  if (typeof name === 'string' && name.trim() !== '' && storable(name) === name) return requireShort(name.trim(), 'list');
  throw new PushError('no-list-name', 'The list has no name.', 'Give it one, of whole characters.');
}
