/** What was sent to whom: written before a message leaves and again when its outcome is known. */
import { alike } from '../alike';
import { contactsSince, IN_DOUBT, judgeLeases, nameOf } from '../lease-rule';
import { rounds } from '../rounds';
import { toLeasedRow, toLedgerRow, type Row } from '../rows';
import type {
  Contact, DeliveryIntent, KpiSelection, LeaseDecision, LeaseOptions, LedgerRow, MessageName, Participation, Postponement, SettleOptions, Settlement,
} from '../store';
import type { Database } from './database';
import type { DeliveryNumbers } from './delivery-numbers';
import { HAS_LEFT, spansOf, takeBack, writeDepartures } from './departures';
import { OCCURRENCE_NUMBER, occurrenceNumbers, OccurrenceSpans, ofOneOccurrence } from './occurrences';

export function reached(db: Database, messages: readonly MessageName[]): boolean[] {
  const names = new Set(rowsOf(db, 'campaign, occurrence, recipient, message_key AS key', messages, `outcome = 'accepted'`)
    .map((row) => nameOf(row as unknown as MessageName)));
  return messages.map((message) => names.size > 0 && names.has(nameOf(message)));
}

/** What many deliveries have in common: see the view `deliveries`. */
type Traits = Pick<DeliveryIntent, 'category' | 'counts' | 'gateway' | 'platform'>;

/** The number of such traits, in a transaction; makes it where nothing had them before. */
function traitNumbers(db: Database): (traits: Traits) => number {
  const known: (Traits & { number: number })[] = [];
  return ({ category, counts, gateway, platform }) => {
    const found = known.find((one) => one.platform === platform && one.gateway === gateway && one.category === category && one.counts === counts);
    if (found !== undefined) return found.number;
    const values = [category, Number(counts), gateway, platform];
    db.run('INSERT INTO delivery_traits (category, counts, gateway, platform) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING', ...values);
    const number = Number(db.get('SELECT number FROM delivery_traits WHERE (category, counts, gateway, platform) = (?, ?, ?, ?)', ...values)?.['number']);
    known.push({ category, counts, gateway, platform, number });
    return number;
  };
}

/** What the ledger has of the people of the messages in the occurrences of these, perhaps under other keys where these have several. */
function rowsOf(db: Database, columns: string, messages: readonly MessageName[], condition = 'TRUE'): Row[] {
  return alike(messages, ofOneOccurrence).flatMap((list) => {
    const [{ campaign, occurrence, key }] = list as [MessageName];
    // Plain texts: looking for the fields of an object takes SQLite three times as long. A join, since IN would first sort them.
    return db.all(
      `SELECT ${columns} FROM (SELECT value AS person FROM json_each(?3)) CROSS JOIN deliveries
         ON occurrence_number = (SELECT occurrences.number FROM occurrences WHERE campaign = ?1 AND occurrence = ?2) AND recipient = person
       WHERE (?4 IS NULL OR message_key = ?4) AND ${condition}`,
      campaign, occurrence, JSON.stringify([...new Set(list.map(({ recipient }) => recipient))]),
      // A topic may have got thousands of others.
      list.every((one) => one.key === key) ? key : null,
    );
  });
}

/** Of a delivery: its person got it, or may have. Of one in the air nobody knows yet. */
const MAY_HAVE_IT = "(outcome IS NULL OR outcome IN ('accepted', 'unknown'))";

export function contacts(db: Database, messages: readonly MessageName[], since: Date): Contact[][] {
  const rows = db.all(
    `SELECT asked.key AS position, max(leased_at) AS at, category FROM json_each(?) AS asked JOIN deliveries
       ON recipient = asked.value ->> 'recipient' AND leased_at > ?
     WHERE counts = 1 AND ${MAY_HAVE_IT}
       AND (campaign, occurrence, message_key)
         IS NOT (asked.value ->> 'campaign', asked.value ->> 'occurrence', asked.value ->> 'key')
     GROUP BY asked.key, campaign, occurrence, message_key`,
    JSON.stringify(messages), since.getTime(),
  );
  const found = messages.map((): Contact[] => []);
  for (const row of rows) found[Number(row['position'])]?.push({ at: Number(row['at']), category: String(row['category']) });
  return found;
}

export function countReached(db: Database, campaign: string, occurrence: string): number {
  return Number(db.get(
    `SELECT count(DISTINCT recipient) AS n FROM occurrence_spans AS s CROSS JOIN ledger ON number BETWEEN s.first AND s.last
     WHERE s.occurrence_number = ${OCCURRENCE_NUMBER} AND recipient <> '' AND ${MAY_HAVE_IT}`,
    campaign, occurrence,
  )?.['n'] ?? 0);
}

export function counted(db: Database, messages: readonly MessageName[]): boolean[] {
  const rows = db.all(
    `SELECT asked.key AS position FROM json_each(?) AS asked WHERE EXISTS (
       SELECT 1 FROM ledger WHERE recipient = asked.value ->> 'recipient' AND occurrence_number =
         (SELECT occurrences.number FROM occurrences WHERE campaign = asked.value ->> 'campaign' AND occurrence = asked.value ->> 'occurrence')
         AND ${MAY_HAVE_IT})`,
    JSON.stringify(messages),
  );
  const positions = new Set(rows.map((row) => Number(row['position'])));
  return messages.map((_, position) => positions.has(position));
}

export function lease(db: Database, numbers: DeliveryNumbers, deliveries: readonly DeliveryIntent[], options: LeaseOptions): LeaseDecision[] {
  const now = options.now.toISOString();
  const since = contactsSince(deliveries, options.now);
  const { decisions, written } = db.transaction(() => {
    const rows = rowsOf(db, LEASED, deliveries);
    const { decisions, taken, lost } = judgeLeases(deliveries, rows.map(toLeasedRow), since === undefined ? [] : contacts(db, deliveries, since), options);
    const known = new Map(rows.map((row) => [row['id'], Number(row['number'])]));
    for (const id of lost) db.run(LOSE, now, known.get(id) ?? null);
    if (taken.length === 0) return { decisions, written: [] };
    db.run(
      'INSERT INTO lease_owners (name, leased_until) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET leased_until = max(leased_until, excluded.leased_until)',
      options.owner, leaseEnd(options),
    );
    const owner = ownerNumber(db, options.owner);
    const numberOf = occurrenceNumbers(db);
    const traitsOf = traitNumbers(db);
    const leasedAt = options.now.getTime();
    let last = Number(db.get('SELECT max(number) AS last FROM ledger')?.['last'] ?? 0);
    const leaving: number[] = [];
    const spans = new OccurrenceSpans();
    const insert = db.statement(INSERT);
    // What goes to the same gateway has numbers in a row, as it leaves together.
    const written = alike(taken, (a, b) => a.gateway === b.gateway).flat().map((intent): [string, number] => {
      const { id, campaign, occurrence, recipient, key, arm, device, leaves } = intent;
      const number = known.get(id);
      if (number === undefined) {
        const occurrenceNumber = numberOf(campaign, occurrence);
        spans.add(occurrenceNumber, ++last);
        insert.get(last, id, occurrenceNumber, recipient, key, arm, traitsOf(intent), device, owner, leasedAt);
        if (leaves === true) leaving.push(last);
        return [id, last];
      }
      db.run(
        `UPDATE ledger SET arm = ?, traits = ?, owner = ?, leased_at = ?,
           code = CASE WHEN outcome IS 'unknown' OR ${MAY_ARRIVE} THEN '${IN_DOUBT}' END,
           not_before = NULL, outcome = NULL, gateway_id = NULL, unique_id = NULL, settled_at = NULL
         WHERE number = ?`,
        arm, traitsOf(intent), owner, leasedAt, number,
      );
      takeBack(db, number);
      if (leaves === true) leaving.push(number);
      return [id, number];
    });
    spans.write(db);
    writeDepartures(db, spansOf(leaving));
    return { decisions, written };
  });
  numbers.add(written);
  return decisions;
}

const INSERT = `INSERT INTO ledger (number, id, occurrence_number, recipient, message_key, arm, traits, device, owner, leased_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What was in doubt stays so: its run may live after all, and be refused. */
const LOSE = `UPDATE ledger SET outcome = 'unknown', code = CASE WHEN code IS '${IN_DOUBT}' THEN code ELSE 'run-ended' END, settled_at = ? WHERE number = ?`;

/** Whether a delivery without outcome is perhaps on its way, or was. */
const MAY_ARRIVE = `(outcome IS NULL AND (code IS '${IN_DOUBT}' OR ${HAS_LEFT}))`;

/** What judging a lease asks of a delivery. */
const LEASED = `number, id, campaign, occurrence, recipient, message_key, outcome, not_before, ${MAY_ARRIVE} AS has_left,
  (SELECT name FROM lease_owners WHERE number = owner) AS owner, (SELECT leased_until FROM lease_owners WHERE number = owner) AS leased_until`;

/** Of a run; null where it leased nothing yet, and so holds nothing. */
function ownerNumber(db: Database, owner: string): number | null {
  return (db.get('SELECT number FROM lease_owners WHERE name = ?', owner)?.['number'] ?? null) as number | null;
}

function leaseEnd({ now, leaseMs }: LeaseOptions): string {
  return new Date(now.getTime() + leaseMs).toISOString();
}

/** Of each delivery that is spoken of, in the same order; null where there is none. See {@link DeliveryNumbers}. */
type Numbers = readonly (number | null)[];

/** The lease begins anew: what waited long for its gateway is not judged by another run while it is in the air. */
export function depart(db: Database, numbers: Numbers, ids: readonly string[], options: LeaseOptions): Set<string> {
  return db.transaction(() => {
    extendLease(db, options);
    const owner = ownerNumber(db, options.owner);
    const asked = numbers.filter((number) => number !== null);
    const spans = spansOf(asked);
    const held = spans.reduce((sum, span) => sum + Number(db.get(`SELECT count(*) AS n FROM ledger WHERE number BETWEEN ? AND ? AND ${STILL_HELD}`, ...span, owner)?.['n']), 0);
    // Nearly always; which they are is asked only otherwise.
    if (held === ids.length) {
      writeDepartures(db, spans);
      return new Set(ids);
    }
    const rows = db.all(`SELECT number, id FROM ledger WHERE number IN (SELECT value FROM json_each(?)) AND ${STILL_HELD}`, JSON.stringify(asked), owner);
    writeDepartures(db, spansOf(rows.map(({ number }) => Number(number))));
    return new Set(rows.map(({ id }) => String(id)));
  });
}

/** Of a run, that it may still say what becomes of a delivery. */
const STILL_HELD = 'owner = ? AND outcome IS NULL';

/** Of everything that the run holds; never to an earlier end, since what a run says may have been meant before what it said last. */
export function extendLease(db: Database, options: LeaseOptions): void {
  db.run('UPDATE lease_owners SET leased_until = max(leased_until, ?) WHERE name = ?', leaseEnd(options), options.owner);
}

export function postpone(db: Database, numbers: Numbers, postponements: readonly Postponement[], owner: string): void {
  db.transaction(() => {
    const holder = ownerNumber(db, owner);
    const change = `UPDATE ledger SET not_before = ?, code = CASE WHEN code IS '${IN_DOUBT}' THEN code ELSE ? END WHERE number = ? AND owner = ? AND outcome IS NULL`;
    for (const [index, { notBefore, code }] of postponements.entries()) {
      const number = numbers[index] ?? null;
      if (number !== null && db.run(change, notBefore.toISOString(), code, number, holder) > 0) takeBack(db, number);
    }
  });
}

/**
 * Only the run that holds a delivery says what became of it. Of one that took too long and lost it to another run an
 * acceptance counts all the same, for the phone has the message; and an acceptance is never taken back.
 */
export function settle(
  db: Database, numbers: Numbers, settlements: readonly Settlement[], { owner, now }: SettleOptions, participations: readonly Participation[] = [],
): void {
  const at = now.toISOString();
  db.transaction(() => {
    const holder = ownerNumber(db, owner);
    const [accept, refuse] = [db.statement(ACCEPT), db.statement(REFUSE)];
    for (const [index, { outcome, code, gatewayId, uniqueId, attempts }] of settlements.entries()) {
      const number = numbers[index] ?? null;
      if (outcome === 'accepted') accept.get(gatewayId ?? null, uniqueId ?? null, attempts, at, number);
      else refuse.get(outcome, code ?? null, gatewayId ?? null, uniqueId ?? null, attempts, at, number, holder);
    }
    writeParticipations(db, participations, at);
  });
}

/** What nearly every message needs, said with as few parameters as it takes. */
const ACCEPT = `UPDATE ledger SET outcome = 'accepted', code = NULL, gateway_id = ?, unique_id = ?, attempts = attempts + ?, settled_at = ?
  WHERE number = ? AND outcome IS NOT 'accepted'`;
const REFUSE = `UPDATE ledger SET outcome = CASE WHEN code IS '${IN_DOUBT}' THEN 'unknown' ELSE ? END, code = ?, gateway_id = ?, unique_id = ?, attempts = attempts + ?, settled_at = ?
  WHERE number = ? AND owner = ? AND outcome IS NOT 'accepted'`;

export function recordParticipations(db: Database, participations: readonly Participation[], now: Date): void {
  db.transaction(() => writeParticipations(db, participations, now.toISOString()));
}

/**
 * A person once sent to stays so: a later run of the occurrence that finds nothing left to do takes nothing back. Most of a group came
 * to the same end, and are written by one statement.
 */
function writeParticipations(db: Database, participations: readonly Participation[], at: string): void {
  const numberOf = occurrenceNumbers(db);
  for (const part of rounds(participations, ({ recipient }) => recipient)) {
    for (const people of alike(part, cameToOneEnd)) {
      const [{ campaign, occurrence, arm, outcome, reason }] = people as [Participation];
      db.run(
        `INSERT INTO participations (occurrence_number, recipient, arm, outcome, reason, at) SELECT ?, value, ?, ?, ?, ? FROM json_each(?) WHERE TRUE
         ON CONFLICT (occurrence_number, recipient) DO UPDATE SET
           arm = excluded.arm, outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
         WHERE outcome <> 'sent'`,
        numberOf(campaign, occurrence), arm, outcome, reason ?? null, at, JSON.stringify(people.map(({ recipient }) => recipient)),
      );
    }
  }
}

const cameToOneEnd = (a: Participation, b: Participation): boolean =>
  a.arm === b.arm && a.outcome === b.outcome && a.reason === b.reason && ofOneOccurrence(a, b);

export async function* ledger(db: Database, selection: KpiSelection): AsyncGenerator<LedgerRow> {
  for (const page of pages(db, 'deliveries', selection)) yield* page.map(toLedgerRow);
}

/** The rows of an occurrence behind a place in their order, found and ordered without sorting; `start` is before the first of them. */
const TABLES = {
  deliveries: {
    query: `SELECT t.* FROM occurrence_spans AS s CROSS JOIN deliveries AS t ON t.number BETWEEN max(s.first, ?2 + 1) AND s.last
      WHERE s.occurrence_number = ?1
        AND s.first >= coalesce((SELECT max(first) FROM occurrence_spans WHERE occurrence_number = ?1 AND first <= ?2 + 1), 0) ORDER BY s.first, t.number`,
    order: 'number',
    start: 0,
  },
  participations: {
    query: `SELECT t.*, o.campaign, o.occurrence FROM participations AS t JOIN occurrences AS o ON o.number = t.occurrence_number
      WHERE t.occurrence_number = ?1 AND t.recipient > ?2 ORDER BY t.recipient`,
    order: 'recipient',
    start: '',
  },
} as const;
const PAGE = 5000;

/** The query of a page behind the one that ends with a certain value of the order; of an occurrence, by its number. */
export function pageQuery(table: keyof typeof TABLES): string {
  return `${TABLES[table].query} LIMIT ${PAGE}`;
}

/** A page at a time: a reader never holds the whole ledger. */
export function* pages(db: Database, table: keyof typeof TABLES, { campaign, occurrence }: KpiSelection): Generator<Row[]> {
  const occurrences = db.all(
    'SELECT number FROM occurrences WHERE (?1 IS NULL OR campaign = ?1) AND (?2 IS NULL OR occurrence = ?2) ORDER BY campaign, occurrence',
    campaign ?? null, occurrence ?? null,
  );
  for (const { number = null } of occurrences) {
    const { order, start } = TABLES[table];
    let last: Row | undefined;
    do {
      const rows: Row[] = db.all(pageQuery(table), number, last?.[order] ?? start);
      yield rows;
      last = rows.length === PAGE ? rows.at(-1) : undefined;
    } while (last !== undefined);
  }
}
