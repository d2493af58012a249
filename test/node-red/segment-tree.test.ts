/** The rows of the segment editor: whatever they can draw of a condition means the same when it is written down again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { compileSegment, SEGMENT_OPERATORS, type OperatorInfo } from '../../core';

type Json = Record<string, unknown>;
interface Part { join?: string; parts?: Part[]; operator?: string; json?: unknown; not?: boolean }
interface SegmentCase { name: string; condition: unknown; view: Json; now?: string; expect?: boolean }

const source = readFileSync(join(__dirname, '../../node-red/push-segment-filter/editor/tree.js'), 'utf8');
const { treeOf, conditionOf, leavesOf } = runInNewContext(`${source}; ({ treeOf, conditionOf, leavesOf })`) as {
  treeOf(condition: unknown, operators: Record<string, OperatorInfo>): Part;
  conditionOf(tree: Part): Json;
  leavesOf(tree: Part): Iterable<{ part: Part; place: string }>;
};
const operators = Object.fromEntries(SEGMENT_OPERATORS.map((operator: OperatorInfo) => [operator.name, operator]));
const again = (condition: unknown): Json => JSON.parse(JSON.stringify(conditionOf(treeOf(condition, operators)))) as Json;
const cases = (JSON.parse(readFileSync(join(__dirname, '../vectors/segment.json'), 'utf8')) as SegmentCase[]).filter(({ expect: expected }) => expected !== undefined);

it.each(cases.map((one) => [one.name, one] as const))('keeps the meaning of: %s', (_name, { condition, view, now, expect: expected }) => {
  const options = now === undefined ? {} : { now: new Date(now) };
  expect(compileSegment(again(condition), options)(view)).toBe(expected);
});

it('settles: what was written down once is written down the same the next time', () => {
  for (const { condition } of cases) expect(again(again(condition))).toEqual(again(condition));
});

it.each(SEGMENT_OPERATORS.map((operator) => [operator.name, operator.example] as const))('draws %s as rows, and not as JSON', (_name, example) => {
  expect([...leavesOf(treeOf(example, operators))].map(({ part }) => part.json)).not.toContainEqual(expect.anything());
});

it('keeps as JSON what rows have no form for', () => {
  const strange = { tags: { $elemMatch: { $eq: 'a' }, $options: 'x' } };
  expect(again({ $and: [strange, { plan: 'pro' }] })).toEqual({ $and: [strange, { plan: { $eq: 'pro' } }] });
});

it('names the place of each rule as core does', () => {
  const tree = treeOf({ country: 'FR', $or: [{ plan: 'pro' }, { $not: { orders: { $gt: 3 } } }] }, operators);
  expect([...leavesOf(tree)].map(({ place }) => place)).toEqual(['$and[0]', '$and[1].$or[0]', '$and[1].$or[1].$not']);
});
