/** How rows are split into what one statement may say of them. */
import fc from 'fast-check';
import { alike } from '../../../core/store/alike';
import { rounds } from '../../../core/store/rounds';

const rows = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c', '__proto__', ''), place: fc.nat(3) }), { maxLength: 30 })
  .map((list) => list.map((row, index) => ({ ...row, index })));

describe('rows that are alike', () => {
  it('stand in one part, in their order, and the parts in the order of their first ones', () => {
    fc.assert(fc.property(rows, (all) => {
      const parts = alike(all, (a, b) => a.key === b.key && a.place === b.place);
      expect(parts).toEqual([...Map.groupBy(all, ({ key, place }) => `${key} ${place}`).values()]);
    }));
  });
});

describe('rounds', () => {
  it('hold every key once, sorted; of a key the rows come in their order', () => {
    fc.assert(fc.property(rows, (all) => {
      const parts = rounds(all, ({ key }) => key);
      for (const part of parts) expect(part.map(({ key }) => key)).toEqual([...new Set(part.map(({ key }) => key))].sort());
      for (const key of new Set(all.map((row) => row.key))) {
        expect(parts.flat().filter((row) => row.key === key)).toEqual(all.filter((row) => row.key === key));
      }
      expect(parts.flat()).toHaveLength(all.length);
      // No more of them than it takes: none where there is nothing to say.
      expect(parts).toHaveLength(Math.max(0, ...[...Map.groupBy(all, ({ key }) => key).values()].map((some) => some.length)));
    }));
  });
});
