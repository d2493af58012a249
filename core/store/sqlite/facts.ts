/** What segments ask of people beside their own fields, and the events of the user's own that are part of it. */
import { NO_FACTS, type PersonEvent, type PersonFacts } from '../../segment';
import { requireStorableActivities } from '../activity';
import { toPersonEvents, type Row } from '../rows';
import type { Activity } from '../store';
import type { Database } from './database';

export function recordActivities(db: Database, activities: readonly Activity[], now: Date): { recorded: number; duplicates: number } {
  requireStorableActivities(activities);
  const receivedAt = now.toISOString();
  let recorded = 0;
  db.transaction(() => {
    for (const { recipient, name, key, at, properties } of activities) {
      db.run('INSERT INTO activity_names (name) VALUES (?) ON CONFLICT DO NOTHING', name);
      recorded += db.run(
        `INSERT INTO activities (recipient, name, key, at, properties, received_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        recipient, name, key, at, JSON.stringify(properties), receivedAt,
      );
    }
  });
  return { recorded, duplicates: activities.length - recorded };
}

export function activityNames(db: Database): string[] {
  return db.all('SELECT name FROM activity_names ORDER BY name').map(({ name }) => String(name));
}

/** One query a kind of fact for all of the people. */
export function facts(db: Database, recipients: readonly string[], names: readonly string[]): ReadonlyMap<string, PersonFacts> {
  const ids = JSON.stringify(recipients);
  const rows = (query: string): Map<string, Row[]> =>
    Map.groupBy(db.all(query, ids), ({ recipient }) => String(recipient));
  const events = eventsOf(db, ids, names);
  const lists = rows(`SELECT recipient, list FROM list_members WHERE ${MINE}`);
  const suppressed = rows(`SELECT recipient FROM suppressions WHERE ${MINE}`);
  const dead = rows(`SELECT recipient, token FROM devices WHERE dead_since IS NOT NULL AND ${MINE}`);
  return new Map(recipients.map((recipient): [string, PersonFacts] => [recipient, {
    events: events.get(recipient) ?? NO_FACTS.events,
    lists: new Set(lists.get(recipient)?.map(({ list }) => String(list))),
    suppressed: suppressed.has(recipient),
    dead: new Set(dead.get(recipient)?.map(({ token }) => String(token))),
  }]));
}

const AMONG = 'IN (SELECT value FROM json_each(?))';
const MINE = `recipient ${AMONG}`;

const DELIVERY = 'delivery.campaign, delivery.occurrence, delivery.arm, delivery.category, delivery.gateway, delivery.platform';

function eventsOf(db: Database, ids: string, names: readonly string[]): Map<string, PersonEvent[]> {
  if (names.length === 0) return new Map();
  const wanted = JSON.stringify(names);
  const rows = [
    ...(names.includes('sent')
      ? db.all(`SELECT delivery.recipient, 'sent' AS type, delivery.settled_at AS at, ${DELIVERY} FROM deliveries AS delivery
         WHERE delivery.outcome = 'accepted' AND delivery.recipient ${AMONG}`, ids)
      : []),
    ...db.all(`SELECT event.recipient, event.type, event.at, event.action, event.value, event.currency, ${DELIVERY}
      FROM events AS event JOIN delivery_ids AS named ON named.start = substr(event.delivery, 1, 8)
        JOIN deliveries AS delivery ON delivery.number = named.number AND delivery.id = event.delivery
      WHERE event.recipient ${AMONG} AND event.type ${AMONG}`, ids, wanted),
    ...db.all(`SELECT recipient, name AS type, at, properties FROM activities WHERE recipient ${AMONG} AND name ${AMONG}`, ids, wanted),
  ];
  return toPersonEvents(rows);
}
