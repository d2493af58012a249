/** The clock that relative dates count from. */
import { PushError } from '../errors';

/** An instant, or a function that tells it whenever a person is tested. */
export type Now = Date | (() => Date);

/** Epoch milliseconds of now. */
export type Clock = () => number;

/** @throws PushError `now-invalid` */
export function readClock(now: Now | undefined): Clock {
  if (typeof now === 'function') return () => now().getTime();
  if (now === undefined) return Date.now;
  const instant = now.getTime();
  if (Number.isNaN(instant)) {
    throw new PushError('now-invalid', 'The time that the condition counts from is no date.', 'Give a valid Date.');
  }
  return () => instant;
}
