/** The byte budget: what a payload weighs as the gateways count it, and how a body is made to fit. */
import { PushError } from '../errors';
import type { JsonObject } from '../json';
import type { GatewayType } from '../recipient';
import { graphemes } from './graphemes';
import type { Limits } from './limits';
import { apnsMessage, fcmPayload } from './payload';
import type { ApnsMessage, Message } from './template';

export const ELLIPSIS = '…';
/** A body keeps at least this share of what fits when it is cut at a word; else it is cut within the word. */
const LEAST_KEPT_FOR_A_WORD = 0.5;

export interface Payloads {
  fcm?: JsonObject;
  apns?: ApnsMessage;
  bytes: { fcm?: number; apns?: number };
}

/** The payloads of a message and their bytes: JSON in UTF-8, as both gateways count. */
export function makePayloads(message: Message, gateways: ReadonlySet<GatewayType>): Payloads {
  const made: Payloads = { bytes: {} };
  if (gateways.has('fcm')) {
    made.fcm = fcmPayload(message);
    made.bytes.fcm = jsonBytes(made.fcm);
  }
  if (gateways.has('apns')) {
    made.apns = apnsMessage(message);
    made.bytes.apns = jsonBytes(made.apns.payload);
  }
  return made;
}

/** Bytes by which the payload that exceeds its limit most does so; 0 or less where both fit. */
export function excess({ bytes }: Payloads, limits: Limits): number {
  return Math.max((bytes.fcm ?? 0) - limits.fcm, (bytes.apns ?? 0) - limits.apns);
}

/** @throws PushError `payload-too-large`, always */
export function refuseTooLarge({ bytes: made }: Payloads, limits: Limits, hint: string): never {
  const { fcm = 0, apns = 0 } = made;
  const gateway = fcm - limits.fcm >= apns - limits.apns ? 'fcm' : 'apns';
  const [bytes, limit] = [made[gateway] ?? 0, limits[gateway]];
  throw new PushError('payload-too-large',
    `The payload for ${gateway} has ${bytes} bytes; ${limit} are allowed, which is ${bytes - limit} too many.`, hint,
    { gateway, bytes, limit, over: bytes - limit });
}

/**
 * The longest beginning of the body, at a border of characters and where it can be of words, that lets every payload fit
 * with an ellipsis after it; undefined where not even one character fits.
 */
export function shortenBody(message: Message, gateways: ReadonlySet<GatewayType>, limits: Limits): string | undefined {
  const { body } = message;
  if (body === undefined) return undefined;
  const bare = makePayloads({ ...message, body: ELLIPSIS }, gateways);
  const double = makePayloads({ ...message, body: ELLIPSIS + ELLIPSIS }, gateways);
  // A body can stand several times in one payload: each byte of it then counts as often.
  const rooms = (['fcm', 'apns'] as const).filter((type) => gateways.has(type)).map((type) => {
    const [once = 0, twice = 0] = [bare.bytes[type], double.bytes[type]];
    return Math.floor((limits[type] - once) / ((twice - once) / Buffer.byteLength(ELLIPSIS)));
  });
  return cut(body, Math.min(...rooms));
}

function cut(body: string, room: number): string | undefined {
  let left = room;
  let end = 0;
  let wordEnd = 0;
  for (const { segment, index } of graphemes(body)) {
    if (/^\s/.test(segment)) wordEnd = index;
    left -= jsonBytes(segment) - 2;
    if (left < 0) break;
    end = index + segment.length;
  }
  const kept = wordEnd >= end * LEAST_KEPT_FOR_A_WORD ? wordEnd : end;
  const beginning = body.slice(0, kept).trimEnd();
  return beginning === '' ? undefined : beginning + ELLIPSIS;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
