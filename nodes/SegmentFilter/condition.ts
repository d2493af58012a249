/** The node's segment stage, out of rules of the filter editor, rules about the person, or JSON. */
import type { FilterValue, IExecuteFunctions } from 'n8n-workflow';
import { asPushError, PushError, type JsonObject, type NamedSegment, type SegmentStage } from '../../core';
import { jsonValue, optionsParameter } from '../shared/configuration';
import { readPersonRules } from './person-rules';
import { readFilter } from './rules';

type Rule = FilterValue['conditions'][number];

export function readSegment(context: IExecuteFunctions): SegmentStage {
  const match = context.getNodeParameter('route', 0, 'condition') as 'condition' | 'first' | 'all';
  const ignoreCase = optionsParameter(context)['ignoreCase'] === true;
  if (match === 'condition') return { condition: readCondition(context, '', ignoreCase) };
  const values = context.getNodeParameter('segments.values', 0, [], { rawExpressions: true }) as { name?: string }[];
  const segments = values.map(({ name = '' }, index): NamedSegment => {
    try {
      return { name: name.trim(), condition: readCondition(context, `segments.values[${index}].`, ignoreCase) };
    } catch (thrown) {
      throw ofSegment(name.trim() === '' ? String(index + 1) : `'${name.trim()}'`, thrown);
    }
  });
  return { segments, match };
}

function ofSegment(segment: string, thrown: unknown): PushError {
  const { code, message, hint, fields } = asPushError(thrown);
  return new PushError(code, `Segment ${segment}: ${message}`, hint, fields, { cause: thrown });
}

/** @param prefix of the parameters' names: empty for the node's own condition */
function readCondition(context: IExecuteFunctions, prefix: string, ignoreCase: boolean): JsonObject {
  if (context.getNodeParameter(`${prefix}mode`, 0, 'rules') === 'rules') return readRules(context, prefix, ignoreCase);
  const condition = jsonValue(context.getNodeParameter(`${prefix}condition`, 0, ''), 'condition', 'Condition');
  if (condition !== undefined) return condition;
  throw new PushError('no-condition', "The parameter 'Condition' is empty.", 'Write a condition such as { "country": "FR" }.');
}

function readRules(context: IExecuteFunctions, prefix: string, ignoreCase: boolean): JsonObject {
  const filter = readEditor(context, `${prefix}conditions`);
  const rules = readPersonRules(context.getNodeParameter(`${prefix}rules`, 0, {}) as Parameters<typeof readPersonRules>[0]);
  if (rules.length === 0) return readFilter(filter, ignoreCase);
  // The editor keeps an empty row where nobody wrote a condition.
  const conditions = (filter.conditions ?? []).filter(({ leftValue, rightValue }) => leftValue !== '' || rightValue !== '');
  const parts = conditions.length === 0 ? rules : [readFilter({ ...filter, conditions }, ignoreCase), ...rules];
  return { [context.getNodeParameter(`${prefix}join`, 0, 'and') === 'or' ? '$or' : '$and']: parts };
}

/** Left sides stay as they are written; a right side that is an expression is evaluated once, for the first item. */
function readEditor(context: IExecuteFunctions, name: string): Partial<FilterValue> {
  const filter = context.getNodeParameter(name, 0, {}, { rawExpressions: true }) as Partial<FilterValue>;
  const conditions = (filter.conditions ?? []).map((rule, index): Rule => {
    if (typeof rule.rightValue !== 'string' || !rule.rightValue.startsWith('=')) return rule;
    return { ...rule, rightValue: context.getNodeParameter(`${name}.conditions[${index}].rightValue`, 0) as Rule['rightValue'] };
  });
  return { ...filter, conditions };
}
