/** What the engine remembers: people and their devices, what they agreed to, what was sent to whom, what came back. */
import type { Outcome } from '../delivery/gateway';
import type { KpiEvent } from '../kpi/event';
import type { ConsentState, GatewayType, Platform, Recipient } from '../recipient';
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

/** What the store knows against sending to some people and devices. */
export interface Standing {
  /** Reason of the suppression, by person. */
  suppressed: ReadonlyMap<string, string>;
  /** Consent by person and category. */
  consents: ReadonlyMap<string, Readonly<Record<string, ConsentState>>>;
  /** Why a device is dead, by token. */
  dead: ReadonlyMap<string, string>;
}

/** One message to one device, before it is sent. */
export interface DeliveryIntent {
  id: string;
  campaign: string;
  occurrence: string;
  recipient: string;
  arm: string | null;
  category: string;
  gateway: GatewayType;
  platform: Platform;
  /** Fingerprint of the device token. */
  device: string;
}

/**
 * May this delivery go out? `go`: it is ours now. Else what holds of the person, on whichever device: `already-sent`:
 * accepted before. `in-flight`: another run is sending to them. `duplicate`: this run does or did, the person came
 * twice. `unknown-before`: an earlier run ended without knowing, and the rule says not to risk a second message.
 */
export type LeaseDecision = 'go' | 'already-sent' | 'in-flight' | 'duplicate' | 'unknown-before';

export interface LeaseOptions {
  now: Date;
  /** Names the run, so that only it can settle what it holds (but for an acceptance, which always counts). */
  owner: string;
  /** How long the run may take over a delivery before another may judge it. */
  leaseMs: number;
  /** Send again what an earlier run left unknown. */
  resendUnknown: boolean;
}

export type DepartOptions = Omit<LeaseOptions, 'resendUnknown'>;

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
  attempts: number;
}

export interface Store {
  /**
   * Adds people or renews what is known of them; fields not given stay. The newest owner of a token keeps it.
   * A consent that was taken back stays so: only {@link setConsent} gives it again.
   */
  upsertPeople(people: readonly Recipient[], now: Date): Promise<UpsertReport>;
  getPerson(id: string): Promise<Recipient | undefined>;
  /** People in the order of their ids, page by page, with all their devices; {@link standing} says which are dead. */
  people(options?: { filter?: SqlFilter; pageSize?: number }): AsyncIterable<Recipient>;
  countPeople(filter?: SqlFilter): Promise<number>;
  /** False where the person is unknown (the consent is kept all the same). */
  setConsent(recipient: string, category: string, state: ConsentState, now: Date): Promise<boolean>;
  /** Puts a person on the list of those who get nothing. */
  suppress(recipient: string, reason: string, now: Date): Promise<void>;
  /** False where the person was not on the list. */
  unsuppress(recipient: string): Promise<boolean>;
  standing(recipients: readonly string[], tokens: readonly string[]): Promise<Standing>;
  /** Those of the people who were already reached, on whichever device, in this occurrence of the campaign. */
  reached(campaign: string, occurrence: string, recipients: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Writes down, in one transaction, that these are about to be sent; one decision each, in order.
   * Deliveries to several devices of a person are leased in one call, for a later call finds the person in flight.
   */
  lease(deliveries: readonly DeliveryIntent[], options: LeaseOptions): Promise<LeaseDecision[]>;
  /**
   * Writes down that leased deliveries go to their gateway now, and gives back those that this run still holds: the
   * others must not be sent. What was leased and never left is not `unknown` when the run dies.
   */
  depart(ids: readonly string[], options: DepartOptions): Promise<ReadonlySet<string>>;
  settle(settlements: readonly Settlement[], options: SettleOptions): Promise<void>;
  recordParticipations(participations: readonly Participation[], now: Date): Promise<void>;
  markDead(devices: readonly DeadDevice[], now: Date): Promise<void>;
  /** Keeps each event once; an `unsubscribed` event takes the consent of the delivery's category back. */
  recordEvents(events: readonly DeviceEvent[], now: Date): Promise<RecordReport>;
  kpiEvents(selection?: KpiSelection): AsyncIterable<KpiEvent>;
  ledger(selection?: KpiSelection): AsyncIterable<LedgerRow>;
  close(): Promise<void>;
}

