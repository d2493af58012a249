/** Says of a person in the language of this Node-RED why they got their message or did not. */
import type { NodeAPI } from 'node-red';
import type { Item, PushError } from '../../core';
import { flowError, textOf } from './problem';

/** The item with `push.why` in the reader's language; `push.reason` stays the code that flows test. */
export function tellWhy(RED: NodeAPI, { item, error }: { item: Item; error?: PushError }): Item {
  const { why, reason, outcome, ...push } = item['push'] as { why?: string; reason?: string; outcome?: string };
  if (why === undefined) return item;
  const told = error !== undefined ? flowError(RED, error).message : textOf(RED, `reasons.${reason ?? outcome}`, { message: why });
  return { ...item, push: { ...push, ...(outcome !== undefined && { outcome }), ...(reason !== undefined && { reason }), why: told } };
}
