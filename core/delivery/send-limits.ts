/** The options of a run, checked and completed. */
import { PushError } from '../errors';
import type { SendOptions } from './gateway';
import { harmless } from './listener';
import type { RateOptions } from './rate';

export type SendLimits =
  & Readonly<Required<Pick<SendOptions, 'attempts' | 'concurrency' | 'maxBackoffMs' | 'timeoutMs' | 'giveUpAfterMs' | 'safetyStop'>>>
  & Readonly<Pick<SendOptions, 'backoffMs' | 'onWait' | 'mayGoAgain'>>
  & { readonly rate: RateOptions };

const DEFAULTS = { attempts: 4, maxBackoffMs: 600_000, timeoutMs: 15_000, giveUpAfterMs: 3_600_000 };
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
    ...(options.backoffMs !== undefined && { backoffMs: whole('backoffMs', options.backoffMs, 0, MOST_MS) }),
    maxBackoffMs: whole('maxBackoffMs', options.maxBackoffMs ?? DEFAULTS.maxBackoffMs, 0, MOST_MS),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? DEFAULTS.timeoutMs, 1, MOST_MS),
    giveUpAfterMs: whole('giveUpAfterMs', options.giveUpAfterMs ?? DEFAULTS.giveUpAfterMs, 0, MOST_MS),
    safetyStop: options.safetyStop ?? true,
    ...(options.onWait !== undefined && { onWait: harmless(options.onWait, 'onWait of a run') }),
    ...(options.mayGoAgain !== undefined && { mayGoAgain: options.mayGoAgain }),
    rate: rateOptions(options.rate ?? {}),
  };
}

function rateOptions(rate: RateOptions): RateOptions {
  const { perMinute, rampMs, devicePerMinute, campaign, spread } = rate;
  const rates = { 'rate.perMinute': perMinute, 'rate.devicePerMinute': devicePerMinute, 'rate.campaign.perMinute': campaign?.perMinute, 'rate.spread.messages': spread?.messages, 'rate.spread.overMs': spread?.overMs };
  for (const [name, value] of Object.entries(rates)) {
    if (value !== undefined && !(value > 0)) throw malformed(name, 'no number over 0');
  }
  if (rampMs !== undefined) whole('rate.rampMs', rampMs, 0, MOST_MS);
  return rate;
}

function malformed(name: string, what: string): PushError {
  return new PushError('send-option-malformed', `${name} is ${what}.`, 'Correct the option.', { name });
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw malformed(name, `no whole number of ${least} or more`);
}
