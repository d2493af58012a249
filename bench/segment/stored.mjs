// Over a stored audience: counting with an explanation beside one hand-written count, and a question about behaviour
// beside hand-written SQL of the same meaning. Usage, after `npm run build`:
//   node scripts/with-node.mjs node bench/segment/stored.mjs [people] [events a person]
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const require = createRequire(import.meta.url);
const { countAudience, explainAudience, openStore } = require('../../dist/core/index.js');

const PEOPLE = Number(process.argv[2] ?? 1_000_000);
const EVENTS = Number(process.argv[3] ?? 10);
const ROUNDS = 3;
const NOW = new Date(Date.UTC(2026, 5, 1));
const SINCE = NOW.getTime() - 30 * 86_400_000;

const folder = mkdtempSync(join(tmpdir(), 'push-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'store.sqlite');
const store = await openStore({ sqlite: path });
const db = new DatabaseSync(path);

/** People and events that are made in the database; a person's number and an event's decide all of their fields. */
function fill() {
  const numbers = (count) => `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})`;
  const iso = (milliseconds) => `strftime('%Y-%m-%dT%H:%M:%fZ', (${milliseconds}) / 1000.0, 'unixepoch')`;
  db.exec(`PRAGMA synchronous = OFF; BEGIN;
    INSERT INTO people (id, locale, timezone, attributes, updated_at) ${numbers(PEOPLE)}
      SELECT printf('p%07d', n), 'fr', 'Europe/Paris', json_object(
        'firstName', 'Name ' || (n % 100), 'country', json_extract('["FR","DE","US","JP","BR"]', '$[' || (n * 7 % 5) || ']'), 'city', 'City ' || (n % 70),
        'email', 'name.' || n || '@example.com', 'lastSeen', ${NOW.getTime()} - (n * 7919 % 5184000) * 1000,
        'stats', json_object('sessions', n * 31 % 40, 'orders', n % 5), 'traits', json_object('plan', json_extract('["free","plus","pro"]', '$[' || (n * 11 % 3) || ']')),
        'appVersion', '2.' || (n % 20) || '.0'), '' FROM numbers;
    INSERT INTO devices (token, recipient, gateway, platform, registered_at) ${numbers(PEOPLE)}
      SELECT 't' || n, printf('p%07d', n), CASE n % 3 WHEN 0 THEN 'apns' ELSE 'fcm' END, CASE n % 3 WHEN 0 THEN 'ios' ELSE 'android' END, '' FROM numbers;
    INSERT INTO events (delivery, recipient, type, key, at, received_at) ${numbers(PEOPLE * EVENTS)}
      SELECT printf('d%08d', n), printf('p%07d', n / ${EVENTS}), CASE n * 13 % 4 WHEN 0 THEN 'opened' WHEN 1 THEN 'clicked' ELSE 'received' END, '',
        ${iso(`${NOW.getTime()} - (n * 104729 % 7776000) * 1000`)}, '' FROM numbers;
    COMMIT; ANALYZE;`);
}

const start = process.hrtime.bigint();
fill();
console.log(`${PEOPLE.toLocaleString('en')} people and ${(PEOPLE * EVENTS).toLocaleString('en')} events written in ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(0)} s`);

async function measure(work) {
  const times = [];
  let result;
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = process.hrtime.bigint();
    result = await work();
    times.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  return { result, ms: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] };
}

function report(title, hand, contestants) {
  console.log(`\n${title}`);
  console.table([['hand-written SQL', hand], ...contestants].map(([name, { result, ms }]) => ({
    name, people: typeof result === 'object' ? result.matched : result, ms: Math.round(ms), 'x by hand': Number((ms / hand.ms).toFixed(2)),
  })));
}

const one = (sql, ...values) => () => db.prepare(sql).get(...values).n;

const nested = { country: { $in: ['FR', 'DE'] }, lastSeen: { $gte: SINCE }, $or: [{ 'stats.sessions': { $gte: 15 } }, { 'traits.plan': 'pro' }] };
const byHand = await measure(one(`SELECT count(*) AS n FROM people WHERE json_extract(attributes, '$.country') IN ('FR', 'DE')
  AND json_extract(attributes, '$.lastSeen') >= ? AND (json_extract(attributes, '$.stats.sessions') >= 15 OR json_extract(attributes, '$.traits.plan') = 'pro')`, SINCE));
report('A nested condition of three rules', byHand, [
  ['count', await measure(() => countAudience(store, nested, NOW))],
  ['count with explanation', await measure(() => explainAudience(store, nested, { now: NOW }))],
]);

const behaviour = { $performed: { event: 'opened', count: { $gte: 2 }, within: '30d' } };
const since = new Date(SINCE).toISOString();
const grouped = await measure(one(`SELECT count(*) AS n FROM (SELECT recipient FROM events WHERE type = 'opened' AND at >= ? AND at <= ?
  GROUP BY recipient HAVING count(*) >= 2)`, since, NOW.toISOString()));
report('Opened twice or more in the last 30 days', grouped, [
  ['count', await measure(() => countAudience(store, behaviour, NOW))],
  ['count with explanation', await measure(() => explainAudience(store, behaviour, { now: NOW }))],
]);
db.close();
await store.close();
