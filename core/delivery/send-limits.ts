/** The options of a run, checked and completed. */
import { PushError } from '../errors';
import type { SendOptions } from './gateway';

export type SendLimits = Readonly<Required<Omit<SendOptions, 'signal'>>>;

const DEFAULTS = { attempts: 4, backoffMs: 1000, maxBackoffMs: 60_000, timeoutMs: 15_000 };
/** Node's timers take no more. */
const MOST_MS = 2 ** 31 - 1;

/**
 * @param window messages that the gateway's connections hold at most: more in the air is not possible
 * @throws PushError `send-option-malformed`
 */
export function sendLimits(options: SendOptions, window: number): SendLimits {
  return {
    attempts: whole('attempts', options.attempts ?? DEFAULTS.attempts, 1, 1000),
    concurrency: Math.min(window, whole('concurrency', options.concurrency ?? window, 1, Number.MAX_SAFE_INTEGER)),
    backoffMs: whole('backoffMs', options.backoffMs ?? DEFAULTS.backoffMs, 0, MOST_MS),
    maxBackoffMs: whole('maxBackoffMs', options.maxBackoffMs ?? DEFAULTS.maxBackoffMs, 0, MOST_MS),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? DEFAULTS.timeoutMs, 1, MOST_MS),
  };
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new PushError('send-option-malformed', `${name} is no whole number of ${least} or more.`, 'Correct the option.', { name });
}
