/** What SQL can ask of a person as a whole: of their events, lists, devices and consents. */
import type { Clock } from '../clock';
import { SEGMENT_EVENTS, type Condition, type EventSelection, type PersonTest } from '../condition';
import { AMOUNT_SCALE } from '../behaviour';
import { boundsOf } from '../window';
import type { Column, Comparison, Dialect, Source } from './dialect';
import { and, FALSE, literal, not, or, sql, TRUE, type Fragment } from './fragment';
import type { Lookup, Rows } from './lookup';
import { isExactText } from './text';
import { exactly, isNameable } from './values';

/** The test over the row of `people` at hand; undefined where the database cannot say it. */
export function answerPerson(test: PersonTest, dialect: Dialect, clock: Clock, lookup: Lookup): Fragment | undefined {
  switch (test.operator) {
    case '$anniversary':
    case '$bucket':
      return undefined;
    case '$inList':
      if (!isExactText(test.list)) return undefined;
      return lookup.some({ from: sql`list_members AS member`, owner: sql`member.recipient`, where: sql`member.list = ${test.list}` });
    case '$reachable': {
      const person = answerReach(test, lookup);
      if (person === undefined) return undefined;
      return and([person, lookup.some({ from: sql`devices AS device`, owner: sql`device.recipient`, where: reachableDevice(test, dialect, clock()) })]);
    }
    case '$performed': {
      const [first, last] = boundsOf(test.events.window, clock());
      const rows = rowsOf(test.events, dialect);
      if (rows === undefined) return undefined;
      const inWindow = between(rows, first, last, dialect);
      const simple = asPresence(test.count);
      if (simple !== undefined) return simple ? lookup.some(inWindow) : not(lookup.some(inWindow));
      return compareFigure(test.count, lookup.figure(sql`count(*)`, inWindow), dialect);
    }
    case '$firstPerformed':
    case '$lastPerformed': {
      const [first, last] = boundsOf(test.events.window, clock());
      const rows = rowsOf(test.events, dialect);
      if (rows === undefined) return undefined;
      const outside = test.operator === '$firstPerformed'
        ? between(rows, -Infinity, first - 1, dialect)
        : between(rows, last + 1, Infinity, dialect);
      const open = Number.isFinite(test.operator === '$firstPerformed' ? first : last);
      return and([lookup.some(between(rows, first, last, dialect)), ...(open ? [not(lookup.some(outside))] : [])]);
    }
    case '$spent':
      return spent(test, dialect, clock(), lookup);
  }
}

/**
 * What reach asks of the person, whatever their devices: not suppressed, and a consent that must be there or must not.
 * Undefined where the database cannot say it.
 */
export function answerReach({ category, consent }: OfPerson<'$reachable'>, lookup: Lookup): Fragment | undefined {
  if (category !== undefined && !isExactText(category)) return undefined;
  const suppressed = lookup.some({ from: sql`suppressions AS suppression`, owner: sql`suppression.recipient`, where: TRUE });
  if (category === undefined) return not(suppressed);
  const wanted = consent === 'opted-in';
  const said = lookup.some({
    from: sql`consents AS consent`, owner: sql`consent.recipient`,
    where: sql`consent.category = ${category} AND consent.state = ${wanted ? 'opted-in' : 'opted-out'}`,
  });
  return and([not(suppressed), wanted ? said : not(said)]);
}

/** Events of people: where the instant and the fields are. */
interface EventRows extends Rows {
  readonly at: Fragment;
  readonly source: Source;
}

const DELIVERY_FIELDS = ['campaign', 'occurrence', 'arm', 'category', 'gateway', 'platform'] as const;

const ofDelivery = (alias: string): Record<string, Column> =>
  Object.fromEntries(DELIVERY_FIELDS.map((name) => [name, { value: literal(`${alias}.${name}`), type: 'text' }]));
const ofEvent: Record<string, Column> = {
  action: { value: sql`event.action`, type: 'text' },
  value: { value: sql`event.value`, type: 'number' },
  currency: { value: sql`event.currency`, type: 'text' },
};

function rowsOf({ event, where }: EventSelection, dialect: Dialect): EventRows | undefined {
  if (!isExactText(event)) return undefined;
  const rows = tableOf(event, where === undefined ? sql`` : dialect.joinDelivery);
  if (where === undefined) return rows;
  const filter = answerWhere(where, rows.source, dialect);
  return filter === undefined ? undefined : { ...rows, where: sql`${rows.where} AND ${filter}` };
}

function tableOf(event: string, joined: Fragment): EventRows {
  const owner = sql`event.recipient`;
  if (event === 'sent') {
    return {
      from: sql`deliveries AS event`,
      owner,
      where: sql`event.outcome = 'accepted'`,
      at: sql`event.settled_at`,
      source: { columns: ofDelivery('event') },
    };
  }
  if ((SEGMENT_EVENTS as readonly string[]).includes(event)) {
    return {
      from: sql`events AS event ${joined}`,
      owner,
      where: sql`event.type = ${event}`,
      at: sql`event.at`,
      source: { columns: { ...ofDelivery('delivery'), ...ofEvent } },
    };
  }
  return {
    from: sql`activities AS event`,
    owner,
    where: sql`event.name = ${event}`,
    at: sql`event.at`,
    source: { columns: {}, json: sql`event.properties` },
  };
}

/** Fields of an event that stand elsewhere than where SQL looks. */
const NOT_FIELDS = new Set(['type', 'at', 'delivery']);

function answerWhere(where: Condition, source: Source, dialect: Dialect): Fragment | undefined {
  switch (where.kind) {
    case 'rule': {
      const { field, test } = where;
      if (field === undefined || NOT_FIELDS.has(field.parts[0] ?? '') || !isNameable(field)) return undefined;
      if (source.json === undefined && !Object.hasOwn(source.columns, field.path)) return undefined;
      return exactly(test, field, source, dialect);
    }
    case 'not': {
      const inner = answerWhere(where.condition, source, dialect);
      return inner === undefined ? undefined : not(inner);
    }
    case 'and':
    case 'or': {
      const parts = where.conditions.map((part) => answerWhere(part, source, dialect));
      if (!parts.every((part) => part !== undefined)) return undefined;
      return where.kind === 'and' ? and(parts) : or(parts);
    }
    default:
      return undefined;
  }
}

/** Instants are ISO texts with four digits of year; a bound beyond those bounds nothing. */
const FIRST_YEAR = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_YEAR = Date.parse('9999-12-31T00:00:00.000Z');

function between(rows: EventRows, first: number, last: number, dialect: Dialect): Rows {
  return { ...rows, where: sql`${rows.where} AND ${within(rows.at, first, last, dialect)}` };
}

function within(at: Fragment, first: number, last: number, dialect: Dialect): Fragment {
  if (first > last) return FALSE;
  const bound = (instant: number): Fragment => dialect.instant(new Date(instant).toISOString());
  return and([
    ...(first > FIRST_YEAR ? [sql`${at} >= ${bound(Math.min(first, LAST_YEAR))}`] : []),
    ...(last < LAST_YEAR ? [sql`${at} <= ${bound(Math.max(last, FIRST_YEAR))}`] : []),
  ]);
}

/** Of a count that asks for one or more it is true, for none false. */
function asPresence(count: Condition): boolean | undefined {
  if (count.kind === 'not') {
    const inner = asPresence(count.condition);
    return inner === undefined ? undefined : !inner;
  }
  if (count.kind !== 'rule') return undefined;
  const { test } = count;
  if (test.operator === '$eq') return test.value === 0 ? false : undefined;
  if (!('bound' in test)) return undefined;
  if ((test.operator === '$gte' && test.bound === 1) || (test.operator === '$gt' && test.bound === 0)) return true;
  return (test.operator === '$lt' && test.bound === 1) || (test.operator === '$lte' && test.bound === 0) ? false : undefined;
}

const COMPARISONS: Readonly<Record<'$gt' | '$gte' | '$lt' | '$lte', Comparison>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

/** A condition on a number that the database counts or adds up. */
function compareFigure(condition: Condition, value: Fragment, dialect: Dialect): Fragment | undefined {
  if (condition.kind === 'not') {
    const inner = compareFigure(condition.condition, value, dialect);
    return inner === undefined ? undefined : not(inner);
  }
  if (condition.kind === 'and' || condition.kind === 'or') {
    const parts = condition.conditions.map((part) => compareFigure(part, value, dialect));
    if (!parts.every((part) => part !== undefined)) return undefined;
    return condition.kind === 'and' ? and(parts) : or(parts);
  }
  if (condition.kind !== 'rule') return undefined;
  const { test } = condition;
  if (test.operator === '$eq') return typeof test.value === 'number' ? dialect.compareFigure(value, '=', test.value) : undefined;
  if (test.operator === '$in') {
    const numbers = test.values.filter((one) => typeof one === 'number');
    return numbers.length === 0 ? FALSE : dialect.numberIn(dialect.figure(value), numbers);
  }
  if (!('bound' in test) || typeof test.bound !== 'number') return undefined;
  return dialect.compareFigure(value, COMPARISONS[test.operator], test.bound);
}

type OfPerson<T extends PersonTest['operator']> = Extract<PersonTest, { operator: T }>;

const VALUE = { path: 'value', parts: ['value'] };
const SCALE = literal(`${AMOUNT_SCALE}.0`);
const CURRENCY = { path: 'currency', parts: ['currency'] };

function spent({ events, currency, amount }: OfPerson<'$spent'>, dialect: Dialect, now: number, lookup: Lookup): Fragment | undefined {
  const rows = rowsOf(events, dialect);
  // A delivery that was sent has no value.
  if (rows === undefined || events.event === 'sent') return undefined;
  const money = dialect.cell(VALUE, rows.source);
  const inCurrency = and([
    dialect.cases(dialect.cell(CURRENCY, rows.source), { string: (value) => dialect.compareText(value, '=', currency) }),
    dialect.cases(money, { number: () => TRUE }),
  ]);
  const [first, last] = boundsOf(events.window, now);
  const units = sql`trunc(${dialect.float(money)} * ${SCALE} + CASE WHEN ${dialect.float(money)} < 0 THEN -0.5 ELSE 0.5 END)`;
  const paid = between(rows, first, last, dialect);
  const sum = lookup.figure(sql`coalesce(sum(${units}), 0) / ${SCALE}`, { ...paid, where: sql`${paid.where} AND ${inCurrency}` });
  return compareFigure(amount, sum, dialect);
}

/** Over the row `device`: whether it is of those that are asked for. */
function reachableDevice({ devices }: OfPerson<'$reachable'>, dialect: Dialect, now: number): Fragment {
  const { permission, seenWithin, ...exact } = devices;
  const columns = (['gateway', 'platform', 'environment'] as const).flatMap((name) => {
    const wanted = exact[name];
    return wanted === undefined ? [] : [sql`device.${literal(name)} = ${wanted}`];
  });
  const said = sql`coalesce(device.permission, 'unknown')`;
  return and([
    sql`device.dead_since IS NULL`,
    permission === undefined ? sql`${said} <> 'denied'` : sql`${said} = ${permission}`,
    ...columns,
    ...(seenWithin === undefined ? [] : [within(sql`device.last_seen_at`, now - seenWithin, now, dialect)]),
  ]);
}
