import type { KpiEvent } from '../../kpi/event';
import type { ConsentState, Recipient } from '../../recipient';
import type { DeviceEvent } from '../../tracking/events';
import type {
  DeadDevice,
  DeliveryIntent,
  DepartOptions,
  KpiSelection,
  LeaseDecision,
  LeaseOptions,
  LedgerRow,
  Participation,
  RecordReport,
  SettleOptions,
  Settlement,
  SqlFilter,
  Standing,
  Store,
  UpsertReport,
} from '../store';
import { Database } from './database';
import { kpiEvents, recordEvents } from './events';
import { depart, lease, ledger, reached, recordParticipations, settle } from './ledger';
import * as people from './people';

/** The store in one SQLite file, through Node's own `node:sqlite`. Each call is one short transaction. */
export class SqliteStore implements Store {
  private readonly db: Database;

  constructor(path: string) {
    this.db = Database.open(path);
  }

  async upsertPeople(recipients: readonly Recipient[], now: Date): Promise<UpsertReport> {
    return people.upsertPeople(this.db, recipients, now);
  }

  async getPerson(id: string): Promise<Recipient | undefined> {
    return people.getPerson(this.db, id);
  }

  people(options: { filter?: SqlFilter; pageSize?: number } = {}): AsyncIterable<Recipient> {
    return people.streamPeople(this.db, options);
  }

  async countPeople(filter?: SqlFilter): Promise<number> {
    return people.countPeople(this.db, filter);
  }

  async setConsent(recipient: string, category: string, state: ConsentState, now: Date): Promise<boolean> {
    return people.setConsent(this.db, recipient, category, state, now);
  }

  async suppress(recipient: string, reason: string, now: Date): Promise<void> {
    people.suppress(this.db, recipient, reason, now);
  }

  async unsuppress(recipient: string): Promise<boolean> {
    return people.unsuppress(this.db, recipient);
  }

  async standing(recipients: readonly string[], tokens: readonly string[]): Promise<Standing> {
    return people.standing(this.db, recipients, tokens);
  }

  async reached(campaign: string, occurrence: string, recipients: readonly string[]): Promise<ReadonlySet<string>> {
    return reached(this.db, campaign, occurrence, recipients);
  }

  async lease(deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]> {
    return lease(this.db, deliveries, options);
  }

  async depart(ids: readonly string[], options: DepartOptions): Promise<ReadonlySet<string>> {
    return depart(this.db, ids, options);
  }

  async settle(settlements: readonly Settlement[], options: SettleOptions): Promise<void> {
    settle(this.db, settlements, options);
  }

  async recordParticipations(participations: readonly Participation[], now: Date): Promise<void> {
    recordParticipations(this.db, participations, now);
  }

  async markDead(devices: readonly DeadDevice[], now: Date): Promise<void> {
    people.markDead(this.db, devices, now);
  }

  async recordEvents(events: readonly DeviceEvent[], now: Date): Promise<RecordReport> {
    return recordEvents(this.db, events, now);
  }

  kpiEvents(selection: KpiSelection = {}): AsyncIterable<KpiEvent> {
    return kpiEvents(this.db, selection);
  }

  ledger(selection: KpiSelection = {}): AsyncIterable<LedgerRow> {
    return ledger(this.db, selection);
  }

  async close(): Promise<void> {
    this.db.close();
  }
}
