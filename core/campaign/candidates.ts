/** People to be judged, one by one: of the items, of stored audiences, and those whom an earlier run held back. */
import { asPushError, type PushError } from '../errors';
import { isJsonObject } from '../json';
import { fromView, parseRecipient, type FieldMap, type Recipient } from '../recipient';
import type { MessageName, Store } from '../store';
import { requireItem, type Item } from './item';
import { isAudienceReference } from './plan';
import { peopleOfPlan } from './run-plan';
import type { ResultSource } from './send-result';
import type { WrittenAudience } from './template-summary';

export interface Candidate extends ResultSource {
  person: Recipient;
  message: MessageName;
}

export interface CandidateOptions {
  campaign: string;
  occurrence: string;
  keyOf: (item: Item) => string;
  fields: FieldMap | undefined;
  store: Store;
  now: () => Date;
  /** Told of someone who cannot be read; by which message, where they waited for it. */
  refuse: (source: ResultSource, reason: PushError, waited?: MessageName) => Promise<void> | void;
  /** Told of the messages of stored audiences. */
  written?: WrittenAudience;
  /** Whether people of a stored audience are still wanted; those left are no concern of this run. */
  wantsReferences: () => boolean;
}

/** People of the input; a reference is read page by page. */
export async function* candidatesOf(
  items: Iterable<Item> | AsyncIterable<Item>, options: CandidateOptions,
): AsyncGenerator<Candidate> {
  const { campaign, occurrence, keyOf, fields, store, now, refuse, written } = options;
  let index = -1;
  /** Who cannot be read is refused. */
  const read = (item: unknown, fromReference: boolean): Candidate | Promise<void> | void => {
    try {
      const known = requireItem(item);
      const person = readPerson(known, fromReference, fields);
      return { index, fromReference, item: known, person, message: { campaign, occurrence, recipient: person.id, key: keyOf(known) } };
    } catch (thrown) {
      return refuse({ index, fromReference, item: isJsonObject(item) ? item : {} }, asPushError(thrown));
    }
  };
  for await (const value of items) {
    index++;
    if (isJsonObject(value) && isAudienceReference(value)) {
      for await (const item of peopleOfPlan(value, store, { now: now(), ...(written !== undefined && { written }) })) {
        if (!options.wantsReferences()) break;
        const one = await read(item, true);
        if (one !== undefined) yield one;
      }
    } else {
      const one = await read(value, false);
      if (one !== undefined) yield one;
    }
  }
}

/** People of the campaign whose waiting is over, whatever their occurrence. */
export async function* waitingCandidates({ campaign, fields, store, now, refuse }: CandidateOptions): AsyncGenerator<Candidate> {
  for await (const { item, fromReference, recipient, occurrence, key } of store.dueHeld(campaign, now())) {
    const source = { index: -1, fromReference, item };
    const message = { campaign, occurrence, recipient, key };
    let person: Recipient;
    try {
      // Other fields may be named by now: they are who they were when they began to wait.
      person = { ...readPerson(item, fromReference, fields), id: recipient };
    } catch (thrown) {
      await refuse(source, asPushError(thrown), message);
      continue;
    }
    yield { ...source, person, message };
  }
}

/** People of a stored audience are as the store has them, whatever fields the user's own rows have. */
function readPerson(item: Item, fromReference: boolean, fields: FieldMap | undefined): Recipient {
  return fromReference ? fromView(item) : parseRecipient(item, fields).recipient;
}

/** Names a message among those of a campaign. */
export function nameOf({ message: { occurrence, recipient, key } }: Candidate): string {
  return JSON.stringify([occurrence, recipient, key]);
}
