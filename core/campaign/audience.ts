/** The audience step: people in, people out, and what they agreed to. */
import { asPushError, PushError } from '../errors';
import { requireShort, storableName } from '../names';
import { CONSENT_STATES, parseRecipient, readId, toView, type ConsentState, type FieldMap, type Recipient } from '../recipient';
import type { Store } from '../store';
import type { Item } from './item';
import type { ImportRow } from './rows';
import { requireStorable } from './storable';

export interface ImportOptions {
  store: Store;
  fields?: FieldMap;
  now?: Date;
  /** Told of each row that is taken, and whom it names. */
  onTaken?: (row: ImportRow, id: string) => void;
}

export interface ImportReport {
  created: number;
  updated: number;
  /** Devices that had another owner before. */
  moved: number;
  /** Ids in the order of their first row. */
  people: string[];
  rejected: { place: string; code: string; message: string }[];
  warnings: { place: string; id: string; code: string; message: string }[];
}

/** People written in one transaction. */
const GROUP = 2000;

/**
 * Writes rows into the store. Several rows of one id are one person with the devices of all of them; a row that
 * cannot be used is in `rejected` with its place, and the others are imported.
 */
export async function importPeople(rows: Iterable<ImportRow>, { store, fields, now = new Date(), onTaken }: ImportOptions): Promise<ImportReport> {
  const report: ImportReport = { created: 0, updated: 0, moved: 0, people: [], rejected: [], warnings: [] };
  const people = new Map<string, Recipient>();
  for (const row of rows) {
    const { place, value, error } = row;
    try {
      if (error !== undefined) throw error;
      const { recipient, warnings } = parseRecipient(value, fields);
      requireStorable(recipient.attributes);
      report.warnings.push(...warnings.map((warning) => ({ place, id: recipient.id, ...warning })));
      const known = people.get(recipient.id);
      people.set(recipient.id, known === undefined ? recipient : merge(known, recipient));
      onTaken?.(row, recipient.id);
    } catch (thrown) {
      const { code, message } = asPushError(thrown);
      report.rejected.push({ place, code, message });
    }
  }
  const list = [...people.values()];
  for (let start = 0; start < list.length; start += GROUP) {
    const { created, updated, moved } = await store.upsertPeople(list.slice(start, start + GROUP), now);
    report.created += created;
    report.updated += updated;
    report.moved += moved;
  }
  report.people = [...people.keys()];
  return report;
}

function merge(known: Recipient, later: Recipient): Recipient {
  const tokens = new Set(later.devices.map(({ token }) => token));
  return {
    ...known,
    ...later,
    attributes: { ...known.attributes, ...later.attributes },
    ...((known.consent ?? later.consent) && { consent: { ...known.consent, ...later.consent } }),
    devices: [...known.devices.filter(({ token }) => !tokens.has(token)), ...later.devices],
  };
}

/** @throws PushError `person-unknown` */
export async function getPerson(store: Store, id: unknown): Promise<Item> {
  const person = await store.getPerson(requireId(id));
  if (person === undefined) {
    throw new PushError('person-unknown', `Nobody with the id '${String(id)}' is in the store.`, 'Import the person first.', { id: String(id) });
  }
  return toView(person);
}

/** The people of these ids, in this order; those who are not in the store are left out. */
export async function* peopleById(store: Store, ids: Iterable<string>): AsyncGenerator<Item> {
  for (const id of ids) {
    const person = await store.getPerson(id);
    if (person !== undefined) yield toView(person);
  }
}

/**
 * Writes down what a person agreed to, for a category of messages; also for a person who is not imported yet.
 * @throws PushError `no-id`, `no-category`, `name-too-long`, `unknown-consent-state`
 */
export async function setConsent(
  store: Store, { id, category, state }: { id: unknown; category: unknown; state: unknown }, now = new Date(),
): Promise<Item> {
  const recipient = requireId(id);
  const about = typeof category === 'string' ? requireShort(storableName(category), 'consent category') : '';
  if (about === '') {
    throw new PushError('no-category', 'The consent names no category.', "Use a name such as 'marketing'.");
  }
  const known = CONSENT_STATES.find((one) => one === state);
  if (known === undefined) {
    throw new PushError('unknown-consent-state', `'${String(state)}' is no consent state.`, `Use ${CONSENT_STATES.join(', ')}.`);
  }
  const imported = await store.setConsent(recipient, about, known satisfies ConsentState, now);
  return { id: recipient, category: about, state: known, known: imported };
}

/** Puts a person on the list of those who get nothing, whatever the campaign. @throws PushError `no-id` */
export async function suppressPerson(store: Store, { id, reason }: { id: unknown; reason?: string }, now = new Date()): Promise<Item> {
  const recipient = requireId(id);
  const why = reason?.trim() || 'by hand';
  await store.suppress(recipient, why, now);
  return { id: recipient, suppressed: true, reason: why };
}

/** Takes a person off that list. @throws PushError `no-id` */
export async function unsuppressPerson(store: Store, { id }: { id: unknown }): Promise<Item> {
  const recipient = requireId(id);
  return { id: recipient, suppressed: false, known: await store.unsuppress(recipient) };
}

function requireId(id: unknown): string {
  const known = readId(id, 'id');
  if (known !== undefined) return known;
  throw new PushError('no-id', 'A person has no id.', 'Give a text or a number.', { field: 'id' });
}
