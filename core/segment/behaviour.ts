/** What a person did, as functions over their events. */
import type { EventSelection, PersonTest } from './condition';
import type { Clock } from './clock';
import type { PersonEvent } from './facts';
import { parseInstant } from './instant';
import { boundsOf } from './window';

type Predicate = (value: unknown) => boolean;
type OfEvents = (events: readonly PersonEvent[]) => boolean;

/** Amounts are added as whole ten-thousandths, so that every order of adding gives the same sum. */
export const AMOUNT_SCALE = 10_000;

export function countsEvents({ event, window }: EventSelection, where: Predicate, count: Predicate, clock: Clock): OfEvents {
  return (events) => {
    const [first, last] = boundsOf(window, clock());
    let times = 0;
    for (const one of events) if (isOf(one, event, where) && isIn(instantOf(one), first, last)) times++;
    return count(times);
  };
}

/** The first or the last of all that pass must lie in the window. */
export function dates(
  operator: '$firstPerformed' | '$lastPerformed', { event, window }: EventSelection, where: Predicate, clock: Clock,
): OfEvents {
  const earlier = operator === '$firstPerformed' ? Math.min : Math.max;
  return (events) => {
    let outermost: number | undefined;
    for (const one of events) {
      const at = isOf(one, event, where) ? instantOf(one) : undefined;
      if (at !== undefined) outermost = outermost === undefined ? at : earlier(outermost, at);
    }
    return isIn(outermost, ...boundsOf(window, clock()));
  };
}

export function addsUp(
  { events: { event, window }, currency }: Extract<PersonTest, { operator: '$spent' }>,
  where: Predicate, amount: Predicate, clock: Clock,
): OfEvents {
  return (events) => {
    const [first, last] = boundsOf(window, clock());
    let sum = 0;
    for (const one of events) {
      const value = own(one, 'value');
      if (typeof value !== 'number' || own(one, 'currency') !== currency) continue;
      if (isOf(one, event, where) && isIn(instantOf(one), first, last)) sum += toUnits(value);
    }
    return amount(sum / AMOUNT_SCALE);
  };
}

/** Half away from zero, as the databases are asked to do. */
function toUnits(value: number): number {
  return Math.trunc(value * AMOUNT_SCALE + (value < 0 ? -0.5 : 0.5));
}

function isOf(one: PersonEvent, event: string, where: Predicate): boolean {
  return own(one, 'type') === event && where(one);
}

function instantOf(one: PersonEvent): number | undefined {
  const at = parseInstant(own(one, 'at'));
  return at === undefined ? undefined : Math.floor(at);
}

function isIn(at: number | undefined, first: number, last: number): boolean {
  return at !== undefined && at >= first && at <= last;
}

function own(event: PersonEvent, field: string): unknown {
  return Object.hasOwn(event, field) ? event[field] : undefined;
}
