/** n8n's own Filter node is the measure: every operator of its editor means the same in the rules of the segment filter. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { executeFilter, type FilterValue } from 'n8n-workflow';
import { compileSegment } from '../../core';
import { readFilter } from '../../nodes/SegmentFilter/rules';

const source = readFileSync(join(dirname(require.resolve('n8n-workflow')), 'node-parameters/filter-parameter.js'), 'utf8');
const NO_RIGHT_SIDE = ['exists', 'notExists', 'empty', 'notEmpty', 'true', 'false'];

/** Pairs of type and operation, out of n8n's evaluator. */
function operatorsOfN8n(): [type: string, operation: string][] {
  const start = source.indexOf('function executeFilterConditionWithRegexTest');
  const body = source.slice(start, source.indexOf('\nfunction executeFilterCondition(', start));
  return body.split(/case '(?=(?:string|number|dateTime|boolean|array|object)': \{)/).slice(1).flatMap((block) => {
    const type = block.slice(0, block.indexOf("'"));
    const operations = new Set([...block.matchAll(/(?:case|operation ===) '(\w+)'/g)].map(([, operation]) => operation as string));
    return ['exists', 'notExists', ...operations].map((operation): [string, string] => [type, operation]);
  });
}

const VALUES: Record<string, { left: unknown[]; right: unknown[] }> = {
  string: { left: ['', 'Shoes', 'shoes+socks', 'été', undefined], right: ['Shoes', 'sho', 'S', '+', 'es'] },
  number: { left: [0, -1, 3, 2.5, undefined], right: [0, 3, 2.5] },
  dateTime: { left: ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00+01:00', '2026-03-02', undefined], right: ['2026-03-01T10:00:00.000Z', '2026-03-02T00:00:00.000Z'] },
  boolean: { left: [true, false, undefined], right: [true, false] },
  array: { left: [[], ['a'], ['a', 'B', 3], undefined], right: ['a', 'b', 3] },
  object: { left: [{}, { a: 1 }, undefined], right: [''] },
};

const operators = operatorsOfN8n();

it('finds the operators of n8n', () => {
  expect(operators).toEqual(expect.arrayContaining([['string', 'notRegex'], ['dateTime', 'beforeOrEquals'], ['array', 'lengthNotEquals'], ['object', 'notEmpty']]));
  expect(operators.length).toBeGreaterThanOrEqual(56);
});

it.each(operators)('%s: %s', (type, operation) => {
  const { left, right } = VALUES[type] ?? { left: [], right: [] };
  const single = NO_RIGHT_SIDE.includes(operation);
  const rights = single ? [''] : operation.startsWith('length') ? [0, 1, 3] : operation.toLowerCase().includes('regex') ? ['^S', 'o+', '/SHOES/i'] : right;
  for (const caseSensitive of operation.toLowerCase().includes('regex') ? [true] : [true, false]) {
    for (const value of left) {
      // n8n reads a missing field as '' or false; here it fails every comparison, and passes every opposite.
      if (value === undefined && !['exists', 'notExists', 'empty', 'notEmpty'].includes(operation)) continue;
      for (const rightValue of rights) {
        const rule = (leftValue: unknown): FilterValue => ({
          combinator: 'and',
          options: { caseSensitive, leftValue: '', typeValidation: 'loose', version: 2 },
          conditions: [{
            id: '1', leftValue: leftValue as string, rightValue: rightValue as string,
            operator: { type, operation, ...(single && { singleValue: true }), ...(operation.startsWith('length') && { rightType: 'number' }), ...(type === 'array' && /ontains$/.test(operation) && { rightType: 'any' }) } as FilterValue['conditions'][number]['operator'],
          }],
        });
        const ours = compileSegment(readFilter(rule('field'), !caseSensitive))({ id: 1, ...(value !== undefined && { field: value }) });
        expect([value, rightValue, caseSensitive, ours]).toEqual([value, rightValue, caseSensitive, Boolean(executeFilter(rule(value), { itemIndex: 0 }))]);
      }
    }
  }
});
