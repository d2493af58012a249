/** The one timer of a run: goes off at the earliest moment it was set to. */
export class Alarm {
  private timer: NodeJS.Timeout | undefined;
  private at = 0;

  constructor(private readonly ring: () => void) {}

  /** @param wait ms; Infinity where nothing is waited for */
  set(wait: number, now: number): void {
    // One that goes off too early costs one look; setting it anew for every answer would cost more.
    if (wait !== Infinity && this.timer !== undefined && this.at <= now + wait) return;
    this.clear();
    if (wait === Infinity) return;
    this.at = now + wait;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.ring();
    }, Math.max(1, Math.ceil(wait)));
  }

  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
