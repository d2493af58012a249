/** Turns a parsed condition into a function, once. No code is generated. */
import { readClock, type Clock, type Now } from './clock';
import type { Condition } from './condition';
import { onField } from './field';
import { fuse } from './fused';
import { parseCondition } from './parse';
import { testValue } from './tests';

export interface SegmentOptions {
  /**
   * What "now" is for `$within`, `-30d` and the like. Left out, it is the time of each test, so that a function kept
   * for days stays right; a campaign gives one instant, so that all people are judged alike.
   */
  now?: Now;
}

/**
 * A condition as a function over a person's view.
 *
 * A comparison with a missing field (or null) or with a value of another type is false; `$ne`, `$nin`, `$vne`,
 * `$notWithin`, `$nor` and `$not` are the exact opposites and so are true of it. The function never throws.
 *
 * @throws PushError as {@link parseCondition} says, and `now-invalid`
 */
export function compileSegment(condition: object, { now }: SegmentOptions = {}): (view: object) => boolean {
  const matches = compileCondition(parseCondition(condition), readClock(now));
  return (view) => typeof view === 'object' && view !== null && matches(view);
}

/** A person, or inside a list the item itself. */
type Matches = (subject: unknown) => boolean;

function compileCondition(condition: Condition, clock: Clock): Matches {
  switch (condition.kind) {
    case 'rule': {
      const test = testValue(condition.test, clock, (inner) => compileCondition(inner, clock));
      if (condition.field === undefined) return test;
      const general = onField(condition.field, test);
      return (fuse(condition.field, condition.test, general) ?? general) as Matches;
    }
    case 'not': {
      const inner = compileCondition(condition.condition, clock);
      return (subject) => !inner(subject);
    }
    case 'and':
      return every(condition.conditions.map((part) => compileCondition(part, clock)));
    case 'or':
      return some(condition.conditions.map((part) => compileCondition(part, clock)));
  }
}

/** Two and three parts are spelled out: it saves a third of the time of a loop. */
function every(parts: readonly Matches[]): Matches {
  const [a, b, c] = parts;
  if (a === undefined) return () => true;
  if (b === undefined) return a;
  if (c === undefined) return (subject) => a(subject) && b(subject);
  if (parts.length === 3) return (subject) => a(subject) && b(subject) && c(subject);
  return (subject) => {
    for (const part of parts) if (!part(subject)) return false;
    return true;
  };
}

function some(parts: readonly Matches[]): Matches {
  const [a, b, c] = parts;
  if (a === undefined) return () => false;
  if (b === undefined) return a;
  if (c === undefined) return (subject) => a(subject) || b(subject);
  if (parts.length === 3) return (subject) => a(subject) || b(subject) || c(subject);
  return (subject) => {
    for (const part of parts) if (part(subject)) return true;
    return false;
  };
}
