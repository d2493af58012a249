/** The databases that every specification of the store runs against. */
import { execFileSync } from 'node:child_process';
import { openStore, type Store, type StoreLocation } from '../../../core/store';

export const POSTGRES_URL = process.env['PGURL'] ?? 'postgres://postgres@127.0.0.1:5432/test';

export interface TestDatabase {
  name: string;
  /** A fresh place. */
  place(): StoreLocation;
  /** Takes it away again. */
  drop(place: StoreLocation): Promise<void>;
}

let number = 0;

export const sqlite: TestDatabase = { name: 'SQLite', place: () => ({ sqlite: ':memory:' }), drop: async () => undefined };

export const postgres: TestDatabase = {
  name: 'PostgreSQL',
  place: () => ({ postgres: { url: POSTGRES_URL, schema: `test_${process.pid}_${number++}_${Math.random().toString(36).slice(2, 8)}` } }),
  drop: async ({ postgres: place }) => {
    if (typeof place !== 'object') return;
    const { Client } = require('pg') as typeof import('pg');
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(`DROP SCHEMA IF EXISTS ${place.schema} CASCADE`);
    await client.end();
  },
};

/** What PostgreSQL can keep of a value: no NUL, no half of a surrogate pair. */
export function kept<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '')) as T;
}

/** People as a version wrote them that kept no platforms, and whom of them one can reach. */
export const EARLIER_PEOPLE = `
  INSERT INTO people (id, attributes, updated_at) VALUES ('anna', '{}', ''), ('ben', '{}', ''), ('chloe', '{}', '');
  INSERT INTO devices (token, recipient, gateway, platform, permission, dead_since, registered_at) VALUES
    ('a1', 'anna', 'fcm', 'android', NULL, NULL, ''), ('a2', 'anna', 'fcm', 'web', 'granted', NULL, ''),
    ('b1', 'ben', 'apns', 'ios', 'provisional', NULL, ''), ('b2', 'ben', 'fcm', 'android', 'denied', NULL, ''),
    ('c1', 'chloe', 'fcm', 'android', NULL, '2026-01-01T00:00:00.000Z', '')`;
export const EARLIER_REACH = { people: 2, android: 1, ios: 1, web: 1 };

/** Consents as they were kept before their categories had one form. */
export const EARLIER_CONSENTS = `INSERT INTO consents (recipient, category, state, set_at) VALUES
  ('anna', 'news', 'opted-in', '1'), ('anna', 'news ', 'opted-out', '2'), ('anna', '\u00a0news', 'opted-in', '3'),
  ('ben', 'news', 'opted-out', '1'), ('ben', '\tnews\n', 'opted-in', '2'), ('carl', ' order news', 'subscribed', '1'), ('carl', 'order news ', 'opted-in', '2')`;
export const NOW_CONSENTS = { anna: { news: 'opted-out' }, ben: { news: 'opted-out' }, carl: { 'order news': 'subscribed' } };

export async function consentsOf(store: Store): Promise<Record<string, unknown>> {
  const { consents } = await store.standing(['anna', 'ben', 'carl'], []);
  return Object.fromEntries([...consents].map(([person, one]) => [person, { ...one }]));
}

/** Whether PostgreSQL answers; asked in another process, since a suite must know before it begins. */
function answers(): boolean {
  const script = `const { Client } = require('pg');
    const client = new Client({ connectionString: process.argv[1], connectionTimeoutMillis: 3000 });
    client.connect().then(() => client.end()).catch(() => process.exit(1));`;
  try {
    execFileSync(process.execPath, ['-e', script, POSTGRES_URL], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`PostgreSQL does not answer at ${new URL(POSTGRES_URL).host}: its specifications are left out. PGURL names another one.`);
    return false;
  }
}

export const hasPostgres = answers();
export const DATABASES: readonly TestDatabase[] = hasPostgres ? [sqlite, postgres] : [sqlite];

/** Opens a fresh store and gives what takes it away. */
export async function freshStore(database: TestDatabase): Promise<{ store: Store; end: () => Promise<void> }> {
  const place = database.place();
  const store = await openStore(place);
  return {
    store,
    end: async () => {
      await store.close();
      await database.drop(place);
    },
  };
}
