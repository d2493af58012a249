/** A segment over people at hand of whom the store knows more: what they did, which lists they are in, which devices live. */
import { isJsonObject, type JsonObject } from '../json';
import { DEFAULT_FIELDS } from '../recipient';
import { findOperator } from '../segment';
import type { Store } from '../store';
import { FactsAtHand, knownToStore } from './facts';
import { isAudienceReference } from './plan';
import { eventsOfStage, type SegmentStage } from './segment-stage';
import { compileStage, type CompiledStage, type StageContext } from './stages';

/**
 * Whether a segment has an operator that asks something of the person and not of a field; only then the store matters.
 * Asked before the segment is read: it may nest too deep for a function that calls itself.
 */
export function asksOfPerson(segment: unknown): boolean {
  const open = [segment];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (Array.isArray(value)) for (const one of value as unknown[]) open.push(one ?? null);
    else if (isJsonObject(value)) {
      for (const [name, inner] of Object.entries(value)) {
        if (findOperator(name)?.group === 'person') return true;
        open.push(inner ?? null);
      }
    }
  }
  return false;
}

/**
 * {@link compileStage} for a segment, with facts out of the store. Its `prepare` fetches those of the people that come next.
 * @throws PushError as `compileStage` says, and `unknown-list`, `unknown-event` for names that the store does not know
 */
export async function compileStoredSegment(segment: SegmentStage, store: Store, context: StageContext = {}): Promise<CompiledStage> {
  const known = await knownToStore(store);
  const plain = compileStage({ segment }, { ...context, known });
  const events = eventsOfStage({ segment } as unknown as JsonObject, known);
  if (events === undefined) return plain;
  const facts = new FactsAtHand(store, events, context.fields?.id ?? DEFAULT_FIELDS.id);
  return {
    ...compileStage({ segment }, { ...context, known, facts: facts.of }),
    prepare: (items) => facts.load(items.filter((item) => isJsonObject(item) && !isAudienceReference(item))),
  };
}
