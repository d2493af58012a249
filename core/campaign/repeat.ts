/** How often a person may get a campaign: names the occurrence and the message that nobody gets twice. */
import { hash, randomUUID } from 'node:crypto';
import { PushError } from '../errors';
import { storable } from '../json';
import { LONGEST_NAME, requireShort, storableName } from '../names';
import { readPath } from '../recipient';
import type { Item } from './item';
import type { PolicyOptions } from './policy';
import { localDate } from './policy/zone';

/**
 * `occurrence`: once in the occurrence that the campaign names. `day`, `week`: once a day or ISO week of the campaign's
 * zone. `key`: once for each value of a field, such as the number of an order. `message`: whenever an item comes.
 */
export type Repeat = { per: 'occurrence' } | { per: 'day' } | { per: 'week' } | { per: 'key'; field: string } | { per: 'message' };
export const REPEATS = ['occurrence', 'day', 'week', 'key', 'message'] as const satisfies readonly Repeat['per'][];

/** @throws PushError `no-campaign`, `no-occurrence`, `name-too-long` */
export function requireName(value: unknown, field: 'campaign' | 'occurrence'): string {
  const name = typeof value === 'string' ? storableName(value) : '';
  if (name !== '') return requireShort(name, field);
  throw new PushError(`no-${field}`, `The ${field} has no name.`,
    field === 'campaign' ? 'Give the campaign a name; the ledger and the figures go by it.' : 'Give the occurrence a name such as 2026-01-31.');
}

/** The name of the occurrence that a run with these options belongs to. */
export function occurrenceName(
  { repeat = { per: 'occurrence' }, occurrence = 'once', policies }: { repeat?: Repeat; occurrence?: string; policies?: PolicyOptions }, now: Date,
): string {
  const today = localDate(policies?.zone ?? 'UTC', now.getTime());
  if (repeat.per === 'day') return today;
  return repeat.per === 'week' ? isoWeek(today) : storableName(occurrence);
}

/** @returns the function that tells the messages of one person apart. @throws PushError `bad-repeat`; the function `no-key` */
export function messageKeyOf(repeat: Repeat): (item: Item) => string {
  if (!REPEATS.includes(repeat.per)) {
    throw new PushError('bad-repeat', `'${String(repeat.per)}' does not say how often.`, `Use ${REPEATS.join(', ')}.`);
  }
  if (repeat.per === 'message') return () => randomUUID();
  if (repeat.per !== 'key') return () => '';
  const { field } = repeat;
  if (typeof field !== 'string' || field.trim() === '') {
    throw new PushError('bad-repeat', 'The key has no field.', 'Name the field that tells the messages apart, such as orderId.');
  }
  return (item) => {
    const value = readPath(item, field.trim());
    // The message has one key, here and in the store.
    const key = typeof value === 'string' || typeof value === 'number' ? storable(String(value)) : '';
    // A longer key is told from others by its hash.
    if (key !== '') return Buffer.byteLength(key) > LONGEST_NAME ? hash('sha256', key, 'hex') : key;
    throw new PushError('no-key', `The item has no '${field}', which tells its message from others.`, 'Give it a text or a number.', { field });
  };
}

/** `2026-W23`: the week of ISO 8601, which begins on Monday and belongs to the year of its Thursday. */
function isoWeek(date: string): string {
  const DAY = 86_400_000;
  const day = Date.parse(`${date}T00:00:00Z`);
  const thursday = day + (4 - (new Date(day).getUTCDay() || 7)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
