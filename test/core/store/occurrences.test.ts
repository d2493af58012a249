/** Where the deliveries of an occurrence stand in SQLite's ledger is kept as spans of their numbers; reading by them misses and repeats nothing. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { openStore, type DeliveryIntent, type Store } from '../../../core/store';
import { Database } from '../../../core/store/sqlite/database';
import { MIGRATIONS } from '../../../core/store/sqlite/migrations';
import { OccurrenceSpans } from '../../../core/store/sqlite/occurrences';
import { collect, NOW, temporaryFolder } from '../support';

const LEASE = { now: NOW, owner: 'run-1', leaseMs: 60_000 };
const intent = (id: string, occurrence: string): DeliveryIntent => ({
  id, campaign: 'sale', occurrence, recipient: `p-${id}`, key: '', arm: null, category: 'marketing', counts: true, resendUnknown: false, gateway: 'fcm', platform: 'android', device: 'x',
});
const idsOf = async (store: Store, occurrence: string) => (await collect(store.ledger({ occurrence }))).map(({ id }) => id);
const spansOf = (db: Database) => db.all('SELECT occurrence_number, first, last FROM occurrence_spans ORDER BY first').map((row) => Object.values(row));

describe('the deliveries of an occurrence', () => {
  it('are read once each, in the order they were leased, however occurrences take turns', async () => {
    const leases = fc.array(fc.array(fc.constantFrom('a', 'a', 'a', 'b', 'c'), { minLength: 1, maxLength: 12 }), { maxLength: 12 });
    await fc.assert(fc.asyncProperty(leases, async (groups) => {
      const store = await openStore({ sqlite: ':memory:' });
      const expected: Record<string, string[]> = { a: [], b: [], c: [] };
      let number = 0;
      for (const group of groups) {
        const intents = group.map((occurrence) => intent(`${++number}`, occurrence));
        for (const { id, occurrence } of intents) expected[occurrence]?.push(id);
        await store.lease(intents, LEASE);
      }
      for (const [occurrence, ids] of Object.entries(expected)) {
        expect(await idsOf(store, occurrence)).toEqual(ids);
        expect(await store.countReached('sale', occurrence)).toBe(ids.length);
      }
      await store.close();
    }), { numRuns: 60 });
  });

  it('are read once each where they fill several pages and lie in spans of every length', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    const all = Array.from({ length: 16_000 }, (_, n) => intent(`${n}`, n % 7 === 0 || n > 9000 ? 'a' : 'b'));
    for (let at = 0; at < all.length; at += 250) await store.lease(all.slice(at, at + 250), LEASE);
    for (const occurrence of ['a', 'b']) expect(await idsOf(store, occurrence)).toEqual(all.filter((one) => one.occurrence === occurrence).map(({ id }) => id));
    await store.close();
  });

  it('are one span where they follow one another, though they come one at a time', async () => {
    const db = await Database.open(':memory:', 0);
    for (const [occurrence, number] of [[1, 1], [1, 2], [2, 3], [2, 4], [1, 5], [1, 6]] as const) {
      const spans = new OccurrenceSpans();
      spans.add(occurrence, number);
      db.transaction(() => spans.write(db));
    }
    expect(spansOf(db)).toEqual([[1, 1, 2], [2, 3, 4], [1, 5, 6]]);
    await db.close();
  });

  it('of an earlier version are found too', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
    const earlier: DatabaseSync = new DatabaseSync(path);
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((step) => step.includes('TABLE occurrence_spans')));
    const rows = ([[1, 1], [2, 1], [3, 2], [4, 1], [7, 1], [8, 2], [9, 2]] as const).map(([number, occurrence]) => `(${number}, 'id-${number}', ${occurrence}, 'p-${number}', '', 1, 'x', 1, 0)`);
    earlier.exec(`${steps.join(';')}; PRAGMA user_version = ${steps.length}; INSERT INTO occurrences VALUES (1, 'sale', 'a'), (2, 'sale', 'b');
      INSERT INTO delivery_traits VALUES (1, 'marketing', 1, 'fcm', 'android'); INSERT INTO lease_owners VALUES (1, 'old', '');
      INSERT INTO ledger (number, id, occurrence_number, recipient, message_key, traits, device, owner, leased_at) VALUES ${rows.join(', ')}`);
    earlier.close();
    const store = await openStore({ sqlite: path });
    expect(spansOf((store as unknown as { db: Database }).db)).toEqual([[1, 1, 2], [2, 3, 3], [1, 4, 4], [1, 7, 7], [2, 8, 9]]);
    await store.lease([intent('new', 'b')], LEASE);
    expect(await idsOf(store, 'a')).toEqual(['id-1', 'id-2', 'id-4', 'id-7']);
    expect(await idsOf(store, 'b')).toEqual(['id-3', 'id-8', 'id-9', 'new']);
    await store.close();
  });
});
