import { asksOfPerson } from '../../../core/campaign';
import { PushError } from '../../../core/errors';
import { compileSegment } from '../../../core/segment';
import type { JsonObject } from '../../../core/json';
import { BAD_CONDITIONS } from './bad';

describe('a condition that cannot be meant', () => {
  it.each(BAD_CONDITIONS)('is refused with its place: %s', (_, text, code, place) => {
    const condition = JSON.parse(text) as JsonObject;
    let thrown: unknown;
    try {
      asksOfPerson({ condition });
      compileSegment(condition);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(PushError);
    expect(thrown).toMatchObject({ code, fields: { place: expect.stringContaining(place) as string }, message: expect.stringContaining(place) as string });
  });

  it.each([NaN, Infinity, -Infinity])('is refused where a program compares with %d', (figure) => {
    for (const operator of ['$gt', '$eq', '$ne']) {
      expect(() => compileSegment({ orders: { [operator]: figure } })).toThrow(expect.objectContaining({ code: 'operand-invalid', fields: expect.objectContaining({ place: `orders.${operator}` }) as unknown }) as Error);
    }
    expect(() => compileSegment({ orders: { $in: [1, figure] } })).toThrow(PushError);
    expect(() => compileSegment({ orders: figure })).toThrow(PushError);
  });
});
