/** Rows of either database as what they mean. Columns have the same names and forms in both: instants and JSON as text. */
import type { Outcome } from '../delivery/gateway';
import type { JsonObject } from '../json';
import type { KpiEvent, KpiEventType } from '../kpi/event';
import type { ConsentState, Device, GatewayType, Platform, Recipient } from '../recipient';
import type { PersonEvent } from '../segment';
import type { DeviceEvent } from '../tracking/events';
import type { LeasedRow } from './lease-rule';
import { NOBODY, type BroadcastCount, type DeviceCount, type HeldMessage, type LedgerRow, type RecordedEvent, type RunReport, type RunRow, type RunState, type SavedList } from './store';

export type Row = Record<string, string | number | null>;

/** A page of people with their devices and consents, in the order of `people`. */
export function toPeople(people: readonly Row[], devices: readonly Row[], consents: readonly Row[]): Recipient[] {
  const devicesOf = Map.groupBy(devices, (row) => row['recipient']);
  const consentsOf = Map.groupBy(consents, (row) => row['recipient']);
  return people.map((row): Recipient => {
    const consent = consentsOf.get(row['id'] ?? null);
    return {
      id: String(row['id']),
      ...(row['locale'] !== null && { locale: String(row['locale']) }),
      ...(row['timezone'] !== null && { timezone: String(row['timezone']) }),
      attributes: JSON.parse(String(row['attributes'])) as JsonObject,
      ...(consent !== undefined && { consent: { ...toConsents(consent) } }),
      devices: (devicesOf.get(row['id'] ?? null) ?? []).map(toDevice),
    };
  });
}

/** By category. Has no prototype: a category may have any name, and nobody agreed to `constructor`. */
export function toConsents(rows: readonly Row[]): Record<string, ConsentState> {
  const consents = Object.create(null) as Record<string, ConsentState>;
  for (const row of rows) consents[String(row['category'])] = row['state'] as ConsentState;
  return consents;
}

function toDevice(row: Row): Device {
  return {
    token: String(row['token']),
    gateway: row['gateway'] as GatewayType,
    platform: row['platform'] as Platform,
    ...(row['environment'] !== null && { environment: row['environment'] as Device['environment'] }),
    ...(row['app_version'] !== null && { appVersion: String(row['app_version']) }),
    ...(row['permission'] !== null && { permission: row['permission'] as Device['permission'] }),
    ...(row['last_seen_at'] !== null && { lastSeenAt: String(row['last_seen_at']) }),
  } as Device;
}

/** @param row a delivery with the name of its owner, and `has_left` as 1 or 0 */
export function toLeasedRow(row: Row): LeasedRow {
  return {
    id: String(row['id']),
    campaign: String(row['campaign']),
    occurrence: String(row['occurrence']),
    recipient: String(row['recipient']),
    key: String(row['message_key']),
    outcome: row['outcome'] as Outcome | null,
    owner: String(row['owner']),
    leasedUntil: String(row['leased_until']),
    hasLeft: row['has_left'] === 1,
    notBefore: row['not_before'] as string | null,
  };
}

export function toLedgerRow(row: Row): LedgerRow {
  return {
    id: String(row['id']),
    ...common(row),
    gateway: row['gateway'] as GatewayType,
    device: String(row['device']),
    ...(row['outcome'] !== null && { outcome: row['outcome'] as Outcome }),
    ...(row['code'] !== null && { code: String(row['code']) }),
    ...(row['gateway_id'] !== null && { gatewayId: String(row['gateway_id']) }),
    ...(row['unique_id'] !== null && { uniqueId: String(row['unique_id']) }),
    attempts: Number(row['attempts']),
  };
}

export function toRecordedEvent(event: DeviceEvent, delivery: Row): RecordedEvent {
  return { ...event, ...common(delivery), category: String(delivery['category']), platform: delivery['platform'] as Platform };
}

/** The facts of a participation: somebody was looked at, and perhaps sent nothing. */
export function* participationFacts(row: Row): Generator<KpiEvent> {
  const fact = { ...common(row), at: String(row['at']) };
  yield { ...fact, type: 'assigned' };
  if (row['outcome'] === 'suppressed') yield { ...fact, type: 'suppressed', reason: String(row['reason']) };
}

/** The facts of a page of deliveries and of the events that belong to them. */
export function* pageFacts(deliveries: readonly Row[], events: readonly Row[]): Generator<KpiEvent> {
  for (const delivery of deliveries) if (delivery['recipient'] !== NOBODY) yield* deliveryFacts(delivery);
  const byId = new Map(deliveries.map((row) => [row['id'], row]));
  for (const event of events) {
    const delivery = byId.get(event['delivery'] ?? null);
    if (delivery !== undefined) yield eventFact(event, delivery);
  }
}

/** The fact of a delivery; none while it is in the air. */
function* deliveryFacts(row: Row): Generator<KpiEvent> {
  if (row['outcome'] === null) return;
  yield {
    ...common(row),
    ...deliveryFields(row),
    type: row['outcome'] === 'accepted' ? 'accepted' : 'failed',
    ...(row['outcome'] !== 'accepted' && { reason: String(row['outcome']) }),
    at: String(row['settled_at']),
  };
}

function eventFact(row: Row, delivery: Row): KpiEvent {
  return {
    ...common(delivery),
    ...deliveryFields(delivery),
    type: row['type'] as KpiEventType,
    id: String(row['key']),
    at: String(row['at']),
    ...(row['action'] !== null && { action: String(row['action']) }),
    ...(row['value'] !== null && { value: Number(row['value']) }),
    ...(row['currency'] !== null && { currency: String(row['currency']) }),
  };
}

/** Events by person, with what the user's own hold beside. */
export function toPersonEvents(rows: readonly Row[]): Map<string, PersonEvent[]> {
  const events = new Map<string, PersonEvent[]>();
  for (const { recipient, properties, ...columns } of rows) {
    const own = properties === undefined ? {} : (JSON.parse(String(properties)) as JsonObject);
    const list = events.get(String(recipient)) ?? [];
    list.push({ ...own, ...columns } as unknown as PersonEvent);
    events.set(String(recipient), list);
  }
  return events;
}

/** @param row a list with the count `members` */
export function toList(row: Row): SavedList {
  return {
    name: String(row['name']),
    ...(row['condition'] !== null && { condition: JSON.parse(String(row['condition'])) as JsonObject }),
    members: Number(row['members']),
    updatedAt: String(row['updated_at']),
  };
}

export function toDeviceCount(row: Row): DeviceCount {
  return {
    gateway: row['gateway'] as GatewayType,
    platform: row['platform'] as Platform,
    ...(row['dead_reason'] !== null && { deadReason: String(row['dead_reason']) }),
    unseenDays: Number(row['unseen_days']),
    devices: Number(row['devices']),
  };
}

export function toHeld(row: Row): HeldMessage {
  return {
    campaign: String(row['campaign']),
    occurrence: String(row['occurrence']),
    recipient: String(row['recipient']),
    key: String(row['message_key']),
    ...toWaiting(row),
    fromReference: row['from_reference'] === 1,
    item: JSON.parse(String(row['item'])) as JsonObject,
  };
}

export function toWaiting(row: Row): Pick<HeldMessage, 'until' | 'since' | 'reason'> {
  return { until: String(row['until']), since: String(row['since']), reason: String(row['reason']) };
}

export function toRun(row: Row): RunRow {
  return {
    campaign: String(row['campaign']),
    occurrence: String(row['occurrence']),
    state: row['state'] as RunState,
    startedAt: String(row['started_at']),
    updatedAt: String(row['updated_at']),
  };
}

/** @param row a run with `outcomes`, JSON of `[outcome, reason, count]`, the count `held`, and `broadcasts`, JSON of `[outcome, count]` */
export function toRunReport(row: Row): RunReport {
  const totals = { sent: 0, failed: 0, suppressed: 0 };
  const failures: Record<string, number> = {};
  for (const [outcome, reason, count] of JSON.parse(String(row['outcomes'] ?? '[]')) as [keyof typeof totals, string | null, number][]) {
    totals[outcome] += count;
    if (outcome === 'failed' && reason !== null) failures[reason] = count;
  }
  const held = Number(row['held']);
  return { ...toRun(row), people: totals.sent + totals.failed + totals.suppressed + held, ...totals, held, failures, broadcasts: toBroadcastCount(row['broadcasts']) };
}

function toBroadcastCount(json: Row[string] | undefined): BroadcastCount {
  const counts: BroadcastCount = { sent: 0, failed: 0, underway: 0 };
  for (const [outcome, count] of JSON.parse(String(json ?? '[]')) as [Outcome | null, number][]) {
    counts[outcome === null ? 'underway' : outcome === 'accepted' ? 'sent' : 'failed'] += count;
  }
  return counts;
}

function common(row: Row): { campaign: string; occurrence: string; arm: string | null; recipient: string } {
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
