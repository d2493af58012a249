// Side by side in one process: a nested condition of three rules over 200,000 people in memory, written by hand, compiled,
// and in the evaluators of others; then rules of ours that need more than a comparison. Usage, after `npm run build`:
//   node scripts/with-node.mjs node bench/segment/run.mjs [people]
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { evalCondition } = require('@growthbook/growthbook');
const { LogicEngine } = require('json-logic-engine');
const jsonLogic = require('json-logic-js');
const { Query } = require('mingo');
const sift = require('sift').default;
const { compileSegment } = require('../../dist/core/segment/index.js');

const PEOPLE = Number(process.argv[2] ?? 200_000);
const ROUNDS = 15;
const OURS = 'compiled, ours';
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

const random = randomNumbers(1);
const pick = (list) => list[Math.floor(random() * list.length)];

/** @param missing some fields are left out, so that the objects have many shapes, as people out of a sheet or a store have */
function makePeople(missing) {
  const has = (share) => !missing || random() < share;
  return Array.from({ length: PEOPLE }, (_, n) => {
    const seen = NOW - Math.floor(random() * 60 * DAY);
    return JSON.parse(JSON.stringify({
      id: `p${n}`,
      firstName: `Name ${n % 100}`,
      ...(has(0.9) && { country: pick(['FR', 'DE', 'US', 'JP', 'BR']) }),
      ...(has(0.8) && { city: `City ${n % 70}` }),
      email: `name.${n}@${pick(['example.com', 'example.org'])}`,
      lastSeen: seen,
      lastSeenAt: new Date(seen).toISOString(),
      stats: { sessions: Math.floor(random() * 40), orders: Math.floor(random() * 5) },
      ...(has(0.7) && { traits: { plan: pick(['free', 'plus', 'pro']) } }),
      ...(has(0.5) && { tags: ['running', 'yoga'] }),
      appVersion: `2.${n % 20}.0`,
      devices: [{ token: `t${n}`, gateway: 'fcm', platform: 'android' }],
    }));
  });
}

const SINCE = NOW - 30 * DAY;
const COUNTRIES = ['FR', 'DE'];
const byHand = (person) => COUNTRIES.includes(person.country) && person.lastSeen >= SINCE
  && (person.stats?.sessions >= 15 || person.traits?.plan === 'pro');
const nested = {
  country: { $in: COUNTRIES },
  lastSeen: { $gte: SINCE },
  $or: [{ 'stats.sessions': { $gte: 15 } }, { 'traits.plan': 'pro' }],
};
const logic = { and: [
  { in: [{ var: 'country' }, COUNTRIES] },
  { '>=': [{ var: 'lastSeen' }, SINCE] },
  { or: [{ '>=': [{ var: 'stats.sessions' }, 15] }, { '==': [{ var: 'traits.plan' }, 'pro'] }] },
] };
const compile = (condition) => compileSegment(condition, { now: new Date(NOW) });

// Made anew for each kind of people, so that none has learned the shapes of the others; each parsed before the clock starts.
const evaluators = () => {
  const query = new Query(nested);
  return {
    'by hand': (person) => byHand(person),
    [OURS]: compile(nested),
    'json-logic-engine (generates code)': new LogicEngine().build(logic),
    GrowthBook: (person) => evalCondition(person, nested),
    sift: sift(nested),
    'json-logic-js': (person) => jsonLogic.apply(logic, person),
    mingo: (person) => query.test(person),
  };
};
const moreRules = () => ({
  'an ISO date within 30 days': compile({ lastSeenAt: { $within: '30d' } }),
  'a version': compile({ appVersion: { $vgte: '2.10.0' } }),
  'a regular expression': compile({ email: { $regex: '@example\\.com$' } }),
  'the end of a text without case': compile({ email: { $endsWith: '@EXAMPLE.COM', $options: 'i' } }),
  'all of a list': compile({ tags: { $all: ['yoga', 'running'] } }),
});

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/** Nanoseconds of this thread's CPU a person, so that other work on the machine does not count; rounds of all contestants in turn. */
function measure(people, contestants) {
  // A loop of its own for each, as each segment has in a run: one shared loop would measure the loop.
  const loops = Object.fromEntries(Object.keys(contestants).map((name) => [name,
    new Function('people', 'matches', 'let n = 0; for (const person of people) if (matches(person)) n += 1; return n;')]));
  const times = {};
  const matched = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, matches] of Object.entries(contestants)) {
      const { user, system } = process.threadCpuUsage();
      matched[name] = loops[name](people, matches);
      const used = process.threadCpuUsage();
      (times[name] ??= []).push(((used.user + used.system - user - system) * 1000) / PEOPLE);
    }
  }
  return { matched, medians: Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)])) };
}

for (const [title, missing] of [['People who all have the same fields', false], ['People of many shapes: some fields are missing', true]]) {
  const people = makePeople(missing);
  const { matched, medians } = measure(people, evaluators());
  if (new Set(Object.values(matched)).size > 1) throw new Error(`the contestants do not find the same people: ${JSON.stringify(matched)}`);
  console.log(`\n${title}: ${matched[OURS]} of ${PEOPLE} match.`);
  console.table(Object.entries(medians).map(([name, time]) => ({
    name, 'CPU ns a person': Number(time.toFixed(1)), 'of the speed by hand': Number((medians['by hand'] / time).toFixed(2)),
  })));
  if (!missing) continue;
  const more = measure(people, moreRules());
  console.log('\nOther rules of ours');
  console.table(Object.entries(more.medians).map(([name, time]) => ({ name, people: more.matched[name], 'CPU ns a person': Number(time.toFixed(1)) })));
}

const rounds = 2000;
const start = process.hrtime.bigint();
for (let n = 0; n < rounds; n += 1) compile(nested);
console.log(`\nCompiling it takes ${(Number(process.hrtime.bigint() - start) / rounds / 1000).toFixed(1)} microseconds.`);
