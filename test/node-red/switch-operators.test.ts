/** Node-RED's own switch node is the measure: what each of its operators asks of a person, a condition asks too. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { compileSegment } from '../../core';
import type { JsonObject, JsonValue } from '../../core';

const folder = dirname(require.resolve('@node-red/nodes/package.json'));
const source = readFileSync(join(folder, 'core/function/10-switch.js'), 'utf8');
const table = /var operators = (\{[\s\S]*?\n {4}\});/.exec(source)?.[1] ?? '';
type Operator = (value: unknown, second?: unknown, third?: unknown, ignoreCase?: boolean) => unknown;
const operators = runInNewContext(`(${table})`, { Buffer, Array, Object, JSON }) as Record<string, Operator>;

/*
 * The switch compares with JavaScript's ==, by which 0 equals the empty text; a condition compares values with their type.
 */

/** They ask for the place in a sequence, compute, or stand for what no other rule took: the second output, here. */
const NO_QUESTION = ['head', 'tail', 'index', 'jsonata_exp', 'else'];

const EMPTY: JsonObject = { $or: [{ f: { $type: 'string', $eq: '' } }, { f: { $size: 0 } }, { f: { $type: 'object', $eq: {} } }] };
const THERE = ['text', 'number', 'list', 'object'] as const;
const VALUES: Record<'text' | 'number' | 'flag' | 'list' | 'object' | 'missing', unknown[]> = {
  text: ['', 'Shoes', 'shoes+socks', 'été', 'a"b'], number: [0, -1, 3, 2.5], flag: [true, false],
  list: [[], ['a'], [''], [{}]], object: [{}, { a: 1 }, { 'a b': '' }], missing: [undefined, null],
};
type Kind = keyof typeof VALUES;

/** By operator: the kinds of values that it is meant for, its operands, and the condition that asks the same. */
const SAME: Record<string, { of: readonly Kind[]; with: unknown[][]; ask: (...operands: never[]) => JsonObject }> = {
  eq: { of: ['text', 'missing'], with: [['Shoes'], ['']], ask: (value: JsonValue) => ({ f: value }) },
  neq: { of: ['text', 'missing'], with: [['Shoes'], ['été']], ask: (value: JsonValue) => ({ f: { $ne: value } }) },
  lt: { of: ['number'], with: [[0], [3]], ask: (value: number) => ({ f: { $lt: value } }) },
  lte: { of: ['number'], with: [[0], [3]], ask: (value: number) => ({ f: { $lte: value } }) },
  gt: { of: ['number'], with: [[0], [2.5]], ask: (value: number) => ({ f: { $gt: value } }) },
  gte: { of: ['number'], with: [[0], [3]], ask: (value: number) => ({ f: { $gte: value } }) },
  btwn: { of: ['number'], with: [[-1, 2.5], [3, 0]], ask: (one: number, other: number) => ({ f: { $gte: Math.min(one, other), $lte: Math.max(one, other) } }) },
  cont: { of: ['text'], with: [['+s'], ['S'], ['"'], ['']], ask: (text: string) => ({ f: { $contains: text } }) },
  regex: { of: ['text'], with: [['^S', undefined, false], ['^S', undefined, true], ['o.?k', undefined, false]], ask: (pattern: string, _: undefined, any: boolean) => ({ f: { $regex: pattern, ...(any && { $options: 'i' }) } }) },
  true: { of: ['flag', 'text', 'number', 'missing'], with: [[]], ask: () => ({ f: true }) },
  false: { of: ['flag', 'text', 'number', 'missing'], with: [[]], ask: () => ({ f: false }) },
  null: { of: ['missing', 'flag', ...THERE], with: [[]], ask: () => ({ f: { $exists: false } }) },
  nnull: { of: ['missing', 'flag', ...THERE], with: [[]], ask: () => ({ f: { $exists: true } }) },
  empty: { of: ['missing', 'flag', ...THERE], with: [[]], ask: () => EMPTY },
  nempty: { of: ['missing', 'flag', ...THERE], with: [[]], ask: () => ({ $not: EMPTY, $or: ['string', 'array', 'object'].map((type) => ({ f: { $type: type } })) }) },
  istype: { of: ['flag', ...THERE], with: ['string', 'number', 'boolean', 'array', 'object', 'null'].map((type) => [type]), ask: (type: string) => ({ f: { $type: type } }) },
  hask: { of: ['object'], with: [['a'], ['b'], ['a b']], ask: (key: string) => ({ [`f.${key}`]: { $exists: true } }) },
};

it('knows every operator of this Node-RED', () => {
  expect(Object.keys(operators).sort()).toEqual([...Object.keys(SAME), ...NO_QUESTION].sort());
});

it.each(Object.entries(SAME))('%s', (name, { of, with: operands, ask }) => {
  const answers = new Set<boolean>();
  for (const list of operands) {
    for (const value of of.flatMap((kind) => VALUES[kind])) {
      const theirs = Boolean(operators[name]?.(value, ...(list as [])));
      const condition = ask(...(list as never[]));
      const ours = compileSegment(condition)({ id: 1, ...(value !== undefined && { f: value }) });
      expect({ list, value, answer: ours }).toEqual({ list, value, answer: theirs });
      answers.add(theirs);
    }
  }
  expect(answers.size).toBe(2);
});
