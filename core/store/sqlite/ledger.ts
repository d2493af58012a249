/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import { contactsSince, judgeLeases, nameOf } from '../lease-rule';
import { pageQuery } from '../pages';
import { toLeasedRow, toLedgerRow, type Row } from '../rows';
import type {
  Contact, DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, MessageName, Participation, Postponement, SettleOptions, Settlement,
} from '../store';
import type { Database } from './database';
import type { DeliveryNumbers } from './delivery-numbers';

export function reached(db: Database, messages: readonly MessageName[]): boolean[] {
  const names = new Set(rowsOf(db, 'campaign, occurrence, recipient, message_key AS key', messages, `outcome = 'accepted'`)
    .map((row) => nameOf(row as unknown as MessageName)));
  return messages.map((message) => names.size > 0 && names.has(nameOf(message)));
}

/** What the ledger has of the people of the messages in the occurrences of these, perhaps under other keys. */
function rowsOf(db: Database, columns: string, messages: readonly MessageName[], condition = 'TRUE'): Row[] {
  const occurrences = Map.groupBy(messages, ({ campaign, occurrence }) => JSON.stringify([campaign, occurrence]));
  // Plain texts: looking for the fields of an object takes SQLite three times as long.
  return [...occurrences.values()].flatMap((list) => db.all(
    `SELECT ${columns} FROM deliveries WHERE campaign = ? AND occurrence = ? AND recipient IN (SELECT value FROM json_each(?)) AND ${condition}`,
    list[0]?.campaign ?? '', list[0]?.occurrence ?? '', JSON.stringify(list.map(({ recipient }) => recipient)),
  ));
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
     WHERE campaign = ? AND occurrence = ? AND recipient <> '' AND (outcome IS NULL OR outcome IN ('accepted', 'unknown'))`,
    campaign, occurrence,
  )?.['n'] ?? 0);
}

export function lease(db: Database, numbers: DeliveryNumbers, deliveries: readonly DeliveryIntent[], options: LeaseOptions): LeaseDecision[] {
  const now = options.now.toISOString();
  const until = leaseEnd(options);
  const since = contactsSince(deliveries, options.now);
  const { decisions, written } = db.transaction(() => {
    const rows = rowsOf(db, '*', deliveries);
    const { decisions, taken, lost } = judgeLeases(deliveries, rows.map(toLeasedRow), since === undefined ? [] : contacts(db, deliveries, since), options);
    for (const id of lost) db.run(`UPDATE deliveries SET outcome = 'unknown', code = 'run-ended', settled_at = ? WHERE number = ?`, now, numbers.of(id));
    const known = new Map(rows.map((row) => [row['id'], Number(row['number'])]));
    const written = taken.map(({ id, campaign, occurrence, recipient, key, arm, category, counts, gateway, platform, device }): [string, number] => {
      const number = db.insert(
        `INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, arm, category, counts, gateway, platform, device, owner, leased_at, leased_until)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (campaign, occurrence, recipient, id) DO UPDATE SET
           arm = excluded.arm, category = excluded.category, counts = excluded.counts, gateway = excluded.gateway, platform = excluded.platform,
           owner = excluded.owner, leased_at = excluded.leased_at, leased_until = excluded.leased_until,
           left_at = NULL, not_before = NULL, outcome = NULL, code = NULL, gateway_id = NULL, unique_id = NULL, settled_at = NULL`,
        id, campaign, occurrence, recipient, key, arm, category, Number(counts), gateway, platform, device, options.owner, now, until,
      );
      return [id, known.get(id) ?? number];
    });
    return { decisions, written };
  });
  numbers.add(written);
  return decisions;
}

function leaseEnd({ now, leaseMs }: LeaseOptions): string {
  return new Date(now.getTime() + leaseMs).toISOString();
}

/** The lease begins anew: what waited long for its gateway is not judged by another run while it is in the air. */
export function depart(db: Database, numbers: DeliveryNumbers, ids: readonly string[], options: LeaseOptions): Set<string> {
  const { owner } = options;
  return db.transaction(() => {
    const list = numbersOf(numbers, ids);
    const held = db.run(
      `UPDATE deliveries SET left_at = ?, leased_until = ? WHERE ${STILL_HELD}`, options.now.toISOString(), leaseEnd(options), list, owner,
    );
    // Nearly always; which they are is asked only otherwise.
    if (held === ids.length) return new Set(ids);
    return new Set(db.all(`SELECT id FROM deliveries WHERE ${STILL_HELD}`, list, owner).map((row) => String(row['id'])));
  });
}

export function renew(db: Database, numbers: DeliveryNumbers, ids: readonly string[], options: LeaseOptions): void {
  db.transaction(() => db.run(`UPDATE deliveries SET leased_until = ? WHERE ${STILL_HELD}`, leaseEnd(options), numbersOf(numbers, ids), options.owner));
}

/** Of a list of numbers, those that the owner holds. */
const STILL_HELD = 'number IN (SELECT value FROM json_each(?)) AND owner = ? AND outcome IS NULL';

function numbersOf(numbers: DeliveryNumbers, ids: readonly string[]): string {
  return JSON.stringify(ids.map((id) => numbers.of(id)));
}

export function postpone(db: Database, numbers: DeliveryNumbers, postponements: readonly Postponement[], owner: string): void {
  db.transaction(() => {
    for (const { id, notBefore, code } of postponements) {
      db.run(
        'UPDATE deliveries SET not_before = ?, code = ? WHERE number = ? AND owner = ? AND outcome IS NULL',
        notBefore.toISOString(), code, numbers.of(id), owner,
      );
    }
  });
}

/**
 * Only the run that holds a delivery says what became of it. Of one that took too long and lost it to another run an
 * acceptance counts all the same, for the phone has the message; and an acceptance is never taken back.
 */
export function settle(db: Database, numbers: DeliveryNumbers, settlements: readonly Settlement[], { owner, now }: SettleOptions): void {
  const at = now.toISOString();
  db.transaction(() => {
    for (const { id, outcome, code, gatewayId, uniqueId, attempts } of settlements) {
      db.run(
        `UPDATE deliveries SET outcome = ?1, code = ?2, gateway_id = ?3, attempts = attempts + ?4, settled_at = ?5, unique_id = ?8
         WHERE number = ?6 AND (owner = ?7 OR ?1 = 'accepted') AND outcome IS NOT 'accepted'`,
        outcome, code ?? null, gatewayId ?? null, attempts, at, numbers.of(id), owner, uniqueId ?? null,
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
  for (const page of pages(db, 'deliveries', selection)) yield* page.map(toLedgerRow);
}

export function* pages(db: Database, table: 'deliveries' | 'participations', selection: KpiSelection): Generator<Row[]> {
  const query = pageQuery(table, selection, (number) => `?${number}`);
  let last: Row | undefined;
  do {
    const rows = db.all(query.sql, ...query.parameters(last));
    yield rows;
    last = query.isFull(rows) ? rows.at(-1) : undefined;
  } while (last !== undefined);
}
