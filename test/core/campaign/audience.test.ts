import fc from 'fast-check';
import { getPerson, importPeople, readRows, setConsent, suppressPerson, unsuppressPerson } from '../../../core/campaign';
import { openStore, type Store } from '../../../core/store';
import { NOW } from '../support';

const csv = (...lines: string[]) => readRows({ format: 'csv', text: lines.join('\n') });

describe('reading CSV', () => {
  it('names fields by the first line, nests dotted names and leaves empty cells out', () => {
    expect(csv('id,name,consent.marketing', '1,Anna,opted-in', '2,,')).toEqual([
      { place: 'line 2', value: { id: 1, name: 'Anna', consent: { marketing: 'opted-in' } } },
      { place: 'line 3', value: { id: 2 } },
    ]);
  });

  it('makes numbers only of what stays the same text', () => {
    expect(csv('a,b,c,d,e', '12,007,1.50,-3.25,true')[0]?.value).toEqual({ a: 12, b: '007', c: '1.50', d: -3.25, e: true });
  });

  it('finds semicolons and tabs, quotes, line ends of Windows and a byte order mark', () => {
    expect(csv('\uFEFFid;name\r', '1;"A;B"\r', '')[0]?.value).toEqual({ id: 1, name: 'A;B' });
    expect(csv('id\tname', '1\tA,B')[0]?.value).toEqual({ id: 1, name: 'A,B' });
  });

  it('names a broken line and reads the others', () => {
    const rows = csv('id,name', '1,Anna', '2,Ben,too,many', '3,"Clara"x', '4,Dora');
    expect(rows.filter(({ value }) => value !== undefined).map(({ value }) => value?.['id'])).toEqual([1, 4]);
    expect(rows.filter(({ error }) => error !== undefined)).toMatchObject([
      { place: 'line 3', error: { code: 'broken-line', message: expect.stringContaining('4 cells where the first line names 2') } },
      { place: 'line 4', error: { code: 'broken-line' } },
    ]);
  });

  it('loses no line to a quote that is never closed', () => {
    const rows = csv('id,name', '1,Anna', '', '2,"Ben', '3,Clara', '', '4,"Do', 'ra"');
    expect(rows.map(({ place, value }) => [place, value?.['id'], value?.['name']])).toEqual([
      ['line 2', 1, 'Anna'], ['line 4', undefined, undefined], ['line 5', 3, 'Clara'], ['line 8', 4, 'Do\nra'],
    ]);
  });

  it('takes line ends of any kind, mixed, and lines without content', () => {
    const text = '\r\n \nid;name\na;Anna\r\n;\r\nb;Ben\rc;Clara\r\n   \r\n';
    expect(readRows({ format: 'csv', text }).map(({ place, value }) => [place, value?.['id'], value?.['name']])).toEqual([
      ['line 4', 'a', 'Anna'], ['line 6', 'b', 'Ben'], ['line 7', 'c', 'Clara'],
    ]);
  });

  it('counts lines within quotes, so that none is lost behind a broken one', () => {
    const rows = readRows({ format: 'csv', text: 'id,n\r\na,"x\r\ny"\r\nb,"q"z\r\nc,1\r\nd,2' });
    expect(rows.map(({ place, value }) => [place, value?.['id']])).toEqual([['line 3', 'a'], ['line 4', undefined], ['line 5', 'c'], ['line 6', 'd']]);
    expect(rows[1]?.error?.message).not.toMatch(/line \d/);
  });

  it('gives each good line back and names each broken one, wherever they stand', () => {
    const good = fc.constantFrom('x', '"quoted"', '"two\nlines"', '"two\r\nlines"', '"a ""word"""').map((cell) => ({ cell, good: true }));
    const bad = fc.constantFrom('x"y', '"x"y', 'a,b').map((cell) => ({ cell, good: false }));
    fc.assert(fc.property(fc.array(fc.oneof(good, bad)), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = ['id,cell', ...lines.map(({ cell }, index) => `p${index},${cell}`), ''].join(end);
      const rows = readRows({ format: 'csv', text });
      expect(rows.filter(({ value }) => value).map(({ value }) => value?.['id'])).toEqual(lines.flatMap((line, index) => (line.good ? [`p${index}`] : [])));
      for (const { place, value } of rows) {
        const [first] = text.split(end === '\n' ? '\n' : /\r?\n/).slice(Number(place.slice(5)) - 1);
        if (value !== undefined) expect(first).toMatch(new RegExp(`^${String(value['id'])},|^lines"$`));
      }
      expect(rows).toHaveLength(lines.length);
    }));
  });

  it('says when a text is no CSV at all', () => {
    expect(() => csv('id,name', ...Array(1500).fill('x,"y"z'))).toThrow(expect.objectContaining({ code: 'import-unreadable' }));
  });

  it('makes no prototype of a column named __proto__', () => {
    const value = csv('id,__proto__.admin', '1,true')[0]?.value;
    expect(value && Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('of any text ends in rows or in a clear refusal', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      try {
        for (const row of readRows({ format: 'csv', text })) expect((row.value === undefined) !== (row.error === undefined)).toBe(true);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'import-unreadable' });
      }
    }));
  });
});

describe('reading JSON', () => {
  it('takes a list, one person, or a list under "people"', () => {
    for (const text of ['[{"id":1}]', '{"id":1}', '{"people":[{"id":1}]}']) {
      expect(readRows({ format: 'json', text })).toEqual([{ place: 'item 1', value: { id: 1 } }]);
    }
  });

  it('says that a cut-off text is no JSON', () => {
    expect(() => readRows({ format: 'json', text: '[{"id":1}' })).toThrow(expect.objectContaining({ code: 'import-unreadable' }));
  });
});

describe('importing people', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
  });
  afterEach(() => store.close());

  it('makes one person of the rows of one id', async () => {
    const report = await importPeople(csv('id,city,token', 'a,Lyon,t1', 'b,Nice,t2', 'a,,t3'), { store, now: NOW });
    expect(report).toMatchObject({ created: 2, people: ['a', 'b'], rejected: [] });
    expect(await getPerson(store, 'a')).toMatchObject({ city: 'Lyon', devices: [{ token: 't1' }, { token: 't3' }] });
  });

  it('rejects a person without id by line and keeps the rest, with a warning for an unknown time zone', async () => {
    const report = await importPeople(csv('id,timezone', ',Europe/Paris', 'b,Mars/Olympus'), { store, now: NOW });
    expect(report).toMatchObject({
      people: ['b'],
      rejected: [{ place: 'line 2', code: 'no-id' }],
      warnings: [{ place: 'line 3', id: 'b', code: 'unknown-timezone' }],
    });
  });

  it('rejects a person that cannot be kept and imports the others, also the second time', async () => {
    const circle: Record<string, unknown> = { id: 'circle' };
    circle['self'] = circle;
    const deep = JSON.parse(`${'['.repeat(1500)}${']'.repeat(1500)}`) as unknown;
    const items = [{ id: 'a' }, circle, { id: 'deep', deep }, { id: 'big', n: 1n }, { id: 'b', '__proto__x': 1 }];
    for (let run = 0; run < 2; run++) {
      const report = await importPeople(readRows({ items }), { store });
      expect(report).toMatchObject({ people: ['a', 'b'], rejected: [{ place: 'item 2', code: 'unstorable-value' }, { place: 'item 3' }, { place: 'item 4' }] });
    }
  });

  it('of whatever values neither fails nor loses a good row', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true })), async (values) => {
      const fresh = await openStore({ sqlite: ':memory:' });
      const items = values.map((value, index) => ({ id: `p${index}`, value }));
      const report = await importPeople(readRows({ items }), { store: fresh });
      expect(report.people.length + report.rejected.length).toBe(items.length);
      expect(report.rejected.filter(({ code }) => code !== 'unstorable-value')).toEqual([]);
      expect(await fresh.countPeople()).toBe(report.people.length);
      await fresh.close();
    }), { numRuns: 50 });
  });

  it('counts who was there before', async () => {
    await importPeople(csv('id', 'a'), { store });
    expect(await importPeople(csv('id', 'a', 'b'), { store })).toMatchObject({ created: 1, updated: 1 });
  });

  it('says whom it does not know', async () => {
    await expect(getPerson(store, 'ghost')).rejects.toMatchObject({ code: 'person-unknown', message: expect.stringContaining('ghost') });
    await expect(getPerson(store, '')).rejects.toMatchObject({ code: 'no-id' });
  });

  it('sets consents and suppressions, and refuses a state that is none', async () => {
    expect(await setConsent(store, { id: 'a', category: 'marketing', state: 'opted-out' })).toMatchObject({ known: false });
    await expect(setConsent(store, { id: 'a', category: 'marketing', state: 'maybe' })).rejects.toMatchObject({ code: 'unknown-consent-state' });
    await expect(setConsent(store, { id: 'a', category: ' ', state: 'opted-in' })).rejects.toMatchObject({ code: 'no-category' });
    expect(await suppressPerson(store, { id: 'a', reason: 'asked' })).toEqual({ id: 'a', suppressed: true, reason: 'asked' });
    expect(await unsuppressPerson(store, { id: 'a' })).toEqual({ id: 'a', suppressed: false, known: true });
  });
});
