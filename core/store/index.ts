import { PushError } from '../errors';
import { SqliteStore } from './sqlite/sqlite-store';
import type { Store } from './store';

export * from './store';

/** Where a store lives: a SQLite file (`:memory:` for one that ends with the process). */
export interface StoreLocation {
  sqlite?: string;
  postgres?: string;
}

/**
 * Opens a store and brings its schema up to date. The caller closes it.
 * @throws PushError `store-not-writable`, `store-not-a-database`, `store-too-new`, `store-not-named`,
 *   `postgres-not-supported` (this version keeps its data in SQLite only).
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  if (location?.postgres !== undefined) {
    throw new PushError('postgres-not-supported', 'This version keeps its data in SQLite only.', "Give 'sqlite' with the path of a file.");
  }
  if (typeof location?.sqlite !== 'string' || location.sqlite.trim() === '') {
    throw new PushError('store-not-named', 'The store has no file.', "Give 'sqlite' with the path of a file.");
  }
  return new SqliteStore(location.sqlite);
}
