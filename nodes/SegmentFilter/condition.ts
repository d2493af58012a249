/** The node's condition, out of the rules of the filter editor or out of JSON. */
import type { FilterValue, IExecuteFunctions } from 'n8n-workflow';
import { PushError, type JsonObject } from '../../core';
import { jsonParameter, optionsParameter } from '../shared/configuration';
import { readFilter } from './rules';

type Rule = FilterValue['conditions'][number];

export function readCondition(context: IExecuteFunctions): JsonObject {
  if (context.getNodeParameter('mode', 0) === 'rules') return readRules(context);
  const condition = jsonParameter(context, 'condition', 'Condition');
  if (condition !== undefined) return condition;
  throw new PushError('no-condition', "The parameter 'Condition' is empty.", 'Write a condition such as { "country": "FR" }.');
}

/** Left sides stay as they are written; a right side that is an expression is evaluated once, for the first item. */
function readRules(context: IExecuteFunctions): JsonObject {
  const filter = context.getNodeParameter('conditions', 0, {}, { rawExpressions: true }) as Partial<FilterValue>;
  const conditions = (filter.conditions ?? []).map((rule, index): Rule => {
    if (typeof rule.rightValue !== 'string' || !rule.rightValue.startsWith('=')) return rule;
    return { ...rule, rightValue: context.getNodeParameter(`conditions.conditions[${index}].rightValue`, 0) as Rule['rightValue'] };
  });
  return readFilter({ ...filter, conditions }, optionsParameter(context)['ignoreCase'] === true);
}
