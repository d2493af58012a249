/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import type { Outcome } from '../../delivery/gateway';
import type { GatewayType } from '../../recipient';
import type {
  DeliveryIntent, DepartOptions, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, Participation, SettleOptions, Settlement,
} from '../store';
import type { Database, Row } from './database';

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
  const decisions = new Map<string, LeaseDecision>();
  return db.transaction(() => deliveries.map((delivery): LeaseDecision => {
    const person = JSON.stringify([delivery.campaign, delivery.occurrence, delivery.recipient]);
    // Asked once a person: their second device must not be taken for a duplicate of the first.
    const decision = decisions.get(person) ?? judge(db, delivery, now, options);
    decisions.set(person, decision);
    if (decision === 'go') {
      db.run(
        `INSERT INTO deliveries (id, campaign, occurrence, recipient, arm, category, gateway, platform, device, owner, leased_at, leased_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
           arm = excluded.arm, category = excluded.category, gateway = excluded.gateway, platform = excluded.platform,
           owner = excluded.owner, leased_at = excluded.leased_at, leased_until = excluded.leased_until,
           left_at = NULL, outcome = NULL, code = NULL, gateway_id = NULL, settled_at = NULL`,
        delivery.id, delivery.campaign, delivery.occurrence, delivery.recipient, delivery.arm, delivery.category,
        delivery.gateway, delivery.platform, delivery.device, options.owner, now, until,
      );
    }
    return decision;
  }));
}

/**
 * May anything go to this person in this occurrence? All their deliveries are asked, not only those to the devices at
 * hand: a person who was reached on one phone, or may have been, is not sent to on another.
 */
function judge(db: Database, { campaign, occurrence, recipient }: DeliveryIntent, now: string, options: LeaseOptions): LeaseDecision {
  const rows = db.all(
    'SELECT id, outcome, owner, leased_until, left_at FROM deliveries WHERE campaign = ? AND occurrence = ? AND recipient = ?',
    campaign, occurrence, recipient,
  );
  if (rows.some(({ outcome }) => outcome === 'accepted')) return 'already-sent';
  // Every other outcome says that the phone certainly got nothing.
  const open = rows.filter(({ outcome }) => outcome === null || outcome === 'unknown');
  if (open.some(({ owner }) => owner === options.owner)) return 'duplicate';
  const held = open.filter(({ outcome }) => outcome === null);
  if (held.some((row) => String(row['leased_until']) > now)) return 'in-flight';
  // Of a run that ended: what it held and had not handed over never left.
  const left = held.filter((row) => row['left_at'] !== null);
  if (options.resendUnknown || open.length === held.length - left.length) return 'go';
  for (const { id } of left) {
    db.run(`UPDATE deliveries SET outcome = 'unknown', code = 'run-ended', settled_at = ? WHERE id = ?`, now, id ?? null);
  }
  return 'unknown-before';
}

/** The lease begins anew: what waited long for its gateway is not judged by another run while it is in the air. */
export function depart(db: Database, ids: readonly string[], { now, owner, leaseMs }: DepartOptions): Set<string> {
  const until = new Date(now.getTime() + leaseMs).toISOString();
  return db.transaction(() => new Set(ids.filter((id) => db.run(
    'UPDATE deliveries SET left_at = ?, leased_until = ? WHERE id = ? AND owner = ? AND outcome IS NULL',
    now.toISOString(), until, id, owner,
  ) === 1)));
}

/**
 * Only the run that holds a delivery says what became of it. Of one that took too long and lost it to another run an
 * acceptance counts all the same, for the phone has the message; and an acceptance is never taken back.
 */
export function settle(db: Database, settlements: readonly Settlement[], { owner, now }: SettleOptions): void {
  const at = now.toISOString();
  db.transaction(() => {
    for (const { id, outcome, code, gatewayId, attempts } of settlements) {
      db.run(
        `UPDATE deliveries SET outcome = ?1, code = ?2, gateway_id = ?3, attempts = attempts + ?4, settled_at = ?5
         WHERE id = ?6 AND (owner = ?7 OR ?1 = 'accepted') AND outcome IS NOT 'accepted'`,
        outcome, code ?? null, gatewayId ?? null, attempts, at, id, owner,
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

export async function* ledger(db: Database, selection: KpiSelection): AsyncGenerator<LedgerRow> {
  for (const page of deliveryPages(db, selection)) {
    for (const row of page) yield toLedgerRow(row);
  }
}

function toLedgerRow(row: Row): LedgerRow {
  return {
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

export function deliveryPages(db: Database, selection: KpiSelection): Generator<Row[]> {
  return pages(db, 'deliveries', ['campaign', 'occurrence', 'recipient', 'id'], selection);
}

export function participationPages(db: Database, selection: KpiSelection): Generator<Row[]> {
  return pages(db, 'participations', ['campaign', 'occurrence', 'recipient'], selection);
}

const PAGE = 5000;

/**
 * Rows of a campaign, a page at a time: a reader never holds the whole ledger. The rows come in the order of an index
 * over `key`, and what the selection fixes is not looked for: one small campaign costs no look at the others.
 */
function* pages(db: Database, table: string, key: readonly string[], { campaign, occurrence }: KpiSelection): Generator<Row[]> {
  const fixed = campaign === undefined ? [] : occurrence === undefined ? [campaign] : [campaign, occurrence];
  const order = key.slice(fixed.length);
  const conditions = [
    ...key.slice(0, fixed.length).map((column) => `${column} = ?`),
    `(${order.join(', ')}) > (${order.map(() => '?').join(', ')})`,
    ...(campaign === undefined && occurrence !== undefined ? ['occurrence = ?'] : []),
  ];
  const sql = `SELECT * FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY ${order.join(', ')} LIMIT ${PAGE}`;
  const filter = campaign === undefined && occurrence !== undefined ? [occurrence] : [];
  let after: string[] = order.map(() => '');
  for (;;) {
    const rows = db.all(sql, ...fixed, ...after, ...filter);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = order.map((column) => String(last[column]));
  }
}
