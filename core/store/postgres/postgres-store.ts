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
import { Database, type PostgresLocation } from './database';
import { countDevices, removeDead } from './devices';
import { kpiEvents, recordEvents } from './events';
import { activityNames, facts, recordActivities } from './facts';
import * as held from './held';
import * as ledger from './ledger';
import { deleteList, lists, saveList } from './lists';
import * as people from './people';
import { postgresPermits } from './permits';
import * as runs from './runs';
import { secret } from './secrets';

/** The store in a PostgreSQL database, shared by as many processes as there are. Each call is one short transaction. */
export class PostgresStore implements Store {
  readonly dialect = 'postgres';
  readonly permits: PermitSource;

  private constructor(private readonly db: Database) {
    this.permits = postgresPermits(db);
  }

  static async open(location: string | PostgresLocation, patience: number): Promise<PostgresStore> {
    return new PostgresStore(await Database.open(location, patience));
  }

  secret(name: string): Promise<string> {
    return secret(this.db, name);
  }

  upsertPeople(recipients: readonly Recipient[], now: Date): Promise<UpsertReport> {
    return people.upsertPeople(this.db, recipients, now);
  }

  getPerson(id: string): Promise<Recipient | undefined> {
    return people.getPerson(this.db, id);
  }

  people(options: { filter?: SqlFilter; pageSize?: number } = {}): AsyncIterable<Recipient> {
    return people.streamPeople(this.db, options);
  }

  countPeople(filter?: SqlFilter): Promise<number> {
    return people.countPeople(this.db, filter);
  }

  scanPeople(questions: readonly SqlFilter[], columns: readonly ('locale' | 'timezone')[]): AsyncIterable<readonly ScannedPerson[]> {
    return people.scanPeople(this.db, questions, columns);
  }

  tallyPeople(tally: PeopleTally): Promise<AnswerCount[]> {
    return people.tallyPeople(this.db, tally);
  }

  tallyReach(recipients: readonly string[], reach: SqlFilter): Promise<ReachCount[]> {
    return people.tallyReach(this.db, recipients, reach);
  }

  facts(recipients: readonly string[], events: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
    return facts(this.db, recipients, events);
  }

  saveList(name: string, content: { condition: JsonObject } | { members: Iterable<string> }, now: Date): Promise<void> {
    return saveList(this.db, name, content, now);
  }

  lists(): Promise<SavedList[]> {
    return lists(this.db);
  }

  deleteList(name: string): Promise<boolean> {
    return deleteList(this.db, name);
  }

  recordActivities(activities: readonly Activity[], now: Date): Promise<{ recorded: number; duplicates: number }> {
    return recordActivities(this.db, activities, now);
  }

  activityNames(): Promise<string[]> {
    return activityNames(this.db);
  }

  setConsent(recipient: string, category: string, state: ConsentState, now: Date): Promise<boolean> {
    return people.setConsent(this.db, recipient, category, state, now);
  }

  suppress(recipient: string, reason: string, now: Date): Promise<void> {
    return people.suppress(this.db, recipient, reason, now);
  }

  unsuppress(recipient: string): Promise<boolean> {
    return people.unsuppress(this.db, recipient);
  }

  standing(recipients: readonly string[], tokens: readonly string[]): Promise<Standing> {
    return people.standing(this.db, recipients, tokens);
  }

  reached(messages: readonly MessageName[]): Promise<boolean[]> {
    return ledger.reached(this.db, messages);
  }

  contacts(messages: readonly MessageName[], since: Date): Promise<(readonly Contact[])[]> {
    return ledger.contacts(this.db, messages, since);
  }

  countReached(campaign: string, occurrence: string): Promise<number> {
    return ledger.countReached(this.db, campaign, occurrence);
  }

  counted(messages: readonly MessageName[]): Promise<boolean[]> {
    return ledger.counted(this.db, messages);
  }

  lease(deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]> {
    return ledger.lease(this.db, deliveries, options);
  }

  depart(ids: readonly string[], options: LeaseOptions): Promise<ReadonlySet<string>> {
    return ledger.depart(this.db, ids, options);
  }

  renew(ids: readonly string[], options: LeaseOptions): Promise<void> {
    return ledger.renew(this.db, ids, options);
  }

  settle(settlements: readonly Settlement[], options: SettleOptions, participations?: readonly Participation[]): Promise<void> {
    return ledger.settle(this.db, settlements, options, participations);
  }

  postpone(postponements: readonly Postponement[], owner: string): Promise<void> {
    return ledger.postpone(this.db, postponements, owner);
  }

  hold(messages: readonly HeldMessage[]): Promise<void> {
    return held.hold(this.db, messages);
  }

  held(messages: readonly MessageName[]): Promise<(Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[]> {
    return held.held(this.db, messages);
  }

  release(messages: readonly MessageName[]): Promise<void> {
    return held.release(this.db, messages);
  }

  dueHeld(campaign: string, now: Date): AsyncIterable<HeldMessage> {
    return held.dueHeld(this.db, campaign, now);
  }

  nextDue(campaign: string): Promise<Date | undefined> {
    return held.nextDue(this.db, campaign);
  }

  beginRun(campaign: string, occurrence: string, now: Date): Promise<RunRow> {
    return runs.beginRun(this.db, campaign, occurrence, now);
  }

  endRun(campaign: string, occurrence: string, now: Date): Promise<void> {
    return runs.endRun(this.db, campaign, occurrence, now);
  }

  moveRuns(
    selection: { campaign: string; occurrence?: string }, from: readonly RunState[], to: RunState, now: Date,
  ): Promise<number> {
    return runs.moveRuns(this.db, selection, from, to, now);
  }

  runs(selection: KpiSelection = {}): Promise<RunReport[]> {
    return runs.runs(this.db, selection);
  }

  recordParticipations(participations: readonly Participation[], now: Date): Promise<void> {
    return ledger.recordParticipations(this.db, participations, now);
  }

  markDead(devices: readonly DeadDevice[], now: Date): Promise<void> {
    return people.markDead(this.db, devices, now);
  }

  countDevices(days: readonly number[], now: Date): Promise<DeviceCount[]> {
    return countDevices(this.db, days, now);
  }

  removeDead(before: Date): Promise<number> {
    return removeDead(this.db, before);
  }

  recordEvents(events: readonly DeviceEvent[], now: Date): Promise<RecordReport> {
    return recordEvents(this.db, events, now);
  }

  kpiEvents(selection: KpiSelection = {}): AsyncIterable<KpiEvent> {
    return kpiEvents(this.db, selection);
  }

  ledger(selection: KpiSelection = {}): AsyncIterable<LedgerRow> {
    return ledger.ledger(this.db, selection);
  }

  close(): Promise<void> {
    return this.db.close();
  }
}
