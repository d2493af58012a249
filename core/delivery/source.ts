/** Takes items out of an iterable or an async iterable one by one, without ever asking for more than one (or one list) ahead. */
import { PushError } from '../errors';

/** After a stop an item that the source was just asked for is still taken, if it comes within this time (ms). */
const GRACE_MS = 200;

const LISTS = Symbol('lists');

/** Items that come in lists: a {@link Source} takes a list at a time, anybody else one item after the other. */
export interface Listed<T> extends AsyncIterable<T> {
  [LISTS](): AsyncIterator<T[]>;
}

/**
 * @param lists whoever takes items takes them off their list: what is left on it was not taken
 * @param signal where they come one by one, none comes after it
 */
export function listed<T>(lists: AsyncIterable<T[]>, signal: AbortSignal): Listed<T> {
  return {
    [LISTS]: () => lists[Symbol.asyncIterator](),
    async *[Symbol.asyncIterator]() {
      for await (const list of lists) {
        while (list.length > 0) {
          if (signal.aborted) return;
          yield list.shift() as T;
        }
      }
    },
  };
}

export class Source<T> {
  /** What the source threw, in a box since anything can be thrown. */
  failure: { thrown: unknown } | undefined;
  private readonly sync: Iterator<T> | undefined;
  private readonly async: AsyncIterator<T> | undefined;
  private readonly lists: AsyncIterator<T[]> | undefined;
  private arrived: T[] = [];
  private asked = false;
  private ended = false;

  /** @param arrival called when an item that {@link take} could not give yet is there, and when the source ended */
  constructor(items: Iterable<T> | AsyncIterable<T>, private readonly arrival: () => void) {
    const { [LISTS]: many, [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = (items ?? {}) as Partial<Listed<T> & Iterable<T>>;
    if (many !== undefined) this.lists = many.call(items);
    else if (inTime !== undefined) this.async = inTime.call(items);
    else if (atOnce !== undefined) this.sync = atOnce.call(items);
    else throw new PushError('messages-malformed', 'The messages are no list.', 'Hand over an iterable or an async iterable.');
  }

  /** Nothing more will come. */
  get isDone(): boolean {
    return this.ended && !this.asked && this.arrived.length === 0;
  }

  /** Whether {@link take} gives something without waiting, as far as can be known. */
  get isReady(): boolean {
    return this.arrived.length > 0 || (this.sync !== undefined && !this.ended);
  }

  /** The next item if it is at hand; else it is asked for. */
  take(): { value: T } | undefined {
    if (this.arrived.length > 0) return { value: this.arrived.shift() as T };
    if (this.ended || this.asked) return undefined;
    if (this.sync !== undefined) return this.step(this.sync);
    this.asked = true;
    if (this.lists !== undefined) this.expect(this.lists, (list) => list);
    else if (this.async !== undefined) this.expect(this.async, (value) => [value]);
    return undefined;
  }

  /** Asks for no more; what was just asked for may still come. */
  stop(): void {
    if (this.ended) return;
    this.ended = true;
    try {
      this.sync?.return?.();
      // A generator answers `return` only after the item it was asked for: not awaited, it may never come.
      (this.lists ?? this.async)?.return?.().catch(() => undefined);
    } catch {
      // A source that cannot even stop has nothing more to say.
    }
    if (!this.asked) return;
    setTimeout(() => {
      this.asked = false;
      this.arrival();
    }, GRACE_MS);
  }

  /** One made by hand may throw at once, or give no promise. */
  private ask<V>(iterator: AsyncIterator<V>): Promise<IteratorResult<V>> {
    try {
      return Promise.resolve(iterator.next());
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  private step(iterator: Iterator<T>): { value: T } | undefined {
    try {
      const { done, value } = iterator.next();
      if (done !== true) return { value };
    } catch (thrown) {
      this.failure = { thrown };
    }
    this.ended = true;
    return undefined;
  }

  private expect<V>(iterator: AsyncIterator<V>, listOf: (value: V) => T[]): void {
    this.ask(iterator).then(
      ({ done, value }) => {
        if (done === true) this.ended = true;
        else this.arrived = listOf(value);
      },
      (thrown: unknown) => {
        this.ended = true;
        this.failure = { thrown };
      },
    ).then(() => {
      this.asked = false;
      this.arrival();
    });
  }
}
