/**
 * A circuit breaker for a whole gateway: when more than half of the answers are failures of the service, everything rests,
 * then one message tries for all.
 */

/** Failures are counted over this time (ms) ... */
const WINDOW_MS = 20_000;
/** ... and judged from so many answers on. */
const LEAST = 100;
const SHARE = 0.5;
/** The rest doubles while the one that tries fails too, so often at most. */
const MOST_DOUBLINGS = 3;

export class Overload {
  /** One message tries for all. */
  isTrying = false;
  private since = -Infinity;
  private restsUntil = -Infinity;
  private answers = 0;
  private failures = 0;
  private openings = 0;

  /**
   * Counts an answer.
   * @param failed a 5xx, or none in time, or none since the connection or stream broke
   * @param leftAt when its message was put on the wire
   * @param restMs the first rest
   * @param mostMs no rest is longer
   * @returns ms for which nothing should be sent, 0 to go on
   */
  note(failed: boolean, leftAt: number, now: number, restMs: number, mostMs: number): number {
    // What was in the air when the rest began has nothing to say about its end, however late it comes.
    if (leftAt < this.restsUntil) return 0;
    if (this.isTrying) {
      if (failed) return this.rest(restMs, mostMs, now);
      this.isTrying = false;
      this.openings = 0;
      this.start(now);
      return 0;
    }
    if (now - this.since > WINDOW_MS) this.start(now);
    this.answers++;
    if (failed) this.failures++;
    return this.answers >= LEAST && this.failures > SHARE * this.answers ? this.rest(restMs, mostMs, now) : 0;
  }

  private start(now: number): void {
    this.since = now;
    this.answers = this.failures = 0;
  }

  private rest(restMs: number, mostMs: number, now: number): number {
    this.isTrying = true;
    const wait = Math.min(restMs * 2 ** Math.min(this.openings++, MOST_DOUBLINGS), mostMs);
    this.restsUntil = now + wait;
    return wait;
  }
}
