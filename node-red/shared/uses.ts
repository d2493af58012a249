/** A thing that several nodes share (a store, a gateway): opened at first use, closed when nobody uses it any more. */
export class Shared<T> {
  private opened: Promise<T> | undefined;
  private readonly uses = new Set<Promise<unknown>>();

  constructor(private readonly open: () => Promise<T>, private readonly close: (thing: T) => Promise<void>) {}

  /** Hands the thing to `work`; it stays open until that is over. */
  use<R>(work: (thing: T) => Promise<R>): Promise<R> {
    this.opened ??= this.open().catch((thrown: unknown) => {
      // The next one tries again: the reason may be gone by then.
      this.opened = undefined;
      throw thrown;
    });
    const use = this.opened.then(work);
    this.uses.add(use);
    const over = () => this.uses.delete(use);
    use.then(over, over);
    return use;
  }

  /** Waits for those who use it, then closes. */
  async end(): Promise<void> {
    await Promise.allSettled(this.uses);
    const opened = await this.opened?.catch(() => undefined);
    this.opened = undefined;
    if (opened !== undefined) await this.close(opened);
  }
}
