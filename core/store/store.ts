/** What the engine remembers: people and their devices, what they agreed to, what was sent to whom, what came back. */
import type { Outcome } from '../delivery/gateway';
import type { PermitSource } from '../delivery/rate';
import type { JsonObject } from '../json';
import type { KpiEvent } from '../kpi/event';
import type { ConsentState, GatewayType, Platform, Recipient } from '../recipient';
import type { Formula, PersonFacts, SqlTally } from '../segment';
import type { DeviceEvent } from '../tracking/events';

/** What an upsert did. */
export interface UpsertReport {
  created: number;
  updated: number;
  /** Devices that had another owner before. */
  moved: number;
}

/** A filter that a store can run itself; made by `conditionToSql`. Speaks of a table named `people`. */
export interface SqlFilter {
  sql: string;
  parameters: readonly unknown[];
}

/** A segment saved under a name. */
export interface SavedList {
  name: string;
  /** Of a dynamic list, whose people are those who fit it when it is asked. A static list names its people. */
  condition?: JsonObject;
  /** How many people a static list names; some of them may not be imported yet. */
  members: number;
  /** ISO 8601. */
  updatedAt: string;
}

/** Something that a person did outside of our messages: an event of the user's own, such as an order. */
export interface Activity {
  recipient: string;
  name: string;
  /** With recipient and name the identity of the event: the same key counts once. */
  key: string;
  /** ISO 8601. */
  at: string;
  /** What conditions ask for under `where`; `value` and `currency` are what the person spent. */
  properties: JsonObject;
}

/** How many people can be reached on the same platforms; whether on each of `PLATFORMS`. */
export interface ReachCount {
  platforms: readonly boolean[];
  people: number;
}

/** How many people gave the same answers to some questions; platforms of those only of whom the formula holds. */
export interface AnswerCount extends ReachCount {
  answers: readonly boolean[];
}

/** Questions to all people, made by `tallyToSql`; of those of whom the formula holds, reach too. */
export interface PeopleTally extends SqlTally {
  /** Where yes to a question means no to another one, which is then not asked: the positions of both. */
  excludes: ReadonlyMap<number, number>;
  when: Formula;
}

/** A person's own row, and what the database answers of them. */
export interface ScannedPerson {
  id: string;
  /** As the bits of a number, the first question lowest. */
  answers: number;
  /** JSON; read by those who need it, since reading it takes longer than all the rest. */
  attributes: string;
  /** This and the time zone are null too where they were not asked for. */
  locale: string | null;
  timezone: string | null;
}

/** What the store knows against sending to some people and devices. */
export interface Standing {
  /** Reason of the suppression, by person. */
  suppressed: ReadonlyMap<string, string>;
  /** Consent by person and category. */
  consents: ReadonlyMap<string, Readonly<Record<string, ConsentState>>>;
  /** Why a device is dead, by token. */
  dead: ReadonlyMap<string, string>;
}

/** In place of a person: the message went to whoever had subscribed, whom nobody here knows. Counts in no figure about people. */
export const NOBODY = '';

/** What names one message to one person: nobody gets the same twice. */
export interface MessageName {
  campaign: string;
  occurrence: string;
  recipient: string;
  /** Tells several messages of one occurrence apart, such as an order's number; empty where there is one. */
  key: string;
}

/** One message to one device, before it is sent. */
export interface DeliveryIntent extends MessageName {
  id: string;
  arm: string | null;
  category: string;
  /** Whether it counts toward frequency caps. */
  counts: boolean;
  /** Caps and a gap that hold for it, asked again when it is leased: another campaign may have sent to the person since they were judged. */
  caps?: readonly FrequencyCap[];
  gap?: MinimumGap;
  /** Send again what an earlier run left unknown. */
  resendUnknown: boolean;
  gateway: GatewayType;
  platform: Platform;
  /** Fingerprint of the device token. */
  device: string;
  /** Goes to its gateway at once: the lease says what {@link Store.depart} says of others. */
  leaves?: boolean;
}

/** At most so many messages in a rolling window (ms); of one consent category where it names one. */
export interface FrequencyCap {
  most: number;
  ms: number;
  category?: string;
}

/** Whether a person got as many messages lately as a cap allows; `at` in ms. */
export function isCapReached(caps: readonly FrequencyCap[], contacts: readonly Contact[], at: number): boolean {
  return caps.some(({ most, ms, category }) =>
    contacts.filter((contact) => contact.at > at - ms && (category === undefined || contact.category === category)).length >= most);
}

/** At least so long (ms) between two messages; whoever got one too short a time ago is skipped, or held until it is over. */
export interface MinimumGap {
  ms: number;
  then: 'hold' | 'skip';
}

/** When (ms) the gap since the last message is over; -Infinity where there was none. */
export function gapEnd({ ms }: MinimumGap, contacts: readonly Contact[]): number {
  return Math.max(...contacts.map(({ at }) => at)) + ms;
}

/** A message that a person got, on whichever of their devices; `at` in ms. */
export interface Contact {
  at: number;
  category: string;
}

/** A person held back until later, with all that is needed to send to them without their item coming again. */
export interface HeldMessage extends MessageName {
  /** ISO 8601: when to try again. */
  until: string;
  /** ISO 8601: when the message was meant to leave. */
  since: string;
  reason: string;
  /** Came out of a stored audience and not as an item of their own. */
  fromReference: boolean;
  item: JsonObject;
}

export const RUN_STATES = ['running', 'waiting', 'paused', 'cancelled', 'stopped', 'finished'] as const;
/**
 * `running`: people are being read (or the process died). `waiting`: all were read, some are held back, or more may come at
 * any time. `paused` and `cancelled`: by an operator. `stopped`: the execution was stopped, people may be left. `finished`:
 * everybody has an end.
 */
export type RunState = (typeof RUN_STATES)[number];

/** One occurrence of a campaign and how far it is; instants in ISO 8601. */
export interface RunRow {
  campaign: string;
  occurrence: string;
  state: RunState;
  startedAt: string;
  updatedAt: string;
}

/** A run with what became of its people so far, over all processes that took part. */
export interface RunReport extends RunRow {
  people: number;
  sent: number;
  failed: number;
  suppressed: number;
  held: number;
  /** Failed people by reason. */
  failures: Record<string, number>;
  /** Messages to subscribers, who are none of `people`. */
  broadcasts: BroadcastCount;
}

export interface BroadcastCount {
  sent: number;
  /** Those of which nobody knows the end, too. */
  failed: number;
  /** Without an outcome: being sent, or their process died and no later run has looked yet. */
  underway: number;
}

/**
 * May this delivery go out? `go`: it is ours now. Else what holds of the person, on whichever device: `frequency-cap`: as many
 * messages lately as its caps allow. `minimum-gap`: another message too short a time ago. `already-sent`: accepted before. `duplicate`: this run is sending to them or did, the person came twice. `unknown-before`: an earlier
 * run ended without knowing, and the rule says not to risk a second message. Otherwise it cannot be told before `until`
 * (ms): another run is sending to them (`in-flight`), a run that is gone left them waiting for the gateway (`retry`), or the
 * gap that is held until its end is not over (`minimum-gap`).
 */
export type LeaseDecision =
  | 'go' | 'frequency-cap' | 'minimum-gap' | 'already-sent' | 'duplicate' | 'unknown-before'
  | { waitsFor: 'in-flight' | 'retry' | 'minimum-gap'; until: number };

export interface LeaseOptions {
  now: Date;
  /** Names the run, so that only it can settle what it holds (but for an acceptance, which always counts). */
  owner: string;
  /** How long a delivery is the run's, unless it renews that; then another run may judge it. */
  leaseMs: number;
}

export interface SettleOptions {
  now: Date;
  /** The run that says so: see {@link LeaseOptions.owner}. */
  owner: string;
}

export interface Settlement {
  id: string;
  outcome: Outcome;
  code?: string;
  gatewayId?: string;
  /** The apns-unique-id, where APNs gave one. */
  uniqueId?: string;
  attempts: number;
}

/** What became of one person in one occurrence of a campaign. */
export interface Participation {
  campaign: string;
  occurrence: string;
  recipient: string;
  arm: string | null;
  outcome: 'sent' | 'failed' | 'suppressed';
  reason?: string;
}

/** A delivery that waits for its next attempt; certainly not on the wire before `notBefore`. */
export interface Postponement {
  id: string;
  notBefore: Date;
  code: string;
}

/** A token that its gateway declared dead. */
export interface DeadDevice {
  token: string;
  gateway: GatewayType;
  platform: Platform;
  recipient: string;
  reason: string;
  /** ISO 8601: since when, as the gateway says; a device seen again after it lives. */
  since?: string;
}

/** Devices by how long nobody saw them, or by why they are dead. */
export interface DeviceCount {
  gateway: GatewayType;
  platform: Platform;
  /** Why the gateway declared them dead; absent for living ones. */
  deadReason?: string;
  /** Of living ones: seen at, or else registered at, an instant not later than so many days ago; 0 for those seen since. */
  unseenDays: number;
  devices: number;
}

/** A recorded event with the delivery that it belongs to. */
export interface RecordedEvent extends DeviceEvent {
  campaign: string;
  occurrence: string;
  recipient: string;
  arm: string | null;
  category: string;
  platform: Platform;
}

export interface RecordReport {
  recorded: RecordedEvent[];
  duplicates: number;
  /** Positions of events whose delivery this store does not know. */
  foreign: number[];
}

export interface KpiSelection {
  campaign?: string;
  occurrence?: string;
}

/** One line of the ledger, for reports and reconciliation. */
export interface LedgerRow {
  id: string;
  campaign: string;
  occurrence: string;
  recipient: string;
  arm: string | null;
  gateway: GatewayType;
  device: string;
  /** Absent while the delivery is in the air. */
  outcome?: Outcome;
  code?: string;
  gatewayId?: string;
  /** The apns-unique-id, where APNs gave one. */
  uniqueId?: string;
  attempts: number;
}

export interface Store {
  /** What conditions for its filters are written in. */
  readonly dialect: 'sqlite' | 'postgres';
  /** Permits to send, shared by all processes on this store. */
  readonly permits: PermitSource;
  /** A random text, made when it is first asked for: the same for all processes on this store, and for no other store. */
  secret(name: string): Promise<string>;
  /**
   * Adds people or renews what is known of them; fields not given stay. The newest owner of a token keeps it.
   * A consent that was taken back stays so: only {@link setConsent} gives it again.
   */
  upsertPeople(people: readonly Recipient[], now: Date): Promise<UpsertReport>;
  getPerson(id: string): Promise<Recipient | undefined>;
  /** People in the order of their ids, page by page, with all their devices; {@link standing} says which are dead. */
  people(options?: { filter?: SqlFilter; pageSize?: number }): AsyncIterable<Recipient>;
  countPeople(filter?: SqlFilter): Promise<number>;
  /** The rows of all people in the order of their ids, page by page, each with the answers to some questions (50 at most). */
  scanPeople(questions: readonly SqlFilter[], columns: readonly ('locale' | 'timezone')[]): AsyncIterable<readonly ScannedPerson[]>;
  /** Asks all people the same questions (50 at most), in one pass; gives each combination of answers once. */
  tallyPeople(tally: PeopleTally): Promise<AnswerCount[]>;
  /** Those of these people of whom the filter holds, made by `reachToSql`. */
  tallyReach(recipients: readonly string[], reach: SqlFilter): Promise<ReachCount[]>;
  /** What segments ask of these people beside their own fields; their events of the given names only. */
  facts(recipients: readonly string[], events: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>>;
  /** Makes the list or takes the place of an older one of the name: by a condition, or by ids. */
  saveList(name: string, content: { condition: JsonObject } | { members: Iterable<string> }, now: Date): Promise<void>;
  /** All lists, by name. */
  lists(): Promise<SavedList[]>;
  /** False where there is no such list. */
  deleteList(name: string): Promise<boolean>;
  /** Keeps each activity once. */
  recordActivities(activities: readonly Activity[], now: Date): Promise<{ recorded: number; duplicates: number }>;
  /** Names of all activities that were ever recorded. */
  activityNames(): Promise<string[]>;
  /** False where the person is unknown (the consent is kept all the same). */
  setConsent(recipient: string, category: string, state: ConsentState, now: Date): Promise<boolean>;
  /** Puts a person on the list of those who get nothing. */
  suppress(recipient: string, reason: string, now: Date): Promise<void>;
  /** False where the person was not on the list. */
  unsuppress(recipient: string): Promise<boolean>;
  standing(recipients: readonly string[], tokens: readonly string[]): Promise<Standing>;
  /** For each message whether it was accepted before, for whichever device. */
  reached(messages: readonly MessageName[]): Promise<boolean[]>;
  /** What each of the people got since an instant, the messages named left out: one contact a message. */
  contacts(messages: readonly MessageName[], since: Date): Promise<(readonly Contact[])[]>;
  /** People of an occurrence to whom something was accepted or may have been. */
  countReached(campaign: string, occurrence: string): Promise<number>;
  /** For each message whether its person is one of them, be it by another message of the occurrence. */
  counted(messages: readonly MessageName[]): Promise<boolean[]>;
  /**
   * Writes down, in one transaction, that these are about to be sent; one decision each, in order.
   * Deliveries to several devices of a person are leased in one call, for a later call finds the person in flight.
   */
  lease(deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]>;
  /**
   * Writes down that leased deliveries go to their gateway now, for the first time or again, holds them anew, and gives back those
   * that this run still holds: the others must not be sent. What was leased and never left is not `unknown` when the run dies.
   */
  depart(ids: readonly string[], options: LeaseOptions): Promise<ReadonlySet<string>>;
  /** Holds this run's deliveries without outcome longer. */
  renew(ids: readonly string[], options: LeaseOptions): Promise<void>;
  /**
   * Only the run that holds a delivery says what became of it; an acceptance always counts and is never taken back.
   * @param participations written in the same transaction: see {@link recordParticipations}
   */
  settle(settlements: readonly Settlement[], options: SettleOptions, participations?: readonly Participation[]): Promise<void>;
  /**
   * Writes down that this run's deliveries wait for another attempt, so that a run that dies meanwhile leaves them certain: until
   * {@link depart} says that they go again, and never after it.
   */
  postpone(postponements: readonly Postponement[], owner: string): Promise<void>;
  /** Remembers people who are held back; whoever is held already waits anew. */
  hold(messages: readonly HeldMessage[]): Promise<void>;
  /** For each message what its person waits for, if anything. */
  held(messages: readonly MessageName[]): Promise<(Pick<HeldMessage, 'until' | 'since' | 'reason'> | undefined)[]>;
  /** These wait no longer. */
  release(messages: readonly MessageName[]): Promise<void>;
  /** Those of a campaign whose waiting is over at `now`, of all its occurrences that are not paused; page by page. */
  dueHeld(campaign: string, now: Date): AsyncIterable<HeldMessage>;
  /** When the next of them is due; undefined where nobody waits. */
  nextDue(campaign: string): Promise<Date | undefined>;
  /** Writes down that an occurrence runs; one that is paused or cancelled stays so. */
  beginRun(campaign: string, occurrence: string, now: Date): Promise<RunRow>;
  /**
   * Writes down how far an occurrence is of which all were read: `waiting` where somebody is held, `running` where a broadcast
   * has no outcome yet, else `finished`; one that is paused or cancelled stays so. Takes no longer where many were sent to.
   */
  endRun(campaign: string, occurrence: string, now: Date): Promise<void>;
  /** Moves runs that are in one of the states `from` to another; how many there were. All occurrences if none is named. */
  moveRuns(selection: { campaign: string; occurrence?: string }, from: readonly RunState[], to: RunState, now: Date): Promise<number>;
  /** Newest first. */
  runs(selection?: KpiSelection): Promise<RunReport[]>;
  /** What became of people; a later word counts, but who was sent to stays so. */
  recordParticipations(participations: readonly Participation[], now: Date): Promise<void>;
  markDead(devices: readonly DeadDevice[], now: Date): Promise<void>;
  /** Counts all devices, the living ones by the largest of `days` for which nobody saw them. */
  countDevices(days: readonly number[], now: Date): Promise<DeviceCount[]>;
  /** Forgets devices that were dead already at `before`; how many there were. */
  removeDead(before: Date): Promise<number>;
  /** Keeps each event once; an `unsubscribed` event takes the consent of the delivery's category back. */
  recordEvents(events: readonly DeviceEvent[], now: Date): Promise<RecordReport>;
  kpiEvents(selection?: KpiSelection): AsyncIterable<KpiEvent>;
  ledger(selection?: KpiSelection): AsyncIterable<LedgerRow>;
  close(): Promise<void>;
}

