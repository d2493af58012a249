/** What each operator asks of a person as a whole, as functions made once. */
import { bucketOf } from '../experiment/hash';
import { addsUp, countsEvents, dates } from './behaviour';
import { findZone, isBetweenDays, monthDayOf } from './calendar';
import type { Clock } from './clock';
import type { Condition, PersonTest } from './condition';
import type { FactsOf } from './facts';
import { readField } from './field';
import { reaches } from './reach';

type Predicate = (value: unknown) => boolean;

/** `compile` makes the conditions that a test holds: on an event's fields, on a count. */
export function testPerson(
  test: PersonTest, clock: Clock, facts: FactsOf, compile: (condition: Condition) => Predicate,
): (view: object) => boolean {
  switch (test.operator) {
    case '$anniversary':
      return fallsBetween(test, clock);
    case '$bucket':
      return isDrawn(test);
    case '$inList': {
      const { list } = test;
      return (view) => facts(view).lists.has(list);
    }
    case '$performed': {
      const passes = countsEvents(test.events, compileWhere(test.events.where, compile), compile(test.count), clock);
      return (view) => passes(facts(view).events);
    }
    case '$firstPerformed':
    case '$lastPerformed': {
      const passes = dates(test.operator, test.events, compileWhere(test.events.where, compile), clock);
      return (view) => passes(facts(view).events);
    }
    case '$spent': {
      const passes = addsUp(test, compileWhere(test.events.where, compile), compile(test.amount), clock);
      return (view) => passes(facts(view).events);
    }
    case '$reachable': {
      const passes = reaches(test, clock);
      return (view) => passes(view, facts(view));
    }
  }
}

function compileWhere(where: Condition | undefined, compile: (condition: Condition) => Predicate): Predicate {
  return where === undefined ? () => true : compile(where);
}

type OfPerson<T extends PersonTest['operator']> = Extract<PersonTest, { operator: T }>;

function fallsBetween({ field, from, to, timezone }: OfPerson<'$anniversary'>, clock: Clock): (view: object) => boolean {
  const fixed = timezone === undefined ? undefined : findZone(timezone);
  return (view) => {
    const value = readField(view, field);
    if (value === undefined || value === null) return false;
    const zone = fixed ?? findZone(Object.hasOwn(view, 'timezone') ? (view as { timezone?: unknown }).timezone : undefined);
    const passes = (one: unknown): boolean => {
      const monthDay = monthDayOf(one, zone);
      return monthDay !== undefined && isBetweenDays(monthDay, from, to, zone.day(clock()));
    };
    return Array.isArray(value) ? value.some(passes) : passes(value);
  };
}

/** The same draw as that of an experiment whose key is the salt. A person without an id is in no part of it. */
function isDrawn({ salt, from, to }: OfPerson<'$bucket'>): (view: object) => boolean {
  const bucketIn = bucketOf(salt);
  return (view) => {
    const id: unknown = Object.hasOwn(view, 'id') ? (view as { id?: unknown }).id : undefined;
    if (!Number.isFinite(id) && (typeof id !== 'string' || id === '')) return false;
    const bucket = bucketIn(String(id));
    return bucket >= from && bucket < to;
  };
}
