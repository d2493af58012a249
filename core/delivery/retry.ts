/** When to try again: backoff with full jitter, and what a Retry-After header says. */

/**
 * Wait (ms) before the next try: anywhere between the lower bound and a bound that doubles with each try, so that
 * messages which failed together do not come back together.
 * Source: "full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, with a floor.
 * @param tries how often it was tried, 1 or more
 */
export function backoff(tries: number, lowerMs: number, mostMs: number, random: () => number): number {
  const upper = Math.min(mostMs, lowerMs * 2 ** tries);
  return Math.min(mostMs, lowerMs + random() * Math.max(0, upper - lowerMs));
}

/**
 * The wait (ms) that a Retry-After header asks for: seconds or an HTTP date (RFC 9110, 10.2.3).
 * Undefined where there is none or it cannot be read; a date in the past is 0.
 * @param now wall clock, ms
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  // Date.parse takes far more than HTTP dates, bare numbers among it.
  if (!/^[A-Za-z]{3,9}[, ]/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Things that wait for their time, the earliest first; a binary heap. */
export class WaitingLine<T> {
  private readonly heap: { at: number; item: T }[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** When the earliest is due; undefined where nothing waits. */
  get next(): number | undefined {
    return this.heap[0]?.at;
  }

  add(at: number, item: T): void {
    const { heap } = this;
    let index = heap.push({ at, item }) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.at(parent) <= at) break;
      this.swap(index, parent);
      index = parent;
    }
  }

  /** The earliest if it is due at `now`. */
  take(now: number): T | undefined {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    return first.item;
  }

  clear(): T[] {
    return this.heap.splice(0).map(({ item }) => item);
  }

  private sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const least = this.at(left + 1) < this.at(left) ? left + 1 : left;
      if (this.at(least) >= this.at(index)) return;
      this.swap(index, least);
      index = least;
    }
  }

  private at(index: number): number {
    return this.heap[index]?.at ?? Infinity;
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b] as { at: number; item: T }, heap[a] as { at: number; item: T }];
  }
}
