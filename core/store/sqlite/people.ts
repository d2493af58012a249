/** People, their devices, consents and suppressions. */
import type { ConsentState, Device, Recipient } from '../../recipient';
import { toConsents, toPeople, type Row } from '../rows';
import type { AnswerCount, DeadDevice, PeopleTally, ReachCount, ScannedPerson, SqlFilter, Standing, UpsertReport } from '../store';
import { bitsSql, formulaSql, toAnswerCounts, toReachCounts } from '../tally';
import type { Database } from './database';

const PAGE = 1000;

export function upsertPeople(db: Database, recipients: readonly Recipient[], now: Date): UpsertReport {
  const report: UpsertReport = { created: 0, updated: 0, moved: 0 };
  const at = now.toISOString();
  db.transaction(() => {
    for (const recipient of recipients) {
      const known = db.get('SELECT 1 FROM people WHERE id = ?', recipient.id) !== undefined;
      // json_patch merges the new attributes into the known ones, as RFC 7396 says.
      db.run(
        `INSERT INTO people (id, locale, timezone, attributes, updated_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET
           locale = coalesce(excluded.locale, locale),
           timezone = coalesce(excluded.timezone, timezone),
           attributes = json_patch(attributes, excluded.attributes),
           updated_at = excluded.updated_at`,
        recipient.id, recipient.locale ?? null, recipient.timezone ?? null, JSON.stringify(recipient.attributes), at,
      );
      known ? report.updated++ : report.created++;
      for (const device of recipient.devices) report.moved += upsertDevice(db, recipient.id, device, at);
      for (const [category, state] of Object.entries(recipient.consent ?? {})) {
        importConsent(db, recipient.id, category, state, at);
      }
    }
  });
  return report;
}

/** 1 where the token had another owner before. A device seen after it was declared dead lives again. */
function upsertDevice(db: Database, recipient: string, device: Device, at: string): number {
  const owner = db.get('SELECT recipient FROM devices WHERE token = ?', device.token)?.['recipient'];
  db.run(
    `INSERT INTO devices (token, recipient, gateway, platform, environment, app_version, permission, last_seen_at, registered_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (token) DO UPDATE SET
       registered_at = CASE WHEN recipient = excluded.recipient THEN registered_at ELSE excluded.registered_at END,
       recipient = excluded.recipient,
       gateway = excluded.gateway,
       platform = excluded.platform,
       environment = coalesce(excluded.environment, environment),
       app_version = coalesce(excluded.app_version, app_version),
       permission = coalesce(excluded.permission, permission),
       last_seen_at = max(coalesce(excluded.last_seen_at, last_seen_at), coalesce(last_seen_at, excluded.last_seen_at)),
       dead_reason = CASE WHEN excluded.last_seen_at > dead_since THEN NULL ELSE dead_reason END,
       dead_since = CASE WHEN excluded.last_seen_at > dead_since THEN NULL ELSE dead_since END`,
    device.token, recipient, device.gateway, device.platform, device.environment ?? null, device.appVersion ?? null,
    device.permission ?? null, lastSeen(device, at), at,
  );
  return owner !== undefined && owner !== recipient ? 1 : 0;
}

/** A clock that runs ahead is set back: a device seen in the future could never be declared dead. */
function lastSeen({ lastSeenAt }: Device, now: string): string | null {
  if (lastSeenAt === undefined) return null;
  return lastSeenAt > now ? now : lastSeenAt;
}

export function getPerson(db: Database, id: string): Recipient | undefined {
  const row = db.get('SELECT * FROM people WHERE id = ?', id);
  return row === undefined ? undefined : withBelongings(db, [row])[0];
}

export async function* streamPeople(
  db: Database,
  { filter, pageSize = PAGE }: { filter?: SqlFilter; pageSize?: number },
): AsyncGenerator<Recipient> {
  const where = filter === undefined ? '' : `AND (${filter.sql})`;
  let after = '';
  for (;;) {
    const rows = db.all(
      `SELECT people.* FROM people WHERE people.id > ? ${where} ORDER BY people.id LIMIT ?`,
      after, ...sqlParameters(filter), pageSize,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield* withBelongings(db, rows);
    after = String(last['id']);
  }
}

export function countPeople(db: Database, filter?: SqlFilter): number {
  const where = filter === undefined ? '' : `WHERE ${filter.sql}`;
  return Number(db.get(`SELECT count(*) AS n FROM people ${where}`, ...sqlParameters(filter))?.['n'] ?? 0);
}

export async function* scanPeople(
  db: Database, questions: readonly SqlFilter[], columns: readonly ('locale' | 'timezone')[],
): AsyncGenerator<ScannedPerson[]> {
  const binder = new Binder();
  const answers = bitsSql(questions, binder.bind);
  // Only what is asked for: a column of nothing costs as much as another.
  const names: string[] = ['id', 'attributes', ...columns];
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length + 1);
  const [localeAt, timezoneAt, answersAt] = [place('locale'), place('timezone'), names.length];
  const query = `SELECT ${names.join(', ')}${questions.length === 0 ? '' : `, ${answers}`} FROM people WHERE id > ? ORDER BY id LIMIT ${PAGE}`;
  let after = '';
  for (;;) {
    const rows = db.lists(query, ...binder.parameters, after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => ({
      id: row[0], attributes: row[1], answers: row[answersAt] ?? 0, locale: row[localeAt] ?? null, timezone: row[timezoneAt] ?? null,
    }) as ScannedPerson);
    after = String(last[0]);
    // A million people take seconds: the host has other things to do in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A limit keeps SQLite from copying the text of an inner query into the one around it: each question is asked once a person. */
const FENCE = 'LIMIT -1';

export function tallyPeople(db: Database, { questions, excludes, when, reach }: PeopleTally): AnswerCount[] {
  const { bind, parameters } = new Binder();
  return toAnswerCounts(db.all(
    `SELECT answers, CASE WHEN ${formulaSql(when)} AND ${bind(reach)} THEN platforms ELSE 0 END AS reached, count(*) AS people
     FROM (SELECT people.id, people.platforms, ${bitsSql(questions, bind, excludes)} AS answers FROM people ${FENCE}) AS people
     GROUP BY answers, reached`, ...parameters,
  ), questions.length);
}

export function tallyReach(db: Database, recipients: readonly string[], reach: SqlFilter): ReachCount[] {
  return toReachCounts(db.all(
    `SELECT platforms AS reached, count(*) AS people FROM people WHERE id IN (SELECT value FROM json_each(?)) AND ${reach.sql} GROUP BY platforms`,
    JSON.stringify(recipients), ...sqlParameters(reach),
  ));
}

/** Keeps the parameters of pieces of a query. */
class Binder {
  readonly parameters: (string | number | null)[] = [];
  readonly bind = (piece: SqlFilter): string => {
    this.parameters.push(...sqlParameters(piece));
    return piece.sql;
  };
}

function sqlParameters(filter: SqlFilter | undefined): (string | number | null)[] {
  return (filter?.parameters ?? []).map((value) =>
    typeof value === 'boolean' ? Number(value) : (value as string | number | null));
}

/** Adds devices and consents to a page of people with one query each. */
function withBelongings(db: Database, rows: readonly Row[]): Recipient[] {
  const ids = JSON.stringify(rows.map((row) => row['id']));
  return toPeople(
    rows,
    db.all('SELECT * FROM devices WHERE recipient IN (SELECT value FROM json_each(?)) ORDER BY token', ids),
    db.all('SELECT * FROM consents WHERE recipient IN (SELECT value FROM json_each(?))', ids),
  );
}

export function setConsent(db: Database, recipient: string, category: string, state: ConsentState, now: Date): boolean {
  putConsent(db, recipient, category, state, now.toISOString());
  return db.get('SELECT 1 FROM people WHERE id = ?', recipient) !== undefined;
}

function putConsent(db: Database, recipient: string, category: string, state: ConsentState, at: string): void {
  db.run(
    `INSERT INTO consents (recipient, category, state, set_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (recipient, category) DO UPDATE SET state = excluded.state, set_at = excluded.set_at`,
    recipient, category, state, at,
  );
}

/** A list may be older than a person's word: importing it never turns a no into a yes. */
function importConsent(db: Database, recipient: string, category: string, state: ConsentState, at: string): void {
  const known = db.get('SELECT state FROM consents WHERE recipient = ? AND category = ?', recipient, category);
  if (known?.['state'] !== 'opted-out') putConsent(db, recipient, category, state, at);
}

/** Takes a consent back, as an unsubscribe event asks. */
export function optOut(db: Database, recipient: string, category: string, at: string): void {
  putConsent(db, recipient, category, 'opted-out', at);
}

export function suppress(db: Database, recipient: string, reason: string, now: Date): void {
  db.run(
    `INSERT INTO suppressions (recipient, reason, set_at) VALUES (?, ?, ?)
     ON CONFLICT (recipient) DO UPDATE SET reason = excluded.reason, set_at = excluded.set_at`,
    recipient, reason, now.toISOString(),
  );
}

export function unsuppress(db: Database, recipient: string): boolean {
  return db.run('DELETE FROM suppressions WHERE recipient = ?', recipient) > 0;
}

export function standing(db: Database, recipients: readonly string[], tokens: readonly string[]): Standing {
  const ids = JSON.stringify(recipients);
  const consents = Map.groupBy(
    db.all('SELECT * FROM consents WHERE recipient IN (SELECT value FROM json_each(?))', ids),
    (row) => String(row['recipient']),
  );
  return {
    suppressed: new Map(
      db.all('SELECT recipient, reason FROM suppressions WHERE recipient IN (SELECT value FROM json_each(?))', ids)
        .map((row) => [String(row['recipient']), String(row['reason'])]),
    ),
    consents: new Map([...consents].map(([recipient, rows]) => [recipient, toConsents(rows)])),
    dead: new Map(
      db.all(
        'SELECT token, dead_reason FROM devices WHERE dead_since IS NOT NULL AND token IN (SELECT value FROM json_each(?))',
        JSON.stringify(tokens),
      ).map((row) => [String(row['token']), String(row['dead_reason'])]),
    ),
  };
}

export function markDead(db: Database, devices: readonly DeadDevice[], now: Date): void {
  db.transaction(() => {
    for (const { token, gateway, platform, recipient, reason, since } of devices) {
      const at = since ?? now.toISOString();
      db.run(
        `INSERT INTO devices (token, recipient, gateway, platform, registered_at, dead_since, dead_reason) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (token) DO UPDATE SET dead_since = excluded.dead_since, dead_reason = excluded.dead_reason
         WHERE last_seen_at IS NULL OR last_seen_at <= excluded.dead_since`,
        token, recipient, gateway, platform, at, at, reason,
      );
    }
  });
}
