/** Events of phones, and the stream of facts that KPIs are made of. */
import type { KpiEvent, KpiEventType } from '../../kpi/event';
import type { GatewayType, Platform } from '../../recipient';
import type { DeviceEvent } from '../../tracking/events';
import type { KpiSelection, RecordedEvent, RecordReport } from '../store';
import type { Database, Row } from './database';
import { deliveryPages, participationPages } from './ledger';
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
        `INSERT INTO events (delivery, type, key, at, received_at, action, value, currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
        event.delivery, event.type, event.key, event.at, receivedAt, event.action ?? null, event.value ?? null, event.currency ?? null,
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
  for (const page of participationPages(db, selection)) {
    for (const row of page) {
      const fact = { ...common(row), at: String(row['at']) };
      yield { ...fact, type: 'assigned' };
      if (row['outcome'] === 'suppressed') yield { ...fact, type: 'suppressed', reason: String(row['reason']) };
    }
  }
  for (const page of deliveryPages(db, selection)) {
    for (const row of page) if (row['outcome'] !== null) yield settledEvent(row);
    yield* phoneEvents(db, page);
  }
}

function settledEvent(row: Row): KpiEvent {
  return {
    ...common(row),
    ...deliveryFields(row),
    type: row['outcome'] === 'accepted' ? 'accepted' : 'failed',
    ...(row['outcome'] !== 'accepted' && { reason: String(row['outcome']) }),
    at: String(row['settled_at']),
  };
}

/** What phones told of these deliveries. */
function* phoneEvents(db: Database, deliveries: readonly Row[]): Generator<KpiEvent> {
  const byId = new Map(deliveries.map((row) => [row['id'], row]));
  for (const event of db.all('SELECT * FROM events WHERE delivery IN (SELECT value FROM json_each(?))', JSON.stringify([...byId.keys()]))) {
    const row = byId.get(event['delivery'] ?? null);
    if (row === undefined) continue;
    yield {
      ...common(row),
      ...deliveryFields(row),
      type: event['type'] as KpiEventType,
      id: String(event['key']),
      at: String(event['at']),
      ...(event['action'] !== null && { action: String(event['action']) }),
      ...(event['value'] !== null && { value: Number(event['value']) }),
      ...(event['currency'] !== null && { currency: String(event['currency']) }),
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
