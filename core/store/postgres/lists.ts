/** Segments saved under a name. */
import type { JsonObject } from '../../json';
import { toList } from '../rows';
import type { SavedList } from '../store';
import { json, type Database } from './database';

export async function saveList(
  db: Database, name: string, content: { condition: JsonObject } | { members: Iterable<string> }, now: Date,
): Promise<void> {
  await db.transaction(async (queries) => {
    await queries.run(
      `INSERT INTO lists (name, condition, updated_at) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET condition = excluded.condition, updated_at = excluded.updated_at`,
      name, 'condition' in content ? json(content.condition) : null, now.toISOString(),
    );
    await queries.run('DELETE FROM list_members WHERE list = $1', name);
    if ('condition' in content) return;
    await queries.run(
      'INSERT INTO list_members (list, recipient) SELECT $1, member FROM unnest($2::text[]) AS member ON CONFLICT DO NOTHING',
      name, [...content.members],
    );
  });
}

export async function lists(db: Database): Promise<SavedList[]> {
  const rows = await db.all(
    `SELECT name, condition::text AS condition, updated_at, (SELECT count(*)::int FROM list_members WHERE list = lists.name) AS members
     FROM lists ORDER BY name`,
  );
  return rows.map(toList);
}

export function deleteList(db: Database, name: string): Promise<boolean> {
  return db.transaction(async (queries) => {
    await queries.run('DELETE FROM list_members WHERE list = $1', name);
    return (await queries.run('DELETE FROM lists WHERE name = $1', name)) > 0;
  });
}
