/** Random conditions and people that have much to do with each other, so that both answers are common. */
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../core/json';

const FIELDS = ['a', 'b', 'a.b', 'a.c', 'locale', 'timezone', 'id', 'tags', 'tags.0', "it's", 'consent.marketing', 'toString', 'length', 'b.length'];

export const texts = fc.oneof(
  fc.constantFrom('', 'fr', 'FR', 'de', 'Paris', 'paris', 'a', '1', '2026-05-30', '2026-05-30T10:00:00+02:00', '2026-02-30', '1.2.3', '1.10.0-beta', 'é', '🍂', '\uff21', 'x\0y', '\ud83c'),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
export const numbers = fc.oneof(
  fc.constantFrom(0, 1, 2, 5, -1, 0.1, 0.3, 0.30000000000000004, 2 ** 53, 2 ** 60, 1e21, 1_780_000_000, 1_780_000_000_000),
  fc.integer({ min: -3, max: 10 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
export const scalars = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null));
export const values: fc.Arbitrary<JsonValue> = fc.oneof(
  { weight: 6, arbitrary: scalars },
  { weight: 2, arbitrary: fc.array(scalars, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(fc.array(scalars, { maxLength: 2 }), fc.dictionary(fc.constantFrom('a', 'b'), scalars)), { maxLength: 2 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'length'), scalars) },
);

/** What a store keeps of a person: columns and attributes. */
export const attributes: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom('a', 'b', 'a.b', 'tags', "it's", 'toString', 'locale', 'consent', 'length'), values, { maxKeys: 6 },
);
export const views: fc.Arbitrary<JsonObject> = fc.tuple(attributes, fc.record({ id: texts, locale: texts, timezone: texts }, { requiredKeys: [] }))
  .map(([own, columns]) => ({ ...own, ...columns }));

export const bounds = fc.oneof(
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), numbers),
  fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), texts),
);
const folding = fc.oneof(
  fc.tuple(fc.constantFrom('$eq', '$ne'), values),
  fc.tuple(fc.constantFrom('$in', '$nin'), fc.array(values, { maxLength: 12 })),
  fc.tuple(fc.constant('$all'), fc.array(values, { minLength: 1, maxLength: 3 })),
  fc.tuple(fc.constantFrom('$startsWith', '$endsWith', '$contains'), texts),
  fc.tuple(fc.constant('$regex'), fc.constantFrom('^f', '[a-z]+', '\\d{2}', 'a|b', '.')),
);
const versions = fc.tuple(fc.constantFrom('$veq', '$vne', '$vgt', '$vgte', '$vlt', '$vlte'), fc.constantFrom('1.2.3', '1.10.0', '1', '2.0.0-rc.1'));
const dates = fc.oneof(
  fc.tuple(fc.constantFrom('$within', '$notWithin'), fc.constantFrom('1d', '7d', '52w', '90m')),
  fc.tuple(fc.constantFrom('$before', '$after'), fc.constantFrom('now', '-2d', '+1h', '2026-05-30', '2026-05-30T08:00:00Z', 1_780_000_000)),
);
const others = fc.oneof(
  fc.tuple(fc.constant('$exists'), fc.boolean()),
  fc.tuple(fc.constant('$type'), fc.constantFrom('string', 'number', 'boolean', 'array', 'object', 'null')),
  fc.tuple(fc.constant('$mod'), fc.constantFrom([2, 0], [3, 1])),
);

type Entry = [string, JsonValue];
const asObject = ([name, operand]: Entry): JsonObject => ({ [name]: operand });

/** An operator object, without nesting. */
export const simpleTests: fc.Arbitrary<JsonObject> = fc.oneof(
  (bounds as fc.Arbitrary<Entry>).map(asObject),
  (folding as fc.Arbitrary<Entry>).map(asObject),
  (folding as fc.Arbitrary<Entry>).map((entry) => ({ ...asObject(entry), $options: 'i' })),
  (versions as fc.Arbitrary<Entry>).map(asObject),
  (dates as fc.Arbitrary<Entry>).map(asObject),
  (others as fc.Arbitrary<Entry>).map(asObject),
);

const tied = fc.letrec<{ test: JsonObject; condition: JsonObject }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 8, arbitrary: simpleTests },
    { weight: 1, arbitrary: tie('test').map((test) => ({ $not: test })) },
    { weight: 1, arbitrary: fc.oneof(tie('test'), tie('condition')).map((inner) => ({ $elemMatch: inner })) },
    { weight: 1, arbitrary: fc.oneof(fc.nat(3).map((n): JsonValue => n), bounds.map((entry): JsonValue => ({ [entry[0]]: entry[1] }))).map((size) => ({ $size: size })) },
  ),
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...FIELDS), tie('test')).map(([field, test]) => ({ [field]: test })) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...FIELDS), values.filter((value) => typeof value !== 'object' || value === null)).map(([field, value]) => ({ [field]: value })) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('condition'), { minLength: 1, maxLength: 3 })).map(([name, list]) => ({ [name]: list })) },
    { weight: 1, arbitrary: tie('condition').map((inner) => ({ $not: inner })) },
  ),
}));

/** Conditions that are right. */
export const conditions: fc.Arbitrary<JsonObject> = tied.condition;

/** Random JSON with the words of conditions in it: most of it wrong. */
export const nonsense: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(values, fc.constantFrom('7d', 'now', '(a+)+$', '[', 'i', NaN, undefined)),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('$and', '$or', '$nor', '$not', '$eq', '$in', '$gt', '$exists', '$type', '$all', '$elemMatch', '$size', '$regex', '$options', '$mod',
        '$vgt', '$within', '$before', '$contains', '$bogus', 'a', 'a.b', '__proto__', 'in', ''), fc.string({ maxLength: 3 })),
      tie('node'), { maxKeys: 3 },
    ),
  ),
})).node;
