/** Events of phones, and the stream of facts that KPIs are made of. */
import type { KpiEvent, KpiEventType } from '../../kpi/event';
import type { GatewayType, Platform } from '../../recipient';
import type { DeviceEvent } from '../../tracking/events';
import type { KpiSelection, RecordedEvent, RecordReport } from '../store';
import type { Database, Row } from './database';
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
      else report.recorded.push(withDelivery(event, delivery));
      if (event.type === 'unsubscribed' && recorded === 1) {
        optOut(db, String(delivery['recipient']), String(delivery['category']), receivedAt);
      }
    });
  });
  return report;
}

function withDelivery(event: DeviceEvent, delivery: Row): RecordedEvent {
  return {
    ...event,
    campaign: String(delivery['campaign']),
    occurrence: String(delivery['occurrence']),
    recipient: String(delivery['recipient']),
    arm: delivery['arm'] as string | null,
    category: String(delivery['category']),
    platform: delivery['platform'] as Platform,
  };
}

export async function* kpiEvents(db: Database, selection: KpiSelection): AsyncGenerator<KpiEvent> {
  for (const row of participations(db, selection)) {
    const fact = { ...common(row), at: String(row['at']) };
    yield { ...fact, type: 'assigned' };
    if (row['outcome'] === 'suppressed') yield { ...fact, type: 'suppressed', reason: String(row['reason']) };
  }
  for (const row of pages(db, 'SELECT * FROM deliveries', selection)) {
    if (row['outcome'] === null) continue;
    yield {
      ...common(row),
      ...deliveryFields(row),
      type: row['outcome'] === 'accepted' ? 'accepted' : 'failed',
      ...(row['outcome'] !== 'accepted' && { reason: String(row['outcome']) }),
      at: String(row['settled_at']),
    };
  }
  const select = `SELECT deliveries.*, events.type, events.key, events.at, events.action, events.value, events.currency
    FROM deliveries JOIN events ON events.delivery = deliveries.id`;
  for (const row of eventPages(db, select, selection)) {
    yield {
      ...common(row),
      ...deliveryFields(row),
      type: row['type'] as KpiEventType,
      id: String(row['key']),
      at: String(row['at']),
      ...(row['action'] !== null && { action: String(row['action']) }),
      ...(row['value'] !== null && { value: Number(row['value']) }),
      ...(row['currency'] !== null && { currency: String(row['currency']) }),
    };
  }
}

function common(row: Row): Pick<KpiEvent, 'campaign' | 'occurrence' | 'arm' | 'recipient'> {
  return {
    campaign: String(row['campaign']),
    occurrence: String(row['occurrence']),
    arm: row['arm'] as string | null,
    recipient: String(row['recipient']),
  };
}

function deliveryFields(row: Row): Pick<KpiEvent, 'delivery' | 'gateway' | 'platform'> {
  return { delivery: String(row['id']), gateway: row['gateway'] as GatewayType, platform: row['platform'] as Platform };
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
