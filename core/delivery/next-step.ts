/** What comes after an answer or a failure: another try, and when, or the end. Decided by the row of the outcome table alone. */
import type { OutcomeRow } from './outcomes';
import { backoff } from './retry';
import type { SendLimits } from './send-limits';

/** What a message has behind it. */
export interface Tries {
  /** Counted against the limit. */
  tries: number;
  /** Times that the peer certainly had not looked at it. */
  unprocessed: number;
  /** Its credential was renewed once for it. */
  renewed: boolean;
}

/** `wait` in ms. */
export type Step = 'finish' | 'again' | 'renew' | { wait: number };

/** A peer that refuses the same message so often without looking at it is treated as unavailable. */
const MOST_UNPROCESSED = 8;

/**
 * Counts the try in `message` and says how to go on.
 * @param asked the wait (ms) that the gateway asked for
 */
export function nextStep(message: Tries, row: OutcomeRow, asked: number | undefined, limits: SendLimits, random: () => number): Step {
  if (!row.retriable) return 'finish';
  if (row.renews === true) {
    if (message.renewed) return 'finish';
    message.renewed = true;
    return 'renew';
  }
  if (row.atOnce === true && message.unprocessed++ < MOST_UNPROCESSED) return 'again';
  const { attempts, backoffMs, maxBackoffMs } = limits;
  // Coming back sooner than asked would be held against the sender: such a message has had its last try.
  if (++message.tries >= attempts || (asked ?? 0) > maxBackoffMs) return 'finish';
  const spread = backoff(message.tries, backoffMs, maxBackoffMs, random);
  return { wait: asked === undefined ? spread : asked + random() * Math.min(spread, backoffMs) };
}
