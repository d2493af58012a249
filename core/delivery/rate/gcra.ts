/**
 * How many of the wanted permits a bucket gives now: the generic cell rate algorithm (ITU-T I.371, annex A). A bucket is two
 * numbers, whatever its rate, so that a row of a table can hold it; the rate comes with each request.
 */

/** A bucket; one that was never asked is {@link FULL_BUCKET}. Both in ms of the clock that `gcra` is given. */
export interface BucketState {
  /** Theoretical arrival time: when the permits given so far are worked off. */
  tat: number;
  /** Nothing goes before this, at whatever rate: a gateway asked for a rest. */
  closedUntil: number;
}

export interface BucketRate {
  perMinute: number;
  /** Permits that may go at once after a rest, 1 or more; a tenth of a second's worth if not given. */
  burst?: number;
}

export interface Grant {
  state: BucketState;
  /** 0 to the wanted number. */
  granted: number;
  /** Where nothing was granted: when (ms from now) one permit will be. */
  waitMs: number;
}

export const FULL_BUCKET: BucketState = { tat: 0, closedUntil: 0 };

/** A clock that was set back leaves arrivals and closures in the future; none is believed that is further off than this. */
const LONGEST_CLOSURE_MS = 60 * 60_000;

/** A number of the size of today's date holds a quarter of a microsecond; without this, rounding would cost a permit. */
const ROUNDING_MS = 0.001;

/** Permits that may go at once at this rate. */
export function burstOf({ perMinute, burst }: BucketRate): number {
  return Math.max(1, Math.floor(burst ?? perMinute / 600));
}

/**
 * In any time w no more than `burst + w * perMinute / 60000` permits are granted.
 * @param wanted permits at most
 */
export function gcra(state: BucketState, rate: BucketRate, wanted: number, nowMs: number): Grant {
  const interval = 60_000 / rate.perMinute;
  const tolerance = (burstOf(rate) - 1) * interval;
  const closedUntil = Math.min(state.closedUntil, nowMs + LONGEST_CLOSURE_MS);
  // How far ahead of now the bucket is. After a closure it is empty: what had to wait does not come in one burst.
  const ahead = Math.max(Math.min(state.tat - nowMs, tolerance + interval), 0, closedUntil - nowMs + tolerance);
  const granted = Math.min(wanted, Math.max(0, Math.floor((tolerance - ahead + ROUNDING_MS) / interval + 1)));
  return {
    state: { tat: nowMs + ahead + granted * interval, closedUntil },
    granted,
    waitMs: granted > 0 ? 0 : Math.max(0, ahead - tolerance),
  };
}

/** The bucket with a rest: whoever asks before `until` gets nothing. A closure is never shortened. */
export function closeBucket(state: BucketState, until: number): BucketState {
  return { ...state, closedUntil: Math.max(state.closedUntil, until) };
}
