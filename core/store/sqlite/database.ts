/** Opens a SQLite file, brings its schema up to date, and runs transactions on it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { PushError } from '../../errors';
import type { Row } from '../rows';
import { MIGRATIONS } from './migrations';

/** How long (ms) a write waits for another process that holds the file. */
const BUSY_TIMEOUT = 15_000;

export class Database {
  private readonly statements = new Map<string, StatementSync>();

  private constructor(private readonly db: DatabaseSync, private readonly path: string) {}

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
      const database = new Database(db, path);
      database.migrate();
      return database;
    } catch (thrown) {
      db?.close();
      throw explain(thrown, path);
    }
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.use(() => this.prepare(sql).all(...parameters) as Row[]);
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.use(() => this.prepare(sql).get(...parameters) as Row | undefined);
  }

  /** Rows changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return this.use(() => Number(this.prepare(sql).run(...parameters).changes));
  }

  /** All or nothing. The write lock is taken at once, so that two processes never wait for each other for ever. */
  transaction<T>(work: () => T): T {
    this.use(() => this.db.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.use(() => this.db.exec('COMMIT'));
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

  /** Says in words what keeps the file from being used. */
  private use<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw explainUse(thrown, this.path);
    }
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private migrate(): void {
    const version = () => Number(this.get('PRAGMA user_version')?.['user_version'] ?? 0);
    if (version() === MIGRATIONS.length) {
      // Opening succeeds on a file that cannot be written; a campaign must hear of it before it sends.
      this.transaction(() => this.run('DELETE FROM suppressions WHERE 0'));
      return;
    }
    this.transaction(() => {
      const current = version();
      if (current > MIGRATIONS.length) {
        throw new PushError('store-too-new', `The store '${this.path}' was written by a newer version of this package.`,
          'Update the package, or use another file.', { path: this.path });
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

/** Result codes of SQLite (sqlite.org/rescode.html), the primary ones in the low byte. */
const BUSY = 5;
const FULL = 13;
const IO_ERROR = 10;

/** A full disk and a lock that does not end are for a person to mend; anything else is a mistake of ours and stays as it is. */
function explainUse(thrown: unknown, path: string): unknown {
  const code = (thrown as { errcode?: number }).errcode;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const primary = (code ?? 0) & 0xff;
  if (primary === BUSY) {
    return new PushError('store-locked', `Another process kept the store '${path}' locked for more than ${BUSY_TIMEOUT / 1000} s.`,
      'End the program that holds it, or keep the store in PostgreSQL where many processes write; then run the campaign again: it goes on.',
      { path }, { cause: thrown });
  }
  if (primary === FULL || primary === IO_ERROR) {
    return new PushError('store-full', `The store '${path}' cannot be written any more: ${reason}.`,
      'Make room on the disk, then run the campaign again: it goes on where it stopped.', { path, reason }, { cause: thrown });
  }
  return thrown;
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
