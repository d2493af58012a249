/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import type { Outcome } from '../../delivery/gateway';
import { judgeLease, type LeasedRow } from '../lease-rule';
import { toLedgerRow, type Row } from '../rows';
import type {
  Contact, DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, MessageName, Participation, Postponement, Settlement,
} from '../store';
import { json, type Database, type Queries } from './database';
import { rounds } from './rounds';

/** The messages asked about, each with its position. */
export const ASKED = `(SELECT ordinality::int - 1 AS position, value ->> 'campaign' AS campaign, value ->> 'occurrence' AS occurrence,
    value ->> 'recipient' AS recipient, value ->> 'key' AS message_key
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY) AS asked`;

export async function reached(db: Database, messages: readonly MessageName[]): Promise<boolean[]> {
  const rows = await db.all(
    `SELECT DISTINCT position FROM ${ASKED} JOIN deliveries USING (campaign, occurrence, recipient, message_key) WHERE outcome = 'accepted'`,
    json(messages),
  );
  const positions = new Set(rows.map((row) => row['position']));
  return messages.map((_, position) => positions.has(position));
}

export async function contacts(db: Database, messages: readonly MessageName[], since: Date): Promise<Contact[][]> {
  const rows = await db.all(
    `SELECT position, max(leased_at) AS at, min(category) AS category FROM ${ASKED}
       JOIN deliveries AS d ON d.recipient = asked.recipient AND d.leased_at > $2
     WHERE counts = 1 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
       AND (d.campaign, d.occurrence, d.message_key) <> (asked.campaign, asked.occurrence, asked.message_key)
     GROUP BY position, d.campaign, d.occurrence, d.message_key`,
    json(messages), since.toISOString(),
  );
  const found = messages.map((): Contact[] => []);
  for (const row of rows) found[Number(row['position'])]?.push({ at: Date.parse(String(row['at'])), category: String(row['category']) });
  return found;
}

export async function countReached(db: Database, campaign: string, occurrence: string): Promise<number> {
  const [row] = await db.all(
    `SELECT count(DISTINCT recipient)::int AS n FROM deliveries
     WHERE campaign = $1 AND occurrence = $2 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))`,
    campaign, occurrence,
  );
  return Number(row?.['n']);
}

export function lease(db: Database, deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]> {
  const now = options.now.toISOString();
  const until = new Date(options.now.getTime() + options.leaseMs).toISOString();
  return db.transaction(async (queries) => {
    const created = await insertLeases(queries, deliveries, options.owner, now, until);
    const others = deliveries.filter(({ id }) => !created.has(id));
    const known = await lockLeases(queries, [...new Set([...others, ...duplicatesIn(deliveries)].map(({ id }) => id))]);
    const lost = new Set<string>();
    const taken = new Set<string>();
    const decisions = deliveries.map(({ id, resendUnknown }): LeaseDecision => {
      if (created.delete(id)) return 'go';
      const judged = judgeLease(known.get(id) as LeasedRow, resendUnknown, options);
      if (judged.lost) lost.add(id);
      if (judged.decision === 'go') {
        taken.add(id);
        known.set(id, { outcome: null, owner: options.owner, leasedUntil: until, notBefore: null });
      }
      return judged.decision;
    });
    if (lost.size > 0) await queries.run(`UPDATE deliveries SET outcome = 'unknown', code = 'run-ended', settled_at = $2 WHERE id = ANY($1)`, [...lost], now);
    if (taken.size > 0) {
      await queries.run(
        `UPDATE deliveries SET owner = $2, leased_at = $3, leased_until = $4, not_before = NULL, outcome = NULL, code = NULL, gateway_id = NULL,
           settled_at = NULL
         WHERE id = ANY($1)`,
        [...taken], options.owner, now, until,
      );
    }
    return decisions;
  });
}

/** Ids of those that were not in the ledger. */
async function insertLeases(
  queries: Queries, deliveries: readonly DeliveryIntent[], owner: string, now: string, until: string,
): Promise<Set<string>> {
  const rows = await queries.all(
    `INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner, leased_at, leased_until)
     SELECT id, campaign, occurrence, recipient, key, arm, category, counts::int, gateway, platform, device, $2, $3, $4
     FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, campaign TEXT, occurrence TEXT, recipient TEXT, key TEXT, arm TEXT, category TEXT,
       counts BOOLEAN, gateway TEXT, platform TEXT, device TEXT)
     ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id`,
    json(deliveries), owner, now, until,
  );
  return new Set(rows.map((row) => String(row['id'])));
}

/** Nobody else judges these until this transaction is over. */
async function lockLeases(queries: Queries, ids: readonly string[]): Promise<Map<string, LeasedRow>> {
  if (ids.length === 0) return new Map();
  const rows = await queries.all(
    'SELECT id, outcome, owner, leased_until, not_before FROM deliveries WHERE id = ANY($1) ORDER BY id FOR UPDATE', ids,
  );
  return new Map(rows.map((row) => [String(row['id']), {
    outcome: row['outcome'] as Outcome | null,
    owner: String(row['owner']),
    leasedUntil: String(row['leased_until']),
    notBefore: row['not_before'] as string | null,
  }]));
}

/** Those that come again in the same list. */
function duplicatesIn(deliveries: readonly DeliveryIntent[]): DeliveryIntent[] {
  const seen = new Set<string>();
  return deliveries.filter(({ id }) => seen.has(id) || !seen.add(id));
}

export async function renew(db: Database, ids: readonly string[], until: Date): Promise<void> {
  await db.run('UPDATE deliveries SET leased_until = $2 WHERE id = ANY($1) AND outcome IS NULL', ids, until.toISOString());
}

export async function postpone(db: Database, postponements: readonly Postponement[]): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(postponements, ({ id }) => id)) {
      await queries.run(
        `UPDATE deliveries SET not_before = r."notBefore", code = r.code
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, "notBefore" TEXT, code TEXT) WHERE deliveries.id = r.id AND outcome IS NULL`,
        json(part),
      );
    }
  });
}

export async function settle(db: Database, settlements: readonly Settlement[], now: Date): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(settlements, ({ id }) => id)) {
      await queries.run(
        `UPDATE deliveries SET outcome = r.outcome, code = r.code, gateway_id = r."gatewayId", attempts = deliveries.attempts + r.attempts, settled_at = $2
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, outcome TEXT, code TEXT, "gatewayId" TEXT, attempts INTEGER) WHERE deliveries.id = r.id`,
        json(part.map(({ id, outcome, code, gatewayId, attempts }) => ({ id, outcome, code, gatewayId, attempts }))), now.toISOString(),
      );
    }
  });
}

/** A person once sent to stays so: a later run of the occurrence that finds nothing left to do takes nothing back. */
export async function recordParticipations(db: Database, participations: readonly Participation[], now: Date): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(participations, ({ campaign, occurrence, recipient }) => JSON.stringify([campaign, occurrence, recipient]))) {
      await queries.run(
        `INSERT INTO participations (campaign, occurrence, recipient, arm, outcome, reason, at)
         SELECT campaign, occurrence, recipient, arm, outcome, reason, $2
         FROM jsonb_to_recordset($1::jsonb) AS r(campaign TEXT, occurrence TEXT, recipient TEXT, arm TEXT, outcome TEXT, reason TEXT)
         ON CONFLICT (campaign, occurrence, recipient) DO UPDATE SET
           arm = excluded.arm, outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
         WHERE participations.outcome <> 'sent'`,
        json(part), now.toISOString(),
      );
    }
  });
}

export async function* ledger(db: Database, selection: KpiSelection): AsyncGenerator<LedgerRow> {
  for await (const row of keysetPages(db, 'SELECT * FROM deliveries', ['deliveries.id'], selection)) yield toLedgerRow(row);
}

const PAGE = 5000;

/**
 * Rows of a campaign, a page at a time: a reader never holds the whole table.
 * @param keys what the rows are sorted by, as `table.column`; unique together
 */
export async function* keysetPages(
  db: Database, select: string, keys: readonly string[], { campaign, occurrence }: KpiSelection,
): AsyncGenerator<Row> {
  const place = keys.map((_, index) => `$${index + 3}`).join(', ');
  let after = keys.map((): unknown => '');
  for (;;) {
    const rows = await db.all(
      `${select} WHERE ($1::text IS NULL OR campaign = $1) AND ($2::text IS NULL OR occurrence = $2) AND (${keys.join(', ')}) > (${place})
       ORDER BY ${keys.join(', ')} LIMIT ${PAGE}`,
      campaign ?? null, occurrence ?? null, ...after,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = keys.map((key) => last[key.split('.')[1] as string]);
  }
}
