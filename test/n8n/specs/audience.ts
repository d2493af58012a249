import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Bench, TestNode } from '../support/bench';

const CSV = [
  'id,firstName,timezone,consent.marketing,token,gateway',
  'a,Ada,Europe/Paris,opted-in,token-a1:x,fcm',
  'a,Ada,Europe/Paris,opted-in,token-a2:x,fcm',
  'b,Bo,Mars/Olympus,opted-out,token-b:x,fcm',
  'c,Cy',
  ',nobody,,,,',
  'd,Di,,,,',
].join('\n');

export function specifyAudience(bench: Bench): void {
  describe('Push Audience', () => {
    const storeFile = join(mkdtempSync(join(tmpdir(), 'push-audience-')), 'store.sqlite');
    const audience = (parameters: IDataObject, more: Partial<TestNode> = {}): TestNode => ({
      type: 'pushAudience', parameters: { ...parameters, options: { storeFile, ...(parameters['options'] as IDataObject) } }, ...more,
    });
    const json = (items: { json: IDataObject }[] | undefined) => (items ?? []).map((item) => item.json);

    it('imports a text: devices of one id together, broken lines beside the rest, fields that are wrong told', async () => {
      const { outputs, hints } = await bench.run(audience({ operation: 'import', source: 'text', text: '={{ $json.csv }}', format: 'csv', output: 'people' }), [{ csv: CSV }]);
      expect(json(outputs[0]).map(({ id, devices, timezone }) => [id, (devices as unknown[]).length, timezone])).toEqual([
        ['a', 2, 'Europe/Paris'], ['b', 1, undefined], ['d', 0, undefined],
      ]);
      expect(json(outputs[1])).toEqual([
        { place: 'line 5', error: expect.stringContaining('2 cells'), details: { code: 'broken-line' } },
        { place: 'line 6', error: expect.stringContaining('no id'), details: { code: 'no-id' } },
      ]);
      expect(hints.join()).toMatch(/3 people: 3 new.*Mars\/Olympus.*2 rows rejected, such as line 5/);
    });

    it('says in a summary what it did; the same list again renews', async () => {
      const { outputs } = await bench.run(audience({ operation: 'import', source: 'text', text: CSV, format: 'csv', output: 'summary' }), [{}]);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ people: 3, created: 0, updated: 3, moved: 0 })]);
    });

    it('imports items, fields named by the user; rejected items go on the error output with their own fields', async () => {
      const node = audience(
        { operation: 'import', source: 'items', output: 'people', fields: { id: 'user.key', token: 'push.device' } },
        { onError: 'continueErrorOutput' },
      );
      const { outputs } = await bench.run(node, [{ user: { key: 'k1' }, name: 'Kim' }, { name: 'Nameless' }]);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ id: 'k1', name: 'Kim' })]);
      expect(json(outputs[2])).toEqual([{ name: 'Nameless', error: expect.stringContaining('no id'), details: { code: 'no-id', place: 'item 2' } }]);
      expect(outputs[2]?.[0]?.pairedItem).toEqual({ item: 1 });
    });

    it('links each person to the items that they came out of', async () => {
      const { outputs } = await bench.run(audience({ operation: 'upsert', output: 'people' }), [
        { id: 'l1', token: 'token-l1:1' }, { id: 'l2' }, { id: 'l1', token: 'token-l1:2' },
      ]);
      expect(outputs[0]?.map(({ json: { id }, pairedItem }) => [id, pairedItem])).toEqual([
        ['l1', [{ item: 0 }, { item: 2 }]], ['l2', { item: 1 }],
      ]);
    });

    it('imports the text of every item, each once, and goes on after one that cannot be read', async () => {
      const texts = ['[{ "id": "m1" }]', '[{ "id": ', '[{ "id": "m2" }, { "name": "nobody" }]', '[{ "id": "m1" }]'];
      const node = audience({ operation: 'import', source: 'text', text: '={{ $json.text }}', format: 'json', output: 'people' });
      const { outputs } = await bench.run({ ...node, onError: 'continueRegularOutput' }, texts.map((text) => ({ text })));
      expect(outputs[0]?.map((item) => [item.json['id'], item.pairedItem])).toEqual([['m1', { item: 0 }], ['m2', { item: 2 }]]);
      expect(outputs[1]?.map((item) => [item.json['place'], item.pairedItem])).toEqual([[undefined, { item: 1 }], ['input 3, item 2', { item: 2 }]]);
      const { stopped } = await bench.run(node, texts.map((text) => ({ text })));
      expect(stopped).toMatchObject({ message: expect.stringContaining('not JSON'), context: { itemIndex: 1 } });
    });

    it('takes the list itself out of an expression, and says where an expression gives no text', async () => {
      const node = audience({ operation: 'import', source: 'text', text: '={{ $json.list }}', format: 'csv', output: 'people' });
      const { outputs } = await bench.run(node, [{ list: [{ id: 'n1' }, { id: 'n2' }] }]);
      expect(json(outputs[0]).map(({ id }) => id)).toEqual(['n1', 'n2']);
      const { stopped } = await bench.run(node, [{ lists: [] }]);
      expect(stopped).toMatchObject({ message: "The parameter 'Text' is empty.", context: { itemIndex: 0 } });
    });

    it('shows what a row holds as text in its hint, and never as markup of the editor', async () => {
      const { hints } = await bench.run(audience({ operation: 'upsert', output: 'summary' }), [{ id: 'h', timezone: '<a href=https://evil.example>&' }]);
      expect(hints).toEqual([expect.stringContaining("'&lt;a href=https://evil.example>&amp;' is not a time zone")]);
    });

    it('imports a file, and says so where there is none', async () => {
      const node = audience({ operation: 'import', source: 'binary', binaryField: 'data', format: 'json', output: 'people' });
      const file: TestNode = { type: 'n8n-nodes-base.convertToFile', typeVersion: 1.1, parameters: { operation: 'toJson', mode: 'once', options: {} } };
      const { outputs } = await bench.run(node, [{ id: 'f1' }, { id: 'f2' }], file);
      expect(json(outputs[0]).map(({ id }) => id)).toEqual(['f1', 'f2']);
      const { stopped } = await bench.run(node, [{}]);
      expect(stopped?.message).toContain("binary file 'data'");
    });

    it('moves a device to its newest owner', async () => {
      const { outputs } = await bench.run(audience({ operation: 'upsert', output: 'summary' }), [{ id: 'z', token: 'token-b:x' }]);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ people: 1, created: 1, moved: 1 })]);
      const { outputs: got } = await bench.run(audience({ operation: 'get', id: 'b' }), [{}]);
      expect(json(got[0])).toEqual([expect.objectContaining({ id: 'b', devices: [] })]);
    });

    it('looks up each item, and goes on after a person that is not there', async () => {
      const node = audience({ operation: 'get', id: '={{ $json.who }}' }, { onError: 'continueRegularOutput' });
      const { outputs } = await bench.run(node, [{ who: 'a' }, { who: 'ghost' }, { who: 'd' }]);
      expect(outputs[0]?.map((item) => [item.json['id'], item.pairedItem])).toEqual([['a', { item: 0 }], ['d', { item: 2 }]]);
      expect(outputs[1]?.map((item) => [item.json['error'], item.pairedItem])).toEqual([[expect.stringContaining("'ghost'"), { item: 1 }]]);
    });

    it('stops at a person that is not there where it is not told to continue, naming the item and the remedy', async () => {
      const { stopped } = await bench.run(audience({ operation: 'get', id: '={{ $json.who }}' }), [{ who: 'a' }, { who: 'ghost' }]);
      expect(stopped).toMatchObject({ message: expect.stringContaining("'ghost'"), description: 'Import the person first.', context: { itemIndex: 1 } });
    });

    it('sets consent, suppresses and unsuppresses', async () => {
      const { outputs: consent } = await bench.run(audience({ operation: 'setConsent', id: 'a', category: 'news', state: 'opted-out' }), [{}]);
      expect(json(consent[0])).toEqual([{ id: 'a', category: 'news', state: 'opted-out', known: true }]);
      const { outputs: suppressed } = await bench.run(audience({ operation: 'suppress', id: 'a', reason: 'asked by mail' }), [{}]);
      expect(json(suppressed[0])).toEqual([{ id: 'a', suppressed: true, reason: 'asked by mail' }]);
      const { outputs: back } = await bench.run(audience({ operation: 'unsuppress', id: 'a' }), [{}]);
      expect(json(back[0])).toEqual([expect.objectContaining({ id: 'a', suppressed: false })]);
    });

    it('selects people by a condition, up to a limit, or as one reference', async () => {
      const select = (more: IDataObject) => bench.run(audience({ operation: 'getAll', ...more }), [{}]);
      const { outputs: found } = await select({ condition: '{ "firstName": { "$in": ["Ada", "Di"] } }', selection: 'people', returnAll: true });
      expect(json(found[0]).map(({ id }) => id)).toEqual(['a', 'd']);
      const { outputs: few } = await select({ condition: '{}', selection: 'people', returnAll: false, limit: 2 });
      expect(few[0]).toHaveLength(2);
      const { outputs: reference } = await select({ condition: '{ "firstName": "Ada" }', selection: 'reference' });
      expect(json(reference[0])).toEqual([{ audience: { plan: [{ stage: { audience: { condition: { firstName: 'Ada' }, seal: expect.any(String) } } }] } }]);
    });

    it('says that the store cannot be written, and where it is', async () => {
      const { stopped } = await bench.run({ type: 'pushAudience', parameters: { operation: 'upsert', options: { storeFile: '/dev/null/store.sqlite' } } }, [{ id: 1 }]);
      expect(stopped?.message).toContain('/dev/null/store.sqlite');
      expect(stopped?.description).not.toBe('');
    });
  });
}
