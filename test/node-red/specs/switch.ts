/** Node-RED's own switch node is the measure: deployed beside our node, it gets the same messages and lets the same ones out. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject, JsonValue } from '../../../core';
import { people, type Bench, type Outcome, type TestNode } from '../support/bench';

const THERE = ['text', 'number', 'list', 'object'] as const;
const VALUES: Record<'text' | 'number' | 'flag' | 'list' | 'object' | 'missing', unknown[]> = {
  text: ['', 'Shoes', 'shoes+socks', 'été', 'a"b'], number: [0, -1, 3, 2.5], flag: [true, false],
  list: [[], ['a'], [''], [{}]], object: [{}, { a: 1 }, { 'a b': '' }], missing: [undefined, null],
};
type Kind = keyof typeof VALUES;

/** A rule as the switch saves it, without its operator, and the condition that asks the same. */
type Rule = [rule: { v?: string; vt?: string; v2?: string; v2t?: string; case?: boolean }, condition: JsonObject];
const text = (v: string, condition: JsonObject): Rule => [{ v, vt: 'str' }, condition];
const number = (v: number, condition: JsonObject): Rule => [{ v: String(v), vt: 'num' }, condition];
const between = (v: number, v2: number): Rule => [{ v: String(v), vt: 'num', v2: String(v2), v2t: 'num' }, { f: { $gte: Math.min(v, v2), $lte: Math.max(v, v2) } }];
const pattern = (v: string, any: boolean): Rule => [{ v, vt: 'str', case: any }, { f: { $regex: v, ...(any && { $options: 'i' }) } }];
const alone = (condition: JsonObject): Rule[] => [[{}, condition]];
const compared = (operator: string, figures: number[]): Rule[] => figures.map((figure) => number(figure, { f: { [operator]: figure } }));
const texts = (operator: string, given: string[]): Rule[] => given.map((one) => text(one, { f: { [operator]: one } }));

const EMPTY: JsonObject = { $or: [{ f: { $type: 'string', $eq: '' } }, { f: { $size: 0 } }, { f: { $type: 'object', $eq: {} } }] };

/** By operator: the kinds of values that it is meant for, and rules with it. */
const SAME: Record<string, { of: readonly Kind[]; rules: Rule[] }> = {
  eq: { of: ['text', 'missing'], rules: texts('$eq', ['Shoes', '']) },
  neq: { of: ['text', 'missing'], rules: texts('$ne', ['Shoes', 'été']) },
  lt: { of: ['number'], rules: compared('$lt', [0, 3]) },
  lte: { of: ['number'], rules: compared('$lte', [0, 3]) },
  gt: { of: ['number'], rules: compared('$gt', [0, 2.5]) },
  gte: { of: ['number'], rules: compared('$gte', [0, 3]) },
  btwn: { of: ['number'], rules: [between(-1, 2.5), between(3, 0)] },
  cont: { of: ['text'], rules: texts('$contains', ['+s', 'S', '"', '']) },
  regex: { of: ['text'], rules: [pattern('^S', false), pattern('^S', true), pattern('o.?k', false)] },
  true: { of: ['flag', 'text', 'number', 'missing'], rules: alone({ f: true }) },
  false: { of: ['flag', 'text', 'number', 'missing'], rules: alone({ f: false }) },
  null: { of: ['missing', 'flag', ...THERE], rules: alone({ f: { $exists: false } }) },
  nnull: { of: ['missing', 'flag', ...THERE], rules: alone({ f: { $exists: true } }) },
  empty: { of: ['missing', 'flag', ...THERE], rules: alone(EMPTY) },
  nempty: { of: ['missing', 'flag', ...THERE], rules: alone({ $not: EMPTY, $or: ['string', 'array', 'object'].map((type) => ({ f: { $type: type } })) }) },
  istype: { of: ['flag', ...THERE], rules: ['string', 'number', 'boolean', 'array', 'object'].map((type): Rule => [{ v: type, vt: type }, { f: { $type: type } }]) },
  hask: { of: ['object'], rules: ['a', 'b', 'a b'].map((key) => text(key, { [`f.${key}`]: { $exists: true } })) },
};

/** They ask for the place in a sequence, or compute; `else` is the last output of each pair below. */
const NO_QUESTION = ['head', 'tail', 'index', 'jsonata_exp', 'else'];

/** Where the two answer differently: as docs/segments.md says it, the operator, the rule, the value. */
const DIFFERENT: [question: string, operator: string, rule: Rule, f: JsonValue | undefined][] = [
  ['is `"3"`', 'eq', text('3', { f: '3' }), 3],
  ['is empty text', 'eq', text('', { f: '' }), 0],
  ['is `"a"`', 'eq', text('a', { f: 'a' }), ['a', 'b']],
  ['is greater than `5`', 'gt', number(5, { f: { $gt: 5 } }), '9'],
  ['is less than `18`', 'lt', number(18, { f: { $lt: 18 } }), null],
  ['contains `"1"`', 'cont', text('1', { f: { $contains: '1' } }), 21],
  ['fits `^unde`', 'regex', pattern('^unde', false), undefined],
];

/** A switch with these rules, one that says "otherwise" at the end; and our node with an output for each of the conditions. */
function pair(operator: string, rules: Rule[]): TestNode[] {
  const outputs = rules.length + 1;
  return [
    { type: 'switch', property: 'payload.f', propertyType: 'msg', checkall: 'true', repair: false, outputs, rules: [...rules.map(([rule]) => ({ t: operator, ...rule })), { t: 'else' }] },
    { type: 'push-segment-filter', property: 'payload', route: 'all', outputs, segments: rules.map(([, condition], index) => ({ name: `rule ${index}`, condition: JSON.stringify(condition) })) },
  ];
}

/** Every message leaves by one output or more; the switch does not say when it is done. */
const LEFT = /output\/\d+$/;

const messagesOf = (values: unknown[]) => values.map((f, id) => ({ payload: { id, f } }));
const idsOf = (outcome: Outcome | undefined, outputs: number) => Array.from({ length: outputs }, (_, output) => people(outcome as Outcome, output).map(({ id }) => id));

export function specifySwitch(bench: Bench): void {
  describe("beside Node-RED's switch", () => {
    it('there is a rule for every operator of this Node-RED', () => {
      const source = readFileSync(join(dirname(require.resolve('@node-red/nodes/package.json')), 'core/function/10-switch.js'), 'utf8');
      const table = /var operators = \{([\s\S]*?)\n {4}\};/.exec(source)?.[1] ?? '';
      const names = [...table.matchAll(/^ {8}'(\w+)': function/gm)].map(([, name]) => name);
      expect(names.sort()).toEqual([...Object.keys(SAME), ...NO_QUESTION].sort());
    });

    it('sends the same people to the same outputs, by each operator', async () => {
      const cases = Object.entries(SAME).map(([operator, { of, rules }]) => ({ operator, rules, values: of.flatMap((kind) => VALUES[kind]) }));
      await bench.deploy(cases.flatMap(({ operator, rules }) => pair(operator, rules)));
      const outcomes = await bench.sendAll(cases.flatMap(({ values }, index) => [0, 1].map((side) => ({ position: 2 * index + side, messages: messagesOf(values) }))), LEFT);
      const answers = cases.map(({ operator, rules }, index) => ({ operator, theirs: idsOf(outcomes[2 * index], rules.length + 1), ours: idsOf(outcomes[2 * index + 1], rules.length + 1) }));
      expect(answers.map(({ operator, ours }) => ({ operator, outputs: ours }))).toEqual(answers.map(({ operator, theirs }) => ({ operator, outputs: theirs })));
      for (const { theirs } of answers) expect(theirs.filter((ids) => ids.length > 0).length).toBeGreaterThan(1);
    });

    it('answers otherwise where docs/segments.md says so', async () => {
      const page = readFileSync(join(__dirname, '../../../docs/segments.md'), 'utf8');
      await bench.deploy(DIFFERENT.flatMap(([, operator, rule]) => pair(operator, [rule])));
      const outcomes = await bench.sendAll(DIFFERENT.flatMap(([, , , f], index) => [0, 1].map((side) => ({ position: 2 * index + side, messages: messagesOf([f]) }))), LEFT);
      DIFFERENT.forEach(([question, , , f], index) => {
        const [theirs, ours] = [0, 1].map((side) => (idsOf(outcomes[2 * index + side], 2)[0]?.length === 1 ? 'yes' : 'no'));
        expect(theirs).not.toBe(ours);
        expect(page).toContain(`| switch | ${question} | \`${JSON.stringify({ f })}\` | ${theirs} | ${ours} |`);
      });
    });
  });
}
