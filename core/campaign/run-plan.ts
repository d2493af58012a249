/** Runs the plan of an audience reference: people out of the store, page by page, through the stages of the plan. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { toView } from '../recipient';
import { compileSegment, conditionFacts, conditionToSql } from '../segment';
import type { SqlFilter, Store } from '../store';
import { FactsAtHand, knownToStore } from './facts';
import type { Item } from './item';
import { readPlan, requireSeal, type PlannedStage } from './plan';
import { eventsOfStage, NOT_MATCHED_OUTPUT } from './segment-stage';
import { compileStage, type Stage, type StageContext, type TemplateStage } from './stages';
import { TemplateSummary, type CopyCheck, type WrittenAudience } from './template-summary';

/** People of a stored audience whose texts are looked at before the first of them goes on. */
const GATE_PEOPLE = 1000;

export interface PlanContext extends StageContext {
  /** Told of everyone whom the plan's last template wrote to, or could not. */
  written?: WrittenAudience;
}

/**
 * The people that a reference stands for, each with what the stages wrote. Memory holds one page, and where a template
 * has a copy gate, the people that it looks at.
 * @throws PushError `plan-unreadable`, `reference-unsealed`, and what the stages say of themselves; RunStopper `copy-check-failed`
 */
export async function* peopleOfPlan(reference: Item, store: Store, context: PlanContext = {}): AsyncGenerator<Item> {
  const templates = readPlan(reference).map(({ stage }) => stage['template'] as TemplateStage | undefined);
  const check = templates.findLast((template) => template !== undefined)?.copyCheck;
  const people = allOfPlan(reference, store, context);
  yield* check?.mode === 'gate' ? pastGate(people, check) : people;
}

async function* pastGate(people: AsyncIterable<Item>, check: CopyCheck): AsyncGenerator<Item> {
  const summary = new TemplateSummary(check);
  let waiting: Item[] | undefined = [];
  for await (const item of people) {
    if (waiting === undefined) {
      yield item;
      continue;
    }
    summary.add(item);
    waiting.push(item);
    if (waiting.length < GATE_PEOPLE) continue;
    summary.hold();
    yield* waiting;
    waiting = undefined;
  }
  if (waiting === undefined) return;
  summary.hold();
  yield* waiting;
}

async function* allOfPlan(reference: Item, store: Store, { written, ...context }: PlanContext): AsyncGenerator<Item> {
  const [first, ...rest] = readPlan(reference);
  const audience = first?.stage['audience'];
  if (!isJsonObject(audience)) {
    throw new PushError('plan-unreadable', 'The plan of the audience reference does not begin with an audience.',
      'Use the reference that the audience step puts out, unchanged.');
  }
  await requireSeal(audience, store);
  const known = await knownToStore(store);
  const asked = rest.map(({ stage }) => eventsOfStage(stage, known)).filter((events) => events !== undefined);
  const facts = new FactsAtHand(store, [...new Set(asked.flat())]);
  const last = rest.findLastIndex(({ stage }) => stage['template'] !== undefined);
  const compiled = rest.map((step, index) => compileStep(step, { ...context, known, facts: facts.of }, index === last ? written : undefined));
  const head = rest.findIndex((step) => conditionOf(step) === undefined);
  const steps = head < 0 ? [] : compiled.slice(head);
  const conditions = [audience['condition'], ...rest.slice(0, head < 0 ? rest.length : head).map(conditionOf)].filter(isCondition);
  const people = selectPeople(store, { ...context, ...(conditions.length > 0 && { condition: { $and: conditions } }) });
  people: for await (const person of asked.length > 0 ? facts.around(people) : people) {
    let item = person;
    for (const step of steps) {
      const next = step(item);
      if (next === undefined) continue people;
      item = next;
    }
    yield item;
  }
}

/** The condition of a step that does nothing but keep people, so that the database can be asked for it. */
function conditionOf({ stage, output }: PlannedStage): JsonObject | undefined {
  const segment = stage['segment'];
  const condition = isJsonObject(segment) ? segment['condition'] : undefined;
  if (!isJsonObject(condition)) return undefined;
  return output === NOT_MATCHED_OUTPUT ? { $not: condition } : condition;
}

function isCondition(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value);
}

/** Stored people as items; the condition is answered by the database as far as it can. */
export async function* selectPeople(
  store: Store, { condition, now = new Date() }: { condition?: JsonObject; now?: Date } = {},
): AsyncGenerator<Item> {
  if (condition === undefined) {
    yield* streamPeople(store);
    return;
  }
  const options = { now, ...(await knownToStore(store)) };
  const { residual, ...filter } = conditionToSql(condition, store.dialect, options);
  const people = streamPeople(store, filter);
  if (residual === undefined) {
    yield* people;
    return;
  }
  const asked = conditionFacts(residual, options);
  const facts = new FactsAtHand(store, asked?.events ?? []);
  const matches = compileSegment(residual, { ...options, facts: facts.of });
  for await (const item of asked === undefined ? people : facts.around(people)) if (matches(item)) yield item;
}

/** Stored people as items, page by page. */
export async function* streamPeople(store: Store, filter?: SqlFilter): AsyncGenerator<Item> {
  for await (const person of store.people(filter === undefined ? {} : { filter })) yield toView(person);
}

function compileStep({ stage, output }: PlannedStage, context: StageContext, written: WrittenAudience | undefined): (item: Item) => Item | undefined {
  const compiled = compileStage(stage as unknown as Stage, context);
  const followed = output === undefined ? 0 : compiled.outputs.indexOf(output);
  if (followed < 0) {
    throw new PushError('plan-unreadable', `A stage of the plan has no output named '${output}'.`,
      'Use the reference that the steps put out, unchanged.');
  }
  const { copyCheck } = (stage['template'] ?? {}) as Partial<TemplateStage>;
  return (item) => {
    const routes = compiled.apply(item);
    // Who cannot be written to is in no output of this reference, but is counted.
    for (const route of routes) written?.add(route.item, copyCheck);
    return routes.find((route) => route.output === followed)?.item;
  };
}
