// Side by side in one process: a nested condition of three rules over 200,000 people in memory, written by hand and
// compiled; then rules that need more than a comparison. Usage, after `npm run build`:
//   node scripts/with-node.mjs node bench/segment/run.mjs [people]
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { compileSegment } = require('../../dist/core/segment/index.js');

const PEOPLE = Number(process.argv[2] ?? 200_000);
const ROUNDS = 15;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

/** A generator that gives the same numbers each time (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// As people come out of a sheet or a store: some fields are missing, so that the objects have many shapes.
const random = randomNumbers(1);
const pick = (list) => list[Math.floor(random() * list.length)];
const people = Array.from({ length: PEOPLE }, (_, n) => {
  const seen = NOW - Math.floor(random() * 60 * DAY);
  return JSON.parse(JSON.stringify({
    id: `p${n}`,
    firstName: `Name ${n % 100}`,
    ...(random() < 0.9 && { country: pick(['FR', 'DE', 'US', 'JP', 'BR']) }),
    ...(random() < 0.8 && { city: `City ${n % 70}` }),
    email: `name.${n}@${pick(['example.com', 'example.org'])}`,
    lastSeen: seen,
    lastSeenAt: new Date(seen).toISOString(),
    stats: { sessions: Math.floor(random() * 40), orders: Math.floor(random() * 5) },
    ...(random() < 0.7 && { traits: { plan: pick(['free', 'plus', 'pro']) } }),
    ...(random() < 0.5 && { tags: ['running', 'yoga'] }),
    appVersion: `2.${n % 20}.0`,
    devices: [{ token: `t${n}`, gateway: 'fcm', platform: 'android' }],
  }));
});

const SINCE = NOW - 30 * DAY;
const COUNTRIES = ['FR', 'DE'];
const byHand = (person) => COUNTRIES.includes(person.country) && person.lastSeen >= SINCE
  && (person.stats?.sessions >= 15 || person.traits?.plan === 'pro');
const nested = {
  country: { $in: COUNTRIES },
  lastSeen: { $gte: SINCE },
  $or: [{ 'stats.sessions': { $gte: 15 } }, { 'traits.plan': 'pro' }],
};
const compile = (condition) => compileSegment(condition, { now: new Date(NOW) });
const contestants = {
  'by hand': byHand,
  'compiled': compile(nested),
  'an ISO date within 30 days': compile({ lastSeenAt: { $within: '30d' } }),
  'a version': compile({ appVersion: { $vgte: '2.10.0' } }),
  'a regular expression': compile({ email: { $regex: '@example\\.com$' } }),
  'the end of a text without case': compile({ email: { $endsWith: '@EXAMPLE.COM', $options: 'i' } }),
  'all of a list': compile({ tags: { $all: ['yoga', 'running'] } }),
};

// A loop of its own for each, as each segment has in a run: one shared loop would measure the loop.
const loops = Object.fromEntries(Object.keys(contestants).map((name) => [name,
  new Function('people', 'matches', 'let n = 0; for (const person of people) if (matches(person)) n += 1; return n;')]));
const times = {};
const matched = {};
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, matches] of Object.entries(contestants)) {
    const start = process.hrtime.bigint();
    matched[name] = loops[name](people, matches);
    (times[name] ??= []).push(Number(process.hrtime.bigint() - start) / PEOPLE);
  }
}
if (matched['by hand'] !== matched.compiled) throw new Error('the compiled condition found other people than the one by hand');

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
console.table(Object.keys(contestants).map((name) => ({ name, people: matched[name], 'ns a person': Number(median(times[name]).toFixed(1)) })));
console.log(`The compiled condition runs at ${(median(times['by hand']) / median(times.compiled)).toFixed(2)} of the speed of the one by hand.`);

const rounds = 2000;
const start = process.hrtime.bigint();
for (let n = 0; n < rounds; n += 1) compile(nested);
console.log(`Compiling it takes ${(Number(process.hrtime.bigint() - start) / rounds / 1000).toFixed(1)} microseconds.`);
