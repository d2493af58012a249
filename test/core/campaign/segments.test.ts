import fc from 'fast-check';
import { explainAudience, explainItems, selectPeople } from '../../../core/campaign';
import { compileSegment } from '../../../core/segment';
import { fill, pastConditions, pasts, viewOf, type Past } from '../segment/history';
import { DATABASES, freshStore, kept } from '../store/databases';
import { collect, NOW, person } from '../support';

const audiences = fc.array(pasts, { minLength: 1, maxLength: 8 }).map((list) => new Map(list.map((past, index): [string, Past] => [`p${index}`, past])));
const options = { now: NOW, events: ['ordered', 'visited'] };

describe.each(DATABASES.map((database) => [database.name, database] as const))('with the store in %s, whatever the past of people and the question about it', (name, database) => {
  it('the store finds whom the function finds, and explains them alike', async () => {
    await fc.assert(fc.asyncProperty(audiences, fc.array(pastConditions, { minLength: 10, maxLength: 20 }), async (drawn, conditions) => {
      const people = name === 'SQLite' ? drawn : new Map(kept([...drawn]));
      const { store, end } = await freshStore(database);
      try {
        await fill(store, people);
        await store.recordActivities(['ordered', 'visited'].map((name) => ({ recipient: 'nobody', name, key: '', at: NOW.toISOString(), properties: {} })), NOW);
        const views = [...people].map(([id, past]) => viewOf(id, past));
        for (const condition of conditions) {
          const matches = compileSegment(condition, options);
          const expected = views.filter(matches).map(({ id }) => id);
          const found = await collect(selectPeople(store, { condition, now: NOW }));
          expect({ condition, found: found.map(({ id }) => id) }).toEqual({ condition, found: expected });
        }
        for (const condition of conditions.slice(0, 4)) {
          const { reach: _, ...explained } = await explainAudience(store, condition, { now: NOW });
          const { reach: __, ...wanted } = await explainItems(views, condition, { now: NOW, store });
          expect({ condition, explained }).toEqual({ condition, explained: wanted });
        }
      } finally {
        await end();
      }
    // A counterexample is shown as it was drawn where making it smaller would take minutes.
    }), { numRuns: name === 'SQLite' ? 150 : 25, endOnFailure: name !== 'SQLite' });
  }, 120_000);

  it('people with several devices count once, whichever of two events they did', async () => {
    const { store, end } = await freshStore(database);
    try {
      const devices = (id: string) => ['android', 'ios'].map((platform) => ({ token: `${id} ${platform}`, gateway: 'fcm' as const, platform: platform as 'android' | 'ios' }));
      await store.upsertPeople(['a', 'b', 'c'].map((id) => person(id, { devices: devices(id) })), NOW);
      await store.recordActivities(['a', 'b'].map((recipient) => ({ recipient, name: recipient === 'a' ? 'ordered' : 'visited', key: '', at: NOW.toISOString(), properties: {} })), NOW);
      const condition = { $or: [{ $performed: { event: 'ordered' } }, { $performed: { event: 'visited' } }] };
      expect(await explainAudience(store, condition, { now: NOW })).toMatchObject({ people: 3, matched: 2, reach: { people: 2, android: 2, ios: 2 } });
    } finally {
      await end();
    }
  });
});
