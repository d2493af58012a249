/** A window of time, and the instants that lie in it. */
import type { Moment } from './instant';

export interface Window {
  /** Milliseconds up to now. */
  readonly within?: number;
  readonly after?: Moment;
  readonly before?: Moment;
}

/** The first and the last millisecond in the window, both included; infinite where it is open. */
export function boundsOf({ within, after, before }: Window, now: number): [first: number, last: number] {
  const first = [-Infinity];
  const last = [Infinity];
  if (within !== undefined) {
    first.push(now - within);
    last.push(now);
  }
  if (after !== undefined) first.push(Math.floor(instantOf(after, now)) + 1);
  if (before !== undefined) last.push(Math.ceil(instantOf(before, now)) - 1);
  return [Math.max(...first), Math.min(...last)];
}

function instantOf(moment: Moment, now: number): number {
  return 'at' in moment ? moment.at : now + moment.fromNow;
}
