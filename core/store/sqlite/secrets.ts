/** Random texts that this store alone knows. */
import { randomBytes } from 'node:crypto';
import type { Database } from './database';

export function secret(db: Database, name: string): string {
  return db.transaction(() => {
    db.run('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING', name, randomBytes(32).toString('base64url'));
    return String(db.get('SELECT value FROM secrets WHERE name = ?', name)?.['value']);
  });
}
