import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PushError } from '../../../core/errors';
import { compileSegment, SEGMENT_OPERATORS } from '../../../core/segment';
import type { JsonObject } from '../../../core/json';

interface Vector {
  name: string;
  condition: object;
  now?: string;
  view?: JsonObject;
  expect?: boolean;
  error?: string;
}

const vectors = JSON.parse(readFileSync(join(__dirname, '../../vectors/segment.json'), 'utf8')) as Vector[];

describe('the golden cases of a segment', () => {
  it.each(vectors.filter(({ error }) => error === undefined).map((vector) => [vector.name, vector] as const))('%s', (_, { condition, now, view, expect: expected }) => {
    const matches = compileSegment(condition, now === undefined ? {} : { now: new Date(now) });
    expect(matches(view ?? {})).toBe(expected);
    expect(compileSegment({ $not: condition }, now === undefined ? {} : { now: new Date(now) })(view ?? {})).toBe(!expected);
  });

  it.each(vectors.filter(({ error }) => error !== undefined).map((vector) => [vector.name, vector] as const))('refuses: %s', (_, { condition, error }) => {
    let thrown: unknown;
    try {
      compileSegment(condition);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(PushError);
    expect(thrown).toMatchObject({ code: error, hint: expect.stringMatching(/./) });
  });

  it('have names of their own, and one or more of every operator', () => {
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
    const text = JSON.stringify(vectors.filter(({ error }) => error === undefined).map(({ condition }) => condition));
    expect(SEGMENT_OPERATORS.map(({ name }) => name).filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });
});
