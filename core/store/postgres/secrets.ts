/** Random texts that this store alone knows. */
import { randomBytes } from 'node:crypto';
import type { Database } from './database';

export function secret(db: Database, name: string): Promise<string> {
  return db.transaction(async (queries) => {
    await queries.run('INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', name, randomBytes(32).toString('base64url'));
    const [row] = await queries.all('SELECT value FROM secrets WHERE name = $1', name);
    return String(row?.['value']);
  });
}
