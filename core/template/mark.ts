/** Marks a written message as a test: before the title, in each payload, and still within the budget. */
import { isJsonObject, type JsonObject } from '../json';
import type { GatewayType } from '../recipient';
import { shortenBody } from './budget';
import { payloadLimits } from './limits';
import type { Message } from './template';

type Payloads = { readonly [gateway in GatewayType]?: JsonObject };
/** The parts of a payload that a person reads. */
type Texts = Pick<Message, 'title' | 'body'>;

/**
 * @param payload `{ fcm, apns }` as the template wrote them, also where somebody changed them since; APNs with its headers
 * @returns the same with the mark before the title; a message that shows nothing stays as it is. Where the mark takes it
 *   over the budget the body gets shorter, never the title.
 */
export function markTest(message: Message, payload: Payloads, mark: string): { message: Message; payload: Payloads } {
  const title = [mark, message.title].filter((part) => part !== undefined).join(' ');
  const marked = everywhere(payload, (texts) => ({ ...texts, title: [mark, texts.title].filter((part) => part !== undefined).join(' ') }));
  if (JSON.stringify(marked) === JSON.stringify(payload)) return { message, payload };
  const body = isOver(marked, message) ? shortenBody({ ...message, title }, gatewaysOf(payload), limitsOf(message)) : undefined;
  if (body === undefined) return { message: { ...message, title }, payload: marked };
  return {
    message: { ...message, title, body },
    payload: everywhere(marked, (texts) => ({ ...texts, ...(texts.body === message.body && { body }) })),
  };
}

function everywhere({ fcm, apns }: Payloads, edit: (texts: Texts) => Texts): Payloads {
  return {
    ...(fcm !== undefined && { fcm: editFcm(fcm, edit) }),
    ...(apns !== undefined && { apns: change(apns, ['payload', 'aps', 'alert'], editAlert(edit)) }),
  };
}

/** What stands for one platform goes before the common notification: it is marked where it has a title of its own. */
function editFcm(fcm: JsonObject, edit: (texts: Texts) => Texts): JsonObject {
  const editOwn = (texts: JsonObject): JsonObject => (texts['title'] === undefined ? texts : { ...texts, ...edit(texts) });
  let edited = change(fcm, ['notification'], (texts) => ({ ...texts, ...edit(texts) }));
  for (const platform of ['android', 'webpush']) edited = change(edited, [platform, 'notification'], editOwn);
  return change(edited, ['apns', 'payload', 'aps', 'alert'], editAlert(edit));
}

function editAlert(edit: (texts: Texts) => Texts): (alert: JsonObject) => JsonObject {
  return (alert) => ({ ...alert, ...edit(alert) });
}

/** A copy with another object at that place; the same where there is none. */
function change(object: JsonObject, [first, ...rest]: readonly string[], edit: (inner: JsonObject) => JsonObject): JsonObject {
  if (first === undefined) return edit(object);
  const inner = object[first];
  return isJsonObject(inner) ? { ...object, [first]: change(inner, rest, edit) } : object;
}

function gatewaysOf({ fcm, apns }: Payloads): Set<GatewayType> {
  return new Set([...(fcm === undefined ? [] : ['fcm' as const]), ...(apns === undefined ? [] : ['apns' as const])]);
}

function limitsOf({ voip }: Message): ReturnType<typeof payloadLimits> {
  return payloadLimits({ voip });
}

function isOver({ fcm, apns }: Payloads, message: Message): boolean {
  const limits = limitsOf(message);
  return bytes(fcm) > limits.fcm || bytes(apns?.['payload']) > limits.apns;
}

function bytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
