/** What a condition may ask of a person beyond their own fields: what they did, which lists they are in. */
import { isJsonObject, type JsonObject } from '../json';

/** Something that a person did. Its other fields are what `where` asks for: campaign, arm, value, currency, ... */
export interface PersonEvent {
  readonly type: string;
  /** ISO 8601 instant or an epoch number. */
  readonly at: unknown;
  readonly [field: string]: unknown;
}

export interface PersonFacts {
  readonly events: readonly PersonEvent[];
  /** Names of the static lists that the person is in. */
  readonly lists: ReadonlySet<string>;
  /** On the list of those who get nothing. */
  readonly suppressed: boolean;
  /** Tokens of devices that their gateway declared dead. */
  readonly dead: ReadonlySet<string>;
}

/** Tells the facts of the person whose view it is. */
export type FactsOf = (view: object) => PersonFacts;

export const NO_FACTS: PersonFacts = { events: [], lists: new Set(), suppressed: false, dead: new Set() };

/**
 * The facts that the view itself brings: `push.events` (objects with `type` and `at`), `push.lists` (names) and
 * `push.suppressed` (true).
 */
export function factsOfView(view: object): PersonFacts {
  const push = Object.hasOwn(view, 'push') ? (view as JsonObject)['push'] : undefined;
  if (!isJsonObject(push)) return NO_FACTS;
  const events = Object.hasOwn(push, 'events') ? push['events'] : undefined;
  const lists = Object.hasOwn(push, 'lists') ? push['lists'] : undefined;
  return {
    events: Array.isArray(events) ? (events.filter(isEvent) as unknown as PersonEvent[]) : [],
    lists: new Set(Array.isArray(lists) ? lists.filter((name) => typeof name === 'string') : []),
    suppressed: Object.hasOwn(push, 'suppressed') && push['suppressed'] === true,
    dead: NO_FACTS.dead,
  };
}

function isEvent(value: unknown): boolean {
  return isJsonObject(value) && Object.hasOwn(value, 'type') && Object.hasOwn(value, 'at');
}
