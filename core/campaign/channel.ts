/** A bounded queue between two loops: the writer waits while it is full, the reader while it is empty. One reader. */
export class Channel<T> implements AsyncIterable<T> {
  private items: T[] = [];
  private head = 0;
  private ended = false;
  private awaited = false;
  private wakeReader: (() => void) | undefined;
  private readonly writers: (() => void)[] = [];

  constructor(private readonly capacity: number) {}

  /** Whether the item is in, at once where there is room; false where nobody reads any more. */
  push(item: T): boolean | Promise<boolean> {
    if (this.isFull) return this.pushLater(item);
    if (this.ended) return false;
    this.items.push(item);
    this.wakeReader?.();
    return true;
  }

  /** Whether the reader waits: it takes at once what is pushed now, as much as goes into one batch. */
  get isAwaited(): boolean {
    return this.awaited;
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
    try {
      while (await this.hasMore()) while (!this.isEmpty) yield this.take();
    } finally {
      this.end();
    }
  }

  /** Items as many at a time as are there, and at most as many as `most` then says. */
  async *batches(most: () => number): AsyncGenerator<T[]> {
    try {
      while (await this.hasMore()) {
        const batch: T[] = [];
        const room = most();
        while (batch.length < room && !this.isEmpty) batch.push(this.take());
        yield batch;
      }
    } finally {
      this.end();
    }
  }

  private get isEmpty(): boolean {
    return this.head >= this.items.length;
  }

  private get isFull(): boolean {
    return !this.ended && this.items.length - this.head >= this.capacity;
  }

  /** Whether there is another item, at once where that is known. */
  private hasMore(): boolean | Promise<boolean> {
    return !this.isEmpty || (!this.ended && this.arrival());
  }

  private async arrival(): Promise<boolean> {
    this.awaited = true;
    while (this.isEmpty && !this.ended) await new Promise<void>((resolve) => (this.wakeReader = resolve));
    this.awaited = false;
    return !this.isEmpty;
  }

  private async pushLater(item: T): Promise<boolean> {
    while (this.isFull) await new Promise<void>((resolve) => this.writers.push(resolve));
    return this.push(item);
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
