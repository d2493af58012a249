import { PushError } from '../errors';
import type { PostgresLocation } from './postgres/database';
import { PostgresStore } from './postgres/postgres-store';
import { SqliteStore } from './sqlite/sqlite-store';
import type { Store } from './store';

/** Where a store lives: in a SQLite file (`:memory:` for one that ends with the process), or in PostgreSQL. */
export interface StoreLocation {
  sqlite?: string;
  /** The address `postgres://user:password@host:5432/database`, or its parts. */
  postgres?: string | PostgresLocation;
}

/** A large ledger takes minutes on a slow disk. */
const UPGRADE_PATIENCE = 15 * 60_000;

/**
 * Opens a store and brings its schema up to date. The caller closes it.
 * @param patience how long (ms) to wait for another process that brings it up to date
 * @throws PushError `store-not-named`, `store-too-new`, `store-upgrading`, `store-full`; `store-not-writable`, `store-not-a-database`, `store-locked` of a file;
 *   `postgres-unreachable`, `postgres-login-refused`, `postgres-no-rights`, `postgres-tls` of a database
 */
export async function openStore(location: StoreLocation, patience = UPGRADE_PATIENCE): Promise<Store> {
  if (location?.postgres !== undefined) return PostgresStore.open(location.postgres, patience);
  if (typeof location?.sqlite !== 'string' || location.sqlite.trim() === '') {
    throw new PushError('store-not-named', 'The store has no file.', "Give 'sqlite' with the path of a file, or 'postgres' with an address.");
  }
  return SqliteStore.open(location.sqlite, patience);
}
