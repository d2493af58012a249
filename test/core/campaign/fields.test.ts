import { fieldsInStore } from '../../../core/campaign';
import type { JsonObject } from '../../../core/json';
import { DATABASES, freshStore } from '../store/databases';
import { NOW, person } from '../support';

describe.each(DATABASES.map((database) => [database.name, database] as const))('the fields of people in %s', (_, database) => {
  const fieldsOf = async (...people: Parameters<typeof person>[]): Promise<string[]> => {
    const { store, end } = await freshStore(database);
    try {
      await store.upsertPeople(people.map(([id, more]) => person(id, more)), NOW);
      return await fieldsInStore(store);
    } finally {
      await end();
    }
  };
  const deep = (levels: number): JsonObject => (levels === 0 ? {} : { deeper: deep(levels - 1) });

  it('are those of any of them, with the fields inside, and lists as a whole', async () => {
    const fields = await fieldsOf(
      ['anna', { locale: 'fr', attributes: { country: 'FR', address: { city: 'Lyon', 'post code': '69001' }, tags: [{ name: 'tea' }] } }],
      ['ben', { timezone: 'Europe/Paris', consent: { marketing: 'opted-in' }, attributes: { orders: 3, $where: 1, '': 2 } }],
    );
    expect(fields).toEqual(['address', 'address.city', 'address.post code', 'consent', 'consent.marketing', 'country', 'devices', 'id', 'locale', 'orders', 'tags', 'timezone']);
  });

  it('are few enough to be looked at, whatever people hold', async () => {
    const wide = Object.fromEntries(Array.from({ length: 2000 }, (_none, index) => [`field${index}`, index]));
    expect(await fieldsOf(['anna', { attributes: wide }], ['ben', { attributes: { other: 1 } }])).toHaveLength(500);
    expect(await fieldsOf(['anna', { attributes: deep(50) }])).toHaveLength(2 + 5);
  });

  it('are none where nobody is', async () => {
    expect(await fieldsOf()).toEqual([]);
  });
});
