/** Takes items out of an iterable or an async iterable one by one, without ever asking for more than one ahead. */
import { PushError } from '../errors';

/** After a stop an item that the source was just asked for is still taken, if it comes within this time (ms). */
const GRACE_MS = 200;

export class Source<T> {
  /** What the source threw, in a box since anything can be thrown. */
  failure: { thrown: unknown } | undefined;
  private readonly sync: Iterator<T> | undefined;
  private readonly async: AsyncIterator<T> | undefined;
  private arrived: { value: T } | undefined;
  private asked = false;
  private ended = false;

  /** @param arrival called when an item that {@link take} could not give yet is there, and when the source ended */
  constructor(items: Iterable<T> | AsyncIterable<T>, private readonly arrival: () => void) {
    const { [Symbol.asyncIterator]: inTime, [Symbol.iterator]: atOnce } = (items ?? {}) as Partial<AsyncIterable<T> & Iterable<T>>;
    if (inTime !== undefined) this.async = inTime.call(items);
    else if (atOnce !== undefined) this.sync = atOnce.call(items);
    else throw new PushError('messages-malformed', 'The messages are no list.', 'Hand over an iterable or an async iterable.');
  }

  /** Nothing more will come. */
  get isDone(): boolean {
    return this.ended && !this.asked && this.arrived === undefined;
  }

  /** Whether {@link take} gives something without waiting, as far as can be known. */
  get isReady(): boolean {
    return this.arrived !== undefined || (this.sync !== undefined && !this.ended);
  }

  /** The next item if it is at hand; else it is asked for. */
  take(): { value: T } | undefined {
    if (this.arrived !== undefined) {
      const item = this.arrived;
      this.arrived = undefined;
      return item;
    }
    if (this.ended || this.asked) return undefined;
    return this.sync === undefined ? this.ask() : this.step(this.sync);
  }

  /** Asks for no more; what was just asked for may still come. */
  stop(): void {
    if (this.ended) return;
    this.ended = true;
    try {
      this.sync?.return?.();
      // A generator answers `return` only after the item it was asked for: not awaited, it may never come.
      this.async?.return?.().catch(() => undefined);
    } catch {
      // A source that cannot even stop has nothing more to say.
    }
    if (!this.asked) return;
    setTimeout(() => {
      this.asked = false;
      this.arrival();
    }, GRACE_MS);
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

  private ask(): undefined {
    this.asked = true;
    (this.async as AsyncIterator<T>).next().then(
      ({ done, value }) => {
        if (done === true) this.ended = true;
        else this.arrived = { value };
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
