import fc from 'fast-check';
import { PushError } from '../../../core/errors';
import type { JsonObject } from '../../../core/json';
import { compileSegment, conditionFields, conditionToSql, parseCondition } from '../../../core/segment';
import { formatCondition } from '../../../core/segment/condition';
import { NOW } from '../support';
import { conditions, nonsense, scalars, simpleTests, values, views } from './arbitrary';

const now = { now: NOW };
const RUNS = { numRuns: 1000 };

function same(left: JsonObject, right: JsonObject, view: JsonObject): void {
  expect({ left, view, answer: compileSegment(left, now)(view) }).toEqual({ left, view, answer: compileSegment(right, now)(view) });
}

describe('whatever the condition', () => {
  it('compiles or is refused with a PushError, and never throws anything else', () => {
    let taken = 0;
    fc.assert(fc.property(nonsense, fc.anything(), (condition, view) => {
      try {
        const matches = compileSegment(condition as object, now);
        expect(typeof matches(view as object)).toBe('boolean');
        conditionToSql(condition as object, 'sqlite', now);
        conditionToSql(condition as object, 'postgres', now);
        taken++;
      } catch (error) {
        if (!(error instanceof PushError)) throw error;
        expect(error.hint).not.toBe('');
      }
    }), { numRuns: 3000 });
    expect(taken).toBeGreaterThan(30);
  });

  it('answers true or false of any JSON', () => {
    fc.assert(fc.property(conditions, fc.oneof(views, fc.jsonValue({ maxDepth: 4 })), (condition, view) => {
      expect(typeof compileSegment(condition, now)(view as object)).toBe('boolean');
    }), RUNS);
  });

  it('leaves the person as it was', () => {
    fc.assert(fc.property(conditions, views, (condition, view) => {
      const before = structuredClone(view);
      compileSegment(condition, now)(view);
      expect(view).toEqual(before);
    }), RUNS);
  });

  it('means the same after parsing and writing it again', () => {
    fc.assert(fc.property(conditions, views, (condition, view) => {
      same(condition, formatCondition(parseCondition(condition)), view);
    }), RUNS);
  });

  it('names only fields that decide: without them every person is alike', () => {
    fc.assert(fc.property(conditions, views, (condition, view) => {
      const named = new Set(conditionFields(condition).flatMap((path) => [path, path.split('.')[0]]));
      const stripped = Object.fromEntries(Object.entries(view).filter(([key]) => named.has(key)));
      expect(compileSegment(condition, now)(stripped)).toBe(compileSegment(condition, now)(view));
    }), RUNS);
  });
});

describe('logic', () => {
  it('$not is the opposite', () => {
    fc.assert(fc.property(conditions, views, (condition, view) => {
      expect(compileSegment({ $not: condition }, now)(view)).toBe(!compileSegment(condition, now)(view));
    }), RUNS);
  });

  it('obeys De Morgan', () => {
    fc.assert(fc.property(conditions, conditions, views, (a, b, view) => {
      same({ $not: { $and: [a, b] } }, { $or: [{ $not: a }, { $not: b }] }, view);
      same({ $not: { $or: [a, b] } }, { $and: [{ $not: a }, { $not: b }] }, view);
      same({ $nor: [a, b] }, { $and: [{ $not: a }, { $not: b }] }, view);
    }), RUNS);
  });

  it('does not depend on the order of rules', () => {
    fc.assert(fc.property(fc.array(conditions, { minLength: 1, maxLength: 5 }), views, (list, view) => {
      const turned = list.toReversed();
      same({ $and: list }, { $and: turned }, view);
      same({ $or: list }, { $or: turned }, view);
      const [first = {}] = list;
      same(first, Object.fromEntries(Object.entries(first).reverse()), view);
    }), RUNS);
  });

  it('$not under a field is $not around the field', () => {
    fc.assert(fc.property(fc.constantFrom('a', 'b', 'a.b', 'tags'), simpleTests, views, (field, test, view) => {
      same({ [field]: { $not: test } }, { $not: { [field]: test } }, view);
    }), RUNS);
  });

  it('several fields are their $and', () => {
    fc.assert(fc.property(simpleTests, simpleTests, views, (first, second, view) => {
      same({ a: first, b: second }, { $and: [{ a: first }, { b: second }] }, view);
    }), RUNS);
  });
});

describe('operators', () => {
  it('a plain value is $eq', () => {
    fc.assert(fc.property(values, views, (value, view) => {
      fc.pre(typeof value !== 'object' || value === null || Array.isArray(value));
      same({ a: value }, { a: { $eq: value } }, view);
    }), RUNS);
  });

  it('$in is $eq of one or another', () => {
    fc.assert(fc.property(fc.array(values, { minLength: 1, maxLength: 12 }), views, fc.boolean(), (list, view, fold) => {
      const options = fold ? { $options: 'i' } : {};
      same({ a: { $in: list, ...options } }, { $or: list.map((value) => ({ a: { $eq: value, ...options } })) }, view);
    }), RUNS);
  });

  it.each([['$ne', '$eq'], ['$nin', '$in'], ['$vne', '$veq'], ['$notWithin', '$within']])('%s is the opposite of %s', (negative, positive) => {
    const operand = { $ne: scalars, $nin: fc.array(scalars), $vne: fc.constantFrom('1.2.3', '2'), $notWithin: fc.constantFrom('7d', '90m') }[negative];
    fc.assert(fc.property(operand as fc.Arbitrary<string>, views, (value, view) => {
      same({ a: { [negative]: value } }, { $not: { a: { [positive]: value } } }, view);
    }), RUNS);
  });

  it('of a missing field every comparison is false and every opposite true', () => {
    const asksForNothing = (test: JsonObject): boolean => /null|\$exists/.test(JSON.stringify(test));
    fc.assert(fc.property(simpleTests.filter((test) => !asksForNothing(test)), (test) => {
      const opposite = /^\{"\$(ne|nin|vne|notWithin)"/.test(JSON.stringify(test));
      expect(compileSegment({ a: test }, now)({ b: 1 })).toBe(opposite);
      expect(compileSegment({ a: test }, now)({ a: null })).toBe(opposite);
    }), RUNS);
  });

  it('$gt, $gte, $lt and $lte agree about any two values of one kind', () => {
    const ask = (operator: string, bound: unknown, value: unknown): boolean => compileSegment({ a: { [operator]: bound } })({ a: value });
    fc.assert(fc.property(fc.oneof(fc.tuple(fc.string(), fc.string()), fc.tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true }))), ([bound, value]) => {
      expect(ask('$gt', bound, value)).toBe(!ask('$lte', bound, value));
      expect(ask('$lt', bound, value)).toBe(!ask('$gte', bound, value));
      expect(ask('$gte', bound, value)).toBe(ask('$gt', bound, value) || ask('$eq', bound, value));
    }), RUNS);
  });
});
