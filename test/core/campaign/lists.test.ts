import { compileStage, countAudience, explainAudience, explainPerson, peopleOfPlan, readRows, saveDynamicList, saveStaticList, selectPeople, audienceReference } from '../../../core/campaign';
import { parseCondition } from '../../../core/segment';
import type { Store } from '../../../core/store';
import { DATABASES, freshStore } from '../store/databases';
import { collect, NOW, person } from '../support';

jest.setTimeout(30_000);

describe.each(DATABASES.map((database) => [database.name, database] as const))('with the store in %s:', (_, database) => {
  let store: Store;
  let end: () => Promise<void>;
  beforeEach(async () => {
    ({ store, end } = await freshStore(database));
    await store.upsertPeople([
      person('anna', { attributes: { country: 'FR', orders: 5 } }), person('ben', { attributes: { country: 'FR' } }), person('clara', { attributes: { country: 'JP', orders: 1 } }),
    ], NOW);
  });
  afterEach(() => end());

  const found = async (condition: object) => (await collect(selectPeople(store, { condition: condition as Record<string, never>, now: NOW }))).map(({ id }) => id);

  describe('a saved list', () => {
    it('of ids out of a CSV finds its people, those who are imported later too, and names rows without an id', async () => {
      const report = await saveStaticList(store, 'vip', readRows({ format: 'csv', text: 'customer,name\nanna,A\n,B\nzoe,Z\n' }), { idField: 'customer', now: NOW });
      expect(report).toEqual({ name: 'vip', members: 2, rejected: [expect.objectContaining({ place: 'line 3', code: 'no-id' })] });
      expect(await found({ $inList: 'vip' })).toEqual(['anna']);
      await store.upsertPeople([person('zoe')], NOW);
      expect(await found({ $inList: 'vip' })).toEqual(['anna', 'zoe']);
      expect(await found({ $not: { $inList: 'vip' } })).toEqual(['ben', 'clara']);
    });

    it('of a condition finds whoever fits at the time, and may use other lists', async () => {
      await saveStaticList(store, 'vip', ['anna', 'clara'], { now: NOW });
      await saveDynamicList(store, 'french', { country: 'FR' }, NOW);
      await saveDynamicList(store, 'french vip', { $inList: 'french', $and: [{ $inList: 'vip' }] }, NOW);
      expect(await found({ $inList: 'french vip' })).toEqual(['anna']);
      await store.upsertPeople([person('clara', { attributes: { country: 'FR' } })], NOW);
      expect(await found({ $inList: 'french vip' })).toEqual(['anna', 'clara']);
      expect(await store.lists()).toEqual([
        { name: 'french', condition: { country: 'FR' }, members: 0, updatedAt: NOW.toISOString() },
        { name: 'french vip', condition: expect.anything(), members: 0, updatedAt: NOW.toISOString() },
        { name: 'vip', members: 2, updatedAt: NOW.toISOString() },
      ]);
    });

    it('is replaced whole, changes its kind, and goes', async () => {
      await saveStaticList(store, 'x', ['anna', 'ben']);
      await saveStaticList(store, 'x', ['clara', 7]);
      expect(await found({ $inList: 'x' })).toEqual(['clara']);
      await saveDynamicList(store, 'x', { country: 'FR' });
      expect(await found({ $inList: 'x' })).toEqual(['anna', 'ben']);
      expect([await store.deleteList('x'), await store.deleteList('x')]).toEqual([true, false]);
      await expect(found({ $inList: 'x' })).rejects.toMatchObject({ code: 'unknown-list' });
    });

    it('that would hold itself, straight or through others, is refused with its way round', async () => {
      await expect(saveDynamicList(store, 'a', { $or: [{ country: 'FR' }, { $inList: 'a' }] })).rejects.toMatchObject({ code: 'list-cycle' });
      await saveDynamicList(store, 'a', { country: 'FR' });
      await saveDynamicList(store, 'b', { $not: { $inList: 'a' } });
      await saveDynamicList(store, 'c', { $inList: 'b' });
      await expect(saveDynamicList(store, 'a', { $inList: 'c' })).rejects.toMatchObject({
        code: 'list-cycle', message: expect.stringContaining('a -> c -> b -> a'),
      });
      expect(await found({ $inList: 'a' })).toEqual(['anna', 'ben']);
    });

    it('is refused with a condition that cannot be read, an unknown list in it, or without a name', async () => {
      await expect(saveDynamicList(store, 'a', { country: { $is: 'FR' } })).rejects.toMatchObject({ code: 'unknown-operator', fields: { place: '$inList(a).country.$is' } });
      await expect(saveDynamicList(store, 'a', { $inList: 'ghosts' })).rejects.toMatchObject({ code: 'unknown-list' });
      await expect(saveDynamicList(store, 'a', 'FR')).rejects.toMatchObject({ code: 'no-condition' });
      await expect(saveStaticList(store, ' ', [])).rejects.toMatchObject({ code: 'no-list-name' });
      expect(await store.lists()).toEqual([]);
    });
  });

  describe("events of the user's own", () => {
    const order = (recipient: string, key: string, value: number) => ({ recipient, name: 'ordered', key, at: NOW.toISOString(), properties: { value, currency: 'EUR', item: { kind: 'shoes' } } });

    it('count once, by their own fields, and are known by name from then on', async () => {
      await expect(found({ $performed: { event: 'ordered' } })).rejects.toMatchObject({ code: 'unknown-event' });
      expect(await store.recordActivities([order('anna', '1', 60), order('anna', '2', 40), order('anna', '1', 60), order('ben', '1', 5)], NOW)).toEqual({ recorded: 3, duplicates: 1 });
      expect(await found({ $performed: { event: 'ordered', count: { $gte: 2 }, within: '1d', where: { 'item.kind': 'shoes' } } })).toEqual(['anna']);
      expect(await found({ $spent: { event: 'ordered', amount: { $gte: 100 }, currency: 'EUR' } })).toEqual(['anna']);
      expect(await found({ $performed: { event: 'ordered', where: { 'item.kind': { $regex: '^sh' }, value: { $lt: 50 } } } })).toEqual(['anna', 'ben']);
    });
  });

  describe('many segments in one stage', () => {
    const segments = [{ name: 'buyers', condition: { orders: { $gte: 1 } } }, { name: 'French', condition: { country: 'FR' } }];
    const views = [{ id: 'anna', country: 'FR', orders: 5 }, { id: 'ben', country: 'FR' }, { id: 'dora' }];
    const ways = (match: 'first' | 'all') => {
      const stage = compileStage({ segment: { segments, match } });
      return views.map((view) => stage.apply(view).map(({ output, item }) => [stage.outputs[output], (item['push'] as { segment?: string } | undefined)?.segment]));
    };

    it('sends a person to the first that fits, or to the rest', () => {
      expect(ways('first')).toEqual([[['buyers', 'buyers']], [['French', 'French']], [['notMatched', undefined]]]);
    });

    it('sends a person to all that fit', () => {
      expect(ways('all')).toEqual([[['buyers', 'buyers'], ['French', 'French']], [['French', 'French']], [['notMatched', undefined]]]);
    });

    it('follows any of its outputs from a stored audience, and leaves plain conditions to the database', async () => {
      const follow = async (stages: object[], outputs: string[]) => {
        let reference = await audienceReference(store);
        stages.forEach((stage, index) => {
          const { apply, outputs: names } = compileStage(stage as never);
          reference = apply(reference)[names.indexOf(outputs[index] ?? '')]?.item ?? {};
        });
        return (await collect(peopleOfPlan(reference, store, { now: NOW }))).map(({ id }) => id);
      };
      const named = { segment: { segments, match: 'all' } };
      expect(await follow([named], ['French'])).toEqual(['anna', 'ben']);
      expect(await follow([named], ['buyers'])).toEqual(['anna', 'clara']);
      expect(await follow([{ segment: { condition: { country: 'FR' } } }, { segment: { condition: { orders: 5 } } }], ['matched', 'notMatched'])).toEqual(['ben']);
      await saveStaticList(store, 'vip', ['ben']);
      expect(await follow([named, { segment: { condition: { $inList: 'vip' } } }], ['French', 'matched'])).toEqual(['ben']);
    });

    it.each<[unknown, string]>([
      [[], 'bad-segments'], ['x', 'bad-segments'], [[{ condition: {} }], 'bad-segments'], [[...segments, segments[0]], 'bad-segments'],
      [[{ name: 'notMatched', condition: {} }], 'bad-segments'], [[{ name: 'a', condition: { a: { $is: 1 } } }], 'unknown-operator'], [[{ name: 'a' }], 'condition-invalid'],
    ])('refuses %j', (list, code) => {
      expect(() => compileStage({ segment: { segments: list as never } })).toThrow(expect.objectContaining({ code }));
    });

    it('says in which segment the condition is wrong', () => {
      expect(() => compileStage({ segment: { segments: [{ name: 'a', condition: { x: { $is: 1 } } }] } })).toThrow("Segment 'a': There is no operator $is (at x.$is).");
    });
  });

  describe('explaining a stored audience', () => {
    it('counts in the database what it can say, and person by person what it cannot, alike', async () => {
      const inSql = await explainAudience(store, { country: 'FR', orders: { $gte: 1 } }, { now: NOW });
      expect(inSql).toEqual({
        people: 3, matched: 1, sample: ['anna'], reach: { people: 1, android: 1, ios: 0, web: 0 },
        rules: [
          { place: 'country', words: 'all of:', depth: 0, passed: 1 },
          { place: 'country', words: 'country is "FR"', depth: 1, passed: 2, unknown: 0, remaining: 2 },
          { place: 'orders.$gte', words: 'orders is 1 or more', depth: 1, passed: 2, unknown: 1, remaining: 1 },
        ],
      });
      const byPerson = await explainAudience(store, { country: { $regex: '^FR$' }, orders: { $gte: 1 } }, { now: NOW });
      expect({ ...byPerson, rules: byPerson.rules.map(({ words: _, place: __, ...rule }) => rule) })
        .toEqual({ ...inSql, rules: inSql.rules.map(({ words: _, place: __, ...rule }) => rule) });
    });

    it('traces one stored person with what the store knows of them', async () => {
      await saveStaticList(store, 'vip', ['ben']);
      expect((await explainPerson(store, { $inList: 'vip' }, 'ben', NOW)).text).toBe('In the segment.\n  + is in the list "vip" -> yes');
      expect((await explainPerson(store, { $inList: 'vip' }, 'anna', NOW)).matched).toBe(false);
      await expect(explainPerson(store, {}, 'ghost')).rejects.toMatchObject({ code: 'person-unknown' });
    });

    it('counts without explaining', async () => {
      expect([await countAudience(store, { country: 'FR' }), await countAudience(store, { country: { $regex: 'F' } }), await countAudience(store, {})]).toEqual([2, 2, 3]);
    });
  });
});

describe('parsing without a store', () => {
  it('takes every list for a static one, and knows only events that are named', () => {
    expect(() => parseCondition({ $inList: 'whatever' })).not.toThrow();
    expect(() => parseCondition({ $performed: { event: 'ordered' } })).toThrow(expect.objectContaining({ code: 'unknown-event' }));
    expect(() => parseCondition({ $performed: { event: 'ordered' } }, { events: ['ordered'] })).not.toThrow();
  });
});
