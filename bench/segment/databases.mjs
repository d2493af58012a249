// The two databases of the bench: a store full of people who are made in the database itself, and SQL by hand.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/core/index.js');

/*
 * A person's number and an event's decide all of their fields. Each person has one device, and was sent two messages,
 * one of the spring campaign; their events are those of these messages.
 */
const PLANS = ['free', 'plus', 'pro'];
const COUNTRIES = ['FR', 'DE', 'US', 'JP', 'BR'];
const MESSAGES = 2;

/** Kept data is found again by the numbers in it. */
const nameOf = ({ people, events, keep }) => `bench_${keep ? `${people}_${events}` : process.pid}`;

export async function sqlite({ people, events, now, keep }) {
  const path = join(tmpdir(), `push-${nameOf({ people, events, keep })}.sqlite`);
  if (!keep) process.on('exit', () => ['', '-wal', '-shm'].forEach((end) => rmSync(path + end, { force: true })));
  const store = await openStore({ sqlite: path });
  const db = new DatabaseSync(path);
  const numbers = (count) => `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})`;
  const iso = (milliseconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', (${milliseconds}) / 1000.0, 'unixepoch')`;
  const pick = (list, index) => `json_extract('${JSON.stringify(list)}', '$[' || (${index}) || ']')`;
  const perMessage = events / MESSAGES;
  // As long as a real one, and like it in no order (by the golden ratio of 32 bits: none comes twice).
  const id = (number) => `printf('%08x-delivery-of-', (${number}) * 2654435761 % 4294967296)`;
  if (await store.countPeople() === 0) db.exec(`PRAGMA synchronous = OFF; BEGIN;
    INSERT INTO people (id, locale, timezone, attributes, updated_at) ${numbers(people)}
      SELECT printf('p%07d', n), 'fr', 'Europe/Paris', json_object(
        'firstName', 'Name ' || (n % 100), 'country', ${pick(COUNTRIES, 'n * 7 % 5')}, 'city', 'City ' || (n % 70),
        'email', 'name.' || n || '@example.com', 'lastSeen', ${now} - (n * 7919 % 5184000) * 1000,
        'stats', json_object('sessions', n * 31 % 40, 'orders', n % 5), 'traits', json_object('plan', ${pick(PLANS, 'n * 11 % 3')}),
        'appVersion', '2.' || (n % 20) || '.0'), '' FROM numbers;
    INSERT INTO devices (token, recipient, gateway, platform, registered_at) ${numbers(people)}
      SELECT 't' || n, printf('p%07d', n), CASE n % 3 WHEN 0 THEN 'apns' ELSE 'fcm' END, CASE n % 3 WHEN 0 THEN 'ios' ELSE 'android' END, '' FROM numbers;
    INSERT INTO occurrences (number, campaign, occurrence) VALUES (0, 'spring', 'once'), (1, 'news', 'once');
    INSERT INTO delivery_traits (number, category, counts, gateway, platform) VALUES (1, 'marketing', 1, 'fcm', 'android');
    INSERT INTO ledger (id, occurrence_number, recipient, message_key, traits, device, owner, leased_at, outcome, settled_at)
      ${numbers(people * MESSAGES)}
      SELECT ${id('n')}, n % 2, printf('p%07d', n / ${MESSAGES}), '', 1, 't', 1, 0, 'accepted',
        ${iso(`${now} - (n * 104729 % 7776000) * 1000`)} FROM numbers;
    INSERT INTO delivery_ids (start, number) SELECT substr(id, 1, 8), number FROM ledger ORDER BY 1;
    UPDATE delivery_ids_end SET number = (SELECT max(number) FROM ledger);
    INSERT INTO occurrence_spans (occurrence_number, first, last) SELECT occurrence_number, number, number FROM ledger;
    INSERT INTO events (delivery, recipient, type, key, at, received_at) ${numbers(people * events)}
      SELECT ${id(`n / ${perMessage}`)}, printf('p%07d', n / ${events}), CASE n * 13 % 4 WHEN 0 THEN 'opened' WHEN 1 THEN 'clicked' ELSE 'received' END, n,
        ${iso(`${now} - (n * 104729 % 7776000) * 1000`)}, '' FROM numbers;
    COMMIT; ANALYZE;`);
  return {
    store,
    count: (sql, parameters = []) => Number(db.prepare(sql).get(...parameters).n),
    field: (...path) => ({ text: `json_extract(attributes, '$.${path.join('.')}')`, number: `json_extract(attributes, '$.${path.join('.')}')` }),
    parameter: () => '?',
    deliveries: 'delivery_ids ON start = substr(events.delivery, 1, 8) JOIN deliveries USING (number)',
    async close() {
      db.close();
      await store.close();
    },
  };
}

export async function postgres({ people, events, now, url, keep }) {
  const { Client } = require('pg');
  const schema = nameOf({ people, events, keep });
  const store = await openStore({ postgres: { url, schema } });
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`SET search_path TO ${schema}`);
  const iso = (milliseconds) => `to_char(to_timestamp((${milliseconds}) / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const pick = (list, index) => `(ARRAY['${list.join("','")}'])[1 + (${index})]`;
  const numbers = (count) => `generate_series(0::bigint, ${count - 1}) AS numbers(n)`;
  const padded = (letter, number, digits) => `'${letter}' || lpad((${number})::text, ${digits}, '0')`;
  if (await store.countPeople() === 0) {
    await client.query(`
    INSERT INTO people (id, locale, timezone, platforms, updated_at, attributes) SELECT ${padded('p', 'n', 7)}, 'fr', 'Europe/Paris', CASE n % 3 WHEN 0 THEN 2 ELSE 1 END, '', jsonb_build_object(
        'firstName', 'Name ' || (n % 100), 'country', ${pick(COUNTRIES, 'n * 7 % 5')}, 'city', 'City ' || (n % 70),
        'email', 'name.' || n || '@example.com', 'lastSeen', ${now} - (n * 7919 % 5184000) * 1000,
        'stats', jsonb_build_object('sessions', n * 31 % 40, 'orders', n % 5), 'traits', jsonb_build_object('plan', ${pick(PLANS, 'n * 11 % 3')}),
        'appVersion', '2.' || (n % 20) || '.0') FROM ${numbers(people)};
    INSERT INTO devices (token, recipient, gateway, platform, registered_at)
      SELECT 't' || n, ${padded('p', 'n', 7)}, CASE n % 3 WHEN 0 THEN 'apns' ELSE 'fcm' END, CASE n % 3 WHEN 0 THEN 'ios' ELSE 'android' END, '' FROM ${numbers(people)};
    INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, category, counts, gateway, platform, device, owner, leased_at, leased_until, outcome, settled_at)
      SELECT ${padded('d', 'n', 8)}, CASE n % 2 WHEN 0 THEN 'spring' ELSE 'news' END, 'once', ${padded('p', `n / ${MESSAGES}`, 7)}, '', 'marketing', 1, 'fcm', 'android', 't', 'o', '', '', 'accepted',
        ${iso(`${now} - (n * 104729 % 7776000) * 1000`)} FROM ${numbers(people * MESSAGES)};
    INSERT INTO events (delivery, recipient, type, key, at, received_at)
      SELECT ${padded('d', `n / ${events / MESSAGES}`, 8)}, ${padded('p', `n / ${events}`, 7)}, CASE n * 13 % 4 WHEN 0 THEN 'opened' WHEN 1 THEN 'clicked' ELSE 'received' END, n,
        ${iso(`${now} - (n * 104729 % 7776000) * 1000`)}, '' FROM ${numbers(people * events)}`);
    for (const table of ['people', 'devices', 'deliveries', 'events']) await client.query(`VACUUM ANALYZE ${table}`);
  }
  return {
    store,
    count: async (sql, parameters = []) => Number((await client.query(sql, parameters)).rows[0].n),
    field(...path) {
      const text = `attributes #>> '{${path.join(',')}}'`;
      return { text, number: `(${text})::numeric` };
    },
    parameter: (position) => `$${position}`,
    deliveries: 'deliveries ON deliveries.id = events.delivery',
    async close() {
      await store.close();
      if (!keep) await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
    },
  };
}
