/** The clock of a host under test: the real one, but for the moments in which a test sets it. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PRELOAD = join(__dirname, 'host-clock.preload.cjs');

export class HostClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'push-clock-'));
  private readonly file = join(this.folder, 'now');
  /** What the host is started with. */
  readonly env = { NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`, HOST_CLOCK: this.file };

  /** Does the work while the host's clock stands still at an instant. Timers run on. */
  async at<T>(instant: string, work: () => Promise<T>): Promise<T> {
    // The host never sees half a file.
    writeFileSync(`${this.file}.next`, String(Date.parse(instant)));
    renameSync(`${this.file}.next`, this.file);
    try {
      return await work();
    } finally {
      rmSync(this.file);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
