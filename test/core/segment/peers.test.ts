/**
 * The same condition asked of the same person here and by the evaluators of others: GrowthBook, sift and mingo. Random
 * cases keep to what they mean alike; where they part is listed in docs/segments.md, and held there by this test.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evalCondition, type ConditionInterface } from '@growthbook/growthbook';
import fc from 'fast-check';
import { Query } from 'mingo';
import sift from 'sift';
import type { JsonObject, JsonValue } from '../../../core/json';
import { compileSegment } from '../../../core/segment';

type Ask = (condition: JsonObject, person: JsonObject) => boolean;

const PEERS: Record<'GrowthBook' | 'sift' | 'mingo', Ask> = {
  GrowthBook: (condition, person) => evalCondition(person, condition as ConditionInterface),
  sift: (condition, person) => sift(condition)(person),
  mingo: (condition, person) => new Query(condition as Record<string, never>).test(person),
};

const RUNS = 50_000;

const words = fc.constantFrom('fr', 'FR', 'de', 'paris', 'a', 'ab', '');
const figures = fc.constantFrom(-2, 0, 1, 2.5, 3, 10);
const versions = fc.constantFrom('1.2.3', '1.10.0', '2.0.0-rc.1', '2.0.0', '0.9.0');

/** Fields that everyone has, and others that may be missing; each holds one kind of value. */
const people: fc.Arbitrary<JsonObject> = fc.record({
  city: words, score: figures, v: versions, home: fc.record({ zip: words, floor: figures }),
  plan: words, age: figures, vip: fc.boolean(), tags: fc.array(words, { maxLength: 3 }),
  orders: fc.array(fc.record({ sku: words, price: figures }), { maxLength: 3 }),
}, { requiredKeys: ['city', 'score', 'v', 'home'] });

type Rule = fc.Arbitrary<JsonObject>;
const rule = (field: fc.Arbitrary<string>, operator: fc.Arbitrary<string>, operand: fc.Arbitrary<JsonValue>): Rule =>
  fc.tuple(field, operator, operand).map(([path, name, value]) => ({ [path]: { [name]: value } }));
const one = (name: string) => fc.constant(name);
const several = (values: fc.Arbitrary<JsonValue>) => fc.array(values, { maxLength: 3 });

const TEXTS = fc.constantFrom('city', 'plan', 'home.zip');
const NUMBERS = fc.constantFrom('score', 'age', 'home.floor');
const ORDER = fc.constantFrom('$gt', '$gte', '$lt', '$lte');

/** What all of them mean alike. */
const COMMON: readonly Rule[] = [
  rule(TEXTS, fc.constantFrom('$eq', '$ne'), words),
  rule(NUMBERS, fc.constantFrom('$eq', '$ne'), figures),
  rule(TEXTS, fc.constantFrom('$in', '$nin'), several(words)),
  rule(NUMBERS, fc.constantFrom('$in', '$nin'), several(figures)),
  rule(fc.constantFrom('score', 'home.floor'), ORDER, figures),
  rule(fc.constantFrom('city', 'home.zip'), ORDER, words),
  rule(one('city'), one('$regex'), fc.constantFrom('^f', '[a-z]{2}', 'a|b', '.')),
  rule(fc.constantFrom('plan', 'age', 'home.zip', 'home.nothing', 'tags', 'vip'), one('$exists'), fc.boolean()),
  rule(one('tags'), fc.constantFrom('$in', '$nin'), several(words)),
  rule(one('tags'), one('$all'), fc.array(words, { minLength: 1, maxLength: 2 })),
  rule(fc.constantFrom('tags', 'orders'), one('$size'), fc.nat(3)),
  rule(one('orders'), one('$elemMatch'), fc.tuple(words, figures).map(([sku, price]) => ({ sku, price: { $gte: price } }))),
  fc.tuple(words, figures, fc.boolean()).map(([city, score]) => ({ city, score })),
  fc.boolean().map((vip) => ({ vip })),
  rule(TEXTS, one('$not'), words.map((word) => ({ $eq: word }))),
];

/** What MongoDB's relatives alone mean as we do. */
const MONGO: readonly Rule[] = [
  rule(NUMBERS, ORDER, figures),
  rule(TEXTS, ORDER, words),
  rule(NUMBERS, one('$mod'), fc.constantFrom([2, 0], [3, 1])),
  rule(one('tags'), fc.constantFrom('$eq', '$ne'), words),
  rule(one('tags'), fc.constantFrom('$gt', '$lte'), words),
  rule(one('tags'), one('$elemMatch'), fc.tuple(ORDER, words).map(([name, word]) => ({ [name]: word }))),
  rule(one('tags'), one('$eq'), fc.array(words, { minLength: 2, maxLength: 2 })),
];

/** What GrowthBook alone has. */
const GROWTHBOOK: readonly Rule[] = [
  rule(one('v'), fc.constantFrom('$veq', '$vne', '$vgt', '$vgte', '$vlt', '$vlte'), versions),
  rule(one('score'), one('$type'), fc.constantFrom('number', 'string', 'boolean', 'array', 'object')),
  rule(one('tags'), one('$size'), figures.filter(Number.isInteger).map((size) => ({ $gte: size }))),
];

const nested = (rules: readonly Rule[]): Rule => fc.letrec<{ node: JsonObject }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    ...rules,
    fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('node'), { minLength: 1, maxLength: 3 })).map(([name, list]): JsonObject => ({ [name]: list })),
    ...(rules.includes(GROWTHBOOK[0] as Rule) ? [tie('node').map((inner): JsonObject => ({ $not: inner }))] : []),
  ),
})).node;

function agrees(names: readonly (keyof typeof PEERS)[], rules: readonly Rule[]): { yes: number; cases: number } {
  const seen = { yes: 0, cases: 0 };
  fc.assert(fc.property(nested(rules), people, (condition, person) => {
    const here = compileSegment(condition)(person);
    for (const name of names) {
      const there = PEERS[name](condition, person);
      if (there !== here) throw new Error(`${name} says ${there}, here it is ${here}`);
    }
    seen.cases++;
    if (here) seen.yes++;
  }), { numRuns: RUNS });
  return seen;
}

describe('the same condition, asked of the same person', () => {
  it(`is answered by GrowthBook as here (${RUNS} cases)`, () => {
    const { yes, cases } = agrees(['GrowthBook'], [...COMMON, ...GROWTHBOOK]);
    expect({ cases, bothAnswers: yes > RUNS / 10 && yes < (RUNS * 9) / 10 }).toEqual({ cases: RUNS, bothAnswers: true });
  }, 60_000);

  it(`is answered by sift and mingo as here (${RUNS} cases)`, () => {
    const { yes, cases } = agrees(['sift', 'mingo'], [...COMMON, ...MONGO]);
    expect({ cases, bothAnswers: yes > RUNS / 10 && yes < (RUNS * 9) / 10 }).toEqual({ cases: RUNS, bothAnswers: true });
  }, 60_000);
});

describe('the differences that docs/segments.md lists', () => {
  const page = readFileSync(join(__dirname, '../../../docs/segments.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\{.*?\})` \| `(\{.*?\})` \| (\w+) \| (\w+) \| (\w+) \| (\w+) \|/gm)];

  it.each(rows.map(([, condition = '', person = '', ...answers]) => [condition, person, answers] as const))('%s asked of %s', (condition, person, answers) => {
    const ask = (evaluate: Ask): string => {
      try {
        return String(evaluate(JSON.parse(condition) as JsonObject, JSON.parse(person) as JsonObject));
      } catch {
        return 'refused';
      }
    };
    const here: Ask = (asked, of) => compileSegment(asked)(of);
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const found = [here, PEERS.GrowthBook, PEERS.sift, PEERS.mingo].map(ask);
    quiet.mockRestore();
    expect(found).toEqual(answers);
    expect(new Set(found).size).toBeGreaterThan(1);
  });

  it('are all there', () => {
    expect(rows.length).toBeGreaterThan(25);
  });
});
