import fc from 'fast-check';
import { armRanges, assignArm, bucketOf, compileExperiment, type Experiment, hashBucket, sampleRatioMismatch } from '../../../core/experiment';
import vectors from '../../vectors/experiment.json';

const SPRING: Experiment = { key: 'spring-2026', arms: [{ name: 'A', weight: 45 }, { name: 'B', weight: 45 }, { name: 'control', weight: 10 }] };

/** 2 to 26 arms of whole percent that sum to 100. */
const arms = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 25 }).map((cuts) => {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), 100];
  return edges.slice(1).map((edge, index) => ({ name: `arm ${index + 1}`, weight: edge - (edges[index] ?? 0) }));
});
const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '');
const id = fc.oneof(fc.uuid(), fc.nat().map(String), key);

describe('hashBucket', () => {
  it.each(vectors.hash)('of $seed and $value in version $version is $expect', ({ seed, value, version, expect: bucket }) => {
    expect(hashBucket(seed, value, version as 1 | 2)).toBe(bucket);
  });

  it('uses version 2 where none is named', () => {
    expect(hashBucket('spring-2026', 'anna')).toBe(hashBucket('spring-2026', 'anna', 2));
  });

  it('refuses a version that does not exist', () => {
    expect(() => hashBucket('a', 'b', 3 as 2)).toThrow(expect.objectContaining({ code: 'unknown-hash-version' }));
  });

  it('gives the same buckets when the seed is hashed beforehand, whatever the letters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (seed, value) => {
      const bucket = bucketOf(seed)(value);
      expect(bucket).toBe(hashBucket(seed, value));
      expect(bucket).toBeGreaterThanOrEqual(0);
      expect(bucket).toBeLessThan(1);
    }));
  });
});

describe('assignArm', () => {
  it.each(vectors.assignments)('$name: puts $id where the vectors say', ({ experiment, id: person, expect: assignment }) => {
    expect(assignArm(experiment, person)).toEqual(assignment);
    expect(compileExperiment(experiment)(person)).toEqual(assignment);
  });

  it.each(vectors.rejections)('refuses $name', ({ experiment, id: person, code }) => {
    expect(() => assignArm(experiment as Experiment, person as string)).toThrow(expect.objectContaining({ code }));
  });

  it.each([undefined, null, '', Number.NaN, Infinity, {}, ['a'], true])('refuses the id %p once the experiment is compiled', (person) => {
    expect(() => compileExperiment(SPRING)(person)).toThrow(expect.objectContaining({ code: 'no-id', hint: expect.stringContaining('id') }));
  });

  it('says what the weights sum to and what to do', () => {
    const short = { key: 'k', arms: [{ name: 'A', weight: 45 }, { name: 'B', weight: 45 }] };
    expect(() => assignArm(short, 'anna')).toThrow(expect.objectContaining({
      message: 'The weights of the arms sum to 90, not to 100.', hint: expect.stringContaining('Add 10'), fields: { sum: 90 },
    }));
  });

  it('takes everybody in although three times 33.33 misses 100', () => {
    const thirds = compileExperiment({ key: 'k', arms: ['a', 'b', 'c'].map((name) => ({ name, weight: 33.33 })) });
    const drawn = Array.from({ length: 50_000 }, (_, index) => thirds(index));
    expect(drawn.some(({ bucket }) => bucket === 0.9999)).toBe(true);
    expect(drawn.every(({ arm }) => arm !== null)).toBe(true);
  });

  it('puts the same person in the same arm every time, whoever else is drawn', () => {
    fc.assert(fc.property(key, arms, fc.uniqueArray(id, { minLength: 1, maxLength: 20 }), (seed, list, people) => {
      const experiment = { key: seed, arms: list };
      const draw = compileExperiment(experiment);
      const together = people.map((person) => draw(person).arm);
      const alone = [...people].reverse().map((person) => assignArm(experiment, person).arm).reverse();
      expect(together).toEqual(alone);
      expect(together.every((arm) => arm !== null)).toBe(true);
    }));
  });

  it('never draws an arm of weight 0', () => {
    fc.assert(fc.property(key, arms, id, (seed, list, person) => {
      const { arm } = assignArm({ key: seed, arms: list }, person);
      expect(list.find(({ name }) => name === arm)?.weight).toBeGreaterThan(0);
    }));
  });

  it('only adds people when the coverage rises, and moves nobody', () => {
    fc.assert(fc.property(key, arms, id, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }),
      (seed, list, person, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const before = assignArm({ key: seed, arms: list, coverage: low }, person).arm;
        const after = assignArm({ key: seed, arms: list, coverage: high }, person).arm;
        if (before !== null) expect(after).toBe(before);
      }));
  });

  it('gives each arm its share, for ids of several kinds', () => {
    const kinds = [(n: number) => String(n), (n: number) => `user-${String(n).padStart(8, '0')}`, (n: number) => `person${n}@example.org`];
    for (const kind of kinds) {
      const draw = compileExperiment(SPRING);
      const counts = new Map<string | null, number>();
      for (let n = 0; n < 100_000; n++) {
        const { arm } = draw(kind(n));
        counts.set(arm, (counts.get(arm) ?? 0) + 1);
      }
      const observed = SPRING.arms.map(({ name }) => counts.get(name) ?? 0);
      expect(observed.reduce((sum, count) => sum + count, 0)).toBe(100_000);
      expect(sampleRatioMismatch(observed, SPRING.arms.map(({ weight }) => weight)).p).toBeGreaterThan(0.001);
    }
  });

  it('draws anew under another key: the arms of two experiments do not depend on each other', () => {
    const [one, two] = ['exp-1', 'exp-2'].map((seed) => compileExperiment({ ...SPRING, key: seed }));
    const joint = new Map<string, number>();
    for (let n = 0; n < 100_000; n++) {
      const cell = `${one?.(`user-${n}`).arm}/${two?.(`user-${n}`).arm}`;
      joint.set(cell, (joint.get(cell) ?? 0) + 1);
    }
    const cells = SPRING.arms.flatMap((a) => SPRING.arms.map((b) => ({ cell: `${a.name}/${b.name}`, weight: a.weight * b.weight })));
    expect(sampleRatioMismatch(cells.map(({ cell }) => joint.get(cell) ?? 0), cells.map(({ weight }) => weight)).p).toBeGreaterThan(0.001);
  });
});

describe('armRanges', () => {
  it('keeps the start of each arm when only a part takes part', () => {
    expect(armRanges([{ name: 'A', weight: 20 }, { name: 'B', weight: 30 }, { name: 'C', weight: 50 }], 0.2)).toEqual([
      { name: 'A', from: 0, to: expect.closeTo(0.04, 12) },
      { name: 'B', from: 0.2, to: expect.closeTo(0.26, 12) },
      { name: 'C', from: 0.5, to: expect.closeTo(0.6, 12) },
    ]);
  });
});
