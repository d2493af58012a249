import type { PermitSource } from '../../delivery/rate';
import type { JsonObject } from '../../json';
import type { KpiEvent } from '../../kpi/event';
import type { ConsentState, Recipient } from '../../recipient';
import type { PersonFacts } from '../../segment';
import type { DeviceEvent } from '../../tracking/events';
import type {
  Activity,
  AnswerCount,
  Contact,
  DeadDevice,
  DeliveryIntent,
  DeviceCount,
  HeldMessage,
  KpiSelection,
  LeaseDecision,
  LeaseOptions,
  LedgerRow,
  MessageName,
  Participation,
  PeopleTally,
  Postponement,
  RecordReport,
  RunReport,
  RunRow,
  RunState,
  SavedList,
  ReachCount, ScannedPerson,
  SettleOptions,
  Settlement,
  SqlFilter,
  Standing,
  Store,
  UpsertReport,
} from '../store';
import { Database } from './database';
import { DeliveryNumbers } from './delivery-numbers';
import { countDevices, removeDead } from './devices';
import { kpiEvents, recordEvents } from './events';
import { activityNames, facts, recordActivities } from './facts';
import * as held from './held';
import * as ledger from './ledger';
import { deleteList, lists, saveList } from './lists';
import * as people from './people';
import { sqlitePermits } from './permits';
import * as runs from './runs';
import { secret } from './secrets';

/** The store in one SQLite file, through Node's own `node:sqlite`. Each call is one short transaction. */
export class SqliteStore implements Store {
  readonly dialect = 'sqlite';
  readonly permits: PermitSource;
  private readonly numbers: DeliveryNumbers;

  private constructor(private readonly db: Database) {
    this.permits = sqlitePermits(db);
    this.numbers = new DeliveryNumbers(db);
  }

  static async open(path: string, patience: number): Promise<SqliteStore> {
    return new SqliteStore(await Database.open(path, patience));
  }

  async secret(name: string): Promise<string> {
    return secret(this.db, name);
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

  scanPeople(questions: readonly SqlFilter[], columns: readonly ('locale' | 'timezone')[]): AsyncIterable<readonly ScannedPerson[]> {
    return people.scanPeople(this.db, questions, columns);
  }

  async tallyPeople(tally: PeopleTally): Promise<AnswerCount[]> {
    return people.tallyPeople(this.db, tally);
  }

  async tallyReach(recipients: readonly string[], reach: SqlFilter): Promise<ReachCount[]> {
    return people.tallyReach(this.db, recipients, reach);
  }

  async facts(recipients: readonly string[], events: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
    return facts(this.db, recipients, events);
  }

  async saveList(name: string, content: { condition: JsonObject } | { members: Iterable<string> }, now: Date): Promise<void> {
    saveList(this.db, name, content, now);
  }

  async lists(): Promise<SavedList[]> {
    return lists(this.db);
  }

  async deleteList(name: string): Promise<boolean> {
    return deleteList(this.db, name);
  }

  async recordActivities(activities: readonly Activity[], now: Date): Promise<{ recorded: number; duplicates: number }> {
    return recordActivities(this.db, activities, now);
  }

  async activityNames(): Promise<string[]> {
    return activityNames(this.db);
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

  async reached(messages: readonly MessageName[]): Promise<boolean[]> {
    return ledger.reached(this.db, messages);
  }

  async contacts(messages: readonly MessageName[], since: Date): Promise<(readonly Contact[])[]> {
    return ledger.contacts(this.db, messages, since);
  }

  async countReached(campaign: string, occurrence: string): Promise<number> {
    return ledger.countReached(this.db, campaign, occurrence);
  }

  async counted(messages: readonly MessageName[]): Promise<boolean[]> {
    return ledger.counted(this.db, messages);
  }

  async lease(deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]> {
    return ledger.lease(this.db, this.numbers, deliveries, options);
  }

  async depart(ids: readonly string[], options: LeaseOptions): Promise<ReadonlySet<string>> {
    return ledger.depart(this.db, this.numbers.known(ids) ?? await this.numbers.lookUp(ids), ids, options);
  }

  async renew(_ids: readonly string[], options: LeaseOptions): Promise<void> {
    ledger.extendLease(this.db, options);
  }

  async settle(settlements: readonly Settlement[], options: SettleOptions, participations?: readonly Participation[]): Promise<void> {
    const ids = settlements.map(({ id }) => id);
    ledger.settle(this.db, this.numbers.known(ids) ?? await this.numbers.lookUp(ids), settlements, options, participations);
  }

  async postpone(postponements: readonly Postponement[], owner: string): Promise<void> {
    const ids = postponements.map(({ id }) => id);
    ledger.postpone(this.db, this.numbers.known(ids) ?? await this.numbers.lookUp(ids), postponements, owner);
  }

  async hold(messages: readonly HeldMessage[]): Promise<void> {
    held.hold(this.db, messages);
  }

  async held(messages: readonly MessageName[]): Promise<(Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[]> {
    return held.held(this.db, messages);
  }

  async release(messages: readonly MessageName[]): Promise<void> {
    held.release(this.db, messages);
  }

  dueHeld(campaign: string, now: Date): AsyncIterable<HeldMessage> {
    return held.dueHeld(this.db, campaign, now);
  }

  async nextDue(campaign: string): Promise<Date | undefined> {
    return held.nextDue(this.db, campaign);
  }

  async beginRun(campaign: string, occurrence: string, now: Date): Promise<RunRow> {
    return runs.beginRun(this.db, campaign, occurrence, now);
  }

  async endRun(campaign: string, occurrence: string, now: Date): Promise<void> {
    runs.endRun(this.db, campaign, occurrence, now);
  }

  async moveRuns(
    selection: { campaign: string; occurrence?: string }, from: readonly RunState[], to: RunState, now: Date,
  ): Promise<number> {
    return runs.moveRuns(this.db, selection, from, to, now);
  }

  async runs(selection: KpiSelection = {}): Promise<RunReport[]> {
    return runs.runs(this.db, selection);
  }

  async recordParticipations(participations: readonly Participation[], now: Date): Promise<void> {
    ledger.recordParticipations(this.db, participations, now);
  }

  async markDead(devices: readonly DeadDevice[], now: Date): Promise<void> {
    people.markDead(this.db, devices, now);
  }

  async countDevices(days: readonly number[], now: Date): Promise<DeviceCount[]> {
    return countDevices(this.db, days, now);
  }

  async removeDead(before: Date): Promise<number> {
    return removeDead(this.db, before);
  }

  async recordEvents(events: readonly DeviceEvent[], now: Date): Promise<RecordReport> {
    return recordEvents(this.db, await this.numbers.find(events.map(({ delivery }) => delivery)), events, now);
  }

  kpiEvents(selection: KpiSelection = {}): AsyncIterable<KpiEvent> {
    return kpiEvents(this.db, selection);
  }

  ledger(selection: KpiSelection = {}): AsyncIterable<LedgerRow> {
    return ledger.ledger(this.db, selection);
  }

  async close(): Promise<void> {
    await this.db.close();
  }
}
