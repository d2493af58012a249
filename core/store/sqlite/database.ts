/** Opens a SQLite file, brings its schema up to date, and runs transactions on it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { PushError } from '../../errors';
import { MIGRATIONS } from './migrations';

/** How long (ms) a write waits for another process that holds the file. */
const BUSY_TIMEOUT = 15_000;

export type Row = Record<string, string | number | null>;

export class Database {
  private readonly statements = new Map<string, StatementSync>();

  private constructor(private readonly db: DatabaseSync) {}

  /** @throws PushError `store-not-writable`, `store-not-a-database`, `store-too-new` */
  static open(path: string): Database {
    // Loaded here and not above: a host lists our nodes without ever needing SQLite.
    const sqlite = require('node:sqlite') as typeof import('node:sqlite');
    let db: DatabaseSync | undefined;
    try {
      // SQLite also takes `:memory:` and `file:` addresses, which name no folder to make.
      if (!path.startsWith(':') && !path.startsWith('file:')) makeFolder(dirname(path));
      db = new sqlite.DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
      const database = new Database(db);
      database.migrate(path);
      return database;
    } catch (thrown) {
      db?.close();
      throw explain(thrown, path);
    }
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...parameters) as Row[];
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...parameters) as Row | undefined;
  }

  /** Rows changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...parameters).changes);
  }

  /** All or nothing. The write lock is taken at once, so that two processes never wait for each other for ever. */
  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (thrown) {
      // A full disk makes SQLite roll back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw thrown;
    }
  }

  close(): void {
    this.statements.clear();
    if (this.db.isOpen) this.db.close();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private migrate(path: string): void {
    const version = () => Number(this.get('PRAGMA user_version')?.['user_version'] ?? 0);
    if (version() === MIGRATIONS.length) {
      // Opening succeeds on a file that cannot be written; a campaign must hear of it before it sends.
      this.transaction(() => this.run('DELETE FROM suppressions WHERE 0'));
      return;
    }
    this.transaction(() => {
      const current = version();
      if (current > MIGRATIONS.length) {
        throw new PushError('store-too-new', `The store '${path}' was written by a newer version of this package.`,
          'Update the package, or use another file.', { path });
      }
      for (const step of MIGRATIONS.slice(current)) this.db.exec(step);
      this.db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    });
  }
}

/** Only the last folder: making several at once never ends on some file systems (/proc). */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

function explain(thrown: unknown, path: string): PushError {
  if (thrown instanceof PushError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (/not a database|malformed/.test(reason)) {
    return new PushError('store-not-a-database', `The file '${path}' is not a store of this package.`,
      'Name another file, or move this one away.', { path }, { cause: thrown });
  }
  return new PushError('store-not-writable', `The store '${path}' cannot be opened for writing: ${reason}.`,
    'Check the folder, its rights and the free disk space, or name another file.', { path, reason }, { cause: thrown });
}
