import fc from 'fast-check';
import type { JsonObject } from '../../../core/json';
import { compileSegment, explainSegment, traceSegment } from '../../../core/segment';
import { NOW } from '../support';
import { conditions, views } from './arbitrary';

const people: JsonObject[] = [
  { id: 'anna', country: 'FR', orders: 5, plan: 'pro', devices: [{ token: 'a', platform: 'ios' }, { token: 'b', platform: 'android' }] },
  { id: 'ben', country: 'FR', orders: 1, devices: [{ token: 'c', platform: 'android' }] },
  { id: 'clara', country: 'JP', orders: 9, plan: 'pro', devices: [] },
  { id: 'dora', orders: 4, plan: 'free', devices: [{ token: 'd', platform: 'web', permission: 'denied' }] },
];

describe('explaining a segment', () => {
  it('counts by rule who passes, who has no value there, and how many are left after each', () => {
    const { people: all, matched, rules } = explainSegment({ country: { $ne: 'JP' }, $or: [{ orders: { $gte: 4 } }, { plan: 'pro' }] }, people);
    expect({ all, matched }).toEqual({ all: 4, matched: 2 });
    expect(rules).toEqual([
      { place: 'country', words: 'all of:', depth: 0, passed: 2 },
      { place: 'country.$ne', words: 'country is not "JP"', depth: 1, passed: 3, unknown: 1, remaining: 3 },
      { place: '$or', words: 'at least one of:', depth: 1, passed: 3, remaining: 2 },
      { place: '$or[0].orders.$gte', words: 'orders is 4 or more', depth: 2, passed: 3, unknown: 0 },
      { place: '$or[1].plan', words: 'plan is "pro"', depth: 2, passed: 2, unknown: 1 },
    ]);
  });

  it('counts the people who can be reached, in all and by platform, among those who match', () => {
    expect(explainSegment({ orders: { $gte: 1 } }, people).reach).toEqual({ people: 2, android: 2, ios: 1, web: 0 });
    expect(explainSegment({ country: 'JP' }, people).reach).toEqual({ people: 0, android: 0, ios: 0, web: 0 });
  });

  it('asks for consent where a category is named', () => {
    const agreed = people.map((one) => (one['id'] === 'anna' ? { ...one, consent: { news: 'opted-in' } } : one));
    expect(explainSegment({}, agreed, { category: 'news' }).reach).toMatchObject({ people: 1, ios: 1 });
  });

  it('shows some of those who match', () => {
    expect(explainSegment({ plan: 'pro' }, people).sample).toEqual(['anna', 'clara']);
    expect(explainSegment({}, people, { sample: 1 }).sample).toEqual(['anna']);
  });

  it('of any condition and people counts as many as the segment finds', () => {
    fc.assert(fc.property(conditions, fc.array(views, { maxLength: 6 }), (condition, list) => {
      const { matched, rules: [top, ...rules], people: all } = explainSegment(condition, list, { now: NOW });
      const expected = list.filter(compileSegment(condition, { now: NOW })).length;
      expect({ condition, matched, top: top?.passed, all }).toEqual({ condition, matched: expected, top: expected, all: list.length });
      const funnel = [top, ...rules].flatMap((rule) => (rule?.remaining === undefined ? [] : [rule.remaining]));
      expect(funnel).toEqual(funnel.toSorted((a, b) => b - a));
      expect(funnel.at(-1)).toBe(expected);
    }), { numRuns: 500 });
  });
});

describe('the trace of one person', () => {
  it('says rule by rule why they are in, with what was found', () => {
    const { matched, text } = traceSegment({ country: { $in: ['FR', 'BE'] }, $not: { orders: { $lt: 3 } } }, people[0] ?? {});
    expect(matched).toBe(true);
    expect(text).toBe([
      'In the segment.',
      '  + all of: -> yes',
      '    + country is one of "FR", "BE" -> yes (it is "FR")',
      '    + not: orders is less than 3 -> yes (it is 5)',
    ].join('\n'));
  });

  it('says that there is no value, and what follows from it', () => {
    expect(traceSegment({ plan: 'pro' }, people[1] ?? {}).lines).toEqual([{ place: 'plan', words: 'plan is "pro"', depth: 0, answer: 'unknown', passed: false }]);
    expect(traceSegment({ plan: { $ne: 'pro' } }, people[1] ?? {}).text).toContain('+ plan is not "pro" -> yes (there is no value)');
    expect(traceSegment({ plan: { $exists: true } }, people[1] ?? {}).text).toContain('- plan has a value -> no (it is null)');
  });

  it.each<[JsonObject, string]>([
    [{ $performed: { event: 'opened', count: { $gte: 2 }, within: '30d', where: { campaign: { $startsWith: 'spring' } } } },
      'did "opened", times: 2 or more in the last 30 d, where campaign begins with "spring"'],
    [{ $notPerformed: { event: 'converted', before: '-90d' } }, 'did not do "converted", times: 1 or more before 90 d ago'],
    [{ $lastPerformed: { event: 'opened', after: '2026-01-01' } }, 'did for the last time "opened" after 2026-01-01T00:00:00.000Z'],
    [{ $spent: { amount: { $gt: 1, $lte: 9 }, currency: 'EUR' } }, 'spent "converted", EUR: greater than 1 and 9 or less'],
    [{ $campaign: { campaign: 'spring', result: 'ignored', arm: 'B', within: '7d' } }, 'ignored the campaign "spring", arm B, in the last 7d'],
    [{ $inList: 'vip' }, 'is in the list "vip"'],
    [{ $bucket: { salt: 's', range: [0, 0.125] } }, 'falls into the part 0 % to 12.5 % of the draw "s"'],
    [{ birthday: { $anniversary: { from: 'today', to: '+6d', timezone: 'Europe/Paris' } } }, 'birthday has its day of the year from today to today +6 d in Europe/Paris'],
    [{ birthday: { $anniversary: { from: '05-01' } } }, 'birthday has its day of the year on 05-01'],
    [{ home: { $near: { latitude: 1, longitude: 2, radius: '5km' } } }, 'home is within 5000 m of 1, 2'],
    [{ $reachable: { platform: 'ios', category: 'news', seenWithin: '60d' } }, 'can be reached on ios, seen in the last 60 d, with consent to news (opted-in)'],
    [{ $reachable: {} }, 'can be reached on any device'],
    [{ city: { $in: ['paris'], $options: 'i' } }, 'city is one of "paris" (in whatever case)'],
    [{ items: { $elemMatch: { price: { $gte: 9 }, sku: 'a' } } }, 'items has an item with price is 9 or more and sku is "a"'],
    [{ tags: { $size: { $gte: 3 } } }, 'tags has this many items: 3 or more'],
    [{ n: { $mod: [10, 3] } }, 'n divided by 10 leaves 3'],
  ])('says %j in words', (condition, words) => {
    expect(traceSegment(condition, { id: 'x' }).lines[0]?.words).toBe(words);
  });
});
