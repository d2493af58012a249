/** Runs the campaign again when somebody's waiting is over. */

/** A timer of Node holds 24.8 days at most; a longer wait is looked at on the way. */
const LONGEST_MS = 24 * 3_600_000;
/** Who is due a moment later goes with them. */
const ROUND_MS = 250;

export class HeldTimer {
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  /** @param run sends to who is due, and arms the timer anew */
  constructor(private readonly run: () => void) {}

  arm(due: Date | undefined): void {
    clearTimeout(this.timer);
    if (due === undefined || this.ended) return;
    this.timer = setTimeout(this.run, Math.min(LONGEST_MS, Math.max(0, due.getTime() - Date.now()) + ROUND_MS)).unref();
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
