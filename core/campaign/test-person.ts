/** Whose message a test shows: out of the items, or out of the stored people that a reference stands for. */
import { asPushError, PushError, RunStopper } from '../errors';
import { bucketOf } from '../experiment';
import { isJsonObject, type JsonObject } from '../json';
import { fromView, parseRecipient, type FieldMap, type GatewayType } from '../recipient';
import type { Store } from '../store';
import type { CompiledTemplate, Message } from '../template';
import { pushState, type Item } from './item';
import { isAudienceReference, readPlan } from './plan';
import { peopleOfPlan } from './run-plan';
import { renderMessage } from './stages';

export type TestPerson =
  /** The first one who can be written to. */
  | { people: 'first' }
  | { people: 'named'; id: string }
  /** One of the first thousand who can be written to; the same for the same seed. */
  | { people: 'random'; seed?: string };
export const TEST_PEOPLE = ['first', 'named', 'random'] as const satisfies readonly TestPerson['people'][];

export interface WrittenPerson {
  id: string;
  /** Position of their item, or of the reference that they are out of. */
  index: number;
  message: Message;
  payload: { readonly [gateway in GatewayType]?: JsonObject };
}

interface Sources {
  store: Store;
  fields: FieldMap | undefined;
  /** Writes to who comes without a message. */
  render: CompiledTemplate | undefined;
  now: Date;
}

const DRAWN_FROM = 1000;

/** @throws PushError `no-test-person`; for a named person, what keeps them from being written to */
export async function choosePerson(items: readonly Item[], choice: TestPerson, sources: Sources): Promise<WrittenPerson> {
  const draw = bucketOf(choice.people === 'random' ? (choice.seed ?? '') : '');
  let best: WrittenPerson | undefined;
  let problem: PushError | undefined;
  let seen = 0;
  for await (const { id, index, item } of everyone(items, choice, sources)) {
    if (choice.people === 'named' && id !== choice.id) continue;
    const written = write(id, index, item, sources.render);
    if (written instanceof PushError) {
      problem ??= written;
      continue;
    }
    if (best === undefined || draw(id) < draw(best.id)) best = written;
    if (choice.people !== 'random' || ++seen >= DRAWN_FROM) break;
  }
  if (best !== undefined) return best;
  if (problem !== undefined) throw problem;
  throw new PushError('no-test-person', choice.people === 'named'
    ? `'${choice.id}' is not among the people whose message could be shown.`
    : 'There is nobody whose message could be shown.', 'Choose another person, or look at what comes in.');
}

async function* everyone(items: readonly Item[], choice: TestPerson, { store, fields, now }: Sources): AsyncGenerator<{ id: string; index: number; item: Item }> {
  for (const [index, item] of items.entries()) {
    if (isJsonObject(item) && isAudienceReference(item)) {
      for await (const one of peopleOfPlan(forTest(item, choice), store, { now })) yield { id: fromView(one).id, index, item: one };
      continue;
    }
    try {
      yield { id: parseRecipient(item, fields).recipient.id, index, item };
    } catch (thrown) {
      // Who cannot be read is told by the campaign itself.
      if (thrown instanceof RunStopper) throw thrown;
    }
  }
}

/** The reference without its copy gate, which asks many texts and not one; of a named person, narrowed to them. */
function forTest(reference: Item, choice: TestPerson): Item {
  const plan = readPlan(reference).map(({ stage, ...step }): JsonObject => {
    const { audience, template } = stage;
    if (isJsonObject(template)) return { ...step, stage: { template: { ...template, copyCheck: { mode: 'off' } } } };
    if (!isJsonObject(audience) || choice.people !== 'named') return { ...step, stage };
    const conditions = [audience['condition'], { id: choice.id }].filter((condition) => condition !== undefined);
    return { ...step, stage: { audience: { ...audience, condition: { $and: conditions } } } };
  });
  return { ...reference, audience: { plan } };
}

function write(id: string, index: number, item: Item, render: CompiledTemplate | undefined): WrittenPerson | PushError {
  try {
    const { message, payload, why, reason } = pushState(pushState(item)['payload'] === undefined && render !== undefined ? renderMessage(render, item) : item);
    if (isJsonObject(message) && isJsonObject(payload)) {
      const { bytes: _bytes, warnings: _warnings, fallbacks: _fallbacks, ...texts } = message;
      return { id, index, message: texts as Message, payload: payload as WrittenPerson['payload'] };
    }
    return typeof why === 'string'
      ? new PushError(String(reason), why)
      : new PushError('no-message', 'The person has no message.', 'Put the template step before, or write a title and a text in the send step.');
  } catch (thrown) {
    if (thrown instanceof RunStopper) throw thrown;
    return asPushError(thrown);
  }
}
