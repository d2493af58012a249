/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import { contactsSince, IN_DOUBT, judgeLeases, type LeasedRow } from '../lease-rule';
import { rounds } from '../rounds';
import { toLeasedRow, toLedgerRow, type Row } from '../rows';
import type {
  Contact, DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, MessageName, Participation, Postponement, SettleOptions, Settlement,
} from '../store';
import { json, type Database, type Queries } from './database';
import { pageQuery } from './pages';

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

/** Of a delivery: its person got it, or may have. Of one in the air nobody knows yet. */
const MAY_HAVE_IT = "(outcome IS NULL OR outcome IN ('accepted', 'unknown'))";

export async function contacts(db: Pick<Queries, 'all'>, messages: readonly MessageName[], since: Date): Promise<Contact[][]> {
  const rows = await db.all(
    `SELECT position, max(leased_at) AS at, min(category) AS category FROM ${ASKED}
       JOIN deliveries AS d ON d.recipient = asked.recipient AND d.leased_at > $2
     WHERE counts = 1 AND ${MAY_HAVE_IT}
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
     WHERE campaign = $1 AND occurrence = $2 AND recipient <> '' AND ${MAY_HAVE_IT}`,
    campaign, occurrence,
  );
  return Number(row?.['n']);
}

export async function counted(db: Database, messages: readonly MessageName[]): Promise<boolean[]> {
  const rows = await db.all(
    `SELECT position FROM ${ASKED} WHERE EXISTS (
       SELECT 1 FROM deliveries AS d WHERE (d.campaign, d.occurrence, d.recipient) = (asked.campaign, asked.occurrence, asked.recipient)
         AND ${MAY_HAVE_IT})`,
    json(messages),
  );
  const positions = new Set(rows.map((row) => row['position']));
  return messages.map((_, position) => positions.has(position));
}

export function lease(db: Database, deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]> {
  const now = options.now.toISOString();
  const since = contactsSince(deliveries, options.now);
  return db.transaction(async (queries) => {
    // Where caps or gaps are asked, all campaigns come one after the other: two that judge a person at once would both find room.
    if (since !== undefined) await queries.all(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.caps', 0))`);
    const rows = await lockLeases(queries, deliveries);
    const { decisions, taken, lost } = judgeLeases(deliveries, rows, since === undefined ? [] : await contacts(queries, deliveries, since), options);
    // What was in doubt stays so: its run may live after all, and be refused.
    if (lost.length > 0) await queries.run(`UPDATE deliveries SET outcome = 'unknown', code = CASE WHEN code = '${IN_DOUBT}' THEN code ELSE 'run-ended' END, settled_at = $2 WHERE id = ANY($1)`, lost, now);
    if (taken.length > 0) {
      await queries.run(
        `INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner, leased_at, leased_until, left_at)
         SELECT id, campaign, occurrence, recipient, key, arm, category, counts::int, gateway, platform, device, $2, $3, $4, CASE WHEN leaves THEN $3 END
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, campaign TEXT, occurrence TEXT, recipient TEXT, key TEXT, arm TEXT, category TEXT,
           counts BOOLEAN, gateway TEXT, platform TEXT, device TEXT, leaves BOOLEAN)
         ORDER BY id
         ON CONFLICT (id) DO UPDATE SET
           arm = excluded.arm, category = excluded.category, counts = excluded.counts, gateway = excluded.gateway, platform = excluded.platform,
           owner = excluded.owner, leased_at = excluded.leased_at, leased_until = excluded.leased_until,
           code = CASE WHEN deliveries.outcome = 'unknown' OR ${MAY_ARRIVE} THEN '${IN_DOUBT}' END,
           left_at = excluded.left_at, not_before = NULL, outcome = NULL, gateway_id = NULL, unique_id = NULL, settled_at = NULL`,
        json(taken), options.owner, now, leaseEnd(options),
      );
    }
    return decisions;
  });
}

/**
 * All deliveries of the messages, to whichever device. Leases of one campaign come one after the other: no two runs judge
 * a person at the same time who is new to both, and nobody else changes these rows until this transaction is over.
 */
async function lockLeases(queries: Queries, messages: readonly MessageName[]): Promise<LeasedRow[]> {
  for (const campaign of [...new Set(messages.map((message) => message.campaign))].toSorted()) {
    await queries.all(`SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.lease.' || $1, 0))`, campaign);
  }
  const rows = await queries.all(
    `SELECT *, ${MAY_ARRIVE}::int AS has_left FROM deliveries WHERE (campaign, occurrence, recipient, message_key) IN
       (SELECT campaign, occurrence, recipient, message_key FROM ${ASKED})
     ORDER BY id FOR UPDATE`,
    json(messages.map(({ campaign, occurrence, recipient, key }) => ({ campaign, occurrence, recipient, key }))),
  );
  return rows.map(toLeasedRow);
}

/** Whether a delivery without outcome is perhaps on its way, or was. */
const MAY_ARRIVE = `(deliveries.outcome IS NULL AND (deliveries.left_at IS NOT NULL OR deliveries.code IS NOT DISTINCT FROM '${IN_DOUBT}'))`;

function leaseEnd({ now, leaseMs }: LeaseOptions): string {
  return new Date(now.getTime() + leaseMs).toISOString();
}

/** The lease begins anew: what waited long for its gateway is not judged by another run while it is in the air. */
export async function depart(db: Database, ids: readonly string[], options: LeaseOptions): Promise<Set<string>> {
  const rows = await db.all(
    'UPDATE deliveries SET left_at = $2, leased_until = $3 WHERE id = ANY($1) AND owner = $4 AND outcome IS NULL RETURNING id',
    ids, options.now.toISOString(), leaseEnd(options), options.owner,
  );
  return new Set(rows.map((row) => String(row['id'])));
}

/**
 * Waits for nobody, for it touches everything in the air while the same run writes down departures and outcomes: what is being
 * written has its next renewal before its lease ends.
 */
export async function renew(db: Database, ids: readonly string[], options: LeaseOptions): Promise<void> {
  await db.run(
    `UPDATE deliveries SET leased_until = $2 WHERE id IN
       (SELECT id FROM deliveries WHERE id = ANY($1) AND owner = $3 AND outcome IS NULL FOR UPDATE SKIP LOCKED)`,
    ids, leaseEnd(options), options.owner,
  );
}

export async function postpone(db: Database, postponements: readonly Postponement[], owner: string): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(postponements, ({ id }) => id)) {
      await queries.run(
        `UPDATE deliveries SET not_before = r."notBefore", code = CASE WHEN deliveries.code = '${IN_DOUBT}' THEN deliveries.code ELSE r.code END, left_at = NULL
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, "notBefore" TEXT, code TEXT) WHERE deliveries.id = r.id AND owner = $2 AND outcome IS NULL`,
        json(part), owner,
      );
    }
  });
}

/**
 * Only the run that holds a delivery says what became of it. Of one that took too long and lost it to another run an
 * acceptance counts all the same, for the phone has the message; and an acceptance is never taken back.
 */
export async function settle(
  db: Database, settlements: readonly Settlement[], { owner, now }: SettleOptions, participations: readonly Participation[] = [],
): Promise<void> {
  await db.transaction(async (queries) => {
    for (const part of rounds(settlements, ({ id }) => id)) {
      await queries.run(
        `UPDATE deliveries SET outcome = CASE WHEN r.outcome <> 'accepted' AND deliveries.code = '${IN_DOUBT}' THEN 'unknown' ELSE r.outcome END, code = r.code, gateway_id = r."gatewayId", unique_id = r."uniqueId", attempts = deliveries.attempts + r.attempts, settled_at = $2
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, outcome TEXT, code TEXT, "gatewayId" TEXT, "uniqueId" TEXT, attempts INTEGER)
         WHERE deliveries.id = r.id AND (deliveries.owner = $3 OR r.outcome = 'accepted') AND deliveries.outcome IS DISTINCT FROM 'accepted'`,
        json(part.map(({ id, outcome, code, gatewayId, uniqueId, attempts }) => ({ id, outcome, code, gatewayId, uniqueId, attempts }))), now.toISOString(), owner,
      );
    }
    await writeParticipations(queries, participations, now);
  });
}

export async function recordParticipations(db: Database, participations: readonly Participation[], now: Date): Promise<void> {
  await db.transaction((queries) => writeParticipations(queries, participations, now));
}

/** A person once sent to stays so: a later run of the occurrence that finds nothing left to do takes nothing back. */
async function writeParticipations(queries: Queries, participations: readonly Participation[], now: Date): Promise<void> {
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
}

export async function* ledger(db: Database, selection: KpiSelection): AsyncGenerator<LedgerRow> {
  for await (const page of pages(db, 'deliveries', selection)) yield* page.map(toLedgerRow);
}

export async function* pages(db: Database, table: 'deliveries' | 'participations', selection: KpiSelection): AsyncGenerator<Row[]> {
  const query = pageQuery(table, selection);
  let last: Row | undefined;
  do {
    const rows = await db.all(query.sql, ...query.parameters(last));
    yield rows;
    last = query.isFull(rows) ? rows.at(-1) : undefined;
  } while (last !== undefined);
}
