/** Segments saved under a name. */
import type { JsonObject } from '../../json';
import { toList } from '../rows';
import type { SavedList } from '../store';
import type { Database } from './database';

export function saveList(
  db: Database, name: string, content: { condition: JsonObject } | { members: Iterable<string> }, now: Date,
): void {
  db.transaction(() => {
    db.run('DELETE FROM list_members WHERE list = ?', name);
    db.run(
      `INSERT INTO lists (name, condition, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET condition = excluded.condition, updated_at = excluded.updated_at`,
      name, 'condition' in content ? JSON.stringify(content.condition) : null, now.toISOString(),
    );
    if ('condition' in content) return;
    for (const recipient of content.members) {
      db.run('INSERT INTO list_members (list, recipient) VALUES (?, ?) ON CONFLICT DO NOTHING', name, recipient);
    }
  });
}

export function lists(db: Database): SavedList[] {
  const rows = db.all(
    `SELECT name, condition, updated_at, (SELECT count(*) FROM list_members WHERE list = lists.name) AS members
     FROM lists ORDER BY name`,
  );
  return rows.map(toList);
}

export function deleteList(db: Database, name: string): boolean {
  return db.transaction(() => {
    db.run('DELETE FROM list_members WHERE list = ?', name);
    return db.run('DELETE FROM lists WHERE name = ?', name) > 0;
  });
}
