import type { IDataObject } from 'n8n-workflow';
import { openStore, saveDynamicList, saveStaticList } from '../../../core';
import { BAD_CONDITIONS } from '../../core/segment/bad';
import { SEGMENT_CASES, SEGMENT_CASES_BY_NOW, wanted } from '../../support/segment-cases';
import type { Bench, TestNode } from '../support/bench';

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

export function specifySegment(bench: Bench, storePath: string): void {
  describe('Push Segment Filter', () => {
    it(`agrees with the ${SEGMENT_CASES.length} golden cases, each at the time that it names`, async () => {
      for (const [now, cases] of SEGMENT_CASES_BY_NOW) {
        const nodes = cases.map(({ condition }): TestNode => ({
          type: 'segmentFilter',
          onError: 'continueRegularOutput',
          parameters: { mode: 'json', condition: JSON.stringify(condition), options: { history: 'items' } },
        }));
        const run = await bench.runAll(nodes, cases.map(({ view = {} }, index) => ({ ...view, caseIndex: index })), undefined, now);
        const answers = cases.map(({ name }, index) => {
          const { outputs = [] } = run.nodes[`Node ${index}`] ?? {};
          const details = outputs[1]?.[0]?.json['details'] as IDataObject | undefined;
          return { name, answer: details?.['code'] ?? (outputs[0] ?? []).some(({ json }) => json['caseIndex'] === index) };
        });
        expect(answers).toEqual(cases.map(wanted));
      }
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

    it('refuses when it starts, with the place, what cannot be meant', async () => {
      const { nodes } = await bench.runAll(BAD_CONDITIONS.map(([, condition]) => ({ type: 'segmentFilter', onError: 'continueRegularOutput', parameters: { mode: 'json', condition } })), [{ id: 1 }]);
      const told = BAD_CONDITIONS.map(([what, , , place], index) => {
        const { error, details } = nodes[`Node ${index}`]?.outputs[1]?.[0]?.json ?? {};
        return [what, (details as IDataObject | undefined)?.['code'], String(error).includes(place)];
      });
      expect(told).toEqual(BAD_CONDITIONS.map(([what, , code]) => [what, code, true]));
    });

    const BAD_RULES: [what: string, parameters: IDataObject, code: string, place: string][] = [
      ['an operator that the editor does not have', rules([['a', 'string', 'exists'], ['country', 'string', 'like', 'F']]).parameters ?? {}, 'unknown-operator', 'Condition 2'],
      ['a catastrophic expression', rules([['email', 'string', 'regex', '(a+)+$']]).parameters ?? {}, 'regex-unsafe', 'Condition 1'],
      ['a way to the prototype, dragged', rules([['={{ $json.__proto__.admin }}', 'boolean', 'true']]).parameters ?? {}, 'field-invalid', '__proto__'],
      ['a word for a date', rules([['a', 'string', 'exists'], ['at', 'dateTime', 'after', 'soon']]).parameters ?? {}, 'wrong-value', 'Condition 2'],
      ['a word for a number', rules([['orders', 'number', 'gt', 'many']]).parameters ?? {}, 'wrong-value', 'Condition 1'],
      ['a computed NaN', rules([['orders', 'number', 'gt', '={{ 0 / 0 }}']]).parameters ?? {}, 'wrong-value', 'Condition 1'],
      ['a computed NaN in JSON', { mode: 'json', condition: '={{ { $or: [{ a: 1 }, { orders: { $gt: 0 / 0 } }] } }}' }, 'operand-invalid', '$or[1].orders.$gt'],
      ['an event that nobody knows', { mode: 'rules', conditions: {}, rules: { performed: [{ event: 'sneezed' }] } }, 'unknown-event', "Rule 'Did Something', Event"],
      ['a list that nobody saved', { mode: 'rules', conditions: {}, rules: { inList: [{ list: 'nowhere' }] } }, 'unknown-list', "Rule 'Is in a List'"],
      ['a zone that does not exist', { mode: 'rules', conditions: {}, rules: { anniversary: [{ field: 'birthday', from: 'today', more: { timezone: 'Mars/Base' } }] } }, 'operand-invalid', "Rule 'Has an Anniversary', Timezone"],
    ];

    it('refuses the same in rules, with the place as the panel shows it', async () => {
      const { nodes } = await bench.runAll(BAD_RULES.map(([, parameters]) => ({ type: 'segmentFilter', onError: 'continueRegularOutput', parameters })), [{ id: 1 }]);
      const told = BAD_RULES.map(([what], index) => {
        const { error, details } = nodes[`Node ${index}`]?.outputs[1]?.[0]?.json ?? {};
        return [what, (details as IDataObject | undefined)?.['code'], error];
      });
      expect(told).toEqual(BAD_RULES.map(([what, , code, place]) => [what, code, expect.stringContaining(place)]));
    });

    it('reads a date without a zone as UTC, wherever n8n runs', async () => {
      const { outputs } = await bench.run(rules([['at', 'dateTime', 'afterOrEquals', '2026-03-02T00:00:00'], ['at', 'dateTime', 'before', '={{ DateTime.fromISO("2026-03-03T00:00:00", { zone: "Europe/Paris" }) }}']]), [
        { id: 1, at: '2026-03-01T23:59:59Z' }, { id: 2, at: '2026-03-02' }, { id: 3, at: '2026-03-02T22:59:59Z' }, { id: 4, at: '2026-03-02T23:00:00Z' },
      ]);
      expect(outputs.map(ids)).toEqual([[2, 3], [1, 4]]);
    });

    it('finds people by lists that Push Audience saved: out of a CSV, out of items, and of a condition that uses them', async () => {
      const audience = (operation: string, parameters: IDataObject): TestNode => ({ type: 'pushAudience', parameters: { operation, ...parameters } });
      const text = 'customer,city\nann,Lyon\n,Paris\nbob,Nice\n';
      const saved = await bench.run(audience('saveList', { list: { __rl: true, mode: 'name', value: 'canvas vip' }, source: 'text', text, format: 'csv', idField: 'customer' }), [{}]);
      expect(saved.outputs.map((items) => items.map(({ json }) => json))).toEqual([
        [{ name: 'canvas vip', members: 2, rejected: 1 }], [{ place: 'line 3', error: expect.stringContaining("'customer'") as string, details: { code: 'no-id' } }],
      ]);
      await bench.run(audience('saveList', { list: { __rl: true, mode: 'name', value: 'canvas beta' }, source: 'items' }), [{ id: 'cid' }, { id: 7 }]);
      const condition = '{"country":"FR","$or":[{"$inList":"canvas vip"},{"$inList":"canvas beta"}]}';
      await bench.run(audience('saveSegment', { list: { __rl: true, mode: 'name', value: 'canvas friends' }, segment: condition }), [{}]);
      const lists = await bench.run(audience('getLists', {}), [{}]);
      expect(lists.outputs[0]?.map(({ json }) => json)).toEqual(expect.arrayContaining([{ name: 'canvas beta', kind: 'static', members: 2 }, { name: 'canvas friends', kind: 'dynamic', condition: JSON.parse(condition) as unknown }]));
      const rule = { inList: [{ list: { __rl: true, mode: 'list', value: 'canvas friends' } }] };
      const { outputs } = await bench.run({ type: 'segmentFilter', parameters: { mode: 'rules', conditions: {}, rules: rule } }, [{ id: 'ann', country: 'FR' }, { id: 'bob', country: 'DE' }, { id: 7, country: 'FR' }]);
      expect(outputs.map(ids)).toEqual([['ann', 7], ['bob']]);
      expect((await bench.run(audience('deleteList', { list: { __rl: true, mode: 'name', value: 'nobody' } }), [{}])).stopped?.message).toContain("no list 'nobody'");
    });

    describe('rules about the person', () => {
      const at = new Date(Date.now() - 86_400_000).toISOString();
      const people = [
        { id: 'ann', birthday: '12-24', location: { lat: 48.85, lng: 2.35 }, push: { events: [{ type: 'opened', at, campaign: 'spring' }, { type: 'opened', at, campaign: 'may' }], lists: ['vip'] } },
        { id: 'bob', birthday: '05-01', location: { lat: 43.3, lng: 5.37 }, push: { events: [{ type: 'converted', at, value: 120, currency: 'EUR' }], lists: [] } },
        { id: 'cid', push: {} },
      ];
      const found: [what: string, rules: IDataObject, ids: string[]][] = [
        ['how often', { performed: [{ event: 'opened', more: { count: '>= 2', within: '30d' } }] }, ['ann']],
        ['which events', { performed: [{ event: 'opened', more: { where: '{"campaign":"may"}' } }] }, ['ann']],
        ['not done', { notPerformed: [{ event: 'opened' }] }, ['bob', 'cid']],
        ['first and last', { firstPerformed: [{ event: 'opened', more: { within: '2d' } }], lastPerformed: [{ event: 'opened', more: { after: '-2d' } }] }, ['ann']],
        ['money', { spent: [{ amount: '> 100', currency: 'EUR' }] }, ['bob']],
        ['a list', { inList: [{ list: 'vip' }] }, ['ann']],
        ['not in a list', { inList: [{ list: 'vip', more: { not: true } }] }, ['bob', 'cid']],
        ['a share', { bucket: [{ salt: 'all', range: '0, 1' }] }, ['ann', 'bob', 'cid']],
        ['a place', { near: [{ field: 'location', latitude: 48.8566, longitude: 2.3522, radius: '25km' }] }, ['ann']],
        ['an anniversary', { anniversary: [{ field: 'birthday', from: '12-20', more: { to: '12-31' } }] }, ['ann']],
      ];

      it.each(found)('%s', async (_what, rules, ids_) => {
        const { outputs } = await bench.run({ type: 'segmentFilter', parameters: { mode: 'rules', conditions: {}, rules, options: { history: 'items' } } }, people);
        expect(ids(outputs[0])).toEqual(ids_);
      });

      it('go without conditions, where the editor keeps an empty row', async () => {
        const parameters = { ...rules([['', 'string', 'equals', '']]).parameters, rules: { inList: [{ list: 'vip' }] }, options: { history: 'items' } };
        expect((await bench.run({ type: 'segmentFilter', parameters }, people)).outputs.map(ids)).toEqual([['ann'], ['bob', 'cid']]);
      });

      it('joins them with the conditions of the editor', async () => {
        const node = rules([['id', 'string', 'equals', 'cid']]);
        const parameters = { ...node.parameters, rules: { inList: [{ list: 'vip' }] }, join: 'or', options: { history: 'items' } };
        const { outputs } = await bench.run({ ...node, parameters }, people);
        expect(outputs.map(ids)).toEqual([['ann', 'cid'], ['bob']]);
      });

      it('says where a rule is wrong', async () => {
        const { stopped } = await bench.run({ type: 'segmentFilter', parameters: { mode: 'rules', conditions: {}, rules: { performed: [{ event: 'opened', more: { count: 'often' } }] }, options: { history: 'items' } } }, people);
        expect(stopped?.message).toContain("At Rule 'Did Something', Count: ");
      });

      it('asks the store what people did and which lists they are in', async () => {
        const store = await openStore({ sqlite: storePath });
        await saveStaticList(store, 'segment spec', ['s1', 's3']);
        await saveDynamicList(store, 'segment spec, in France', { country: 'FR' });
        await store.close();
        const { outputs } = await bench.run(
          { type: 'segmentFilter', parameters: { mode: 'json', condition: '{"$inList":"segment spec","$or":[{"$inList":"segment spec, in France"},{"vip":true}]}' } },
          [{ id: 's1', country: 'FR' }, { id: 's2', country: 'FR' }, { id: 's3', country: 'DE' }],
        );
        expect(outputs.map(ids)).toEqual([['s1'], ['s2', 's3']]);
        const { stopped } = await bench.run({ type: 'segmentFilter', parameters: { mode: 'json', condition: '{"$inList":"nobody saved this"}' } }, [{ id: 1 }]);
        expect(stopped?.message).toContain('nobody saved this');
      });
    });

    describe('many segments', () => {
      const segments = { values: [
        { name: 'buyers', mode: 'json', condition: '{"orders":{"$gte":1}}' },
        { name: 'in France', ...rules([['={{ $json.country }}', 'string', 'equals', '={{ "F" + "R" }}']]).parameters },
      ] };
      const people = [{ id: 1, orders: 2, country: 'FR' }, { id: 2, orders: 0, country: 'FR' }, { id: 3, orders: 0, country: 'DE' }];

      it.each([
        ['first', [[1], [2], [3]]],
        ['all', [[1], [1, 2], [3]]],
      ])('have an output each, by %s', async (route, expected) => {
        const { outputs, hints } = await bench.run({ type: 'segmentFilter', parameters: { route, segments } }, people);
        expect(outputs.map(ids)).toEqual(expected);
        expect(outputs[0]?.[0]?.json['push']).toEqual({ segment: 'buyers' });
        expect(JSON.stringify(hints)).toContain('buyers: 1 (33.3 %)');
      });

      it('are refused by name', async () => {
        const { stopped } = await bench.run({ type: 'segmentFilter', parameters: { route: 'first', segments: { values: [{ name: 'VIP', mode: 'json', condition: '{"$orders":1}' }] } } }, people);
        expect(stopped?.message).toContain("Segment 'VIP': ");
        const twice = await bench.run({ type: 'segmentFilter', parameters: { route: 'first', segments: { values: [segments.values[0], segments.values[0]] as IDataObject[] } } }, people);
        expect(twice.stopped?.message).toBe("Two segments are named 'buyers'.");
      });
    });

    it('explains: how many pass each condition, who can be reached, and why one person is out', async () => {
      const devices = [{ token: 'x', gateway: 'apns', platform: 'ios' }];
      const consent = { marketing: 'opted-in' };
      const parameters = { mode: 'json', condition: '{"country":"FR","orders":{"$gte":1},"$or":[{"id":1},{"id":3}]}', options: { explain: true, person: '3', category: 'marketing', history: 'items' } };
      const { outputs, hints } = await bench.run({ type: 'segmentFilter', parameters }, [
        { id: 1, country: 'FR', orders: 2, devices, consent }, { id: 2, country: 'FR', orders: 0, devices, consent }, { id: 3, orders: 4 },
      ]);
      expect(outputs.slice(0, 2).map(ids)).toEqual([[1], [2, 3]]);
      expect(outputs[2]?.map(({ json }) => json)).toMatchObject([{
        people: 3, matched: 1, reach: { people: 1, ios: 1, android: 0 }, sample: ['1'],
        rules: expect.arrayContaining([expect.objectContaining({ place: 'country', passed: 2, unknown: 1 })]) as unknown,
        person: { id: '3', matched: false, text: expect.stringContaining('there is no value') as string },
      }]);
      expect(JSON.stringify(hints)).not.toContain('::');
      expect(JSON.stringify(hints)).toContain('Can be reached: 1 (android 0, ios 1');
    });
  });
}
