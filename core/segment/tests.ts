/** What each operator asks of a value, as functions made once. */
import type { JsonValue } from '../json';
import type { Clock } from './clock';
import type { Condition, Test, ValueType } from './condition';
import { FEW } from './fused';
import { parseInstant, type Moment } from './instant';
import { distance, parsePlace } from './place';
import { foundIn } from './regex';
import { foldCase } from './text';
import { sortableVersion } from './version';

type Predicate = (value: unknown) => boolean;

const MOST_ANSWERS = 1000;

/**
 * The test of a value; a list passes when one of its items does, unless the operator is about lists or types.
 * `compile` makes the condition that `$elemMatch` and `$size` hold.
 */
export function testValue(test: Test, clock: Clock, compile: (condition: Condition) => Predicate): Predicate {
  switch (test.operator) {
    case '$eq':
      return anyItem(equals(test.value, test.fold));
    case '$in':
      return anyItem(oneOf(test.values, test.fold));
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return anyItem(typeof test.bound === 'number'
        ? compareNumber(test.operator, test.bound)
        : compareText(test.operator, test.bound));
    case '$exists':
      return (value) => value !== undefined && value !== null;
    case '$type':
      return (value) => typeOf(value) === test.type;
    case '$all': {
      const wanted = test.values.map((value) => equals(value, test.fold));
      return (value) => Array.isArray(value) && wanted.every((is) => value.some(is));
    }
    case '$elemMatch': {
      const passes = compile(test.condition);
      if (!test.objects) return (value) => Array.isArray(value) && value.some(passes);
      return (value) => Array.isArray(value) && value.some((item) => typeOf(item) === 'object' && passes(item));
    }
    case '$size': {
      const passes = compile(test.condition);
      return (value) => Array.isArray(value) && passes(value.length);
    }
    case '$startsWith':
      return ofText(test, (value, text) => value.startsWith(text));
    case '$endsWith':
      return ofText(test, (value, text) => value.endsWith(text));
    case '$contains':
      return ofText(test, (value, text) => value.includes(text));
    case '$regex':
      return anyItem((value) => typeof value === 'string' && foundIn(test.pattern, value));
    case '$mod':
      return anyItem((value) => typeof value === 'number' && value % test.divisor === test.remainder);
    case '$veq':
    case '$vgt':
    case '$vgte':
    case '$vlt':
    case '$vlte':
      return anyItem(compareVersion(test.operator, test.version));
    case '$within':
      return anyItem((value) => {
        const at = parseInstant(value);
        if (at === undefined) return false;
        const now = clock();
        return at >= now - test.milliseconds && at <= now;
      });
    case '$before': {
      const moment = momentOf(test.moment, clock);
      return anyItem((value) => (parseInstant(value) ?? Infinity) < moment());
    }
    case '$after': {
      const moment = momentOf(test.moment, clock);
      return anyItem((value) => (parseInstant(value) ?? -Infinity) > moment());
    }
    case '$near': {
      const middle = [test.latitude, test.longitude] as const;
      return anyItem((value) => {
        const place = parsePlace(value);
        return place !== undefined && distance(place, middle) <= test.radius;
      });
    }
  }
}

function anyItem(test: Predicate): Predicate {
  return (value) => test(value) || (typeof value === 'object' && Array.isArray(value) && value.some(test));
}

function equals(wanted: JsonValue, fold: boolean): Predicate {
  if (wanted === null) return (value) => value === null || value === undefined;
  if (typeof wanted === 'object') return (value) => isSame(value, wanted);
  if (fold && typeof wanted === 'string') {
    const folded = foldCase(wanted);
    return (value) => typeof value === 'string' && foldCase(value) === folded;
  }
  return (value) => value === wanted;
}

function oneOf(values: readonly JsonValue[], fold: boolean): Predicate {
  const plain: unknown[] = [];
  const tests: Predicate[] = [];
  for (const value of values) {
    if (value !== null && typeof value !== 'object' && !(fold && typeof value === 'string')) plain.push(value);
    else if (typeof value !== 'string') tests.push(equals(value, fold));
  }
  if (fold) {
    const folded = new Set(values.filter((value) => typeof value === 'string').map(foldCase));
    if (folded.size > 0) tests.push((value) => typeof value === 'string' && folded.has(foldCase(value)));
  }
  const set = new Set(plain);
  const isPlain: Predicate = set.size > FEW ? (value) => set.has(value) : (value) => plain.includes(value);
  if (tests.length === 0) return isPlain;
  return (value) => isPlain(value) || tests.some((test) => test(value));
}

type Comparison = '$gt' | '$gte' | '$lt' | '$lte';

function compareNumber(operator: Comparison, bound: number): Predicate {
  switch (operator) {
    case '$gt':
      return (value) => typeof value === 'number' && value > bound;
    case '$gte':
      return (value) => typeof value === 'number' && value >= bound;
    case '$lt':
      return (value) => typeof value === 'number' && value < bound;
    case '$lte':
      return (value) => typeof value === 'number' && value <= bound;
  }
}

function compareText(operator: Comparison, bound: string): Predicate {
  switch (operator) {
    case '$gt':
      return (value) => typeof value === 'string' && value > bound;
    case '$gte':
      return (value) => typeof value === 'string' && value >= bound;
    case '$lt':
      return (value) => typeof value === 'string' && value < bound;
    case '$lte':
      return (value) => typeof value === 'string' && value <= bound;
  }
}

function compareVersion(operator: '$veq' | '$vgt' | '$vgte' | '$vlt' | '$vlte', version: string): Predicate {
  if (operator === '$veq') return remembering((value) => sortableVersion(value) === version);
  const compare = compareText(`$${operator.slice(2)}` as Comparison, version);
  return remembering((value) => compare(sortableVersion(value)));
}

/** Keeps the answers: a million people share a few dozen versions. */
function remembering(test: Predicate): Predicate {
  const answers = new Map<unknown, boolean>();
  return (value) => {
    const known = answers.get(value);
    if (known !== undefined) return known;
    const answer = test(value);
    // Lists and long texts are no versions and need not be kept.
    const short = typeof value === 'number' || (typeof value === 'string' && value.length < 50);
    if (short && answers.size < MOST_ANSWERS) answers.set(value, answer);
    return answer;
  };
}

type HasText = (value: string, text: string) => boolean;

function ofText({ text, fold }: { text: string; fold: boolean }, has: HasText): Predicate {
  if (!fold) return anyItem((value) => typeof value === 'string' && has(value, text));
  const folded = foldCase(text);
  return anyItem((value) => typeof value === 'string' && has(foldCase(value), folded));
}

function momentOf(moment: Moment, clock: Clock): Clock {
  if ('at' in moment) return () => moment.at;
  return () => clock() + moment.fromNow;
}

function typeOf(value: unknown): ValueType | undefined {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'object' ? type : undefined;
}

/** Equal as JSON; the order of an object's fields does not matter. `wanted` bounds the depth. */
function isSame(value: unknown, wanted: JsonValue | undefined): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(wanted)) return false;
  const keys = Object.keys(wanted);
  if (Object.keys(value).length !== keys.length) return false;
  return keys.every((key) => Object.hasOwn(value, key)
    && isSame((value as Record<string, unknown>)[key], (wanted as Record<string, JsonValue | undefined>)[key]));
}
