/**
 * A statement may touch a row once: splits a list so that each part holds every key once, in the order of the list. Within a part
 * rows are sorted by key, so that two transactions lock them in the same order.
 */
export function rounds<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  return turns(items.map((item): Keyed<T> => ({ key: keyOf(item), item })))
    .map((part) => part.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item));
}

interface Keyed<T> {
  key: string;
  item: T;
}

function turns<T>(items: Keyed<T>[]): Keyed<T>[][] {
  // Nearly always.
  if (new Set(items.map(({ key }) => key)).size === items.length) return [items];
  const parts: Keyed<T>[][] = [];
  const turn = new Map<string, number>();
  for (const item of items) {
    const index = turn.get(item.key) ?? 0;
    turn.set(item.key, index + 1);
    (parts[index] ??= []).push(item);
  }
  return parts;
}
