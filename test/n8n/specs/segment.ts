import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench, TestNode } from '../support/bench';

interface Case {
  name: string;
  condition: IDataObject;
  view?: IDataObject;
  now?: string;
  expect?: boolean;
  error?: string;
}

const cases = (JSON.parse(readFileSync(join(__dirname, '../../vectors/segment.json'), 'utf8')) as Case[])
  // The host's clock cannot be set.
  .filter(({ now }) => now === undefined);

const rules = (conditions: [left: string, type: string, operation: string, right?: unknown][], more: IDataObject = {}): TestNode => ({
  type: 'segmentFilter',
  parameters: {
    mode: 'rules',
    conditions: {
      combinator: 'and',
      options: { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 },
      conditions: conditions.map(([leftValue, type, operation, rightValue], index) => ({
        id: String(index), leftValue, rightValue: rightValue ?? '', operator: { type, operation, ...(rightValue === undefined && { singleValue: true }) },
      })),
      ...more,
    } as IDataObject,
  },
});

const ids = (items: { json: IDataObject }[] | undefined) => (items ?? []).map(({ json }) => json['id']);

export function specifySegment(bench: Bench): void {
  describe('Push Segment Filter', () => {
    it(`agrees with the ${cases.length} golden cases`, async () => {
      const views = cases.map(({ view = {} }, index) => ({ view, index }));
      const { nodes } = await bench.runAll(
        cases.map(({ condition }) => ({
          type: 'segmentFilter',
          onError: 'continueRegularOutput',
          parameters: { mode: 'json', condition: JSON.stringify(condition) },
        })),
        views.map(({ view }, index) => ({ ...view, caseIndex: index })),
      );
      const answers = cases.map(({ name }, index) => {
        const { outputs = [] } = nodes[`Node ${index}`] ?? {};
        const [failure] = outputs[1] ?? [];
        const details = failure?.json['details'] as IDataObject | undefined;
        return { name, answer: details?.['code'] ?? (outputs[0] ?? []).some(({ json }) => json['caseIndex'] === index) };
      });
      expect(answers).toEqual(cases.map(({ name, expect: expected, error }) => ({ name, answer: error ?? expected })));
    });

    it('takes rules of the filter editor: dragged fields, typed names, quoted names, positions', async () => {
      const people = [
        { id: 1, address: { city: 'Lyon' }, 'first name': 'Ada', prénom: 'Ada', tags: ['tea'], visits: [3] },
        { id: 2, address: { city: 'Paris' }, 'first name': 'Ada', tags: ['tea'], visits: [3] },
      ];
      const { outputs } = await bench.run(rules([
        ['={{ $json.address.city }}', 'string', 'equals', 'Lyon'],
        ['address.city', 'string', 'startsWith', 'Ly'],
        ['={{ $json["first name"] }}', 'string', 'equals', 'Ada'],
        ['={{ $json.prénom }}', 'string', 'equals', 'Ada'],
        ['={{ $json.tags }}', 'array', 'contains', 'tea'],
        ['={{ $json.visits[0] }}', 'number', 'gte', '3'],
      ]), people);
      expect(outputs.map(ids)).toEqual([[1], [2]]);
    });

    it('means by every operator what the editor says', async () => {
      const at = '2026-03-01T10:00:00.000Z';
      const matching: [string, string, string, unknown?][] = [
        ['s', 'string', 'exists'], ['none', 'string', 'notExists'], ['nil', 'string', 'notExists'], ['blank', 'string', 'empty'], ['none', 'string', 'empty'],
        ['s', 'string', 'notEmpty'], ['s', 'string', 'equals', 'Shoes+Socks'], ['s', 'string', 'notEquals', 'shoes+socks'], ['s', 'string', 'contains', 's+S'],
        ['s', 'string', 'notContains', 'boots'], ['s', 'string', 'startsWith', 'Sho'], ['s', 'string', 'notStartsWith', 'sho'], ['s', 'string', 'endsWith', 'cks'],
        ['s', 'string', 'notEndsWith', 'CKS'], ['s', 'string', 'regex', '^Shoes.S'], ['s', 'string', 'regex', '/^shoes.s/i'], ['s', 'string', 'notRegex', '^s'],
        ['n', 'number', 'equals', 3], ['n', 'number', 'notEquals', 4], ['n', 'number', 'gt', 2], ['n', 'number', 'gte', 3], ['n', 'number', 'lt', '4'], ['n', 'number', 'lte', 3],
        ['none', 'number', 'empty'], ['n', 'number', 'notEmpty'],
        ['at', 'dateTime', 'equals', at], ['at', 'dateTime', 'notEquals', '2026-03-02'], ['at', 'dateTime', 'after', '2026-03-01T09:59:59Z'], ['at', 'dateTime', 'before', '2026-03-02'],
        ['at', 'dateTime', 'afterOrEquals', at], ['at', 'dateTime', 'beforeOrEquals', at], ['none', 'dateTime', 'empty'],
        ['yes', 'boolean', 'true'], ['no', 'boolean', 'false'], ['yes', 'boolean', 'equals', true], ['no', 'boolean', 'notEquals', 'true'],
        ['list', 'array', 'contains', 'b'], ['list', 'array', 'notContains', 'c'], ['list', 'array', 'lengthEquals', 2], ['list', 'array', 'lengthNotEquals', 3],
        ['list', 'array', 'lengthGt', 1], ['list', 'array', 'lengthLt', 3], ['list', 'array', 'lengthGte', 2], ['list', 'array', 'lengthLte', 2], ['list', 'array', 'notEmpty'],
        ['bare', 'array', 'empty'], ['none', 'array', 'empty'],
        ['object', 'object', 'notEmpty'], ['hollow', 'object', 'empty'], ['none', 'object', 'empty'], ['object', 'object', 'exists'],
      ];
      const person = { id: 1, s: 'Shoes+Socks', blank: '', nil: null, n: 3, at, yes: true, no: false, list: ['a', 'b'], bare: [], object: { a: 1 }, hollow: {} };
      const { nodes } = await bench.runAll(matching.map((rule) => rules([rule])), [person]);
      const wrong = matching.filter((_rule, index) => nodes[`Node ${index}`]?.outputs[0]?.length !== 1);
      expect(wrong).toEqual([]);
    });

    it('ignores case where asked, joins rules by OR, and evaluates a right side once', async () => {
      const node = rules([['plan', 'string', 'equals', 'PRO'], ['country', 'string', 'equals', '={{ "F" + "R" }}']], { combinator: 'or' });
      node.parameters = { ...node.parameters, options: { ignoreCase: true } };
      const { outputs } = await bench.run(node, [{ id: 1, plan: 'pro' }, { id: 2, country: 'FR' }, { id: 3, country: 'DE' }]);
      expect(outputs.map(ids)).toEqual([[1, 2], [3]]);
    });

    it('says which rule compares with a computed value instead of a field', async () => {
      const { stopped } = await bench.run(rules([['plan', 'string', 'exists'], ['={{ $json.a + $json.b }}', 'number', 'gt', 3]]), [{ id: 1 }]);
      expect(stopped?.message).toBe('Condition 2: the left side is an expression and not a field.');
      expect(stopped?.description).toContain('Drag a field');
    });

    it('matches nobody, and not everybody, where it is told to continue with a condition that cannot be read', async () => {
      const node: TestNode = { type: 'segmentFilter', onError: 'continueRegularOutput', parameters: { mode: 'json', condition: '{ "country": ' } };
      const { outputs } = await bench.run(node, [{ id: 1 }, { id: 2 }]);
      expect(outputs[0]).toEqual([]);
      expect(outputs[1]?.map(({ json, pairedItem }) => [json['error'], pairedItem])).toEqual([
        [expect.stringContaining("'Condition' holds no JSON object"), { item: 0 }],
        [expect.stringContaining("'Condition' holds no JSON object"), { item: 1 }],
      ]);
    });

    it('lengthens the plan of an audience reference on both sides', async () => {
      const reference = { audience: { plan: [{ stage: { audience: {} } }] } };
      const { outputs } = await bench.run({ type: 'segmentFilter', parameters: { mode: 'json', condition: '{"plan":"pro"}' } }, [reference]);
      const steps = outputs.map(([item]) => (item?.json['audience'] as { plan: { output?: string }[] }).plan.map(({ output }) => output));
      expect(steps).toEqual([[undefined, 'matched'], [undefined, 'notMatched']]);
    });
  });
}
