/** A bounded queue between two loops: the writer waits while it is full, the reader while it is empty. One reader. */
export class Channel<T> implements AsyncIterable<T> {
  private items: T[] = [];
  private head = 0;
  private ended = false;
  private wakeReader: (() => void) | undefined;
  private readonly writers: (() => void)[] = [];

  constructor(private readonly capacity: number) {}

  /** Resolves when the item is in; false where nobody reads any more. */
  async push(item: T): Promise<boolean> {
    while (!this.ended && this.items.length - this.head >= this.capacity) {
      await new Promise<void>((resolve) => this.writers.push(resolve));
    }
    if (this.ended) return false;
    this.items.push(item);
    this.wakeReader?.();
    return true;
  }

  /** No more items come in; those inside are still read. */
  end(): void {
    this.ended = true;
    this.wakeReader?.();
    for (const wake of this.writers.splice(0)) wake();
  }

  /** Ends, and gives back what nobody read. */
  drain(): T[] {
    this.end();
    return this.items.splice(0).slice(this.head);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const batch of this.batches(1)) yield* batch;
  }

  /** Items as many at a time as are there, and `most` at most. */
  async *batches(most: number): AsyncGenerator<T[]> {
    try {
      for (;;) {
        while (this.head < this.items.length) {
          const batch: T[] = [];
          while (batch.length < most && this.head < this.items.length) batch.push(this.take());
          yield batch;
        }
        if (this.ended) return;
        await new Promise<void>((resolve) => (this.wakeReader = resolve));
      }
    } finally {
      this.end();
    }
  }

  private take(): T {
    const item = this.items[this.head++] as T;
    // Taking from the front of an array moves all others: cut off what is read in large pieces.
    if (this.head === this.items.length || this.head > 1024) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    this.writers.shift()?.();
    return item;
  }
}
