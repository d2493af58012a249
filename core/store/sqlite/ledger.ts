/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import type { Outcome } from '../../delivery/gateway';
import { judgeLease, type LeasedRow } from '../lease-rule';
import type {
  Contact, DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, MessageName, Participation, Postponement, Settlement,
} from '../store';
import { toLedgerRow, type Row } from '../rows';
import type { Database } from './database';

export function reached(db: Database, messages: readonly MessageName[]): boolean[] {
  const rows = db.all(
    `SELECT DISTINCT asked.key AS position FROM json_each(?) AS asked JOIN deliveries
       ON campaign = asked.value ->> 'campaign' AND occurrence = asked.value ->> 'occurrence'
       AND recipient = asked.value ->> 'recipient' AND message_key = asked.value ->> 'key'
     WHERE outcome = 'accepted'`,
    JSON.stringify(messages),
  );
  const positions = new Set(rows.map((row) => Number(row['position'])));
  return messages.map((_, position) => positions.has(position));
}

export function contacts(db: Database, messages: readonly MessageName[], since: Date): Contact[][] {
  const rows = db.all(
    `SELECT asked.key AS position, max(leased_at) AS at, category FROM json_each(?) AS asked JOIN deliveries
       ON recipient = asked.value ->> 'recipient' AND leased_at > ?
     WHERE counts = 1 AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))
       AND (campaign, occurrence, message_key)
         IS NOT (asked.value ->> 'campaign', asked.value ->> 'occurrence', asked.value ->> 'key')
     GROUP BY asked.key, campaign, occurrence, message_key`,
    JSON.stringify(messages), since.toISOString(),
  );
  const found = messages.map((): Contact[] => []);
  for (const row of rows) found[Number(row['position'])]?.push({ at: Date.parse(String(row['at'])), category: String(row['category']) });
  return found;
}

export function countReached(db: Database, campaign: string, occurrence: string): number {
  return Number(db.get(
    `SELECT count(DISTINCT recipient) AS n FROM deliveries
     WHERE campaign = ? AND occurrence = ? AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))`,
    campaign, occurrence,
  )?.['n'] ?? 0);
}

export function lease(db: Database, deliveries: readonly DeliveryIntent[], options: LeaseOptions): LeaseDecision[] {
  const now = options.now.toISOString();
  const until = new Date(options.now.getTime() + options.leaseMs).toISOString();
  return db.transaction(() => deliveries.map((delivery): LeaseDecision => {
    const created = db.run(
      `INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner, leased_at, leased_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      delivery.id, delivery.campaign, delivery.occurrence, delivery.recipient, delivery.key, delivery.arm, delivery.category,
      Number(delivery.counts), delivery.gateway, delivery.platform, delivery.device, options.owner, now, until,
    );
    if (created === 1) return 'go';
    const { decision, lost } = judgeLease(leasedRow(db, delivery.id), delivery.resendUnknown, options);
    if (lost) db.run(`UPDATE deliveries SET outcome = 'unknown', code = 'run-ended', settled_at = ? WHERE id = ?`, now, delivery.id);
    if (decision === 'go') {
      db.run(
        `UPDATE deliveries SET owner = ?, leased_at = ?, leased_until = ?, not_before = NULL, outcome = NULL, code = NULL, gateway_id = NULL,
           settled_at = NULL
         WHERE id = ?`,
        options.owner, now, until, delivery.id,
      );
    }
    return decision;
  }));
}

function leasedRow(db: Database, id: string): LeasedRow {
  const row = db.get('SELECT outcome, owner, leased_until, not_before FROM deliveries WHERE id = ?', id) ?? {};
  return {
    outcome: (row['outcome'] ?? null) as Outcome | null,
    owner: String(row['owner']),
    leasedUntil: String(row['leased_until']),
    notBefore: (row['not_before'] ?? null) as string | null,
  };
}

export function renew(db: Database, ids: readonly string[], until: Date): void {
  db.run(
    'UPDATE deliveries SET leased_until = ? WHERE id IN (SELECT value FROM json_each(?)) AND outcome IS NULL',
    until.toISOString(), JSON.stringify(ids),
  );
}

export function postpone(db: Database, postponements: readonly Postponement[]): void {
  db.transaction(() => {
    for (const { id, notBefore, code } of postponements) {
      db.run('UPDATE deliveries SET not_before = ?, code = ? WHERE id = ? AND outcome IS NULL', notBefore.toISOString(), code, id);
    }
  });
}

export function settle(db: Database, settlements: readonly Settlement[], now: Date): void {
  const at = now.toISOString();
  db.transaction(() => {
    for (const { id, outcome, code, gatewayId, attempts } of settlements) {
      db.run(
        `UPDATE deliveries SET outcome = ?, code = ?, gateway_id = ?, attempts = attempts + ?, settled_at = ? WHERE id = ?`,
        outcome, code ?? null, gatewayId ?? null, attempts, at, id,
      );
    }
  });
}

/** A person once sent to stays so: a later run of the occurrence that finds nothing left to do takes nothing back. */
export function recordParticipations(db: Database, participations: readonly Participation[], now: Date): void {
  const at = now.toISOString();
  db.transaction(() => {
    for (const { campaign, occurrence, recipient, arm, outcome, reason } of participations) {
      db.run(
        `INSERT INTO participations (campaign, occurrence, recipient, arm, outcome, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (campaign, occurrence, recipient) DO UPDATE SET
           arm = excluded.arm, outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
         WHERE outcome <> 'sent'`,
        campaign, occurrence, recipient, arm, outcome, reason ?? null, at,
      );
    }
  });
}

const PAGE = 5000;

export async function* ledger(db: Database, { campaign, occurrence }: KpiSelection): AsyncGenerator<LedgerRow> {
  for (const row of pages(db, 'SELECT * FROM deliveries', { campaign, occurrence })) {
    yield toLedgerRow(row);
  }
}

/** Rows of a campaign's deliveries, a page at a time: a reader never holds the whole ledger. */
export function* pages(db: Database, select: string, { campaign, occurrence }: KpiSelection): Generator<Row> {
  let after = '';
  for (;;) {
    const rows = db.all(
      `${select} WHERE deliveries.id > ?1 AND (?2 IS NULL OR campaign = ?2) AND (?3 IS NULL OR occurrence = ?3)
       ORDER BY deliveries.id LIMIT ${PAGE}`,
      after, campaign ?? null, occurrence ?? null,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = String(last['id']);
  }
}
