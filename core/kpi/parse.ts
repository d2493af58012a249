/** Reads an event that comes from outside: an item, a line of a file, a program. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import { GATEWAY_TYPES, PLATFORMS } from '../recipient';
import { KPI_EVENT_TYPES, type KpiEvent } from './event';

/** A date, a time and a zone: without the zone the same event would fall on another instant on another machine. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Checks an event and takes over its fields; a field of null counts as absent.
 *
 * An item that the events step put out names the person by `id`; so where there is no `recipient`, `id` is the person
 * and `eventId`, if there, the event's own id.
 * @param place where it stands, for the error text: 'item 3', 'line 7'
 * @throws PushError `event-unreadable`, `unknown-event-type`, `bad-event-field`
 */
export function parseKpiEvent(value: unknown, place: string): KpiEvent {
  if (!isJsonObject(value)) {
    throw new PushError('event-unreadable', `The event at ${place} is no object with fields.`,
      'Hand over one object an event, as the events step puts them out.', { place });
  }
  const type = KPI_EVENT_TYPES.find((known) => known === value['type']);
  if (type === undefined) {
    throw new PushError('unknown-event-type', `The event at ${place} has the type '${String(value['type'])}', which is not known.`,
      `Use ${KPI_EVENT_TYPES.join(', ')}.`, { place });
  }
  const named = isAbsent(value['recipient']) ? 'id' : 'recipient';
  const recipient = name(value, named, place);
  const campaign = name(value, 'campaign', place);
  if (campaign === undefined) throw badField('campaign', place, 'must name the campaign that the event belongs to');
  if (recipient === undefined) throw badField('recipient', place, 'must name the person (a text or a number)');
  const event: KpiEvent = { type, campaign, recipient, at: instant(value, place), arm: name(value, 'arm', place) ?? null };
  const occurrence = name(value, 'occurrence', place);
  const delivery = name(value, 'delivery', place);
  const id = name(value, named === 'id' ? 'eventId' : 'id', place);
  const reason = name(value, 'reason', place);
  const action = name(value, 'action', place);
  const gateway = GATEWAY_TYPES.find((known) => known === value['gateway']);
  const platform = PLATFORMS.find((known) => known === value['platform']);
  if (occurrence !== undefined) event.occurrence = occurrence;
  if (delivery !== undefined) event.delivery = delivery;
  if (id !== undefined) event.id = id;
  if (reason !== undefined) event.reason = reason;
  if (action !== undefined) event.action = action;
  if (gateway !== undefined) event.gateway = gateway;
  if (platform !== undefined) event.platform = platform;
  if (type === 'converted') readMoney(event, value, place);
  return event;
}

/** A text, or a number as text; undefined for null and for an empty text. */
function name(value: JsonObject, field: string, place: string): string | undefined {
  const found = value[field];
  if (isAbsent(found)) return undefined;
  if (typeof found === 'string') return found;
  if (typeof found === 'number' && Number.isFinite(found)) return String(found);
  throw badField(field, place, 'must be a text or a number');
}

function instant(value: JsonObject, place: string): string {
  const at = value['at'];
  if (typeof at === 'string' && INSTANT.test(at) && !Number.isNaN(Date.parse(at))) return at;
  throw badField('at', place, 'must be an instant with its zone, such as 2026-01-31T09:30:00Z');
}

function readMoney(event: KpiEvent, { value, currency }: JsonObject, place: string): void {
  if (isAbsent(value)) return;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badField('value', place, 'must be a number');
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    throw badField('currency', place, 'must be three capital letters, such as EUR, where there is a value');
  }
  event.value = value;
  event.currency = currency;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function badField(field: string, place: string, rule: string): PushError {
  return new PushError('bad-event-field', `The event at ${place} cannot be counted: '${field}' ${rule}.`,
    `Correct '${field}' of that event, or leave the event out.`, { field, place });
}
