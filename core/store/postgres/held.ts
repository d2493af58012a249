/** People who are held back until later. */
import { rounds } from '../rounds';
import { toHeld, toWaiting } from '../rows';
import type { HeldMessage, MessageName } from '../store';
import { json, type Database } from './database';
import { ASKED } from './ledger';

const PAGE = 500;
const NOT_PAUSED = `NOT EXISTS (SELECT 1 FROM runs WHERE runs.campaign = held.campaign AND runs.occurrence = held.occurrence AND state = 'paused')`;

export async function hold(db: Database, messages: readonly HeldMessage[]): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(messages, nameOf)) {
      await queries.run(
        `INSERT INTO held (campaign, occurrence, recipient, message_key, until, since, reason, from_reference, item)
         SELECT campaign, occurrence, recipient, key, until, since, reason, "fromReference"::int, item
         FROM json_to_recordset($1::json) AS r(campaign TEXT, occurrence TEXT, recipient TEXT, key TEXT, until TEXT, since TEXT, reason TEXT,
           "fromReference" BOOLEAN, item JSON)
         ON CONFLICT (campaign, occurrence, recipient, message_key) DO UPDATE SET
           until = excluded.until, since = excluded.since, reason = excluded.reason, from_reference = excluded.from_reference,
           item = excluded.item`,
        json(part),
      );
    }
  });
}

export async function held(db: Database, messages: readonly MessageName[]): Promise<(Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[]> {
  const found: (Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[] = messages.map(() => undefined);
  const rows = await db.all(
    `SELECT position, until, since, reason FROM ${ASKED} JOIN held USING (campaign, occurrence, recipient, message_key)`, json(messages),
  );
  for (const row of rows) found[Number(row['position'])] = toWaiting(row);
  return found;
}

export async function release(db: Database, messages: readonly MessageName[]): Promise<void> {
  await db.run(
    `DELETE FROM held USING ${ASKED} WHERE held.campaign = asked.campaign AND held.occurrence = asked.occurrence
       AND held.recipient = asked.recipient AND held.message_key = asked.message_key`,
    json(messages),
  );
}

/** Runs over the primary key: whoever is held anew meanwhile is not met a second time. */
export async function* dueHeld(db: Database, campaign: string, now: Date): AsyncGenerator<HeldMessage> {
  let after: readonly unknown[] = ['', '', ''];
  for (;;) {
    const rows = await db.all(
      `SELECT campaign, occurrence, recipient, message_key, until, since, reason, from_reference, item::text AS item FROM held
       WHERE campaign = $1 AND until <= $2 AND (occurrence, recipient, message_key) > ($3, $4, $5) AND ${NOT_PAUSED}
       ORDER BY occurrence, recipient, message_key LIMIT ${PAGE}`,
      campaign, now.toISOString(), ...after,
    );
    yield* rows.map(toHeld);
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = [last['occurrence'], last['recipient'], last['message_key']];
  }
}

export async function nextDue(db: Database, campaign: string): Promise<Date | undefined> {
  const [row] = await db.all(`SELECT min(until) AS until FROM held WHERE campaign = $1 AND ${NOT_PAUSED}`, campaign);
  const until = row?.['until'];
  return typeof until === 'string' ? new Date(until) : undefined;
}

function nameOf({ campaign, occurrence, recipient, key }: MessageName): string {
  return JSON.stringify([campaign, occurrence, recipient, key]);
}
