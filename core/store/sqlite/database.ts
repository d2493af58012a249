/** Opens a SQLite file, brings its schema up to date, and runs transactions on it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { PushError } from '../../errors';
import type { Row } from '../rows';
import { LogFlush } from './log-flush';
import { MIGRATIONS } from './migrations';

/** How long (ms) a write waits for another process that holds the file. */
const BUSY_TIMEOUT = 15_000;
/** Looks so often (ms) whether it is through. Between two looks the process does its other work. */
const UPGRADE_LOOK = 250;
/** Pages (of 4 KB) of the log before they go into the file: a page that many groups of a campaign change goes there once. */
const LOG_PAGES = 4000;
/** Statements kept ready; conditions of segments make new ones without end. */
const MOST_STATEMENTS = 200;

export class Database {
  private readonly statements = new Map<string, StatementSync>();
  private readonly log: LogFlush;

  private constructor(private readonly db: DatabaseSync, private readonly path: string) {
    this.log = new LogFlush(`${path}-wal`);
  }

  /**
   * @param patience how long (ms) to wait for another process that brings the file up to date
   * @throws PushError `store-not-writable`, `store-not-a-database`, `store-locked`, `store-upgrading`, `store-full`, `store-too-new`
   */
  static async open(path: string, patience: number): Promise<Database> {
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
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LOG_PAGES};`);
      await database.migrate(patience);
      return database;
    } catch (thrown) {
      db?.close();
      throw thrown instanceof PushError ? thrown : (explanation(thrown) ?? NOT_WRITABLE)(path, thrown);
    }
  }

  /** This and the others throw PushError `store-locked`, `store-full`, ... where the file gives way (see below). */
  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.use(() => this.prepare(sql).all(...parameters) as Row[]);
  }

  /** {@link all} with rows as lists of their columns, where this Node.js has them: a third of the time for many short rows. */
  lists(sql: string, ...parameters: SQLInputValue[]): Row[string][][] {
    return this.use(() => {
      const statement = this.prepare(sql) as StatementSync & { setReturnArrays?: (on: boolean) => void };
      statement.setReturnArrays?.(true);
      return statement.all(...parameters).map((row) => (Array.isArray(row) ? row : Object.values(row)) as Row[string][]);
    });
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.use(() => this.prepare(sql).get(...parameters) as Row | undefined);
  }

  /** Rows changed. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    return this.use(() => Number(this.prepare(sql).run(...parameters).changes));
  }

  /**
   * For what a transaction does with each message of a campaign: looking for the statement, and handing parameters on, take time there. To be
   * called with `get`, since nobody counts, and asking SQLite how many rows changed takes time too.
   */
  statement(sql: string): StatementSync {
    return this.use(() => this.prepare(sql));
  }

  /** All or nothing. The write lock is taken at once, so that two processes never wait for each other for ever. */
  transaction<T>(work: () => T): T {
    this.use(() => this.db.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.use(() => this.db.exec('COMMIT'));
      this.log.committed();
      return result;
    } catch (thrown) {
      // A full disk makes SQLite roll back by itself.
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw this.explained(thrown);
    }
  }

  async close(): Promise<void> {
    this.statements.clear();
    await this.log.close();
    if (this.db.isOpen) this.db.close();
  }

  private use<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw this.explained(thrown);
    }
  }

  private explained(thrown: unknown): unknown {
    const explain = explanation(thrown);
    return explain === undefined ? thrown : explain(this.path, thrown);
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

  private async migrate(patience: number): Promise<void> {
    const until = performance.now() + patience;
    while (this.version !== MIGRATIONS.length) {
      if (this.tryUpgrade()) return;
      if (performance.now() >= until) throw UPGRADING(this.path);
      await sleep(UPGRADE_LOOK);
    }
    // Opening succeeds on a file that cannot be written; a campaign must hear of it before it sends.
    this.transaction(() => this.run('DELETE FROM suppressions WHERE 0'));
  }

  private get version(): number {
    return Number(this.get('PRAGMA user_version')?.['user_version'] ?? 0);
  }

  /** False where another process holds the file, which mostly means that it is doing just this. */
  private tryUpgrade(): boolean {
    this.db.exec(`PRAGMA busy_timeout = ${UPGRADE_LOOK}`);
    try {
      this.transaction(() => this.upgrade());
      return true;
    } catch (thrown) {
      if (thrown instanceof PushError && thrown.code === 'store-locked') return false;
      throw thrown;
    } finally {
      this.db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    }
  }

  private upgrade(): void {
    const { version } = this;
    if (version > MIGRATIONS.length) {
      throw new PushError('store-too-new', `The store '${this.path}' was written by a newer version of this package.`,
        'Update the package, or use another file.', { path: this.path });
    }
    for (const step of MIGRATIONS.slice(version)) this.db.exec(step);
    this.db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  }

  /** Touches no database of another program: a host keeps one beside ours. One query, since another process may be making ours. */
  private requireOurs(): void {
    const found = this.get(`SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema WHERE type = 'table') AS tables,
      EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'deliveries') AS ledger FROM pragma_user_version`);
    const isOurs = found?.['version'] === 0 ? found['tables'] === 0 : found?.['ledger'] === 1;
    if (!isOurs) throw NOT_OURS(this.path);
  }
}

/** Only the last folder: making several at once never ends on some file systems (/proc). */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

type Explain = (path: string, thrown?: unknown) => PushError;

const NOT_OURS: Explain = (path, cause) => new PushError('store-not-a-database', `The file '${path}' is not a store of this package.`,
  'Name another file, or move this one away.', { path }, { cause });
const NOT_WRITABLE: Explain = (path, cause) => new PushError('store-not-writable', `The store '${path}' cannot be written: ${reasonOf(cause)}.`,
  'Check the folder and its rights, or name another file.', { path, reason: reasonOf(cause) }, { cause });
const LOCKED: Explain = (path, cause) => new PushError('store-locked',
  `Another process kept the store '${path}' locked for more than ${BUSY_TIMEOUT / 1000} s.`,
  'End the program that holds it, or keep the store in PostgreSQL where many processes write; then run the campaign again: it goes on.',
  { path }, { cause });
const UPGRADING: Explain = (path) => new PushError('store-upgrading', `The store '${path}' is of an earlier version, and another process has kept it locked, perhaps to bring it up to date.`,
  'Wait until that process is done, or end it if it does something else; then try again.', { path });
const NO_ROOM: Explain = (path, cause) => new PushError('store-full', `The store '${path}' cannot be written any more: ${reasonOf(cause)}.`,
  'Make room on the disk, then run the campaign again: it goes on where it stopped.', { path, reason: reasonOf(cause) }, { cause });

/** By SQLite's primary result code (sqlite.org/rescode.html): a file, a disk or a lock that will not have it. */
const EXPLANATIONS: Readonly<Record<number, Explain>> = {
  5: LOCKED, // SQLITE_BUSY
  8: NOT_WRITABLE, // SQLITE_READONLY
  10: NO_ROOM, // SQLITE_IOERR
  11: NOT_OURS, // SQLITE_CORRUPT
  13: NO_ROOM, // SQLITE_FULL
  14: NOT_WRITABLE, // SQLITE_CANTOPEN
  26: NOT_OURS, // SQLITE_NOTADB
};

/** What is not in the table is a mistake of ours and stays as it is. */
function explanation(thrown: unknown): Explain | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'errcode' in thrown ? Number(thrown.errcode) : 0;
  // The extended code has more in its upper bits.
  return EXPLANATIONS[code & 0xff];
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
