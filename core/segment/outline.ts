/** A condition as a reader sees it: rules, and the groups around them. */
import type { Condition } from './condition';
import type { Field } from './field';
import { isRule, wordsOf } from './words';

interface Line {
  /** Where it stands in the condition; of a group where its rules stand. */
  readonly place: string;
  readonly words: string;
  /** 0 for the outermost. */
  readonly depth: number;
}

export interface RuleLine extends Line {
  readonly kind: 'rule';
  readonly condition: Condition;
  /** The field that it asks for. */
  readonly field?: Field;
}

export interface GroupLine extends Line {
  readonly kind: 'all' | 'any' | 'none';
  readonly parts: readonly OutlineLine[];
}

export type OutlineLine = RuleLine | GroupLine;

const GROUP_WORDS = { all: 'all of:', any: 'at least one of:', none: 'none of:' } as const;

export function outlineOf(condition: Condition, depth = 0): OutlineLine {
  const inner = condition.kind === 'not' ? condition.condition : condition;
  if (isRule(inner)) {
    const field = inner.kind === 'rule' ? inner.field : inner.kind === 'person' && inner.test.operator === '$anniversary' ? inner.test.field : undefined;
    return { kind: 'rule', condition, place: inner.place, words: wordsOf(condition), depth, ...(field && { field }) };
  }
  const kind = condition.kind === 'not' ? 'none' : inner.kind === 'or' ? 'any' : 'all';
  // "None of" says the same as "not at least one of".
  const members = condition.kind === 'not' ? (inner.kind === 'or' ? inner.conditions : [inner]) : inner.kind === 'not' ? [inner] : inner.conditions;
  const parts = members.map((part) => outlineOf(part, depth + 1));
  return { kind, parts, place: parts[0]?.place.split(/[.[]/)[0] ?? '', words: GROUP_WORDS[kind], depth };
}

/** Every line from the top down. */
export function* linesOf(line: OutlineLine): Generator<OutlineLine> {
  yield line;
  if (line.kind !== 'rule') for (const part of line.parts) yield* linesOf(part);
}

export function rulesIn(line: OutlineLine): RuleLine[] {
  return [...linesOf(line)].filter((one) => one.kind === 'rule');
}

/** Whether the line passes, given what its rules answer. */
export function passes(line: OutlineLine, answer: (rule: RuleLine) => boolean): boolean {
  switch (line.kind) {
    case 'rule':
      return answer(line);
    case 'all':
      return line.parts.every((part) => passes(part, answer));
    case 'any':
      return line.parts.some((part) => passes(part, answer));
    case 'none':
      return !line.parts.some((part) => passes(part, answer));
  }
}

/** Yes or no out of the answers to questions, which are named by their positions. */
export type Formula = number | { readonly all: readonly Formula[] } | { readonly any: readonly Formula[] } | { readonly none: readonly Formula[] };

/** Whether the line passes, as a formula over the answers of its rules. */
export function formulaOf(line: OutlineLine, rules: readonly RuleLine[]): Formula {
  if (line.kind === 'rule') return rules.indexOf(line);
  return { [line.kind]: line.parts.map((part) => formulaOf(part, rules)) } as unknown as Formula;
}
