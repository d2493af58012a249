/** An audience reference: one item that stands for people in the store, with the steps that they still have to pass. */
import { timingSafeEqual } from 'node:crypto';
import { PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import type { Store } from '../store';
import type { Item } from './item';

/** Which secret of the store its references carry. */
const SEAL = 'audience-reference';

/** A step of a plan: a stage as JSON, and which of its outputs this reference follows. */
export interface PlannedStage {
  stage: JsonObject;
  output?: string;
}

/**
 * Stored people, those that fit the condition where one is given. The reference carries a seal of the store: what a
 * stranger posts to a webhook may look like a reference, and must not reach everybody.
 */
export async function audienceReference(store: Store, options: { condition?: JsonObject } = {}): Promise<Item> {
  return { audience: { plan: [{ stage: { audience: { ...options, seal: await store.secret(SEAL) } } }] } };
}

/** @throws PushError `reference-unsealed` */
export async function requireSeal(audience: JsonObject, store: Store): Promise<void> {
  const expected = Buffer.from(await store.secret(SEAL));
  const given = Buffer.from(String(audience['seal']));
  if (expected.length === given.length && timingSafeEqual(expected, given)) return;
  throw new PushError('reference-unsealed', 'The audience reference was not made by an audience step on this store.',
    'Use the reference that the audience step puts out, unchanged, and the same store in all steps.');
}

/** A person may have an attribute named `audience`, whatever it holds: whoever has devices is a person. */
export function isAudienceReference(item: Item): boolean {
  return !Array.isArray(item['devices']) && isJsonObject(item['audience']) && Array.isArray(item['audience']['plan']);
}

/** The reference with one more step, following one output of it. */
export function appendStage(reference: Item, stage: JsonObject, output: string): Item {
  const plan = readPlan(reference).map((step): JsonObject => ({ ...step }));
  return { ...reference, audience: { plan: [...plan, { stage, output }] } };
}

/** @throws PushError `plan-unreadable` */
export function readPlan(reference: Item): PlannedStage[] {
  const audience = reference['audience'];
  const plan = isJsonObject(audience) ? audience['plan'] : undefined;
  if (!Array.isArray(plan) || plan.length === 0) throw unreadable();
  return plan.map((step): PlannedStage => {
    if (!isJsonObject(step) || !isJsonObject(step['stage'])) throw unreadable();
    return { stage: step['stage'], ...(typeof step['output'] === 'string' && { output: step['output'] }) };
  });
}

function unreadable(): PushError {
  return new PushError('plan-unreadable', 'The audience reference holds no plan that can be read.',
    'Use the reference that the audience step puts out, unchanged.');
}
