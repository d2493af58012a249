/** Opens a SQLite file, brings its schema up to date, and runs transactions on it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { PushError } from '../../errors';
import { MIGRATIONS } from './migrations';

/** How long (ms) a write waits for another process that holds the file. */
const BUSY_TIMEOUT = 15_000;
/** Statements kept ready; conditions of segments make new ones without end. */
const MOST_STATEMENTS = 200;
/** SQLite's result codes for a file, a disk or a lock that will not have it: nothing that the caller did wrong. */
const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

export type Row = Record<string, string | number | null>;

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
      const database = new Database(db, path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      database.requireOurs();
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      database.migrate();
      return database;
    } catch (thrown) {
      db?.close();
      throw thrown instanceof PushError ? thrown : notUsable(thrown, path);
    }
  }

  /** This and the others throw PushError `store-not-writable` or `store-not-a-database` where the file gives way. */
  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.guard(() => this.prepare(sql).all(...parameters) as Row[]);
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.guard(() => this.prepare(sql).get(...parameters) as Row | undefined);
  }

  /** Rows changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return this.guard(() => Number(this.prepare(sql).run(...parameters).changes));
  }

  /** All or nothing. The write lock is taken at once, so that two processes never wait for each other for ever. */
  transaction<T>(work: () => T): T {
    this.guard(() => this.db.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.guard(() => this.db.exec('COMMIT'));
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

  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw isOfFile(thrown) ? notUsable(thrown, this.path) : thrown;
    }
  }

  private prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare(sql);
      if (this.statements.size >= MOST_STATEMENTS) this.statements.clear();
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

  /** Touches no database of another program: a host keeps one beside ours. One query, since another process may be making ours. */
  private requireOurs(): void {
    const found = this.get(`SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema WHERE type = 'table') AS tables,
      EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'deliveries') AS ledger FROM pragma_user_version`);
    const isOurs = found?.['version'] === 0 ? found['tables'] === 0 : found?.['ledger'] === 1;
    if (!isOurs) throw notOurs(this.path);
  }
}

/** Only the last folder: making several at once never ends on some file systems (/proc). */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

function isOfFile(thrown: unknown): boolean {
  return [BUSY, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE].includes(resultCode(thrown));
}

/** SQLite's primary result code; the extended one has more in its upper bits. */
function resultCode(thrown: unknown): number {
  return typeof thrown === 'object' && thrown !== null && 'errcode' in thrown ? Number(thrown.errcode) & 0xff : 0;
}

function notUsable(thrown: unknown, path: string): PushError {
  if ([CORRUPT, NOT_A_DATABASE].includes(resultCode(thrown))) return notOurs(path, { cause: thrown });
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new PushError('store-not-writable', `The store '${path}' cannot be written: ${reason}.`,
    'Check the folder, its rights and the free disk space, or name another file.', { path, reason }, { cause: thrown });
}

function notOurs(path: string, options?: ErrorOptions): PushError {
  return new PushError('store-not-a-database', `The file '${path}' is not a store of this package.`,
    'Name another file, or move this one away.', { path }, options);
}
