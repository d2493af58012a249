/** What segments ask of people beside their own fields, and the events of the user's own that are part of it. */
import { NO_FACTS, type PersonFacts } from '../../segment';
import { requireStorableActivities } from '../activity';
import { toPersonEvents, type Row } from '../rows';
import type { Activity } from '../store';
import { json, type Database } from './database';

export async function recordActivities(db: Database, activities: readonly Activity[], now: Date): Promise<{ recorded: number; duplicates: number }> {
  requireStorableActivities(activities);
  const given = json(activities);
  return db.transaction(async (queries) => {
    await queries.run(
      `INSERT INTO activity_names (name) SELECT DISTINCT name FROM jsonb_to_recordset($1::jsonb) AS r(name TEXT) ORDER BY name ON CONFLICT DO NOTHING`, given,
    );
    const recorded = await queries.run(
      `INSERT INTO activities (recipient, name, key, at, properties, received_at)
       SELECT recipient, name, key, at, properties, $2
       FROM jsonb_to_recordset($1::jsonb) AS r(recipient TEXT, name TEXT, key TEXT, at TEXT, properties JSONB)
       ON CONFLICT DO NOTHING`,
      given, now.toISOString(),
    );
    return { recorded, duplicates: activities.length - recorded };
  });
}

export async function activityNames(db: Database): Promise<string[]> {
  return (await db.all('SELECT name FROM activity_names ORDER BY name')).map(({ name }) => String(name));
}

/** One query a kind of fact for all of the people. */
export async function facts(db: Database, recipients: readonly string[], names: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
  const rows = async (query: string): Promise<Map<string, Row[]>> =>
    Map.groupBy(await db.all(query, recipients), ({ recipient }) => String(recipient));
  const [events, lists, suppressed, dead] = await Promise.all([
    eventsOf(db, recipients, names),
    rows('SELECT recipient, list FROM list_members WHERE recipient = ANY($1)'),
    rows('SELECT recipient FROM suppressions WHERE recipient = ANY($1)'),
    rows('SELECT recipient, token FROM devices WHERE dead_since IS NOT NULL AND recipient = ANY($1)'),
  ]);
  return new Map(recipients.map((recipient): [string, PersonFacts] => [recipient, {
    events: events.get(recipient) ?? NO_FACTS.events,
    lists: new Set(lists.get(recipient)?.map(({ list }) => String(list))),
    suppressed: suppressed.has(recipient),
    dead: new Set(dead.get(recipient)?.map(({ token }) => String(token))),
  }]));
}

const DELIVERY = 'delivery.campaign, delivery.occurrence, delivery.arm, delivery.category, delivery.gateway, delivery.platform';

async function eventsOf(db: Database, recipients: readonly string[], names: readonly string[]): Promise<ReturnType<typeof toPersonEvents>> {
  if (names.length === 0) return new Map();
  const [sent, events, activities] = await Promise.all([
    names.includes('sent')
      ? db.all(`SELECT delivery.recipient, 'sent' AS type, delivery.settled_at AS at, ${DELIVERY} FROM deliveries AS delivery
         WHERE delivery.outcome = 'accepted' AND delivery.recipient = ANY($1)`, recipients)
      : [],
    db.all(`SELECT event.recipient, event.type, event.at, event.action, event.value, event.currency, ${DELIVERY}
      FROM events AS event JOIN deliveries AS delivery ON delivery.id = event.delivery
      WHERE event.recipient = ANY($1) AND event.type = ANY($2)`, recipients, names),
    db.all('SELECT recipient, name AS type, at, properties::text AS properties FROM activities WHERE recipient = ANY($1) AND name = ANY($2)', recipients, names),
  ]);
  return toPersonEvents([...sent, ...events, ...activities]);
}
