/** Departures of SQLite's ledger stand as spans of numbers; they say the same as a set of numbers would. */
import fc from 'fast-check';
import { Database } from '../../../core/store/sqlite/database';
import { HAS_LEFT, spansOf, takeBack, writeDepartures } from '../../../core/store/sqlite/departures';

const MOST = 60;
const number = fc.integer({ min: 1, max: MOST });
const steps = fc.array(fc.oneof(
  fc.record({ leave: fc.array(number, { minLength: 1, maxLength: 40 }) }),
  fc.record({ stay: number }),
), { maxLength: 12 });

describe('departures', () => {
  it('are those that left and were not leased anew since, however their numbers lie', async () => {
    const db = await Database.open(':memory:', 0);
    const left = () => db.all(`SELECT value AS number FROM json_each(?) WHERE ${HAS_LEFT.replaceAll(/\bnumber\b/g, 'value')}`, JSON.stringify(Array.from({ length: MOST + 2 }, (_, n) => n)))
      .map((row) => Number(row['number']));
    fc.assert(fc.property(steps, (some) => {
      db.run('DELETE FROM departures');
      const expected = new Set<number>();
      for (const step of some) {
        if ('leave' in step) {
          writeDepartures(db, spansOf(step.leave));
          for (const one of step.leave) expected.add(one);
        } else {
          takeBack(db, step.stay);
          expected.delete(step.stay);
        }
        expect(left()).toEqual([...expected].sort((a, b) => a - b));
      }
    }), { numRuns: 300 });
    await db.close();
  });

  it('are one row for all that follow one another, and no row is longer than a reader looks', () => {
    expect(spansOf([7, 3, 5, 4, 4])).toEqual([[3, 5], [7, 7]]);
    expect(spansOf(Array.from({ length: 2500 }, (_, n) => n + 1))).toEqual([[1, 1000], [1001, 2000], [2001, 2500]]);
    expect(spansOf([])).toEqual([]);
  });

  it('that follow one another one at a time are one row too', async () => {
    const db = await Database.open(':memory:', 0);
    writeDepartures(db, spansOf([3]));
    for (let one = 5; one <= 2500; one++) writeDepartures(db, spansOf([one]));
    expect(db.all('SELECT first, last FROM departures ORDER BY first').map(({ first, last }) => [first, last])).toEqual([[3, 3], [5, 1004], [1005, 2004], [2005, 2500]]);
    await db.close();
  });

  it('of more than a thousand at once can be taken back one by one', async () => {
    const db = await Database.open(':memory:', 0);
    writeDepartures(db, spansOf(Array.from({ length: 2500 }, (_, n) => n + 1)));
    for (const one of [1, 1000, 1001, 2500]) takeBack(db, one);
    expect(db.all('SELECT first, last FROM departures ORDER BY first').map(({ first, last }) => [first, last])).toEqual([[2, 999], [1002, 2000], [2001, 2499]]);
    await db.close();
  });
});
