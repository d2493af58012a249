/** Says of a person in the language of this Node-RED why they got their message or did not. */
import type { NodeAPI } from 'node-red';
import type { Item, PushError } from '../../core';
import { flowError, textOf } from './problem';

/**
 * The item with `push.why` in the reader's language; `push.reason` stays the code that flows test.
 * @param about a message to subscribers has some texts of its own
 */
export function tellWhy(RED: NodeAPI, { item, error }: { item: Item; error?: PushError }, about: 'person' | 'broadcast' = 'person'): Item {
  const { why, reason, outcome, ...push } = item['push'] as { why?: string; reason?: string; outcome?: string };
  if (why === undefined) return item;
  const told = error !== undefined ? flowError(RED, error).message : reasonText(RED, reason ?? String(outcome), why, about);
  return { ...item, push: { ...push, ...(outcome !== undefined && { outcome }), ...(reason !== undefined && { reason }), why: told } };
}

function reasonText(RED: NodeAPI, code: string, why: string, about: 'person' | 'broadcast'): string {
  const message = textOf(RED, `reasons.${code}`, { message: why });
  return about === 'broadcast' ? textOf(RED, `broadcasts.${code}`, { message }) : message;
}
