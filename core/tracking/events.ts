/** Reads what apps and phones post to the events webhook. */
import { asPushError, PushError } from '../errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { readDeliveryToken } from './token';

export const DEVICE_EVENT_TYPES = ['received', 'opened', 'clicked', 'converted', 'unsubscribed'] as const;
export type DeviceEventType = (typeof DEVICE_EVENT_TYPES)[number];

/** One event of one delivery, its token checked. */
export interface DeviceEvent {
  delivery: string;
  type: DeviceEventType;
  /** With delivery and type the identity of the event: the same key counts once. */
  key: string;
  /** ISO 8601 instant, never later than its arrival. */
  at: string;
  action?: string;
  value?: number;
  currency?: string;
}

/** Why one event of a request was not taken; its neighbours were. */
export interface RejectedEvent {
  index: number;
  code: string;
  message: string;
}

export interface ParsedEvents {
  events: DeviceEvent[];
  /** Where each of the events stood in the request. */
  positions: number[];
  rejected: RejectedEvent[];
}

const MOST_EVENTS = 10_000;
const LONGEST_TEXT = 200;
/** No purchase is worth more, in whatever currency; one forged sum must not drown the revenue of a campaign. */
const HIGHEST_VALUE = 1e12;

/**
 * Reads a request body: one event, a list, or `{ events: [...] }`. One bad event never costs the others.
 * @param now arrival; a phone's clock that runs ahead is set back to it.
 * @throws PushError `events-unreadable`, `too-many-events` where the body as a whole cannot be taken.
 */
export function parseEvents(body: unknown, secret: string, now: Date): ParsedEvents {
  const list = Array.isArray(body) ? body : isJsonObject(body) && Array.isArray(body['events']) ? body['events'] : [body];
  if (list.length > MOST_EVENTS) {
    throw new PushError('too-many-events', `${list.length} events came in one request.`,
      `Send at most ${MOST_EVENTS} at a time.`, { most: MOST_EVENTS });
  }
  if (list.length === 1 && !isJsonObject(list[0])) {
    throw new PushError('events-unreadable', 'The request holds no event.', 'Post JSON: one event or a list of them.');
  }
  const parsed: ParsedEvents = { events: [], positions: [], rejected: [] };
  list.forEach((value: unknown, index) => {
    try {
      parsed.events.push(parseEvent(value, secret, now));
      parsed.positions.push(index);
    } catch (thrown) {
      const { code, message } = asPushError(thrown);
      parsed.rejected.push({ index, code, message });
    }
  });
  return parsed;
}

function parseEvent(value: unknown, secret: string, now: Date): DeviceEvent {
  if (!isJsonObject(value)) throw new PushError('event-unreadable', 'An event must be an object.');
  const delivery = readDeliveryToken(value['token'], secret);
  const type = DEVICE_EVENT_TYPES.find((known) => known === value['type']);
  if (type === undefined) {
    throw new PushError('unknown-event-type', `An event has no known type; use ${DEVICE_EVENT_TYPES.join(', ')}.`);
  }
  const action = text(value, 'action');
  const event: DeviceEvent = {
    delivery,
    type,
    key: text(value, 'id') ?? action ?? '',
    at: instant(value['at'], now),
    ...(action !== undefined && { action }),
  };
  return type === 'converted' ? { ...event, ...money(value) } : event;
}

function text(event: JsonObject, field: string): string | undefined {
  const value = event[field];
  if (value === undefined || value === null) return undefined;
  if ((typeof value !== 'string' && typeof value !== 'number') || String(value).length > LONGEST_TEXT) {
    throw new PushError('bad-event-field', `'${field}' must be a text of at most ${LONGEST_TEXT} characters.`, '', { field });
  }
  return String(value);
}

function instant(value: JsonValue | undefined, now: Date): string {
  if (value === undefined || value === null) return now.toISOString();
  const time = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const date = new Date(Math.min(time, now.getTime()));
  // Before 1970 no phone ever was; years before 0 would be no instant that figures can be made of.
  if (!(date.getTime() >= 0)) {
    throw new PushError('bad-event-field', "'at' must be an instant such as 2026-01-31T09:30:00Z.", '', { field: 'at' });
  }
  return date.toISOString();
}

function money(event: JsonObject): Pick<DeviceEvent, 'value' | 'currency'> {
  const { value, currency } = event;
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number' || !(Math.abs(value) <= HIGHEST_VALUE)) {
    throw new PushError('bad-event-field', `'value' must be a number of at most ${HIGHEST_VALUE}.`, '', { field: 'value' });
  }
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    throw new PushError('bad-event-field', "A value needs a 'currency' of three capital letters, such as EUR.", '', { field: 'currency' });
  }
  return { value, currency };
}
