/** Connects to PostgreSQL, brings the schema up to date, and runs transactions on it. */
import type { Pool, PoolClient, PoolConfig } from 'pg';
import { PushError } from '../../errors';
import { storable } from '../../json';
import type { Row } from '../rows';
import { explain } from './explain';
import { MIGRATIONS } from './migrations';

/** Where the database is. A text is a URL: `postgres://user:password@host:5432/database`. */
export interface PostgresLocation {
  url?: string;
  host?: string;
  port?: number;
  database?: string;
  user?: string;
  password?: string;
  /** `off` (the default), `require` a certificate that this machine trusts, or take `any` one. */
  ssl?: 'off' | 'require' | 'any';
  /** PEM of an authority to trust besides the system's. */
  ca?: string;
  /** Schema of our tables, apart from those of others; `push_campaigns` if not given. */
  schema?: string;
}

/** What queries run on: the pool, or one connection inside a transaction. */
export interface Queries {
  all(sql: string, ...parameters: unknown[]): Promise<Row[]>;
  /** Rows changed. */
  run(sql: string, ...parameters: unknown[]): Promise<number>;
}

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;
/** Two transactions that touch the same rows in another order: one of them is asked to try again. */
const TRY_AGAIN: ReadonlySet<string> = new Set(['40001', '40P01']);
const TRIES = 5;
/** Any number, the same for all who migrate; the schema beside it tells stores of one database apart. */
const MIGRATION_LOCK = 7_221_964;
/** The longest wait for a lock (ms) that PostgreSQL takes; 0 would be without end. */
const LONGEST_WAIT = 2 ** 31 - 1;

export class Database implements Queries {
  private constructor(private readonly pool: Pool, readonly place: string) {}

  /**
   * @param patience how long (ms) to wait for another process that brings the schema up to date
   * @throws PushError `postgres-unreachable`, `postgres-login-refused`, `store-upgrading`, ... (explain.ts), `store-too-new`
   */
  static async open(location: string | PostgresLocation, patience: number): Promise<Database> {
    const { schema = 'push_campaigns', ...rest } = typeof location === 'string' ? { url: location } : location;
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
      throw new PushError('store-not-named', `'${schema}' is no name of a schema.`, 'Use small letters, digits and underscores.', { schema });
    }
    // Loaded here and not above: a host lists our nodes without ever needing PostgreSQL.
    const { Pool } = require('pg') as typeof import('pg');
    // Compiling a query to machine code takes longer than it saves in ours.
    const pool = new Pool({ ...poolConfig(rest), onConnect: (client) => client.query(`SET search_path TO ${schema}; SET jit = off`) });
    // A connection that breaks while idle is replaced by the next query; without a listener it would end the process.
    pool.on('error', () => undefined);
    const database = new Database(pool, placeOf(rest));
    try {
      await database.migrate(schema, patience);
      return database;
    } catch (thrown) {
      await pool.end();
      throw explain(thrown, database.place);
    }
  }

  all(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return this.again(() => on(this.pool).all(sql, ...parameters));
  }

  run(sql: string, ...parameters: unknown[]): Promise<number> {
    return this.again(() => on(this.pool).run(sql, ...parameters));
  }

  /** All or nothing; tried again, as a statement on its own is, where another transaction was in the way. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.again(() => this.once(work));
  }

  async close(): Promise<void> {
    if (!this.pool.ended) await this.pool.end();
  }

  private async once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(on(client));
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (thrown) {
      // A connection that cannot even roll back is not used again.
      await client.query('ROLLBACK').then(() => client.release(), () => client.release(true));
      throw thrown;
    }
  }

  private async again<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (thrown) {
        if (tries >= TRIES || !TRY_AGAIN.has(String((thrown as { code?: unknown }).code))) throw explain(thrown, this.place);
      }
    }
  }

  private async migrate(schema: string, patience: number): Promise<void> {
    await this.once(async (queries) => {
      await queries.run(`SET LOCAL lock_timeout = ${Math.min(Math.max(Math.ceil(patience), 1), LONGEST_WAIT)}`);
      // One after the other: processes that start together must not make the same table.
      await queries.all('SELECT pg_advisory_xact_lock($1, hashtext($2))', MIGRATION_LOCK, schema);
      const [known] = await queries.all(`SELECT 1 AS there FROM information_schema.schemata WHERE schema_name = $1`, schema);
      if (known === undefined) await queries.run(`CREATE SCHEMA ${schema}`);
      await queries.run(`CREATE TABLE IF NOT EXISTS ${schema}.schema_version (version INTEGER NOT NULL)`);
      const [row] = await queries.all(`SELECT max(version) AS version FROM ${schema}.schema_version`);
      const current = Number(row?.['version'] ?? 0);
      if (current > MIGRATIONS.length) {
        throw new PushError('store-too-new', `The schema '${schema}' was written by a newer version of this package.`,
          'Update the package, or use another database.', { schema, path: schema });
      }
      for (const step of MIGRATIONS.slice(current)) await queries.run(step);
      if (current < MIGRATIONS.length) await queries.run(`INSERT INTO ${schema}.schema_version VALUES ($1)`, MIGRATIONS.length);
    });
  }
}

/** JSON as PostgreSQL takes it: no NUL, no half of a surrogate pair. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'string') return storable(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || Object.keys(inner).every((key) => storable(key) === key)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, content]) => [storable(key), content]));
  });
}

/** A text, or a list of them, as it stands in the rows that {@link json} wrote: one odd token or id must not end a run. */
function parameter(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  return Array.isArray(value) ? value.map(parameter) : value;
}

function on(client: Pool | PoolClient): Queries {
  return {
    all: async (sql, ...parameters) => (await client.query<Row>(sql, parameters.map(parameter))).rows,
    run: async (sql, ...parameters) => (await client.query(sql, parameters.length > 0 ? parameters.map(parameter) : undefined)).rowCount ?? 0,
  };
}

function poolConfig({ url, ssl = 'off', ca, ...rest }: Omit<PostgresLocation, 'schema'>): PoolConfig {
  return {
    ...(url === undefined ? rest : { connectionString: readUrl(url).href }),
    ...(ssl !== 'off' && { ssl: { rejectUnauthorized: ssl === 'require', ...(ca !== undefined && { ca }) } }),
    max: CONNECTIONS, connectionTimeoutMillis: CONNECT_MS, allowExitOnIdle: true, application_name: 'push-campaigns',
  };
}

/** Host and port, for errors. */
function placeOf({ url, host = 'localhost', port = 5432 }: PostgresLocation): string {
  return url === undefined ? `${host}:${port}` : `${readUrl(url).hostname}:${readUrl(url).port || 5432}`;
}

function readUrl(url: string): URL {
  const text = url.trim();
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw new PushError('store-not-named', 'The address of the PostgreSQL database cannot be read.',
    'Give one such as postgres://user:password@host:5432/database.');
}
