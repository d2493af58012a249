/** The node's segment stage, out of rules of the filter editor, rules about the person, or JSON. */
import type { FilterValue, IExecuteFunctions } from 'n8n-workflow';
import { asPushError, PushError, type NamedSegment, type SegmentStage } from '../../core';
import { jsonValue, optionsParameter } from '../shared/configuration';
import { inPanelWords, joined, type PanelCondition } from './panel-names';
import { readPersonRules } from './person-rules';
import { readFilter } from './rules';

type Rule = FilterValue['conditions'][number];

export interface PanelSegment {
  segment: SegmentStage;
  /** What core says is wrong with the segment, in the words of the panel. */
  inPanelWords(thrown: unknown): unknown;
}

export function readSegment(context: IExecuteFunctions): PanelSegment {
  const match = context.getNodeParameter('route', 0, 'condition') as 'condition' | 'first' | 'all';
  const ignoreCase = optionsParameter(context)['ignoreCase'] === true;
  if (match === 'condition') {
    const { condition, names } = readCondition(context, '', ignoreCase);
    return { segment: { condition }, inPanelWords: (thrown) => inPanelWords(thrown, names) };
  }
  const values = context.getNodeParameter('segments.values', 0, [], { rawExpressions: true }) as { name?: string }[];
  const segments = values.map(({ name = '' }, index): NamedSegment & PanelCondition => {
    try {
      return { name: name.trim(), ...readCondition(context, `segments.values[${index}].`, ignoreCase) };
    } catch (thrown) {
      throw ofSegment(name.trim() === '' ? String(index + 1) : `'${name.trim()}'`, thrown);
    }
  });
  return {
    segment: { segments: segments.map(({ name, condition }) => ({ name, condition })), match },
    inPanelWords: (thrown) => inPanelWords(thrown, segments.find(({ name }) => name === asPushError(thrown).fields['segment'])?.names ?? new Map()),
  };
}

function ofSegment(segment: string, thrown: unknown): PushError {
  const { code, message, hint, fields } = asPushError(thrown);
  return new PushError(code, `Segment ${segment}: ${message}`, hint, fields, { cause: thrown });
}

/** @param prefix of the parameters' names: empty for the node's own condition */
function readCondition(context: IExecuteFunctions, prefix: string, ignoreCase: boolean): PanelCondition {
  if (context.getNodeParameter(`${prefix}mode`, 0, 'rules') === 'rules') return readRules(context, prefix, ignoreCase);
  const condition = jsonValue(context.getNodeParameter(`${prefix}condition`, 0, ''), 'condition', 'Condition');
  if (condition !== undefined) return { condition, names: new Map() };
  throw new PushError('no-condition', "The parameter 'Condition' is empty.", 'Write a condition such as { "country": "FR" }.');
}

function readRules(context: IExecuteFunctions, prefix: string, ignoreCase: boolean): PanelCondition {
  const filter = readEditor(context, `${prefix}conditions`);
  const rules = readPersonRules(context.getNodeParameter(`${prefix}rules`, 0, {}) as Parameters<typeof readPersonRules>[0]);
  if (rules.length === 0) return readFilter(filter, ignoreCase);
  const parts = (filter.conditions ?? []).every(isBlank) ? rules : [readFilter(filter, ignoreCase, isBlank), ...rules];
  return joined(context.getNodeParameter(`${prefix}join`, 0, 'and') === 'or' ? '$or' : '$and', parts);
}

/** The editor keeps an empty row where nobody wrote a condition. */
function isBlank({ leftValue, rightValue }: Rule): boolean {
  return leftValue === '' && rightValue === '';
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
