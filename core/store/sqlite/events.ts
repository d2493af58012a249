/** Events of phones, and the stream of facts that KPIs are made of. */
import type { KpiEvent } from '../../kpi/event';
import type { DeviceEvent } from '../../tracking/events';
import { deliveryFacts, eventFacts, participationFacts, toRecordedEvent, type Row } from '../rows';
import type { KpiSelection, RecordReport } from '../store';
import type { Database } from './database';
import { pages } from './ledger';
import { optOut } from './people';

export function recordEvents(db: Database, events: readonly DeviceEvent[], now: Date): RecordReport {
  const report: RecordReport = { recorded: [], duplicates: 0, foreign: [] };
  const receivedAt = now.toISOString();
  db.transaction(() => {
    events.forEach((event, index) => {
      const delivery = db.get('SELECT * FROM deliveries WHERE id = ?', event.delivery);
      if (delivery === undefined) {
        report.foreign.push(index);
        return;
      }
      const recorded = db.run(
        `INSERT INTO events (delivery, recipient, type, key, at, received_at, action, value, currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        event.delivery, delivery['recipient'] ?? null, event.type, event.key, event.at, receivedAt, event.action ?? null, event.value ?? null, event.currency ?? null,
      );
      if (recorded === 0) report.duplicates++;
      else report.recorded.push(toRecordedEvent(event, delivery));
      if (event.type === 'unsubscribed' && recorded === 1) {
        optOut(db, String(delivery['recipient']), String(delivery['category']), receivedAt);
      }
    });
  });
  return report;
}

export async function* kpiEvents(db: Database, selection: KpiSelection): AsyncGenerator<KpiEvent> {
  for (const row of participations(db, selection)) yield* participationFacts(row);
  for (const row of pages(db, 'SELECT * FROM deliveries', selection)) yield* deliveryFacts(row);
  const select = `SELECT deliveries.*, events.type, events.key, events.at, events.action, events.value, events.currency
    FROM deliveries JOIN events ON events.delivery = deliveries.id`;
  for (const row of eventPages(db, select, selection)) yield* eventFacts(row);
}

const PAGE = 5000;

function* participations(db: Database, { campaign, occurrence }: KpiSelection): Generator<Row> {
  let after: [string, string, string] = ['', '', ''];
  for (;;) {
    const rows = db.all(
      `SELECT * FROM participations
       WHERE (campaign, occurrence, recipient) > (?1, ?2, ?3) AND (?4 IS NULL OR campaign = ?4) AND (?5 IS NULL OR occurrence = ?5)
       ORDER BY campaign, occurrence, recipient LIMIT ${PAGE}`,
      ...after, campaign ?? null, occurrence ?? null,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = [String(last['campaign']), String(last['occurrence']), String(last['recipient'])];
  }
}

function* eventPages(db: Database, select: string, { campaign, occurrence }: KpiSelection): Generator<Row> {
  let after: [string, string, string] = ['', '', ''];
  for (;;) {
    const rows = db.all(
      `${select}
       WHERE (events.delivery, events.type, events.key) > (?1, ?2, ?3) AND (?4 IS NULL OR campaign = ?4) AND (?5 IS NULL OR occurrence = ?5)
       ORDER BY events.delivery, events.type, events.key LIMIT ${PAGE}`,
      ...after, campaign ?? null, occurrence ?? null,
    );
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
    after = [String(last['id']), String(last['type']), String(last['key'])];
  }
}
