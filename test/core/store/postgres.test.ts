import fc from 'fast-check';
import { createServer } from 'node:net';
import { explainAudience, selectPeople } from '../../../core/campaign';
import { checkStore, openStore, type Store } from '../../../core/store';
import { MIGRATIONS } from '../../../core/store/postgres/migrations';
import { collect, NOW, person } from '../support';
import { consentsOf, EARLIER_CONSENTS, EARLIER_PEOPLE, EARLIER_REACH, hasPostgres, NOW_CONSENTS, postgres, POSTGRES_URL } from './databases';

jest.setTimeout(30_000);

const place = () => postgres.place().postgres as { url: string; schema: string };
const intent = {
  id: 'a', campaign: 'sale', occurrence: 'once', recipient: 'p', key: '', arm: null, category: 'marketing', counts: true, resendUnknown: false,
  gateway: 'fcm', platform: 'android', device: 'x',
} as const;

describe('a PostgreSQL store', () => {
  it('that is not there says so', async () => {
    await expect(openStore({ postgres: 'postgres://someone:secret@127.0.0.1:1/nothing' })).rejects.toMatchObject({
      code: 'postgres-unreachable', message: expect.stringContaining('127.0.0.1:1'),
    });
    await expect(openStore({ postgres: 'https://example.com/' })).rejects.toMatchObject({ code: 'store-not-named' });
    await expect(openStore({ postgres: { url: POSTGRES_URL, schema: 'x; drop table y' } })).rejects.toMatchObject({ code: 'store-not-named' });
  });

  it('never shows the password', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const failure: unknown = await openStore({ postgres: `postgres://someone:very-secret@127.0.0.1:${port}/x` }).catch((thrown: unknown) => thrown);
    server.close();
    expect(failure).toMatchObject({ code: 'postgres-unreachable' });
    const { message, hint, fields } = failure as { message: string; hint: string; fields: unknown };
    expect(JSON.stringify({ message, hint, fields })).not.toContain('very-secret');
  });

  if (!hasPostgres) return;

  const using = async (work: (stores: [Store, Store], schema: string) => Promise<void>) => {
    const location = { postgres: place() };
    const stores = await Promise.all([openStore(location), openStore(location)]);
    try {
      await work(stores, location.postgres.schema);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await postgres.drop(location);
    }
  };

  it.each([
    ['a database that does not exist', { database: 'no_such_database' }, 'postgres-login-refused'],
    ['TLS that the server does not speak', { ssl: 'require' as const }, 'postgres-tls'],
  ])('names %s', async (_, more, code) => {
    const { hostname, port, username, pathname } = new URL(POSTGRES_URL);
    const location = { host: hostname, port: Number(port || 5432), user: username, database: pathname.slice(1), ...more };
    await expect(openStore({ postgres: location })).rejects.toMatchObject({ code, hint: expect.stringMatching(/\w/) });
  });

  it.each([
    ['a report of dead devices', (store: Store) => store.markDead([{ token: 'a1', recipient: 'anna', gateway: 'fcm', platform: 'android', reason: 'gone' }], NOW),
      "SELECT FROM devices WHERE token = 'a1' FOR UPDATE NOWAIT"],
    ['an import that moves a device', (store: Store) => store.upsertPeople([person('ben', { devices: [{ token: 'a1', gateway: 'fcm', platform: 'ios' }] })], NOW),
      "SELECT FROM people WHERE id = 'ben' FOR UPDATE NOWAIT"],
  ])('makes %s wait for who writes the owner of the device, and holds nothing meanwhile', (_, write, free) => using(async ([store], schema) => {
    await store.upsertPeople([person('anna', { devices: [{ token: 'a1', gateway: 'fcm', platform: 'android' }] }), person('ben')], NOW);
    const { Client } = require('pg') as typeof import('pg');
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(`SET search_path TO ${schema}; BEGIN; SELECT FROM people WHERE id = 'anna' FOR NO KEY UPDATE`);
    const written = write(store);
    const waiting = 'SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))';
    while ((await client.query(waiting)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(client.query(free)).resolves.toMatchObject({ rowCount: 1 });
    await client.query('COMMIT');
    await client.end();
    await written;
  }));

  it('counts a device that is reported dead while its owner is being imported as dead', () => using(async ([store], schema) => {
    const { Client } = require('pg') as typeof import('pg');
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    // What an import writes, with a pause in the middle.
    await client.query(`SET search_path TO ${schema}; BEGIN; INSERT INTO people (id, attributes, updated_at, platforms) VALUES ('anna', '{}', '', 1)`);
    await store.markDead([{ token: 'a1', recipient: 'anna', gateway: 'fcm', platform: 'android', reason: 'gone' }], NOW);
    await client.query(`INSERT INTO devices (token, recipient, gateway, platform, registered_at) VALUES ('a1', 'anna', 'fcm', 'android', '')
      ON CONFLICT (token) DO UPDATE SET platform = excluded.platform; COMMIT`);
    await client.end();
    expect((await explainAudience(store, {}, { now: NOW })).reach.people).toBe(0);
  }));

  /** A store that other rows were written into before a step of the schema, opened now. */
  async function withEarlier(step: string, rows: string, work: (store: Store) => Promise<void>): Promise<void> {
    const { Client } = require('pg') as typeof import('pg');
    const location = place();
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((text) => text.includes(step)));
    const client = new Client({ connectionString: location.url });
    await client.connect();
    await client.query(`CREATE SCHEMA ${location.schema}; SET search_path TO ${location.schema}; ${steps.join(';')};
      CREATE TABLE schema_version (version INTEGER NOT NULL); INSERT INTO schema_version VALUES (${steps.length}); ${rows}`);
    await client.end();
    const store = await openStore({ postgres: location });
    await work(store);
    await store.close();
    await postgres.drop({ postgres: location });
  }

  it('of an earlier version learns on which platforms people can be reached', () => withEarlier('ADD COLUMN platforms', EARLIER_PEOPLE, async (store) => {
    expect((await explainAudience(store, {}, { now: NOW })).reach).toEqual(EARLIER_REACH);
  }));

  it('of an earlier version keeps the no to a category whose name had blanks around it', () => withEarlier('INTO consents', EARLIER_CONSENTS, async (store) => {
    expect(await consentsOf(store)).toEqual(NOW_CONSENTS);
  }));

  it('of the version before knows that what waited beyond its lease was not in the air', () => {
    const row = (id: string, notBefore: string) => `('${id}', 'sale', 'once', 'p-${id}', '', 'marketing', 1, 'fcm', 'android', 'x', 'old', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z', '2026-01-01T00:00:00.000Z', ${notBefore})`;
    const rows = `INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, category, counts, gateway, platform, device, owner, leased_at, leased_until, left_at, not_before)
      VALUES ${row('waited', `'2026-01-01T00:05:00.000Z'`)}, ${row('in-the-air', 'NULL')}, ${row('perhaps', `'2026-01-01T00:00:20.000Z'`)}`;
    return withEarlier('SET left_at = NULL', rows, async (store) => {
      const intents = ['waited', 'in-the-air', 'perhaps'].map((id) => ({ ...intent, id, recipient: `p-${id}` }));
      expect(await store.lease(intents, { now: NOW, owner: 'new', leaseMs: 60_000 })).toEqual(['go', 'unknown-before', 'unknown-before']);
    });
  });

  it('is made once by processes that start together, and refused where it is newer', () => using(async ([store], schema) => {
    expect(await store.countPeople()).toBe(0);
    const { Client } = require('pg') as typeof import('pg');
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    await client.query(`INSERT INTO ${schema}.schema_version VALUES (999)`);
    await client.end();
    await expect(openStore({ postgres: { url: POSTGRES_URL, schema } })).rejects.toMatchObject({ code: 'store-too-new' });
  }));

  it('lets one of two processes send', () => using(async ([one, two]) => {
    const lease = { now: NOW, leaseMs: 60_000 };
    for (let round = 0; round < 20; round++) {
      const intents = Array.from({ length: 50 }, (_, index) => ({ ...intent, id: `d${round}-${index}`, recipient: `p${round}-${index}` }));
      const [a, b] = await Promise.all([one.lease(intents, { ...lease, owner: 'one' }), two.lease(intents.toReversed(), { ...lease, owner: 'two' })]);
      expect([...a, ...b].filter((decision) => decision === 'go')).toHaveLength(50);
    }
  }));

  it('lets one of two processes send to a person, each on another of their devices', () => using(async ([one, two]) => {
    for (let round = 0; round < 20; round++) {
      const on = (device: string) => ({ ...intent, recipient: `p${round}`, id: `${device}${round}` });
      const lease = { now: NOW, leaseMs: 60_000 };
      const [[a], [b]] = await Promise.all([one.lease([on('phone')], { ...lease, owner: 'one' }), two.lease([on('tablet')], { ...lease, owner: 'two' })]);
      expect([a, b].filter((decision) => decision === 'go')).toHaveLength(1);
    }
  }));

  describe('while another transaction holds its rows', () => {
    const deliveries = ['a', 'b'].map((id) => ({ ...intent, id, recipient: id }));
    const lease = { now: NOW, owner: 'one', leaseMs: 60_000 };
    const beside = (work: (store: Store, query: (sql: string) => Promise<unknown[]>, schema: string) => Promise<void>) => using(async ([store], schema) => {
      const { Client } = require('pg') as typeof import('pg');
      const client = new Client({ connectionString: POSTGRES_URL });
      await client.connect();
      try {
        await client.query(`SET search_path TO ${schema}`);
        await store.lease(deliveries, lease);
        await work(store, async (sql) => (await client.query<Record<string, unknown>>(sql)).rows, schema);
      } finally {
        await client.end();
      }
    });

    it('a run that renews its leases waits for nobody', () => beside(async (store, query) => {
      await query(`BEGIN; SELECT 1 FROM deliveries WHERE id = 'a' FOR UPDATE`);
      await store.renew(['a', 'b'], { ...lease, leaseMs: 120_000 });
      await query('ROLLBACK');
      expect(await query('SELECT id FROM deliveries WHERE leased_until = (SELECT max(leased_until) FROM deliveries)')).toEqual([{ id: 'b' }]);
    }));

    it('a connection test does not wait long, since the other may be bringing the store up to date', () => beside(async (_, query, schema) => {
      await query('BEGIN; LOCK TABLE schema_version');
      await expect(checkStore({ postgres: { url: POSTGRES_URL, schema } })).rejects.toMatchObject({ code: 'store-upgrading', message: expect.stringContaining('up to date') });
      await query('ROLLBACK');
    }));

    describe('and these are people', () => {
      const phone = { token: 't', gateway: 'fcm' as const, platform: 'android' as const };
      const waits = (query: (sql: string) => Promise<unknown[]>) => async () => {
        await query('SELECT pg_stat_clear_snapshot()');
        return (await query(`SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))`)).length > 0;
      };
      const until = async (ask: () => Promise<boolean>) => {
        while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 10));
      };

      it.each<[string, (store: Store) => Promise<unknown>]>([
        ['who declares their device dead', (store) => store.markDead([{ ...phone, recipient: 'anna', reason: 'gone' }], NOW)],
        ['an import that moves it', (store) => store.upsertPeople([person('ben', { devices: [phone] })], NOW)],
      ])('%s holds no device that the other asks for next, as an import does', (_name, write) => beside(async (store, query) => {
        await store.upsertPeople([person('anna', { devices: [phone] })], NOW);
        await query(`BEGIN; SET LOCAL lock_timeout = 500; UPDATE people SET locale = 'fr' WHERE id = 'anna'`);
        const written = write(store);
        written.catch(() => undefined);
        await until(waits(query));
        await query(`UPDATE devices SET app_version = '2' WHERE token = 't'; COMMIT`);
        await written;
      }));

      it('a new person whose device a campaign declares dead meanwhile cannot be reached', () => beside(async (store, query) => {
        await query(`BEGIN; INSERT INTO devices (token, recipient, gateway, platform, registered_at, dead_since) VALUES ('t', 'anna', 'fcm', 'android', '', '${NOW.toISOString()}')`);
        const imported = store.upsertPeople([person('anna', { devices: [phone] })], NOW);
        await until(waits(query));
        await query('COMMIT');
        expect(await imported).toEqual({ created: 1, updated: 0, moved: 0 });
        expect((await explainAudience(store, {}, { now: NOW })).reach.people).toBe(0);
      }));
    });

    it.each([0, 0.5, Infinity])('waits %s ms as told, whatever number that is', (patience) => beside(async (_, query, schema) => {
      if (patience < 1) await query('BEGIN; LOCK TABLE schema_version');
      const opened = openStore({ postgres: { url: POSTGRES_URL, schema } }, patience);
      if (patience < 1) await expect(opened).rejects.toMatchObject({ code: 'store-upgrading' });
      else await (await opened).close();
    }));

    it('a statement that would wait for ever, since the other waits for it, is tried again', () => beside(async (store, query) => {
      // The database ends whoever of the two asks first whether this is for ever.
      await query(`BEGIN; SET LOCAL deadlock_timeout = '1min'; SELECT 1 FROM deliveries WHERE id = 'b' FOR UPDATE`);
      const departed = store.depart(['a', 'b'], lease);
      departed.catch(() => undefined);
      const isWaiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%left_at%' AND query NOT LIKE '%pg_stat_activity%'`;
      // Within a transaction the database shows the activity as it was when first looked at.
      const look = async () => {
        await query('SELECT pg_stat_clear_snapshot()');
        return query(isWaiting);
      };
      while ((await look()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await query(`SELECT 1 FROM deliveries WHERE id = 'a' FOR UPDATE`);
      await query('COMMIT');
      expect(await departed).toEqual(new Set(['a', 'b']));
    }));
  });

  it('shares the permits of a bucket', () => using(async ([one, two]) => {
    const rate = { perMinute: 6000, burst: 100 };
    const granted = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).permits.lease('project', rate, 50, 0)));
    const sum = granted.reduce((total, one) => total + one.granted, 0);
    expect(sum).toBeGreaterThanOrEqual(100);
    // A hundred at once, and a hundred a second while the test ran.
    expect(sum).toBeLessThan(100 + 2000);
    await one.permits.close('project', Date.now() + 60_000);
    expect(await two.permits.lease('project', rate, 1, 0)).toMatchObject({ granted: 0 });
  }));

  it('keeps whatever text people have, without what no JSON database can hold', () => using(async ([store]) => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    let number = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 4 }), async (pairs) => {
      const clean = (one: string) => one.replaceAll('\0', '').toWellFormed();
      const attributes = Object.fromEntries(pairs.filter(([key]) => key !== '__proto__'));
      const id = `p${number++}`;
      await store.upsertPeople([person(id, { attributes, devices: [] })], NOW);
      const kept = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [clean(key), clean(value)]));
      expect((await store.getPerson(id))?.attributes).toEqual(kept);
    }), { numRuns: 40 });
  }));

  it('answers conditions in its own SQL', () => using(async ([store]) => {
    await store.upsertPeople(Array.from({ length: 30 }, (_, index) => person(`p${String(index).padStart(2, '0')}`, { attributes: { n: index, city: index % 2 ? 'Lyon' : 'Paris' } })), NOW);
    const found = await collect(selectPeople(store, { condition: { n: { $gte: 10 }, city: 'Lyon', name: { $exists: false } } }));
    expect(found.map(({ id }) => id)).toEqual(['p11', 'p13', 'p15', 'p17', 'p19', 'p21', 'p23', 'p25', 'p27', 'p29']);
  }));
});
