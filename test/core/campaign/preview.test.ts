import { choosePeople, importPeople, storedPerson, withPreview, type Item } from '../../../core/campaign';
import type { PushError } from '../../../core/errors';
import { openStore } from '../../../core/store';
import { NOW } from '../support';

const people: Item[] = Array.from({ length: 50 }, (_, index) => ({ id: `p${index}` }));
const ids = (list: Item[], positions: number[]) => positions.map((position) => list[position]?.['id']);

describe('whose messages are looked at', () => {
  it('the first person of a list, where it has one', () => {
    expect(choosePeople(people, { people: 'first' })).toEqual([0]);
    expect(choosePeople([], { people: 'first' })).toEqual([]);
  });

  it('those named, once each, in the order of the list', () => {
    expect(choosePeople([...people, { id: 'p3' }], { people: 'named', ids: ['p9', 'p3', 'nobody'] })).toEqual([3, 9]);
  });

  it('random people: the same for a seed whatever the order, others for another seed', () => {
    const draw = (list: Item[], seed: string) => ids(list, choosePeople(list, { people: 'random', count: 4, seed })).sort();
    expect(draw(people, 'a')).toHaveLength(4);
    expect(draw(people.toReversed(), 'a')).toEqual(draw(people, 'a'));
    expect(draw(people, 'b')).not.toEqual(draw(people, 'a'));
  });

  it.each([0, 21, 1.5, Number.NaN])('refuses %p people', (count) => {
    expect(() => choosePeople(people, { people: 'random', count })).toThrow(expect.objectContaining({ code: 'invalid-preview' }) as PushError);
  });
});

describe('a stored person to look at', () => {
  it('is found by id, or drawn, the same for the same seed', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    await expect(storedPerson(store, { people: 'random' })).rejects.toMatchObject({ code: 'store-empty' });
    await importPeople(people.map((value) => ({ place: 'row', value: { ...value, city: 'Rome' } })), { store, now: NOW });
    expect(await storedPerson(store, { people: 'named', id: 'p7' })).toMatchObject({ id: 'p7', city: 'Rome' });
    await expect(storedPerson(store, { people: 'named', id: 'nobody' })).rejects.toMatchObject({ code: 'person-unknown' });
    const drawn = async (seed: string) => (await storedPerson(store, { people: 'random', seed }))['id'];
    expect(await drawn('1')).toBe(await drawn('1'));
    expect(new Set(await Promise.all(['1', '2', '3', '4', '5'].map(drawn))).size).toBeGreaterThan(1);
    await store.close();
  });
});

describe('a person with a preview', () => {
  it('has it beside the message', () => {
    const person = withPreview({ id: 'a', push: { message: { title: 'Hello', body: 'There' } } });
    expect(person).toMatchObject({ push: { message: { title: 'Hello' }, preview: { 'android-collapsed': { title: { lines: ['Hello'], hidden: 0 }, cut: false } } } });
  });

  it('needs a message', () => {
    expect(() => withPreview({ id: 'a' })).toThrow(expect.objectContaining({ code: 'no-message' }) as PushError);
  });
});
