/** Turns a parsed condition into a function, once. No code is generated. */
import { readClock, type Clock, type Now } from './clock';
import type { Condition } from './condition';
import { factsOfView, type FactsOf } from './facts';
import { onField } from './field';
import { fuse } from './fused';
import { parseCondition, type ParseOptions } from './parse';
import { testPerson } from './person-tests';
import { testValue } from './tests';

export interface SegmentOptions extends ParseOptions {
  /**
   * What "now" is for `$within`, `-30d` and the like. Left out, it is the time of each test, so that a function kept
   * for days stays right; a campaign gives one instant, so that all people are judged alike.
   */
  now?: Now;
  /** What a person did and which lists they are in; left out, the view itself tells it under `push`. */
  facts?: FactsOf;
}

/**
 * A condition as a function over a person's view.
 *
 * A comparison with a missing field (or null) or with a value of another type is false; `$ne`, `$nin`, `$vne`,
 * `$notWithin`, `$nor` and `$not` are the exact opposites and so are true of it. The function never throws.
 *
 * @throws PushError as {@link parseCondition} says, and `now-invalid`
 */
export function compileSegment(condition: object, options: SegmentOptions = {}): (view: object) => boolean {
  return compileParsed(parseCondition(condition, options), options);
}

/** {@link compileSegment} for a condition that is parsed already. @throws PushError `now-invalid` */
export function compileParsed(condition: Condition, { now, facts = factsOfView }: SegmentOptions = {}): (view: object) => boolean {
  const matches = compileCondition(condition, { clock: readClock(now), facts });
  return (view) => typeof view === 'object' && view !== null && matches(view);
}

interface Surroundings {
  clock: Clock;
  facts: FactsOf;
}

/** A person, or inside a list the item itself. */
type Matches = (subject: unknown) => boolean;

function compileCondition(condition: Condition, around: Surroundings): Matches {
  const inner = (part: Condition): Matches => compileCondition(part, around);
  switch (condition.kind) {
    case 'rule': {
      const test = testValue(condition.test, around.clock, inner);
      if (condition.field === undefined) return test;
      const general = onField(condition.field, test);
      return (fuse(condition.field, condition.test, general) ?? general) as Matches;
    }
    case 'person':
      return testPerson(condition.test, around.clock, around.facts, inner) as Matches;
    case 'named':
      return inner(condition.condition);
    case 'not': {
      const opposite = inner(condition.condition);
      return (subject) => !opposite(subject);
    }
    case 'and':
      return every(condition.conditions.map(inner));
    case 'or':
      return some(condition.conditions.map(inner));
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
