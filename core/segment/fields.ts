import { rulesOf, type Condition, type PersonRule, type Rule } from './condition';
import { parseCondition, type ParseOptions } from './parse';

/**
 * The fields that a condition asks for, each once, in the order in which they are written. Of a list that is tested
 * item by item it is the list; of what a person did, `push.events`.
 * @throws PushError as `parseCondition` says
 */
export function conditionFields(condition: object, options: ParseOptions = {}): string[] {
  return [...new Set(fieldsOf(parseCondition(condition, options)))];
}

/** The same of a condition that is parsed already; one may come several times. */
export function fieldsOf(condition: Condition): string[] {
  return [...rulesOf(condition)].flatMap(fieldsOfRule);
}

function fieldsOfRule(rule: Rule | PersonRule): string[] {
  if (rule.kind === 'rule') return rule.field === undefined ? [] : [rule.field.path];
  const { test } = rule;
  switch (test.operator) {
    case '$anniversary':
      return [test.field.path, ...(test.timezone === undefined ? ['timezone'] : [])];
    case '$bucket':
      return ['id'];
    case '$inList':
      return ['push.lists'];
    case '$reachable':
      return ['devices', ...(test.category === undefined ? [] : [`consent.${test.category}`]), 'push.suppressed'];
    default:
      return ['push.events'];
  }
}

/**
 * What a condition asks beyond a person's own fields: names of the events, none where it asks for lists or reach only.
 * Undefined where it asks for nothing of the kind.
 * @throws PushError as `parseCondition` says
 */
export function conditionFacts(condition: object, options: ParseOptions = {}): { events: string[] } | undefined {
  const asked = [...rulesOf(parseCondition(condition, options))].flatMap((rule) => (rule.kind === 'person' ? [rule.test] : []))
    .filter(({ operator }) => operator !== '$anniversary' && operator !== '$bucket');
  if (asked.length === 0) return undefined;
  return { events: [...new Set(asked.flatMap((test) => ('events' in test ? [test.events.event] : [])))] };
}
