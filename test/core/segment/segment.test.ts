import { PushError } from '../../../core/errors';
import { compileSegment, conditionFields, parseCondition } from '../../../core/segment';
import { NOW } from '../support';

function refusal(condition: unknown): PushError {
  try {
    parseCondition(condition);
  } catch (error) {
    if (error instanceof PushError) return error;
    throw error;
  }
  throw new Error('The condition was not refused.');
}

describe('a refused condition', () => {
  it.each<[unknown, string]>([
    [{ $or: [{ a: 1 }, { country: { $in: 'FR' } }] }, '$or[1].country.$in'],
    [{ 'address.city': { $not: { $regex: '(' } } }, 'address.city.$not.$regex'],
    [{ $not: { $and: [{ x: { $foo: 1 } }] } }, '$not.$and[0].x.$foo'],
    [{ list: { $elemMatch: { price: { $gt: null } } } }, 'list.$elemMatch.price.$gt'],
    [{ country: { $in: ['FR', NaN] } }, 'country.$in[1]'],
    [{ country: undefined }, 'country'],
    [{ a: { $eq: { b: [() => 1] } } }, 'a.$eq.b[0]'],
    [{ a: { $gt: NaN } }, 'a.$gt'],
    [{ a: { $gt: Infinity } }, 'a.$gt'],
    [{ a: new Date() }, 'a'],
    [{ a: 1n }, 'a'],
  ])('%j names the place %s', (condition, place) => {
    const error = refusal(condition);
    expect(error.fields['place']).toBe(place);
    expect(error.message).toContain(place);
    expect(error.hint).not.toBe('');
  });

  it.each([[null], [undefined], [42], ['country'], [[]], [new Map()], [() => true]])('%p is no condition at all', (condition) => {
    expect(refusal(condition).code).toBe('condition-invalid');
  });

  it('says what the operator takes and what it was given', () => {
    expect(refusal({ seen: { $within: 'a week' } }).message).toBe(
      'The operator $within at seen.$within takes a length of time such as "7d": a whole number and ms, s, m, h, d or w; it was given the text \'a week\'.');
  });

  it('points from a related language to the word here', () => {
    expect(refusal({ country: { $ini: ['fr'] } }).hint).toBe('Use $in with "$options": "i".');
  });

  it.each([
    ['$not', (inner: object) => ({ $not: inner })],
    ['$and', (inner: object) => ({ $and: [inner] })],
    ['a value', (inner: object) => ({ a: { $eq: inner } })],
    ['a list', (inner: object) => ({ a: [inner] })],
    ['$elemMatch', (inner: object) => ({ a: { $elemMatch: inner } })],
    ['$not under a field', (inner: object) => ({ a: { $not: inner } })],
    ['$not under $elemMatch', (inner: object) => ({ a: { $elemMatch: { $not: inner } } })],
  ])('a 10,000-deep nesting of %s is refused in words and does not overflow the stack', (_, wrap) => {
    let condition: object = { a: 1 };
    for (let depth = 0; depth < 10_000; depth++) condition = wrap(condition);
    expect(['condition-too-deep', 'operators-mixed', 'unknown-operator']).toContain(refusal(condition).code);
  });

  it('a $not chain under one field is refused as well', () => {
    let test: object = { $gt: 1 };
    for (let depth = 0; depth < 10_000; depth++) test = { $not: test };
    expect(refusal({ a: test }).code).toBe('condition-too-deep');
    expect(refusal({ a: { $elemMatch: test } }).code).toBe('condition-too-deep');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'a.__proto__.b', 'a.constructor'])('the path %s is refused', (path) => {
    expect(refusal({ [path]: 1 }).code).toBe('field-invalid');
    expect(refusal({ a: { $elemMatch: { [path]: 1 } } }).code).toBe('field-invalid');
  });

  it('an operator that is inherited from Object is unknown', () => {
    expect(refusal({ a: { $toString: 1 } }).code).toBe('unknown-operator');
    expect(refusal({ $constructor: [] }).code).toBe('unknown-operator');
  });
});

describe('a compiled segment', () => {
  it('reads own fields only, whatever was put on the prototypes', () => {
    const inherited = Object.create({ country: 'FR', address: { city: 'Lyon' } }) as object;
    expect(compileSegment({ country: 'FR' })(inherited)).toBe(false);
    expect(compileSegment({ 'address.city': 'Lyon' })(inherited)).toBe(false);
    expect(compileSegment({ country: { $exists: false } })(inherited)).toBe(true);
    expect(compileSegment({ tags: { $elemMatch: { map: { $exists: true } } } })({ tags: [[], {}] })).toBe(false);
    Object.defineProperty(Object.prototype, 'polluted', { value: 'yes', configurable: true });
    try {
      expect(compileSegment({ polluted: 'yes' })({})).toBe(false);
      expect(compileSegment({ 'a.polluted': 'yes' })({ a: {} })).toBe(false);
      expect(compileSegment({ polluted: 'yes' })({ polluted: 'yes' })).toBe(true);
    } finally {
      delete (Object.prototype as unknown as Record<string, unknown>)['polluted'];
    }
  });

  it('is not changed by what happens to the condition afterwards', () => {
    const condition = { country: { $in: ['FR'] }, address: { city: 'Lyon' } };
    const matches = compileSegment(condition);
    condition.country.$in.push('DE');
    condition.address.city = 'Nice';
    expect(matches({ country: 'DE', address: { city: 'Lyon' } })).toBe(false);
    expect(matches({ country: 'FR', address: { city: 'Lyon' } })).toBe(true);
  });

  it('takes a view that is no person for nobody', () => {
    const matches = compileSegment({ a: { $ne: 1 } });
    for (const view of [null, undefined, 1, 'a']) expect(matches(view as unknown as object)).toBe(false);
  });

  it('counts relative dates from the instant that it was given', () => {
    const matches = compileSegment({ seen: { $within: '1h' } }, { now: NOW });
    expect(matches({ seen: '2026-06-01T11:30:00Z' })).toBe(true);
    expect(matches({ seen: '2026-06-01T10:30:00Z' })).toBe(false);
  });

  it('counts relative dates from the clock that it was given, each time anew', () => {
    let now = NOW;
    const matches = compileSegment({ seen: { $within: '1h' } }, { now: () => now });
    const view = { seen: '2026-06-01T11:30:00Z' };
    expect(matches(view)).toBe(true);
    now = new Date('2026-06-01T13:00:00Z');
    expect(matches(view)).toBe(false);
  });

  it('counts relative dates from the time of the test where no time was given', () => {
    const matches = compileSegment({ seen: { $within: '1m' } });
    expect(matches({ seen: Date.now() })).toBe(true);
    expect(matches({ seen: Date.now() - 61_000 })).toBe(false);
  });

  it('refuses a time that is none', () => {
    expect(() => compileSegment({}, { now: new Date(NaN) })).toThrow(PushError);
  });

  it('tests every item of a wide group', () => {
    const wide = Array.from({ length: 50 }, (_, index) => ({ [`f${index}`]: index }));
    const view = Object.assign({}, ...wide) as object;
    expect(compileSegment({ $and: wide })(view)).toBe(true);
    expect(compileSegment({ $and: [...wide, { x: 1 }] })(view)).toBe(false);
    expect(compileSegment({ $or: wide })({ f49: 49 })).toBe(true);
    expect(compileSegment({ $or: wide })({ f49: 48 })).toBe(false);
  });
});

describe('dates', () => {
  const during = (date: unknown): boolean => compileSegment({ at: { $after: '2026-05-31T11:59:59.999Z', $before: '2026-05-31T12:00:00.001Z' } })({ at: date });

  it.each([
    '2026-05-31T12:00Z', '2026-05-31T12:00:00Z', '2026-05-31T12:00:00.000Z', '2026-05-31 12:00:00', '2026-05-31T12:00:00.000499Z',
    '2026-05-31T14:00:00+02:00', '2026-05-31T01:30-10:30', '2026-06-01T02:00:00+14:00', 1780228800, 1780228800000,
  ])('%s is noon of the last of May, UTC', (date) => {
    expect(during(date)).toBe(true);
  });

  it.each(['2026-05-31T24:00:00Z', '2026-13-01', '2026-06-31', '2026-05-31T12:60Z', '2026-05-31T12:00:61Z', '2026-05-31T12:00+15:00', '31/05/2026', 'May 31, 2026', '2026', '', ' 2026-05-31', true, null, 1e20, {}])('%j is no date', (date) => {
    const any = compileSegment({ at: { $after: '0001-01-01' } });
    expect(any({ at: date })).toBe(false);
    expect(compileSegment({ at: { $before: '9999-12-31' } })({ at: date })).toBe(false);
  });

  it('knows leap years', () => {
    const any = compileSegment({ at: { $after: '0001-01-01' } });
    expect(['2024-02-29', '2000-02-29', '2026-02-29', '1900-02-29'].map((at) => any({ at }))).toEqual([true, true, false, false]);
  });
});

describe('the fields of a condition', () => {
  it('are named once each, in the order in which they are written', () => {
    expect(conditionFields({ country: 'FR', $or: [{ 'address.city': 'Lyon' }, { country: 'BE' }], $not: { tags: { $elemMatch: { name: 'x' } } } }))
      .toEqual(['country', 'address.city', 'tags']);
    expect(conditionFields({})).toEqual([]);
  });
});
