/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import type { Outcome } from '../../delivery/gateway';
import type { GatewayType } from '../../recipient';
import type { DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, Participation, Settlement } from '../store';
import type { Database, Row } from './database';

/** Outcomes after which the phone certainly got nothing, so that the same delivery may go again. */
const NOT_DELIVERED: ReadonlySet<Outcome> = new Set([
  'wrong-environment',
  'bad-credentials',
  'bad-payload',
  'throttled',
  'unavailable',
  'dead-token',
]);

export function reached(db: Database, campaign: string, occurrence: string, recipients: readonly string[]): Set<string> {
  const rows = db.all(
    `SELECT DISTINCT recipient FROM deliveries
     WHERE campaign = ? AND occurrence = ? AND recipient IN (SELECT value FROM json_each(?)) AND outcome = 'accepted'`,
    campaign, occurrence, JSON.stringify(recipients),
  );
  return new Set(rows.map((row) => String(row['recipient'])));
}

export function lease(db: Database, deliveries: readonly DeliveryIntent[], options: LeaseOptions): LeaseDecision[] {
  const now = options.now.toISOString();
  const until = new Date(options.now.getTime() + options.leaseMs).toISOString();
  return db.transaction(() => deliveries.map((delivery): LeaseDecision => {
    const created = db.run(
      `INSERT INTO deliveries (id, campaign, occurrence, recipient, arm, category, gateway, platform, device, owner, leased_at, leased_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      delivery.id, delivery.campaign, delivery.occurrence, delivery.recipient, delivery.arm, delivery.category,
      delivery.gateway, delivery.platform, delivery.device, options.owner, now, until,
    );
    if (created === 1) return 'go';
    const decision = judge(db, delivery.id, now, options);
    if (decision === 'go') {
      db.run(
        `UPDATE deliveries SET owner = ?, leased_at = ?, leased_until = ?, outcome = NULL, code = NULL, gateway_id = NULL, settled_at = NULL
         WHERE id = ?`,
        options.owner, now, until, delivery.id,
      );
    }
    return decision;
  }));
}

function judge(db: Database, id: string, now: string, { owner, resendUnknown }: LeaseOptions): LeaseDecision {
  const row = db.get('SELECT outcome, owner, leased_until FROM deliveries WHERE id = ?', id);
  const outcome = row?.['outcome'] as Outcome | null | undefined;
  if (outcome === null) {
    if (row?.['owner'] === owner) return 'duplicate';
    if (String(row?.['leased_until']) > now) return 'in-flight';
    if (resendUnknown) return 'go';
    db.run(`UPDATE deliveries SET outcome = 'unknown', code = 'run-ended', settled_at = ? WHERE id = ?`, now, id);
    return 'unknown-before';
  }
  if (outcome === 'unknown') return resendUnknown ? 'go' : 'unknown-before';
  return outcome !== undefined && NOT_DELIVERED.has(outcome) ? 'go' : 'already-sent';
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
    yield {
      id: String(row['id']),
      campaign: String(row['campaign']),
      occurrence: String(row['occurrence']),
      recipient: String(row['recipient']),
      arm: row['arm'] as string | null,
      gateway: row['gateway'] as GatewayType,
      device: String(row['device']),
      ...(row['outcome'] !== null && { outcome: row['outcome'] as Outcome }),
      ...(row['code'] !== null && { code: String(row['code']) }),
      ...(row['gateway_id'] !== null && { gatewayId: String(row['gateway_id']) }),
      attempts: Number(row['attempts']),
    };
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
