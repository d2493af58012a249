/** Runs the plan of an audience reference: people out of the store, page by page, through the stages of the plan. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import { toView } from '../recipient';
import { compileSegment, conditionToSql } from '../segment';
import type { Store } from '../store';
import type { Item } from './item';
import { readPlan, type PlannedStage } from './plan';
import { compileStage, type Stage, type StageContext } from './stages';

/**
 * The people that a reference stands for, each with what the stages wrote. Memory holds one page.
 * @throws PushError `plan-unreadable`, and what the stages say of themselves
 */
export async function* peopleOfPlan(reference: Item, store: Store, context: StageContext = {}): AsyncGenerator<Item> {
  const [first, ...rest] = readPlan(reference);
  const audience = first?.stage['audience'];
  if (!isJsonObject(audience)) {
    throw new PushError('plan-unreadable', 'The plan of the audience reference does not begin with an audience.',
      'Use the reference that the audience step puts out, unchanged.');
  }
  const steps = rest.map((step) => compileStep(step, context));
  const condition = isJsonObject(audience['condition']) ? audience['condition'] : undefined;
  people: for await (const person of selectPeople(store, { ...context, ...(condition !== undefined && { condition }) })) {
    let item = person;
    for (const step of steps) {
      const next = step(item);
      if (next === undefined) continue people;
      item = next;
    }
    yield item;
  }
}

/** Stored people as items; the condition is answered by the database as far as it can. */
export async function* selectPeople(
  store: Store, { condition, now }: { condition?: JsonObject; now?: Date } = {},
): AsyncGenerator<Item> {
  if (condition === undefined) {
    for await (const person of store.people()) yield toView(person);
    return;
  }
  const options = now === undefined ? {} : { now };
  const { residual, ...filter } = conditionToSql(condition, store.dialect, options);
  const matches = residual === undefined ? undefined : compileSegment(residual, options);
  for await (const person of store.people({ filter })) {
    const item = toView(person);
    if (matches === undefined || matches(item)) yield item;
  }
}

function compileStep({ stage, output }: PlannedStage, context: StageContext): (item: Item) => Item | undefined {
  const compiled = compileStage(stage as unknown as Stage, context);
  const followed = output === undefined ? 0 : compiled.outputs.indexOf(output);
  if (followed < 0) {
    throw new PushError('plan-unreadable', `A stage of the plan has no output named '${output}'.`,
      'Use the reference that the steps put out, unchanged.');
  }
  return (item) => {
    const [route] = compiled.apply(item);
    return route?.output === followed ? route.item : undefined;
  };
}
