/** Intl objects, made once per template: making one costs 20 us, using one 0.5 us. */

/** Most objects that are kept; locales come from data, so that their number is not ours to choose. */
const MOST_KEPT = 500;

/** A bounded memory of costly objects; everything is dropped when it is full. */
export class FormatCache {
  readonly #kept = new Map<string, unknown>();

  get<T>(key: string, make: () => T): T {
    const found = this.#kept.get(key);
    if (found !== undefined) return found as T;
    const made = make();
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.set(key, made);
    return made;
  }
}
