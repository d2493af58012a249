/** Brings what segments ask beyond a person's own fields out of the store to the functions that ask it. */
import { NO_FACTS, type FactsOf, type ParseOptions, type PersonFacts } from '../segment';
import type { Store } from '../store';
import type { Item } from './item';

/** People whose facts are fetched together. */
const PAGE = 500;

/** The saved lists and the user's own events, so that a name which nobody knows is refused. */
export async function knownToStore(store: Store): Promise<Required<ParseOptions>> {
  const [lists, events] = await Promise.all([store.lists(), store.activityNames()]);
  return { events, lists: new Map(lists.map(({ name, condition }) => [name, condition === undefined ? {} : { condition }])) };
}

/** The facts of the people at hand; `of` answers for those whom {@link load} named last. */
export class FactsAtHand {
  private current: ReadonlyMap<string, PersonFacts> = new Map();

  /** @param events names of the events that are asked for */
  constructor(private readonly store: Store, private readonly events: readonly string[], private readonly idField = 'id') {}

  readonly of: FactsOf = (view) => this.current.get(String((view as Item)[this.idField])) ?? NO_FACTS;

  async load(items: readonly Item[]): Promise<void> {
    const ids = items.map((item) => item[this.idField]).filter((id) => typeof id === 'string' || typeof id === 'number');
    this.current = await this.store.facts(ids.map(String), this.events);
  }

  /** The same people, with their facts at hand while each of them is out. */
  async *around(people: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const page of pagesOf(people)) {
      await this.load(page);
      yield* page;
    }
  }
}

async function* pagesOf(people: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let page: Item[] = [];
  for await (const person of people) {
    page.push(person);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
