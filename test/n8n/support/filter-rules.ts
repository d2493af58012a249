/** Rules with every operator of n8n's filter editor, and values to ask them of. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FilterValue } from 'n8n-workflow';

type Operator = FilterValue['conditions'][number]['operator'];

const NO_RIGHT_SIDE = ['exists', 'notExists', 'empty', 'notEmpty', 'true', 'false'];
const PRESENCE = ['exists', 'notExists', 'empty', 'notEmpty'];

const VALUES: Record<string, { left: unknown[]; right: unknown[] }> = {
  string: { left: ['', 'Shoes', 'shoes+socks', 'été', undefined], right: ['Shoes', 'sho', 'S', '+', 'es'] },
  number: { left: [0, -1, 3, 2.5, undefined], right: [0, 3, 2.5] },
  dateTime: { left: ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00+01:00', '2026-03-02T00:00:00Z', undefined], right: ['2026-03-01T10:00:00.000Z', '2026-03-02T00:00:00.000Z'] },
  boolean: { left: [true, false, undefined], right: [true, false] },
  array: { left: [[], ['a'], ['a', 'B', 3], undefined], right: ['a', 'b', 3] },
  object: { left: [{}, { a: 1 }, undefined], right: [''] },
};

/** Pairs of type and operation, out of n8n's evaluator. */
function operatorsOfN8n(): [type: string, operation: string][] {
  const source = readFileSync(join(dirname(require.resolve('n8n-workflow')), 'node-parameters/filter-parameter.js'), 'utf8');
  const start = source.indexOf('function executeFilterConditionWithRegexTest');
  const body = source.slice(start, source.indexOf('\nfunction executeFilterCondition(', start));
  return body.split(/case '(?=(?:string|number|dateTime|boolean|array|object)': \{)/).slice(1).flatMap((block) => {
    const type = block.slice(0, block.indexOf("'"));
    const operations = new Set([...block.matchAll(/(?:case|operation ===) '(\w+)'/g)].map(([, operation]) => operation as string));
    return ['exists', 'notExists', ...operations].map((operation): [string, string] => [type, operation]);
  });
}

export const FILTER_OPERATORS = operatorsOfN8n();

/** What the right side of a rule can be; one blank for an operator that takes none. */
export function rightSides(type: string, operation: string): unknown[] {
  if (NO_RIGHT_SIDE.includes(operation)) return [''];
  if (operation.startsWith('length')) return [0, 1, 3];
  return isRegex(operation) ? ['^S', 'o+', '/SHOES/i'] : VALUES[type]?.right ?? [];
}

/** n8n reads a missing field as '' or false; here it fails every comparison, and passes every opposite: only presence is asked of it. */
export function leftSides(type: string, operation: string): unknown[] {
  return (VALUES[type]?.left ?? []).filter((value) => value !== undefined || PRESENCE.includes(operation));
}

export const isRegex = (operation: string): boolean => operation.toLowerCase().includes('regex');

export function filterOf([type, operation]: [string, string], leftValue: unknown, rightValue: unknown, caseSensitive = true): FilterValue {
  const operator = {
    type, operation,
    ...(NO_RIGHT_SIDE.includes(operation) && { singleValue: true }),
    ...(operation.startsWith('length') && { rightType: 'number' }),
    ...(type === 'array' && /ontains$/.test(operation) && { rightType: 'any' }),
  } as Operator;
  return {
    combinator: 'and',
    options: { caseSensitive, leftValue: '', typeValidation: 'loose', version: 2 },
    conditions: [{ id: '1', leftValue: leftValue as string, rightValue: rightValue as string, operator }],
  };
}
