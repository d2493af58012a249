/** People, their devices, consents and suppressions. */
import { PLATFORMS, type ConsentState, type Device, type Recipient } from '../../recipient';
import { rounds } from '../rounds';
import { toConsents, toPeople, type Row } from '../rows';
import type { AnswerCount, DeadDevice, PeopleTally, ReachCount, ScannedPerson, SqlFilter, Standing, UpsertReport } from '../store';
import { bitsSql, formulaSql, toAnswerCounts, toReachCounts } from '../tally';
import { json, type Database, type Queries } from './database';

const PAGE = 1000;
const PERSON = 'people.id, people.locale, people.timezone, people.attributes::text AS attributes';

export async function upsertPeople(db: Database, recipients: readonly Recipient[], now: Date): Promise<UpsertReport> {
  const at = now.toISOString();
  return db.transaction(async (queries) => {
    const report: UpsertReport = { created: 0, updated: 0, moved: 0 };
    await lockOwners(queries, recipients.map(({ id }) => id), recipients.flatMap(({ devices }) => devices));
    for (const part of rounds(recipients, ({ id }) => id)) {
      const rows = await queries.all(
        `INSERT INTO people (id, locale, timezone, attributes, updated_at, platforms)
         SELECT id, locale, timezone, attributes, $2, platforms
         FROM jsonb_to_recordset($1::jsonb) AS r(id TEXT, locale TEXT, timezone TEXT, attributes JSONB, platforms SMALLINT)
         ON CONFLICT (id) DO UPDATE SET
           locale = coalesce(excluded.locale, people.locale),
           timezone = coalesce(excluded.timezone, people.timezone),
           attributes = json_patch(people.attributes, excluded.attributes),
           updated_at = excluded.updated_at
         RETURNING (xmax = 0)::int AS created`,
        json(part.map(({ id, locale, timezone, attributes, devices }) => ({ id, locale, timezone, attributes, platforms: platformsOf(devices) }))), at,
      );
      for (const { created } of rows) created === 1 ? report.created++ : report.updated++;
    }
    report.moved = await upsertDevices(queries, recipients, at);
    const consents = recipients.flatMap(({ id: recipient, consent }) =>
      Object.entries(consent ?? {}).map(([category, state]) => ({ recipient, category, state })));
    // A list may be older than a person's word: importing it never turns a no into a yes.
    await putConsents(queries, consents, at, `WHERE consents.state <> 'opted-out'`);
    return report;
  });
}

/** What the database will find on the devices of a new person; known beforehand, so that it need not write their row again. */
function platformsOf(devices: readonly Device[]): number {
  return devices.reduce((bits, { platform, permission }) => (permission === 'denied' ? bits : bits | (1 << PLATFORMS.indexOf(platform))), 0);
}

/**
 * What is written about devices changes their owners' rows too. Whoever writes takes all these rows first, in one order:
 * an import that holds people and waits for a device never meets a send that holds the device and waits for its owner.
 */
async function lockOwners(queries: Queries, ids: readonly string[], devices: readonly { token: string }[]): Promise<void> {
  await queries.run(
    `SELECT 1 FROM people WHERE id IN (SELECT unnest($1::text[]) UNION SELECT recipient FROM devices WHERE token = ANY($2))
     ORDER BY id FOR NO KEY UPDATE`,
    ids, devices.map(({ token }) => token),
  );
}

/** How many tokens had another owner before. A device seen after it was declared dead lives again. */
async function upsertDevices(queries: Queries, recipients: readonly Recipient[], at: string): Promise<number> {
  const devices = recipients.flatMap(({ id: recipient, devices: own }) => own.map((device) => ({ recipient, ...device })));
  let moved = 0;
  // A clock that runs ahead is set back: a device seen in the future could never be declared dead.
  for (const part of rounds(devices, ({ token }) => token)) {
    const given = json(part);
    const [row] = await queries.all(
      `SELECT count(*)::int AS moved FROM jsonb_to_recordset($1::jsonb) AS r(token TEXT, recipient TEXT)
       JOIN devices ON devices.token = r.token AND devices.recipient <> r.recipient`,
      given,
    );
    moved += Number(row?.['moved']);
    await queries.run(
      `INSERT INTO devices (token, recipient, gateway, platform, environment, app_version, permission, last_seen_at, registered_at)
       SELECT token, recipient, gateway, platform, environment, "appVersion", permission, CASE WHEN "lastSeenAt" > $2 COLLATE "C" THEN $2 ELSE "lastSeenAt" END, $2
       FROM jsonb_to_recordset($1::jsonb) AS r(token TEXT, recipient TEXT, gateway TEXT, platform TEXT, environment TEXT, "appVersion" TEXT,
         permission TEXT, "lastSeenAt" TEXT)
       ON CONFLICT (token) DO UPDATE SET
         registered_at = CASE WHEN devices.recipient = excluded.recipient THEN devices.registered_at ELSE excluded.registered_at END,
         recipient = excluded.recipient,
         gateway = excluded.gateway,
         platform = excluded.platform,
         environment = coalesce(excluded.environment, devices.environment),
         app_version = coalesce(excluded.app_version, devices.app_version),
         permission = coalesce(excluded.permission, devices.permission),
         last_seen_at = greatest(excluded.last_seen_at, devices.last_seen_at),
         dead_reason = CASE WHEN excluded.last_seen_at > devices.dead_since THEN NULL ELSE devices.dead_reason END,
         dead_since = CASE WHEN excluded.last_seen_at > devices.dead_since THEN NULL ELSE devices.dead_since END`,
      given, at,
    );
  }
  return moved;
}

export async function getPerson(db: Database, id: string): Promise<Recipient | undefined> {
  const rows = await db.all(`SELECT ${PERSON} FROM people WHERE id = $1`, id);
  return (await withBelongings(db, rows))[0];
}

export async function* streamPeople(
  db: Database, { filter, pageSize = PAGE }: { filter?: SqlFilter; pageSize?: number },
): AsyncGenerator<Recipient> {
  const where = filter === undefined ? '' : `AND (${filter.sql})`;
  const parameters = filter?.parameters ?? [];
  let after = '';
  for (;;) {
    const rows = await db.all(
      `SELECT ${PERSON} FROM people WHERE people.id > $${parameters.length + 1} ${where} ORDER BY people.id LIMIT $${parameters.length + 2}`,
      ...parameters, after, pageSize,
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield* await withBelongings(db, rows);
    after = String(last['id']);
  }
}

export async function countPeople(db: Database, filter?: SqlFilter): Promise<number> {
  const where = filter === undefined ? '' : `WHERE ${filter.sql}`;
  const [row] = await db.all(`SELECT count(*)::int AS n FROM people ${where}`, ...(filter?.parameters ?? []));
  return Number(row?.['n']);
}

export async function* scanPeople(
  db: Database, questions: readonly SqlFilter[], columns: readonly ('locale' | 'timezone')[],
): AsyncGenerator<ScannedPerson[]> {
  const binder = new Binder();
  const answers = bitsSql(questions, binder.bind);
  const [locale, timezone] = (['locale', 'timezone'] as const).map((name) => (columns.includes(name) ? name : `NULL AS ${name}`));
  const query = `SELECT id, ${locale}, ${timezone}, attributes::text AS attributes, ${answers} AS answers FROM people WHERE people.id > $${binder.parameters.length + 1} ORDER BY people.id LIMIT ${PAGE}`;
  let after = '';
  for (;;) {
    const rows = await db.all(query, ...binder.parameters, after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => ({ ...row, answers: Number(row['answers']) }) as unknown as ScannedPerson);
    after = String(last['id']);
  }
}

/**
 * Keeps PostgreSQL from copying the text of an inner query into the one around it: each question is asked once a person.
 * In quotes it is a constant, and not one that takes a query with several cores away.
 */
const FENCE = "OFFSET '0'";

/** Nothing in it is asked by a subquery for each person, so that several cores share it. */
export async function tallyPeople(db: Database, { questions, joins, excludes, when, reach }: PeopleTally): Promise<AnswerCount[]> {
  const { bind, parameters } = new Binder();
  const answered = `SELECT ${bitsSql(questions, bind, excludes)} AS answers, ${bind(reach)} AS reachable, people.platforms
    FROM people ${joins.map(bind).join(' ')} ${FENCE}`;
  return toAnswerCounts(await db.all(
    `SELECT answers, CASE WHEN ${formulaSql(when)} AND reachable THEN platforms ELSE 0 END AS reached, count(*) AS people
     FROM (${answered}) AS people GROUP BY answers, reached`, ...parameters,
  ), questions.length);
}

export async function tallyReach(db: Database, recipients: readonly string[], reach: SqlFilter): Promise<ReachCount[]> {
  const { bind, parameters } = new Binder();
  return toReachCounts(await db.all(
    `SELECT platforms AS reached, count(*) AS people FROM people
     WHERE id = ANY(${bind({ sql: '$1', parameters: [recipients] })}) AND ${bind(reach)} GROUP BY platforms`, ...parameters,
  ));
}

/** Keeps the parameters of pieces of a query, and numbers their places anew. */
class Binder {
  readonly parameters: unknown[] = [];
  readonly bind = ({ sql, parameters }: SqlFilter): string => {
    const offset = this.parameters.length;
    this.parameters.push(...parameters);
    return sql.replace(/\$(\d+)/g, (_, position: string) => `$${Number(position) + offset}`);
  };
}

/** Adds devices and consents to a page of people with one query each. */
async function withBelongings(db: Database, rows: readonly Row[]): Promise<Recipient[]> {
  const ids = rows.map((row) => row['id']);
  const [devices, consents] = await Promise.all([
    db.all('SELECT * FROM devices WHERE recipient = ANY($1) ORDER BY token', ids),
    db.all('SELECT * FROM consents WHERE recipient = ANY($1)', ids),
  ]);
  return toPeople(rows, devices, consents);
}

export async function setConsent(db: Database, recipient: string, category: string, state: ConsentState, now: Date): Promise<boolean> {
  await db.transaction((queries) => putConsents(queries, [{ recipient, category, state }], now.toISOString()));
  return (await db.all('SELECT 1 AS there FROM people WHERE id = $1', recipient)).length > 0;
}

interface Consent {
  recipient: string;
  category: string;
  state: ConsentState;
}

/** @param unless which known consents stay as they are */
export async function putConsents(queries: Queries, consents: readonly Consent[], at: string, unless = ''): Promise<void> {
  for (const part of rounds(consents, ({ recipient, category }) => `${recipient}\n${category}`)) {
    await queries.run(
      `INSERT INTO consents (recipient, category, state, set_at)
       SELECT recipient, category, state, $2 FROM jsonb_to_recordset($1::jsonb) AS r(recipient TEXT, category TEXT, state TEXT)
       ON CONFLICT (recipient, category) DO UPDATE SET state = excluded.state, set_at = excluded.set_at ${unless}`,
      json(part), at,
    );
  }
}

export async function suppress(db: Database, recipient: string, reason: string, now: Date): Promise<void> {
  await db.run(
    `INSERT INTO suppressions (recipient, reason, set_at) VALUES ($1, $2, $3)
     ON CONFLICT (recipient) DO UPDATE SET reason = excluded.reason, set_at = excluded.set_at`,
    recipient, reason, now.toISOString(),
  );
}

export async function unsuppress(db: Database, recipient: string): Promise<boolean> {
  return (await db.run('DELETE FROM suppressions WHERE recipient = $1', recipient)) > 0;
}

export async function standing(db: Database, recipients: readonly string[], tokens: readonly string[]): Promise<Standing> {
  const [suppressed, consents, dead] = await Promise.all([
    db.all('SELECT recipient, reason FROM suppressions WHERE recipient = ANY($1)', recipients),
    db.all('SELECT * FROM consents WHERE recipient = ANY($1)', recipients),
    db.all('SELECT token, dead_reason FROM devices WHERE dead_since IS NOT NULL AND token = ANY($1)', tokens),
  ]);
  const consentsOf = Map.groupBy(consents, (row) => String(row['recipient']));
  return {
    suppressed: new Map(suppressed.map((row) => [String(row['recipient']), String(row['reason'])])),
    consents: new Map([...consentsOf].map(([recipient, rows]) => [recipient, toConsents(rows)])),
    dead: new Map(dead.map((row) => [String(row['token']), String(row['dead_reason'])])),
  };
}

export async function markDead(db: Database, devices: readonly DeadDevice[], now: Date): Promise<void> {
  await db.transaction(async (queries) => {
    await lockOwners(queries, [], devices);
    for (const part of rounds(devices, ({ token }) => token)) {
      await queries.run(
        `INSERT INTO devices (token, recipient, gateway, platform, registered_at, dead_since, dead_reason)
         SELECT token, recipient, gateway, platform, coalesce(since, $2), coalesce(since, $2), reason
         FROM jsonb_to_recordset($1::jsonb) AS r(token TEXT, recipient TEXT, gateway TEXT, platform TEXT, since TEXT, reason TEXT)
         ON CONFLICT (token) DO UPDATE SET dead_since = excluded.dead_since, dead_reason = excluded.dead_reason
         WHERE devices.last_seen_at IS NULL OR devices.last_seen_at <= excluded.dead_since`,
        json(part), now.toISOString(),
      );
    }
  });
}
