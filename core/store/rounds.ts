/**
 * A statement may touch a row once: splits a list so that each part holds every key once, in the order of the list. Within a part
 * rows are sorted by key, so that two transactions lock them in the same order.
 */
export function rounds<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const parts: { key: string; item: T }[][] = [];
  const turn = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const index = turn.get(key) ?? 0;
    turn.set(key, index + 1);
    (parts[index] ??= []).push({ key, item });
  }
  return parts.map((part) => part.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item));
}
