/** n8n's own Filter node is the measure: every operator of its editor means the same in the rules of the segment filter. */
import { executeFilter } from 'n8n-workflow';
import { compileSegment } from '../../core';
import { readFilter } from '../../nodes/SegmentFilter/rules';
import { FILTER_OPERATORS, filterOf, isRegex, leftSides, rightSides } from './support/filter-rules';

it('finds the operators of n8n', () => {
  expect(FILTER_OPERATORS).toEqual(expect.arrayContaining([['string', 'notRegex'], ['dateTime', 'beforeOrEquals'], ['array', 'lengthNotEquals'], ['object', 'notEmpty']]));
  expect(FILTER_OPERATORS.length).toBeGreaterThanOrEqual(56);
});

it.each(FILTER_OPERATORS)('%s: %s', (type, operation) => {
  for (const caseSensitive of isRegex(operation) ? [true] : [true, false]) {
    for (const value of leftSides(type, operation)) {
      for (const right of rightSides(type, operation)) {
        const ours = compileSegment(readFilter(filterOf([type, operation], 'field', right, caseSensitive), !caseSensitive).condition)({ id: 1, ...(value !== undefined && { field: value }) });
        const theirs = Boolean(executeFilter(filterOf([type, operation], value, right, caseSensitive), { itemIndex: 0 }));
        expect([value, right, caseSensitive, ours]).toEqual([value, right, caseSensitive, theirs]);
      }
    }
  }
});
