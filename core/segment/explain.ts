/** Why a segment has the people that it has: counts by rule, and a trace for one person. */
import { PLATFORMS, type Platform } from '../recipient';
import { compileParsed, type SegmentOptions } from './compile';
import type { Condition } from './condition';
import { readField } from './field';
import { formulaOf, linesOf, outlineOf, passes, rulesIn, type Formula, type OutlineLine, type RuleLine } from './outline';
import { parseCondition } from './parse';
import { valueWords } from './words';

export interface RuleCount {
  /** Where the rule stands in the condition, for example `$or[1].country.$in`. */
  place: string;
  words: string;
  /** 0 for the outermost; groups stand before their rules. */
  depth: number;
  /** People who pass this rule, whatever the others say. */
  passed: number;
  /** Of a rule on a field: people without a value there. They count as not passing, or as passing its opposite. */
  unknown?: number;
  /** Of the rules that must all pass: people left after this rule and those before it. */
  remaining?: number;
}

export interface SegmentExplanation {
  people: number;
  matched: number;
  rules: RuleCount[];
  /** Of those who match: with a device that can be reached, and by platform (a person may have several). */
  reach: { people: number } & Record<Platform, number>;
  /** Ids of some who match. */
  sample: string[];
}

export interface ExplainOptions extends SegmentOptions {
  /** Reach counts only people with consent to messages of this category. */
  category?: string;
  /** How many ids the sample has at most; 10 if not given. */
  sample?: number;
}

/** What is asked of everyone, as conditions; the counts come from the answers alone, whoever gives them. */
export interface ExplainPlan {
  readonly condition: Condition;
  /** Asked of all people: first the rules, then which fields have no value. */
  readonly questions: readonly Condition[];
  /** Where yes to a question means no to another one: the other's position, so that it need not be asked. */
  readonly excludes: ReadonlyMap<number, number>;
  /** Who matches, out of the answers to the questions. */
  readonly matched: Formula;
  /** The same of one person's answers. */
  matches(answers: readonly boolean[]): boolean;
  /** Asked of those who match: reachable on each of `PLATFORMS`. */
  readonly reach: readonly Condition[];
  /** Counts people who gave these answers to the questions. */
  count(answers: readonly boolean[], people: number): void;
  /** Counts people who match and gave these answers about their reach. */
  countReach(answers: readonly boolean[], people: number): void;
  result(sample: string[]): SegmentExplanation;
}

/** @throws PushError as `parseCondition` says */
export function planExplanation(condition: object, options: ExplainOptions = {}): ExplainPlan {
  const parsed = parseCondition(condition, options);
  const outline = outlineOf(parsed);
  const rules = rulesIn(outline);
  const onFields = rules.filter(({ field }) => field !== undefined);
  const lines = [...linesOf(outline)];
  const counts = lines.map(({ place, words, depth, kind, ...line }): RuleCount => ({
    place, words, depth, passed: 0, ...(kind === 'rule' && 'field' in line && { unknown: 0 }),
  }));
  const funnel = outline.kind === 'all' ? outline.parts : [outline];
  const positions = new Map(lines.map((line, index) => [line, index]));
  const countOf = (line: OutlineLine): RuleCount => counts[positions.get(line) ?? 0] as RuleCount;
  for (const part of funnel) countOf(part).remaining = 0;
  const excludes = onFields.flatMap((rule, index) =>
    (asksForValue(rule, options) ? [[rules.indexOf(rule), rules.length + index] as const] : []));
  const totals = { people: 0, matched: 0, reached: 0, platforms: PLATFORMS.map(() => 0) };
  return {
    condition: parsed,
    matched: formulaOf(outline, rules),
    matches: (answers) => passes(outline, (rule) => answers[rules.indexOf(rule)] === true),
    questions: [...rules.map((rule) => rule.condition), ...onFields.map(hasNoValue)],
    excludes: new Map(excludes),
    reach: PLATFORMS.map((platform) =>
      parseCondition({ $reachable: { platform, ...(options.category !== undefined && { category: options.category }) } })),
    count(answers, people) {
      const answer = (rule: RuleLine): boolean => answers[rules.indexOf(rule)] === true;
      totals.people += people;
      for (const line of lines) if (passes(line, answer)) countOf(line).passed += people;
      onFields.forEach((rule, index) => {
        if (answers[rules.length + index] === true) countOf(rule).unknown = (countOf(rule).unknown ?? 0) + people;
      });
      const left = funnel.findIndex((part) => !passes(part, answer));
      for (const part of left < 0 ? funnel : funnel.slice(0, left)) countOf(part).remaining = (countOf(part).remaining ?? 0) + people;
      if (left < 0) totals.matched += people;
    },
    countReach(answers, people) {
      if (answers.includes(true)) totals.reached += people;
      answers.forEach((yes, index) => {
        if (yes) totals.platforms[index] = (totals.platforms[index] ?? 0) + people;
      });
    },
    result: (sample) => ({
      people: totals.people,
      matched: totals.matched,
      rules: counts,
      reach: { people: totals.reached, ...(Object.fromEntries(PLATFORMS.map((platform, index) => [platform, totals.platforms[index] ?? 0])) as Record<Platform, number>) },
      sample,
    }),
  };
}

/** Whether nobody passes the rule without a value. */
function asksForValue({ condition, field }: RuleLine, options: SegmentOptions): boolean {
  const ask = compileParsed(condition, options);
  return field !== undefined && !ask({}) && !ask({ [field.path]: null });
}

function hasNoValue({ field, place }: RuleLine): Condition {
  if (field === undefined) throw new TypeError('the rule is on no field');
  const exists: Condition = { kind: 'rule', field, test: { operator: '$exists' }, place, source: { [field.path]: { $exists: true } } };
  return { kind: 'not', condition: exists };
}

export interface Explainer {
  add(view: object): void;
  result(): SegmentExplanation;
}

/** Explains a condition by people who come one by one; memory does not grow with their number. */
export function explainer(condition: object, options: ExplainOptions = {}): Explainer {
  const plan = planExplanation(condition, options);
  const compile = (one: Condition) => compileParsed(one, options);
  const questions = plan.questions.map(compile);
  const reach = plan.reach.map(compile);
  const matches = compile(plan.condition);
  const most = options.sample ?? 10;
  const sample: string[] = [];
  return {
    add(view) {
      plan.count(questions.map((ask) => ask(view)), 1);
      if (!matches(view)) return;
      plan.countReach(reach.map((ask) => ask(view)), 1);
      const id: unknown = Object.hasOwn(view, 'id') ? (view as { id?: unknown }).id : undefined;
      if (sample.length < most && (typeof id === 'string' || typeof id === 'number')) sample.push(String(id));
    },
    result: () => plan.result(sample),
  };
}

/** {@link explainer} for people at hand. */
export function explainSegment(condition: object, views: Iterable<object>, options: ExplainOptions = {}): SegmentExplanation {
  const { add, result } = explainer(condition, options);
  for (const view of views) add(view);
  return result();
}

export interface TraceLine {
  place: string;
  words: string;
  depth: number;
  /** Unknown: the person has no value there. It counts as no, and its opposite as yes: see `passed`. */
  answer: 'yes' | 'no' | 'unknown';
  passed: boolean;
  /** The person's value, of a rule on a field. */
  found?: string;
}

export interface SegmentTrace {
  matched: boolean;
  lines: TraceLine[];
  /** All of it as text, a line a rule. */
  text: string;
}

/** Why one person is in the segment, or is not. @throws PushError as `parseCondition` says */
export function traceSegment(condition: object, view: object, options: SegmentOptions = {}): SegmentTrace {
  const outline = outlineOf(parseCondition(condition, options));
  const answers = new Map(rulesIn(outline).map((rule) => [rule, compileParsed(rule.condition, options)(view)]));
  const lines = [...linesOf(outline)].map((line): TraceLine => {
    const passed = passes(line, (rule) => answers.get(rule) === true);
    const { place, words, depth } = line;
    if (line.kind !== 'rule' || line.field === undefined) return { place, words, depth, answer: passed ? 'yes' : 'no', passed };
    const value = readField(view, line.field);
    const missing = (value === undefined || value === null) && !asksForPresence(line);
    return { place, words, depth, answer: missing ? 'unknown' : passed ? 'yes' : 'no', passed, ...(!missing && { found: valueWords(value ?? null) }) };
  });
  const matched = passes(outline, (rule) => answers.get(rule) === true);
  const head = matched ? 'In the segment.' : 'Not in the segment.';
  return { matched, lines, text: [head, ...lines.map(textOf)].join('\n') };
}

function asksForPresence({ condition }: RuleLine): boolean {
  const rule = condition.kind === 'not' ? condition.condition : condition;
  return rule.kind === 'rule' && (rule.test.operator === '$exists' || rule.test.operator === '$type');
}

function textOf({ words, depth, answer, passed, found }: TraceLine): string {
  const because = answer === 'unknown' ? `${passed ? 'yes' : 'no'} (there is no value)` : found === undefined ? answer : `${answer} (it is ${found})`;
  return `${'  '.repeat(depth + 1)}${passed ? '+' : '-'} ${words} -> ${because}`;
}
