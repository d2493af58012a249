/** Events of phones, and the stream of facts that KPIs are made of. */
import type { KpiEvent } from '../../kpi/event';
import { storableName } from '../../names';
import type { DeviceEvent } from '../../tracking/events';
import { pageFacts, participationFacts, toRecordedEvent } from '../rows';
import type { KpiSelection, RecordReport } from '../store';
import type { Database } from './database';
import { pages } from './ledger';
import { optOut } from './people';

/** @param numbers of the deliveries of the events, null where there is none; they are in the index, by which {@link facts} finds them */
export function recordEvents(db: Database, numbers: readonly (number | null)[], events: readonly DeviceEvent[], now: Date): RecordReport {
  const report: RecordReport = { recorded: [], duplicates: 0, foreign: [] };
  const receivedAt = now.toISOString();
  db.transaction(() => {
    events.forEach((event, index) => {
      const delivery = db.get('SELECT * FROM deliveries WHERE number = ?', numbers[index] ?? null);
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
        optOut(db, String(delivery['recipient']), storableName(String(delivery['category'])), receivedAt);
      }
    });
  });
  return report;
}

export async function* kpiEvents(db: Database, selection: KpiSelection): AsyncGenerator<KpiEvent> {
  for (const page of pages(db, 'participations', selection)) for (const row of page) yield* participationFacts(row);
  for (const page of pages(db, 'deliveries', selection)) {
    const ids = JSON.stringify(page.map((row) => row['id']));
    yield* pageFacts(page, db.all('SELECT * FROM events WHERE delivery IN (SELECT value FROM json_each(?))', ids));
  }
}
