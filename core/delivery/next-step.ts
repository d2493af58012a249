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

/** Wait (ms) before the second try where no connection came about: nobody was bothered by the first. */
const UNREACHED_MS = 1000;
/** Messages that were asked to come back at one time come back spread over so much more (ms). */
const ASKED_SPREAD_MS = 1000;

/** The first wait (ms) before another try: as the run says, or as the vendor does. */
export function firstWait({ notBeforeMs = UNREACHED_MS }: OutcomeRow, { backoffMs }: SendLimits): number {
  return backoffMs ?? notBeforeMs;
}

/**
 * Counts the try in `message` and says how to go on.
 * @param asked the wait (ms) that the gateway asked for
 * @param left ms until the message is of no use any more
 */
export function nextStep(
  message: Tries, row: OutcomeRow, asked: number | undefined, limits: SendLimits, left: number, random: () => number,
): Step {
  if (!row.retriable || left <= 0) return 'finish';
  if (row.renews === true) {
    if (message.renewed) return 'finish';
    message.renewed = true;
    return 'renew';
  }
  if (row.atOnce === true && message.unprocessed++ < MOST_UNPROCESSED) return 'again';
  const { attempts, maxBackoffMs } = limits;
  // Coming back sooner than asked would be held against the sender: such a message has had its last try.
  if (++message.tries >= attempts || (asked ?? 0) > maxBackoffMs) return 'finish';
  const first = firstWait(row, limits);
  const spread = backoff(message.tries, first, maxBackoffMs, random);
  // A failing server is left alone for the vendor's ten seconds even where it says less.
  const least = row.outcome === 'throttled' ? 0 : first;
  const wait = asked === undefined ? spread : Math.max(asked, least) + random() * Math.min(spread, ASKED_SPREAD_MS);
  return wait < left ? { wait } : 'finish';
}
