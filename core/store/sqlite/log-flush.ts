/**
 * Brings the log of a database to the disk while the process does its other work. A checkpoint waits until all of the log is there, and
 * the host with it: the less is left to write, the shorter. Nothing depends on it, for SQLite syncs all the same.
 */
import { close, fdatasync, open } from 'node:fs';
import { promisify } from 'node:util';

/** Commits from one time to the next. */
const EVERY = 16;

export class LogFlush {
  private file: number | undefined;
  private commits = 0;
  private flushing: Promise<void> | undefined;
  /** There is no log, as of a database in memory, or it cannot be opened. */
  private isOff = false;

  /** @param path of the log */
  constructor(private readonly path: string) {}

  /** A transaction was committed. */
  committed(): void {
    if (++this.commits < EVERY || this.isOff || this.flushing !== undefined) return;
    this.commits = 0;
    this.flushing = this.flush().catch(() => void (this.isOff = true)).finally(() => (this.flushing = undefined));
  }

  async close(): Promise<void> {
    this.isOff = true;
    await this.flushing;
    const { file } = this;
    this.file = undefined;
    if (file !== undefined) await promisify(close)(file);
  }

  private async flush(): Promise<void> {
    this.file ??= await promisify(open)(this.path, 'r+');
    await promisify(fdatasync)(this.file);
  }
}
