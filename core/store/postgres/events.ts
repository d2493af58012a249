/** Events of phones, and the stream of facts that KPIs are made of. */
import type { KpiEvent } from '../../kpi/event';
import { storableName } from '../../names';
import type { DeviceEvent } from '../../tracking/events';
import { pageFacts, participationFacts, toRecordedEvent, type Row } from '../rows';
import type { KpiSelection, RecordReport } from '../store';
import { json, type Database, type Queries } from './database';
import { pages } from './ledger';
import { putConsents } from './people';

export function recordEvents(db: Database, events: readonly DeviceEvent[], now: Date): Promise<RecordReport> {
  const receivedAt = now.toISOString();
  return db.transaction(async (queries) => {
    const report: RecordReport = { recorded: [], duplicates: 0, foreign: [] };
    const rows = await queries.all('SELECT * FROM deliveries WHERE id = ANY($1)', events.map(({ delivery }) => delivery));
    const deliveries = new Map(rows.map((row) => [String(row['id']), row]));
    const known = events.flatMap((event) => {
      const delivery = deliveries.get(event.delivery);
      return delivery === undefined ? [] : [{ ...event, recipient: delivery['recipient'] }];
    });
    const fresh = await insertEvents(queries, known, receivedAt);
    const unsubscribed: Row[] = [];
    events.forEach((event, index) => {
      const delivery = deliveries.get(event.delivery);
      if (delivery === undefined) report.foreign.push(index);
      else if (!fresh.delete(nameOf(event))) report.duplicates++;
      else {
        report.recorded.push(toRecordedEvent(event, delivery));
        if (event.type === 'unsubscribed') unsubscribed.push(delivery);
      }
    });
    const optOuts = unsubscribed.map((row) => ({ recipient: String(row['recipient']), category: storableName(String(row['category'])), state: 'opted-out' as const }));
    await putConsents(queries, optOuts, receivedAt);
    return report;
  });
}

/** Names of those that were not recorded before. */
async function insertEvents(queries: Queries, events: readonly DeviceEvent[], receivedAt: string): Promise<Set<string>> {
  const rows = await queries.all(
    `INSERT INTO events (delivery, recipient, type, key, at, received_at, action, value, currency)
     SELECT delivery, recipient, type, key, at, $2, action, value, currency
     FROM jsonb_to_recordset($1::jsonb) AS r(delivery TEXT, recipient TEXT, type TEXT, key TEXT, at TEXT, action TEXT, value DOUBLE PRECISION, currency TEXT)
     ON CONFLICT DO NOTHING RETURNING delivery, type, key`,
    json(events), receivedAt,
  );
  return new Set(rows.map((row) => nameOf({ delivery: String(row['delivery']), type: String(row['type']), key: String(row['key']) })));
}

function nameOf({ delivery, type, key }: { delivery: string; type: string; key: string }): string {
  return JSON.stringify([delivery, type, key]);
}

export async function* kpiEvents(db: Database, selection: KpiSelection): AsyncGenerator<KpiEvent> {
  for await (const page of pages(db, 'participations', selection)) for (const row of page) yield* participationFacts(row);
  for await (const page of pages(db, 'deliveries', selection)) {
    yield* pageFacts(page, await db.all('SELECT * FROM events WHERE delivery = ANY($1)', page.map((row) => row['id'])));
  }
}
