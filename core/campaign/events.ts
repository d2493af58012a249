/** The events step: what the webhook does with a request of an app, of a phone or of someone who pretends to be one. */
import { asPushError } from '../errors';
import type { JsonObject } from '../json';
import type { RecordedEvent, Store } from '../store';
import { parseEvents, readTrackedLink, type RejectedEvent } from '../tracking';
import type { Item } from './item';

export interface IntakeOptions {
  store: Store;
  secret: string;
  now?: Date;
}

export interface IntakeAnswer {
  /** 202: taken (perhaps in part). 401: no event had a delivery token of ours. 400: the request cannot be read. */
  status: 202 | 400 | 401;
  body: JsonObject & { recorded: number; duplicates: number; rejected: JsonObject[] };
  /** Each event that counts now for the first time. */
  events: Item[];
}

/** Codes after which a sender has no business here. */
const NOT_OURS: ReadonlySet<string> = new Set(['token-malformed', 'token-forged', 'delivery-unknown']);

/** Records the events of a request. Throws only where the store cannot be written. */
export async function receiveEvents(body: unknown, { store, secret, now = new Date() }: IntakeOptions): Promise<IntakeAnswer> {
  let parsed: ReturnType<typeof parseEvents>;
  try {
    parsed = parseEvents(body, secret, now);
  } catch (thrown) {
    const { code, message } = asPushError(thrown);
    return { status: 400, body: { recorded: 0, duplicates: 0, rejected: [], code, message }, events: [] };
  }
  const report = await store.recordEvents(parsed.events, now);
  const rejected: RejectedEvent[] = [
    ...parsed.rejected,
    ...report.foreign.map((position): RejectedEvent => ({
      index: parsed.positions[position] ?? position,
      code: 'delivery-unknown',
      message: 'The delivery is not in this store: it was sent by another installation, or its record is gone.',
    })),
  ];
  const taken = report.recorded.length + report.duplicates;
  const refused = rejected.length > 0 && taken === 0;
  return {
    status: !refused ? 202 : rejected.every(({ code }) => NOT_OURS.has(code)) ? 401 : 400,
    body: { recorded: report.recorded.length, duplicates: report.duplicates, rejected: rejected.map((one) => ({ ...one })) },
    events: report.recorded.map(toItem),
  };
}

export type LinkAnswer =
  | { status: 302; location: string; events: Item[] }
  | { status: 400 | 403; message: string; events: [] };

/** Headers of every answer to a click: nobody keeps it and the target does not learn the token. */
export const LINK_HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } as const;

/**
 * Follows a click link: counts the click, then leads to the signed address and to no other.
 * A delivery that the store does not know still leads there, since the address is signed; nothing is counted.
 * @param countClick false for a HEAD request: previews are no clicks
 */
export async function followLink(
  query: Record<string, unknown>, { store, secret, now = new Date(), countClick = true }: IntakeOptions & { countClick?: boolean },
): Promise<LinkAnswer> {
  let link: { id: string; target: string };
  try {
    link = readTrackedLink(query, secret);
  } catch (thrown) {
    const { code, message } = asPushError(thrown);
    return { status: code === 'token-malformed' ? 400 : 403, message, events: [] };
  }
  const click = { delivery: link.id, type: 'clicked', key: 'link', action: 'link', at: now.toISOString() } as const;
  const events = countClick ? (await store.recordEvents([click], now)).recorded.map(toItem) : [];
  return { status: 302, location: link.target, events };
}

/** An event as the steps after see it: the person under `id`, as in every item, the event's own id beside. */
function toItem({ recipient, key, ...event }: RecordedEvent): Item {
  return { ...event, id: recipient, eventId: key };
}
