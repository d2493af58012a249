/** What travels from step to step: a person in the flat view, or one reference that stands for many stored people. */
import { PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';

export type Item = JsonObject;

/** Where an item goes: the position of an output and the item with what the stage wrote. */
export interface Route {
  output: number;
  item: Item;
  /** What the item's reason comes from, for a face that speaks other languages. */
  error?: PushError;
}

/** What the steps write under `push`. */
export interface PushState {
  /** Name of the segment that the person went out by. */
  segment?: string;
  campaign?: string;
  occurrence?: string;
  /** Key of the experiment that drew the arm. */
  experiment?: string;
  arm?: string;
  bucket?: number;
  heldOut?: boolean;
  message?: JsonObject;
  payload?: JsonObject;
  /** What each screen shows of the message. */
  preview?: JsonObject;
  outcome?: string;
  reason?: string;
  /** The field of the person that a text needed, where that is the reason. */
  missing?: string;
  why?: string;
  /** ISO 8601: when a person who waits is sent to. */
  until?: string;
}

/** The state that earlier steps wrote, empty where none did. */
export function pushState(item: Item): JsonObject {
  return isJsonObject(item['push']) ? item['push'] : {};
}

/** A copy of the item with more written under `push`; a value of undefined takes a field away. */
export function withPush(item: Item, state: PushState): Item {
  const written: JsonObject = { ...pushState(item), ...(state as JsonObject) };
  const push: JsonObject = {};
  for (const name of Object.keys(written)) {
    const value = written[name];
    // Assigned, that name would be the prototype, and what it holds would pass for what a step wrote.
    if (value !== undefined && name !== '__proto__') push[name] = value;
  }
  return { ...item, push };
}

/** @throws PushError `not-an-object` */
export function requireItem(value: unknown): Item {
  if (isJsonObject(value)) return value;
  throw new PushError('not-an-object', 'A person must be an object with fields.', 'Hand over one object a person.');
}
