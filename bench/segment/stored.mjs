// Over a stored audience: counting with an explanation beside one hand-written count, and questions about behaviour
// beside hand-written SQL of the same meaning. Usage, after `npm run build`:
//   node scripts/with-node.mjs node bench/segment/stored.mjs [people] [events a person] [URL of a PostgreSQL database] [--keep]
// With --keep the data stays where it is (a file in the temporary folder, a schema), and the next run with --keep takes it.
import { createRequire } from 'node:module';
import { postgres, sqlite } from './databases.mjs';

const require = createRequire(import.meta.url);
const { countAudience, explainAudience } = require('../../dist/core/index.js');

const keep = process.argv.includes('--keep');
const [people = 1_000_000, events = 10, url] = process.argv.slice(2).filter((word) => word !== '--keep');
const PEOPLE = Number(people);
const EVENTS = Number(events);
const ROUNDS = 5;
const NOW = new Date(Date.UTC(2026, 5, 1));
const SINCE = NOW.getTime() - 30 * 86_400_000;

// SQLite works in this thread: its CPU time does not count what else the machine does. PostgreSQL works elsewhere.
const clock = url === undefined
  ? () => process.threadCpuUsage().user / 1e3 + process.threadCpuUsage().system / 1e3
  : () => Number(process.hrtime.bigint()) / 1e6;

const start = process.hrtime.bigint();
const database = await (url === undefined ? sqlite : postgres)({ people: PEOPLE, events: EVENTS, now: NOW.getTime(), url, keep });
console.log(`${PEOPLE.toLocaleString('en')} people and ${(PEOPLE * EVENTS).toLocaleString('en')} events written in ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(0)} s`);
const { store, count, field, parameter } = database;

/** Medians, in rounds of all contestants in turn; all must find as many people. */
async function compare(title, contestants) {
  const times = contestants.map(() => []);
  const found = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, [, work]] of contestants.entries()) {
      const from = clock();
      found[index] = await work();
      times[index].push(clock() - from);
    }
  }
  const medians = times.map((list) => list.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]);
  const matched = found.map((one) => (typeof one === 'object' ? one.matched : one));
  if (new Set(matched).size > 1) throw new Error(`the contestants do not find the same people: ${matched.join(', ')}`);
  console.log(`\n${title}: ${matched[0]} people`);
  console.table(contestants.map(([name], index) => ({ name, ms: Math.round(medians[index]), 'x by hand': Number((medians[index] / medians[0]).toFixed(2)) })));
}

const ours = (condition) => [
  ['count', () => countAudience(store, condition, NOW)],
  ['count with explanation', () => explainAudience(store, condition, { now: NOW })],
];
const byHand = (sql, ...parameters) => ['SQL by hand', () => count(sql, parameters)];

await compare('A nested condition of three rules', [
  byHand(`SELECT count(*) AS n FROM people WHERE ${field('country').text} IN ('FR', 'DE') AND ${field('lastSeen').number} >= ${parameter(1)}
    AND (${field('stats', 'sessions').number} >= 15 OR ${field('traits', 'plan').text} = 'pro')`, SINCE),
  ...ours({ country: { $in: ['FR', 'DE'] }, lastSeen: { $gte: SINCE }, $or: [{ 'stats.sessions': { $gte: 15 } }, { 'traits.plan': 'pro' }] }),
]);

const window = [new Date(SINCE).toISOString(), NOW.toISOString()];
const inWindow = `at >= ${parameter(1)} AND at <= ${parameter(2)}`;
await compare('Opened twice or more in the last 30 days', [
  byHand(`SELECT count(*) AS n FROM (SELECT recipient FROM events WHERE type = 'opened' AND ${inWindow} GROUP BY recipient HAVING count(*) >= 2) AS found`, ...window),
  ...ours({ $performed: { event: 'opened', count: { $gte: 2 }, within: '30d' } }),
]);
await compare('Clicked a message of the spring campaign in the last 30 days', [
  byHand(`SELECT count(DISTINCT events.recipient) AS n FROM events JOIN ${database.deliveries}
    WHERE events.type = 'clicked' AND deliveries.campaign = 'spring' AND ${inWindow}`, ...window),
  ...ours({ $performed: { event: 'clicked', within: '30d', where: { campaign: 'spring' } } }),
]);
await database.close();
