/** Tests of a field as SQL/JSON path predicates: PostgreSQL's shortest way to a field of JSON and to the items of a list there. */
import type { JsonValue } from '../../json';
import type { Test } from '../condition';
import { isExactText, ordersAlike } from './text';

/** A predicate over a value that is no list; of a value of another type it is false or unknown, never an error. */
type Predicate = (value: string) => string;

const COMPARISONS = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' } as const;

/**
 * The test as a path over an object, true where the value or, of a list, an item passes; undefined where a path cannot
 * say it. A missing field fails.
 */
export function pathOf(test: Test, parts: readonly string[]): string | undefined {
  const field = `$.${parts.map((part) => JSON.stringify(part)).join('.')}`;
  if (test.operator === '$all') {
    const each = test.values.map((value) => predicateOf({ operator: '$eq', value, fold: test.fold }));
    if (!each.every((one) => one !== undefined)) return undefined;
    return `strict ${each.map((one) => someItem(field, one)).join(' && ')}`;
  }
  const predicate = predicateOf(test);
  if (predicate === undefined) return undefined;
  // A lax path enters lists by itself, on its way too: more than is asked where the way has several parts.
  return parts.length === 1 ? `lax ${predicate(field)}` : `strict ${predicate(field)} || ${someItem(field, predicate)}`;
}

/** By a filter: a strict comparison of several items is unknown where one of them is of another type. */
function someItem(list: string, passes: Predicate): string {
  return `exists(${list}[*] ? (${passes('@')}))`;
}

function predicateOf(test: Test): Predicate | undefined {
  switch (test.operator) {
    case '$eq':
      return oneOf([test.value], test.fold);
    case '$in':
      return oneOf(test.values, test.fold);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const { bound, operator } = test;
      return typeof bound === 'number' || ordersAlike(bound) ? (value) => `${value} ${COMPARISONS[operator]} ${JSON.stringify(bound)}` : undefined;
    }
    case '$startsWith':
    case '$endsWith':
    case '$contains': {
      const { text, operator } = test;
      if (test.fold || !isExactText(text)) return undefined;
      if (operator === '$startsWith' || text === '') return (value) => `${value} starts with ${JSON.stringify(text)}`;
      const pattern = JSON.stringify(text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') + (operator === '$endsWith' ? '$' : ''));
      return (value) => `${value} like_regex ${pattern}`;
    }
    default:
      return undefined;
  }
}

/** More than that is looked up in a table. */
const MOST_VALUES = 100;

function oneOf(values: readonly JsonValue[], fold: boolean): Predicate | undefined {
  if (values.length === 0 || values.length > MOST_VALUES) return undefined;
  const exact = values.every((value) => (typeof value === 'string' ? !fold && isExactText(value) : value !== null && typeof value !== 'object'));
  return exact ? (path) => values.map((value) => `${path} == ${JSON.stringify(value)}`).join(' || ') : undefined;
}
