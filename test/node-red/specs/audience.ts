import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { people, type Bench, type TestNode } from '../support/bench';

const STORE = { id: 'store', type: 'push-store', path: '', pathType: 'str' };
const node = (more: Partial<TestNode>): TestNode => ({ type: 'push-audience', store: 'store', operation: 'import', format: 'auto', output: 'people', property: 'payload', category: 'marketing', state: 'opted-in', fields: {}, outputs: 2, ...more });

export function specifyAudience(bench: Bench, dataFolder: string): void {
  describe('push-audience', () => {
    const store = { ...STORE, path: join(dataFolder, 'audience.sqlite') };

    it('imports CSV, JSON and objects, and puts the broken lines out beside the people', async () => {
      await bench.deploy([node({})], [store]);
      const csv = await bench.send([{ payload: 'id,city,token\na,Lyon,t1\nb,Nice\nc,Nantes,t3\n,Metz,' }]);
      expect(people(csv, 0)).toMatchObject([{ id: 'a', city: 'Lyon', devices: [{ token: 't1' }] }, { id: 'c' }]);
      expect(people(csv, 1)).toMatchObject([{ place: 'line 3', code: 'broken-line' }, { place: 'line 5', code: 'no-id' }]);
      expect(csv.completed).toBe(1);
      const json = await bench.send([{ payload: '[{"id":"d","timezone":"Mars/Olympus"}]' }, { payload: { id: 'e' } }, { payload: [{ id: 'f' }] }]);
      expect(people(json, 0).map(({ id }) => id)).toEqual(['d', 'e', 'f']);
      expect(json.outputs[0]?.[0]?.['audience']).toMatchObject({ warnings: [{ id: 'd', code: 'unknown-timezone' }] });
    });

    it('gets, consents, suppresses and selects', async () => {
      await bench.deploy([
        node({ operation: 'get' }), node({ operation: 'setConsent', state: 'opted-out' }), node({ operation: 'suppress', reason: 'asked' }),
        node({ operation: 'unsuppress' }), node({ operation: 'select', condition: '{"city":"Lyon"}' }), node({ operation: 'select', output: 'reference' }),
      ], [store]);
      expect(people(await bench.send([{ payload: 'a' }], 0), 0)).toMatchObject([{ id: 'a', city: 'Lyon' }]);
      expect(people(await bench.send([{ payload: { id: 'a' } }], 1), 0)).toMatchObject([{ id: 'a', state: 'opted-out', known: true }]);
      expect(people(await bench.send([{ payload: 'a' }], 2), 0)).toMatchObject([{ suppressed: true, reason: 'asked' }]);
      expect(people(await bench.send([{ payload: 'a' }], 3), 0)).toMatchObject([{ suppressed: false, known: true }]);
      expect(people(await bench.send([{ payload: '' }], 4), 0).map(({ id }) => id)).toEqual(['a']);
      expect(people(await bench.send([{ payload: '' }], 5), 0)).toEqual([{ audience: { plan: [{ stage: { audience: { seal: expect.any(String) } } }] } }]);
      expect((await bench.send([{ payload: 'ghost' }], 0)).caught).toMatchObject([{ error: { code: 'person-unknown' } }]);
    });

    it('keeps its store where an environment variable of the editor says, and a relative path in the user folder', async () => {
      const variables = { id: 'variables', type: 'global-config', name: '', env: [{ name: 'PUSH_STORE', value: join(dataFolder, 'by-variable.sqlite'), type: 'str' }] };
      await bench.run(node({}), [{ payload: { id: 1 } }], [variables, { ...store, path: 'PUSH_STORE', pathType: 'env' }]);
      await bench.run(node({}), [{ payload: { id: 1 } }], [{ ...store, path: 'relative.sqlite' }]);
      for (const file of ['by-variable.sqlite', 'relative.sqlite']) expect([file, existsSync(join(dataFolder, file))]).toEqual([file, true]);
    });

    it('says to a Catch node that its store cannot be written, and that it has none', async () => {
      const broken = await bench.run(node({}), [{ payload: { id: 1 } }], [{ ...store, path: '/dev/null/store.sqlite' }]);
      expect(broken.caught).toMatchObject([{ payload: { id: 1 }, error: { code: 'store-not-writable' } }]);
      const none = await bench.run(node({ store: '' }), [{ payload: { id: 1 } }]);
      expect(none.caught).toMatchObject([{ error: { code: 'no-store' } }]);
      expect(none.completed).toBe(0);
    });
  });
}
