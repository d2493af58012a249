import { join } from 'node:path';
import { openStore, OPERAND_PARTS, PERSON_FIELDS, saveDynamicList, saveStaticList, SEGMENT_EVENTS, SEGMENT_OPERATORS } from '../../../core';
import type { NodeRedHost } from '../../../demo/hosts/node-red';
import { BAD_CONDITIONS as BAD } from '../../core/segment/bad';
import type { HostClock } from '../../support/host-clock';
import { SEGMENT_CASES, SEGMENT_CASES_BY_NOW, wanted } from '../../support/segment-cases';
import { people, type Bench, type Outcome, type TestNode } from '../support/bench';

type Json = Record<string, unknown>;

const segment = (condition: unknown): TestNode => ({ type: 'push-segment-filter', property: 'payload', route: 'condition', condition: typeof condition === 'string' ? condition : JSON.stringify(condition), outputs: 2 });

export function specifySegment(bench: Bench, host: () => NodeRedHost, clock: HostClock, dataFolder: string): void {
  describe('push-segment-filter', () => {
    it(`agrees with the ${SEGMENT_CASES.length} golden cases, each at the time that it names`, async () => {
      await bench.deploy(SEGMENT_CASES.map(({ condition }) => segment(condition)));
      for (const [now, cases] of SEGMENT_CASES_BY_NOW) {
        const send = () => bench.sendAll(cases.map((one) => ({ position: SEGMENT_CASES.indexOf(one), messages: [{ payload: one.view }] })));
        const outcomes = now === undefined ? await send() : await clock.at(now, send);
        const answers = outcomes.map((outcome, index) => ({
          name: cases[index]?.name,
          answer: outcome.caught[0]?.error.code ?? (people(outcome, 0).length === 1 ? true : people(outcome, 1).length === 1 ? false : undefined),
        }));
        expect(answers).toEqual(cases.map(wanted));
      }
    });

    it('has an output for each of many segments, by the first that fits or by all', async () => {
      const segments = [{ name: 'buyers', condition: '{"orders":{"$gte":1}}' }, { name: 'in France', condition: '{"country":"FR"}' }];
      const many = (route: string): TestNode => ({ type: 'push-segment-filter', property: 'payload', route, segments, outputs: 3 });
      const payload = [{ id: 1, orders: 5, country: 'FR' }, { id: 2, orders: 0, country: 'FR' }, { id: 3, orders: 0, country: 'US' }];
      await bench.deploy([many('first'), many('all')]);
      const ids = (outcome: Outcome) => [0, 1, 2].map((output) => people(outcome, output).map(({ id }) => id));
      const first = await bench.send([{ payload }], 0);
      expect(ids(first)).toEqual([[1], [2], [3]]);
      expect(people(first, 0)).toMatchObject([{ push: { segment: 'buyers' } }]);
      expect(ids(await bench.send([{ payload }], 1))).toEqual([[1], [1, 2], [3]]);
    });

    it('says which segment is wrong', async () => {
      const node: TestNode = { type: 'push-segment-filter', property: 'payload', route: 'all', segments: [{ name: 'VIP', condition: '{"$orders":1}' }], outputs: 2 };
      expect((await bench.run(node, [{ payload: { id: 1 } }])).caught).toMatchObject([{ error: { code: 'unknown-operator', message: expect.stringContaining("Segment 'VIP'") as string } }]);
    });

    it('asks its store what people did and which lists they are in, also for messages that come together', async () => {
      const path = join(dataFolder, 'segments.sqlite');
      const store = await openStore({ sqlite: path });
      await saveStaticList(store, 'vip', Array.from({ length: 700 }, (_none, index) => `v${index}`));
      await store.recordActivities([{ recipient: 'v1', name: 'ordered', key: '1', at: new Date().toISOString(), properties: { total: 40 } }], new Date());
      await store.close();
      const config = [{ id: 'store', type: 'push-store', path, pathType: 'str' }];
      await bench.deploy([{ ...segment({ $inList: 'vip' }), store: 'store' }, { ...segment({ $performed: { event: 'ordered', where: { total: { $gte: 30 } } } }), store: 'store' }, { ...segment({ $inList: 'nobody' }), store: 'store' }], config);
      const everyone = Array.from({ length: 1400 }, (_none, index) => ({ id: index % 2 === 0 ? `v${index / 2}` : `x${index}` }));
      const outcome = await bench.send([{ payload: everyone }, { payload: { id: 'x1' } }, { payload: { id: 'v3' } }], 0);
      expect([people(outcome, 0).length, people(outcome, 1).length]).toEqual([701, 701]);
      expect(people(await bench.send([{ payload: [{ id: 'v1' }, { id: 'v2' }] }], 1), 0)).toEqual([{ id: 'v1' }]);
      expect((await bench.send([{ payload: { id: 'v1' } }], 2)).caught).toMatchObject([{ error: { code: 'unknown-list' } }]);
    });

    it('asks its store anew when the clock has been set back, and not only once the clock is there again', async () => {
      const path = join(dataFolder, 'clock.sqlite');
      const save = async (country: string) => {
        const store = await openStore({ sqlite: path });
        await saveDynamicList(store, 'neighbours', { country });
        await store.close();
      };
      const matched = async () => people(await bench.send([{ payload: [{ id: 1, country: 'FR' }, { id: 2, country: 'BE' }] }]), 0).map(({ id }) => id);
      await save('FR');
      await clock.at('2099-01-01T00:00:00Z', async () => {
        await bench.deploy([{ ...segment({ $inList: 'neighbours' }), store: 'store' }], [{ id: 'store', type: 'push-store', path, pathType: 'str' }]);
        expect(await matched()).toEqual([1]);
      });
      await save('BE');
      expect(await matched()).toEqual([2]);
    });

    it('finds people by lists that were saved on the canvas: out of a CSV, out of ids, and of a condition that uses them', async () => {
      const config = [{ id: 'store', type: 'push-store', path: join(dataFolder, 'canvas-lists.sqlite'), pathType: 'str' }];
      const audience = (operation: string, more: object = {}): TestNode => ({ type: 'push-audience', store: 'store', property: 'payload', operation, outputs: 2, ...more });
      await bench.deploy([
        audience('saveList', { list: 'vip', format: 'csv', fields: { id: 'customer' } }), audience('saveList', { list: 'beta' }),
        audience('saveSegment', { list: 'French friends', condition: '{"country":"FR","$or":[{"$inList":"vip"},{"$inList":"beta"}]}' }),
        audience('lists'), { ...segment({ $inList: 'French friends' }), store: 'store' }, audience('deleteList', { list: 'nobody' }),
        audience('saveSegment', { list: 'broken', condition: '{"$inList":"nowhere"}' }),
      ], config);
      const saved = await bench.send([{ payload: 'customer,city\nann,Lyon\n,Paris\nbob,Nice\n' }], 0);
      expect(saved.outputs.map(([message]) => message?.['payload'])).toEqual([{ name: 'vip', members: 2, rejected: 1 }, [{ place: 'line 3', code: 'no-id', message: expect.stringContaining("'customer'") as string }]]);
      expect(people(await bench.send([{ payload: ['cid', 7] }], 1), 0)).toEqual([{ name: 'beta', members: 2, rejected: 0 }]);
      await bench.send([{ payload: null }], 2);
      expect(people(await bench.send([{ payload: null }], 3), 0)).toMatchObject([{ name: 'French friends', kind: 'dynamic' }, { name: 'beta', kind: 'static', members: 2 }, { name: 'vip', members: 2 }]);
      const found = await bench.send([{ payload: [{ id: 'ann', country: 'FR' }, { id: 'bob', country: 'DE' }, { id: 7, country: 'FR' }, { id: 'eve', country: 'FR' }] }], 4);
      expect([0, 1].map((output) => people(found, output).map(({ id }) => id))).toEqual([['ann', 7], ['bob', 'eve']]);
      expect((await bench.send([{ payload: null }], 5)).caught).toMatchObject([{ error: { code: 'unknown-list' } }]);
      expect((await bench.send([{ payload: null }], 6)).caught).toMatchObject([{ error: { code: 'unknown-list' } }]);
      expect(await (await fetch(`${host().url}/push-segment-filter/store/names`)).json()).toEqual({ lists: ['French friends', 'beta', 'vip'], events: [...SEGMENT_EVENTS], fields: [] });
      expect(await (await fetch(`${host().url}/push-segment-filter/gone/names`)).json()).toEqual({ lists: [], events: [...SEGMENT_EVENTS], fields: [] });
    });

    it('refuses when it is deployed what cannot be meant, in the log and at every message, with its place', async () => {
      const before = host().log().length;
      await bench.deploy([...BAD.map(([, condition], index) => ({ ...segment(condition), id: `bad${index}` })), ...['[1]', '"FR"', '3', 'null'].map(segment)]);
      const log = host().log().slice(before);
      const lines = BAD.map((_bad, index) => log.split('\n').find((line) => line.includes(`push-segment-filter:bad${index}]`)) ?? 'nothing');
      expect(lines.map((line, index) => line.includes(BAD[index]?.[3] ?? '') || line)).toEqual(BAD.map(() => true));
      const outcomes = await bench.sendEach(Array.from({ length: BAD.length + 4 }, () => ({ payload: { id: 1 } })));
      expect(outcomes.map(({ caught, outputs }) => [caught[0]?.error, outputs])).toMatchObject([
        ...BAD.map(([, , code, place]) => [{ code, message: expect.stringContaining(place) as string }, []]),
        ...[1, 2, 3, 4].map(() => [{ code: 'condition-invalid' }, []]),
      ]);
    });

    describe('its editor', () => {
      beforeAll(() => bench.deploy([segment({ country: 'FR' })], [{ id: 'store', type: 'push-store', path: join(dataFolder, 'segment-editor.sqlite'), pathType: 'str' }]));

      const ask = async (path: string, body?: object): Promise<Json> => {
        const response = await fetch(`${host().url}/push-segment-filter/${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        return (await response.json()) as Json;
      };

      it('draws the operators that core has', async () => {
        expect(await ask('language')).toEqual(JSON.parse(JSON.stringify({ operators: SEGMENT_OPERATORS, parts: OPERAND_PARTS, events: SEGMENT_EVENTS, fields: PERSON_FIELDS })));
      });

      it('hears what core says of each condition, and where', async () => {
        const conditions = [{ country: 'FR' }, { $or: [{ a: 1 }, { '__proto__x.constructor': 1 }] }, { name: { $regex: '(a+)+$' } }, { $inList: 'unknown' }, { birthday: { $anniversary: { from: 'today', timezone: 'Mars/Base' } } }];
        const { problems } = await ask('check', { conditions, store: 'store' }) as { problems: ({ code: string; fields: { place?: string } } | null)[] };
        expect(problems.map((problem) => problem?.code)).toEqual([undefined, 'field-invalid', expect.stringContaining('regex'), 'unknown-list', 'operand-invalid']);
        expect(problems[4]?.fields.place).toContain('birthday.$anniversary');
      });

      it('counts people at hand and stored ones, and says of one why they are out', async () => {
        const answer = await ask('explain', { condition: { $and: [{ country: 'FR' }, { orders: { $gte: 1 } }] }, people: [{ id: 'a', country: 'FR', orders: 2 }, { id: 'b', country: 'FR' }], person: 'b' });
        expect(answer).toMatchObject({ explanation: { people: 2, matched: 1 }, trace: { matched: false, lines: expect.arrayContaining([expect.objectContaining({ place: '$and[1].orders.$gte', answer: 'unknown' })]) as unknown } });
        expect(await ask('explain', { condition: { country: 'FR' }, store: 'store' })).toMatchObject({ explanation: { people: 0, matched: 0 } });
        expect(await ask('explain', { condition: { country: 'FR' }, store: 'gone' })).toMatchObject({ problem: { code: 'config-gone' } });
        expect(await ask('explain', { condition: { country: 'FR' }, people: [3] })).toMatchObject({ problem: { code: 'not-an-object' } });
      });

      it('knows the fields of stored people', async () => {
        const store = await openStore({ sqlite: join(dataFolder, 'segment-editor.sqlite') });
        await store.upsertPeople([{ id: 'a', attributes: { address: { city: 'Lyon' } }, devices: [] }], new Date());
        await store.close();
        expect((await ask('store/names'))['fields']).toEqual(['address', 'address.city', 'devices', 'id']);
      });
    });

    it('keeps the message it came with, and tells Catch nodes of a bad person without losing the good ones', async () => {
      const outcome = await bench.run(segment({ country: 'FR' }), [{ payload: [{ id: 1, country: 'FR' }, 'nobody'], topic: 'kept' }]);
      expect(outcome.outputs[0]).toMatchObject([{ payload: [{ id: 1 }], topic: 'kept' }]);
      expect(outcome.caught).toMatchObject([{ payload: 'nobody', topic: 'kept', error: { code: 'not-an-object' } }]);
      expect(outcome.completed).toBe(1);
    });

    it.each(['payload.people', 'payload["people"]', 'msg.payload.people', 'payload[msg.topic]'])('finds people in %s, and shares no list between its outputs', async (property) => {
      const node = { ...segment({ country: 'FR' }), property };
      const payload = { people: [{ id: 1, country: 'FR' }, { id: 2, country: 'US' }], rest: 'kept' };
      const outcome = await bench.run(node, [{ payload, topic: 'people' }, { payload: 'nobody', topic: 'people' }]);
      expect(outcome.outputs.map((messages) => messages.map((message) => message['payload']))).toEqual([
        [{ people: [{ id: 1, country: 'FR' }], rest: 'kept' }], [{ people: [{ id: 2, country: 'US' }], rest: 'kept' }],
      ]);
      expect(outcome.caught).toMatchObject([{ payload: 'nobody', error: { code: 'not-an-object' } }]);
    });

    it('says at every message what is wrong with its condition', async () => {
      const outcome = await bench.run(segment('{ not json'), [{ payload: { id: 1 } }, { payload: { id: 2 } }]);
      expect(outcome.caught.map(({ error }) => error.code)).toEqual(['condition-invalid', 'condition-invalid']);
      expect(outcome.completed).toBe(0);
    });
  });
}
