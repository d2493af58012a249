import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import fc from 'fast-check';
import { compileSegment, conditionToSql } from '../../../core/segment';
import type { JsonObject } from '../../../core/json';
import { toView, type Recipient } from '../../../core/recipient';
import { hasPostgres, kept, POSTGRES_URL } from '../store/databases';
import { NOW } from '../support';
import { attributes, conditions, texts } from './arbitrary';

const people: fc.Arbitrary<Recipient[]> = fc.array(
  fc.record({ attributes, locale: fc.option(texts, { nil: undefined }), timezone: fc.option(texts, { nil: undefined }) }),
  { minLength: 1, maxLength: 12 },
).map((list) => list.map(({ attributes: own, locale, timezone }, index) => ({
  id: ['fr', 'a', '1'][index] ?? `p${index}`,
  attributes: own,
  devices: [],
  ...(locale !== undefined && { locale: locale.toWellFormed() }),
  ...(timezone !== undefined && { timezone: timezone.toWellFormed() }),
})));

describe('a condition as SQL for SQLite', () => {
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    db.exec('CREATE TABLE people (id TEXT PRIMARY KEY, locale TEXT, timezone TEXT, attributes TEXT NOT NULL) WITHOUT ROWID');
  });
  afterEach(() => db.close());

  function fill(recipients: readonly Recipient[]): void {
    db.exec('DELETE FROM people');
    const insert = db.prepare('INSERT INTO people VALUES (?, ?, ?, ?)');
    for (const { id, locale, timezone, attributes: own } of recipients) insert.run(id, locale ?? null, timezone ?? null, JSON.stringify(own));
  }

  function found(sql: string, parameters: readonly unknown[]): Set<unknown> {
    return new Set(db.prepare(`SELECT people.id FROM people WHERE ${sql}`).all(...(parameters as SQLInputValue[])).map((row) => row['id']));
  }

  function select(condition: JsonObject, recipients: readonly Recipient[]): string[] {
    const { sql, parameters, residual } = conditionToSql(condition, 'sqlite', { now: NOW });
    const ids = found(sql, parameters);
    const rest = residual === undefined ? () => true : compileSegment(residual, { now: NOW });
    return recipients.filter((person) => ids.has(person.id) && rest(toView(person))).map(({ id }) => id);
  }

  it('finds, with the residual asked after, the people that the function finds', () => {
    fc.assert(fc.property(people, fc.array(conditions, { minLength: 1, maxLength: 8 }), (recipients, list) => {
      fill(recipients);
      for (const condition of list) {
        const matches = compileSegment(condition, { now: NOW });
        const expected = recipients.filter((person) => matches(toView(person))).map(({ id }) => id);
        expect({ condition, found: select(condition, recipients) }).toEqual({ condition, found: expected });
      }
    }), { numRuns: 1000 });
  });

  it('says what it can exactly and leaves the rest of an $and to be asked after', () => {
    const answer = conditionToSql({ country: 'Belgium', email: { $regex: '^a' }, orders: { $gte: 2 } }, 'sqlite');
    expect(answer.residual).toEqual({ email: { $regex: '^a' } });
    expect(answer.parameters).toContain('Belgium');
    expect(answer.sql).not.toContain('Belgium');
  });

  it.each<[string, JsonObject]>([
    ['comparisons', { country: { $in: ['FR', 'BE'] }, orders: { $gt: 1, $lte: 9 }, plan: { $ne: 'free' }, vip: true }],
    ['presence and types', { phone: { $exists: true }, x: { $exists: false }, y: { $type: 'number' }, z: null }],
    ['nested fields and lists', { 'address.city': 'Paris', tags: { $all: ['a', 'b'] }, wishlist: { $size: 2 } }],
    ['case-sensitive text', { email: { $endsWith: '@example.com' }, phone: { $startsWith: '+33' }, name: { $contains: 'a' } }],
    ['logic', { $or: [{ a: 1 }, { $not: { b: 2 } }], $nor: [{ c: 3 }] }],
    ['columns', { id: { $in: ['a', 'b'] }, locale: 'fr', timezone: { $ne: 'Europe/Paris' } }],
  ])('leaves nothing over of %s', (_, condition) => {
    expect(conditionToSql(condition, 'sqlite')).not.toHaveProperty('residual');
    expect(conditionToSql(condition, 'postgres')).not.toHaveProperty('residual');
  });

  it('answers a question for ids by the primary key', () => {
    const { sql, parameters } = conditionToSql({ id: { $in: ['a', 'b'] } }, 'sqlite');
    const plan = db.prepare(`EXPLAIN QUERY PLAN SELECT 1 FROM people WHERE ${sql}`).all(...(parameters as SQLInputValue[]));
    expect(plan.map((row) => row['detail'])).toContain('SEARCH people USING PRIMARY KEY (id=?)');
  });

  it('narrows the people by date before the exact instant is asked', () => {
    const at = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();
    const recipients = [0, 1, 6, 8, 30, 300].map((days): Recipient => ({ id: `d${days}`, attributes: { seen: at(days) }, devices: [] }));
    fill(recipients);
    const { sql, parameters } = conditionToSql({ seen: { $within: '7d' } }, 'sqlite', { now: NOW });
    expect([...found(sql, parameters)].sort()).toEqual(['d0', 'd1', 'd6', 'd8']);
    expect(select({ seen: { $within: '7d' } }, recipients)).toEqual(['d0', 'd1', 'd6']);
  });

  it.each(["it's", 'a"b', 'a\\b', '$x]', "'); DROP TABLE people; --", '日本', 'a b', '[0]', '#', '*'])('takes a field named %s for a name and nothing more', (name) => {
    fill([{ id: 'yes', attributes: { [name]: 'v', other: 'w' }, devices: [] }, { id: 'no', attributes: { other: 'v' }, devices: [] }]);
    if (name.startsWith('$')) expect(() => conditionToSql({ [name]: 'v' }, 'sqlite')).toThrow(/no operator/);
    else expect(select({ [name]: 'v' }, [{ id: 'yes', attributes: { [name]: 'v' }, devices: [] }])).toEqual(['yes']);
    expect(select({ [`x.${name}`]: { $exists: true } }, [{ id: 'yes', attributes: { [name]: 'v' }, devices: [] }])).toEqual([]);
    expect(db.prepare('SELECT count(*) AS n FROM people').get()).toMatchObject({ n: 2 });
  });

  it('takes a list of 50,000 values, and leaves a condition with too many rules to be asked after', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `p${index}`);
    fill([{ id: 'p7', attributes: { code: 'p7' }, devices: [] }, { id: 'q', attributes: { code: 'q' }, devices: [] }]);
    const { sql, parameters } = conditionToSql({ code: { $in: many } }, 'sqlite');
    expect([...found(sql, parameters)]).toEqual(['p7']);
    const wide = { $or: Array.from({ length: 900 }, (_, index) => ({ code: `p${index}` })) };
    expect([...found(conditionToSql(wide, 'sqlite').sql, conditionToSql(wide, 'sqlite').parameters)]).toEqual(['p7']);
    const wider = { $or: Array.from({ length: 5000 }, (_, index) => ({ code: { $eq: `p${index}` } })) };
    expect(conditionToSql(wider, 'sqlite')).toEqual({ sql: 'TRUE', parameters: [], residual: wider });
  });
});

(hasPostgres ? describe : describe.skip)('a condition as SQL in PostgreSQL', () => {
  const { Client } = require('pg') as typeof import('pg');
  const client = new Client({ connectionString: POSTGRES_URL });
  beforeAll(async () => {
    await client.connect();
    await client.query('CREATE TEMPORARY TABLE people (id TEXT COLLATE "C" PRIMARY KEY, locale TEXT, timezone TEXT, attributes JSONB NOT NULL)');
  });
  afterAll(() => client.end());

  it('finds, with the residual asked after, the people that the function finds', async () => {
    await fc.assert(fc.asyncProperty(people, fc.array(conditions, { minLength: 8, maxLength: 16 }), async (drawn, list) => {
      const recipients = drawn.map(kept);
      await client.query('DELETE FROM people');
      await client.query(
        'INSERT INTO people SELECT id, locale, timezone, attributes FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, locale TEXT, timezone TEXT, attributes JSONB)',
        [JSON.stringify(recipients)],
      );
      for (const condition of list) {
        const matches = compileSegment(condition, { now: NOW });
        const expected = recipients.filter((person) => matches(toView(person))).map(({ id }) => id);
        const { sql, parameters, residual } = conditionToSql(condition, 'postgres', { now: NOW });
        const { rows } = await client.query<{ id: string }>(`SELECT people.id FROM people WHERE ${sql}`, parameters);
        const ids = new Set(rows.map(({ id }) => id));
        const rest = residual === undefined ? () => true : compileSegment(residual, { now: NOW });
        const found = recipients.filter((person) => ids.has(person.id) && rest(toView(person))).map(({ id }) => id);
        expect({ condition, found }).toEqual({ condition, found: expected });
      }
    }), { numRuns: 150 });
  }, 120_000);

  it.each(['a.b', '+', '^a$', '(', '\\', '"', '***', '(?i)a', "'", '日本', '🍂', '$x'])('takes the text %s for itself, wherever it stands', async (text) => {
    await client.query('DELETE FROM people');
    const texts = [text, `<${text}`, `${text}>`, `<${text}>`, text.toUpperCase(), 'aab', ''];
    for (const [index, one] of texts.entries()) await client.query('INSERT INTO people VALUES ($1, NULL, NULL, $2)', [String(index), { a: one }]);
    for (const operator of ['$eq', '$startsWith', '$endsWith', '$contains']) {
      const { sql, parameters, residual } = conditionToSql({ a: { [operator]: text } }, 'postgres');
      expect(residual).toBeUndefined();
      const { rows } = await client.query<{ id: string }>(`SELECT people.id FROM people WHERE ${sql} ORDER BY people.id`, parameters);
      const matches = compileSegment({ a: { [operator]: text } });
      expect(rows.map(({ id }) => id)).toEqual(texts.flatMap((a, index) => (matches({ a }) ? [String(index)] : [])));
    }
  });
});

describe('a condition as SQL for PostgreSQL', () => {
  it('numbers the parameters in the order in which they stand and never writes a value into the text', () => {
    const { sql, parameters } = conditionToSql({ country: "F'R", 'address.city': { $startsWith: 'P' } }, 'postgres');
    const positions = [...sql.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]));
    expect(positions).toEqual(parameters.map((_, index) => index + 1));
    expect(parameters).toEqual([
      'lax $."country" == "F\'R"', 'address.city', 'lax $."address.city" starts with "P"',
      'strict $."address"."city" starts with "P" || exists($."address"."city"[*] ? (@ starts with "P"))',
    ]);
    expect(sql).not.toContain("F'R");
  });

  it('asks attributes by a path, and a column before the attribute of its name', () => {
    expect(conditionToSql({ orders: { $gte: 3 } }, 'postgres')).toEqual({ sql: '(people.attributes @@ $1::jsonpath) IS TRUE', parameters: ['lax $."orders" >= 3'] });
    expect(conditionToSql({ locale: 'fr' }, 'postgres').sql)
      .toBe('CASE WHEN people.locale IS NULL THEN (people.attributes @@ $1::jsonpath) IS TRUE ELSE people.locale COLLATE "C" = $2::text END');
    expect(conditionToSql({ id: 'x' }, 'postgres')).toEqual({ sql: 'people.id COLLATE "C" = $1::text', parameters: ['x'] });
  });
});
