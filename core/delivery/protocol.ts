/** What differs between the push services: how a message is written and how an answer is read. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import type { GatewayType } from '../recipient';
import type { GatewayMessage } from './gateway';
import type { Answer, WireRequest } from './http2/exchange';
import { classify } from './outcomes';

export interface Reading {
  /** The vendor's code, as the outcome table names it. */
  code?: string;
  gatewayId?: string;
  uniqueId?: string;
  /** ISO 8601. */
  deadSince?: string;
  /** The vendor's own sentence, without the token. */
  quote?: string;
}

export interface Protocol {
  readonly type: GatewayType;
  /** The vendor's name for a person. */
  readonly name: string;
  /** @throws PushError whose code is a row of the outcome table */
  write(message: GatewayMessage): WireRequest;
  read(answer: Answer, message: GatewayMessage): Reading;
}

const MOST_BODY_BYTES = 64 * 1024;

/** @throws PushError `payload-malformed`, `payload-oversized` */
export function writeJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Circular, a BigInt, a toJSON that throws.
  }
  if (text === undefined) throw refusal('payload-malformed');
  if (text.length > MOST_BODY_BYTES) throw refusal('payload-oversized');
  return text;
}

/** @throws PushError `token-missing`, `token-malformed` */
export function requireToken(token: unknown, shape: RegExp): string {
  if (typeof token === 'string' && shape.test(token)) return token;
  throw refusal(typeof token !== 'string' || token.trim() === '' ? 'token-missing' : 'token-malformed');
}

/** Something that is not sent; what it says stands in the outcome table. */
export function refusal(code: string): PushError {
  const { meaning, action } = classify('fcm', undefined, code);
  return new PushError(code, meaning, action);
}

/** The body of an answer as an object; empty where it is none. */
export function bodyObject(body: string): JsonObject {
  if (body === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
