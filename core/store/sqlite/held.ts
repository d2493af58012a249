/** People who are held back until later. */
import { toHeld, toWaiting } from '../rows';
import type { HeldMessage, MessageName } from '../store';
import type { Database } from './database';

const PAGE = 500;

export function hold(db: Database, messages: readonly HeldMessage[]): void {
  db.transaction(() => {
    for (const { campaign, occurrence, recipient, key, until, since, reason, fromReference, item } of messages) {
      db.run(
        `INSERT INTO held (campaign, occurrence, recipient, message_key, until, since, reason, from_reference, item)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (campaign, occurrence, recipient, message_key) DO UPDATE SET
           until = excluded.until, since = excluded.since, reason = excluded.reason, from_reference = excluded.from_reference,
           item = excluded.item`,
        campaign, occurrence, recipient, key, until, since, reason, Number(fromReference), JSON.stringify(item),
      );
    }
  });
}

export function held(db: Database, messages: readonly MessageName[]): (Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[] {
  const found: (Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[] = messages.map(() => undefined);
  const rows = db.all(
    `SELECT asked.key AS position, until, since, reason FROM json_each(?) AS asked JOIN held
       ON campaign = asked.value ->> 'campaign' AND occurrence = asked.value ->> 'occurrence'
       AND recipient = asked.value ->> 'recipient' AND message_key = asked.value ->> 'key'`,
    JSON.stringify(messages),
  );
  for (const row of rows) found[Number(row['position'])] = toWaiting(row);
  return found;
}

export function release(db: Database, messages: readonly MessageName[]): void {
  db.transaction(() => {
    for (const { campaign, occurrence, recipient, key } of messages) {
      db.run('DELETE FROM held WHERE campaign = ? AND occurrence = ? AND recipient = ? AND message_key = ?', campaign, occurrence, recipient, key);
    }
  });
}

/** Runs over the primary key: whoever is held anew meanwhile is not met a second time. */
export async function* dueHeld(db: Database, campaign: string, now: Date): AsyncGenerator<HeldMessage> {
  let after: [string, string, string] = ['', '', ''];
  for (;;) {
    const rows = db.all(
      `SELECT held.* FROM held
       WHERE campaign = ?1 AND (occurrence, recipient, message_key) > (?2, ?3, ?4) AND until <= ?5
         AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.campaign = held.campaign AND runs.occurrence = held.occurrence AND state = 'paused')
       ORDER BY occurrence, recipient, message_key LIMIT ${PAGE}`,
      campaign, ...after, now.toISOString(),
    );
    yield* rows.map(toHeld);
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = [String(last['occurrence']), String(last['recipient']), String(last['message_key'])];
  }
}

export function nextDue(db: Database, campaign: string): Date | undefined {
  const until = db.get(
    `SELECT min(until) AS until FROM held
     WHERE campaign = ?
       AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.campaign = held.campaign AND runs.occurrence = held.occurrence AND state = 'paused')`,
    campaign,
  )?.['until'];
  return typeof until === 'string' ? new Date(until) : undefined;
}
