/** Random people with a past: what they were sent and did, their lists, devices and consents; and questions about it. */
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../core/json';
import { CONSENT_STATES, PLATFORMS, toView, type Device, type Recipient } from '../../../core/recipient';
import type { Store } from '../../../core/store';
import type { DeviceEventType } from '../../../core/tracking';
import { NOW } from '../support';
import { attributes, bounds, numbers, simpleTests, texts } from './arbitrary';

const DAY = 86_400_000;
const LISTS = ['vip', 'beta', "it's"];
const CAMPAIGNS = ['spring', 'may'];
const OWN_EVENTS = ['ordered', 'visited'];

/** Instants that often lie on the edges of the windows below. */
const instants = fc.oneof(
  fc.constantFrom(0, 1, DAY - 1, DAY, DAY + 1, 7 * DAY, 7 * DAY + 1, 30 * DAY),
  fc.integer({ min: 0, max: 60 * DAY }),
).map((ago) => new Date(NOW.getTime() - ago).toISOString());

const amounts = fc.constantFrom(0, 0.1, 0.2, 0.3, 19.99, 40, 100, -5);
const money = fc.option(fc.record({ value: amounts, currency: fc.constantFrom('EUR', 'USD') }), { nil: undefined });

const deviceEvents = fc.record({
  type: fc.constantFrom<DeviceEventType>('received', 'opened', 'clicked', 'converted', 'unsubscribed'),
  at: instants,
  action: fc.option(fc.constantFrom('buy', 'later'), { nil: undefined }),
  money,
});
const deliveries = fc.record({
  campaign: fc.constantFrom(...CAMPAIGNS),
  arm: fc.constantFrom('A', 'B', null),
  accepted: fc.boolean(),
  at: instants,
  events: fc.array(deviceEvents, { maxLength: 4 }),
});
const activities = fc.record({ name: fc.constantFrom(...OWN_EVENTS), at: instants, money, properties: attributes });
const devices = fc.record({
  platform: fc.constantFrom(...PLATFORMS),
  gateway: fc.constantFrom('fcm', 'apns'),
  permission: fc.option(fc.constantFrom('granted', 'denied', 'unknown'), { nil: undefined }),
  lastSeenAt: fc.option(instants, { nil: undefined }),
  dead: fc.boolean(),
});

export const pasts = fc.record({
  attributes,
  timezone: fc.option(fc.constantFrom('Europe/Paris', 'Asia/Tokyo', 'America/New_York'), { nil: undefined }),
  consent: fc.dictionary(fc.constantFrom('marketing', 'news'), fc.constantFrom(...CONSENT_STATES)),
  deliveries: fc.array(deliveries, { maxLength: 4 }),
  activities: fc.array(activities, { maxLength: 4 }),
  devices: fc.array(devices, { maxLength: 3 }),
  lists: fc.subarray(LISTS),
  suppressed: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});
export type Past = typeof pasts extends fc.Arbitrary<infer T> ? T : never;

function recipientOf(id: string, past: Past): Recipient {
  return {
    id, attributes: past.attributes, consent: past.consent,
    devices: past.devices.map(({ dead: _, ...device }, index) => JSON.parse(JSON.stringify({ ...device, token: `${id}-${index}` })) as Device),
    ...(past.timezone !== undefined && { timezone: past.timezone }),
  };
}

/** The person with all that a condition may ask in the view itself. */
export function viewOf(id: string, past: Past): JsonObject {
  const recipient = recipientOf(id, past);
  const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
  const events = [
    ...past.deliveries.flatMap(({ accepted, at, events: own, campaign, arm }) => {
      const delivery = { campaign, arm, occurrence: 'once', category: 'marketing', gateway: 'fcm', platform: 'android' };
      return [
        ...(accepted ? [{ type: 'sent', at, ...delivery }] : []),
        ...own.map(({ money: paid, ...event }) => ({ ...event, ...delivery, ...(event.type === 'converted' && paid) })),
      ];
    }),
    ...past.activities.map(({ name, at, money: paid, properties }) => ({ ...properties, ...paid, type: name, at })),
  ];
  const unsubscribed = past.deliveries.some(({ events: own }) => own.some(({ type }) => type === 'unsubscribed'));
  const view = toView({
    ...recipient,
    consent: { ...recipient.consent, ...(unsubscribed && { marketing: 'opted-out' as const }) },
    devices: recipient.devices.filter((_, index) => past.devices[index]?.dead !== true),
  });
  return { ...view, push: { events: events.map(plain), lists: past.lists, suppressed: past.suppressed } };
}

/** Writes the people with their pasts into a store, by its own methods. */
export async function fill(store: Store, people: ReadonlyMap<string, Past>): Promise<void> {
  await store.upsertPeople([...people].map(([id, past]) => recipientOf(id, past)), NOW);
  const dead = [...people].flatMap(([id, past]) => past.devices.flatMap(({ dead: died, gateway, platform }, index) =>
    (died ? [{ token: `${id}-${index}`, gateway: gateway as Device['gateway'], platform, recipient: id, reason: 'UNREGISTERED', since: NOW.toISOString() }] : [])));
  await store.markDead(dead, NOW);
  for (const name of LISTS) {
    await store.saveList(name, { members: [...people].filter(([, { lists }]) => lists.includes(name)).map(([id]) => id) }, NOW);
  }
  for (const [id, past] of people) {
    if (past.suppressed) await store.suppress(id, 'asked', NOW);
    for (const [index, { campaign, arm, accepted, at, events }] of past.deliveries.entries()) {
      const delivery = `${id}/${index}`;
      await store.lease([{
        id: delivery, campaign, occurrence: 'once', recipient: id, arm, category: 'marketing', gateway: 'fcm', platform: 'android', device: 'd', key: String(index), counts: true, resendUnknown: false,
      }], { now: NOW, owner: 'o', leaseMs: 1000 });
      await store.settle([{ id: delivery, outcome: accepted ? 'accepted' : 'bad-payload', attempts: 1 }], { owner: 'o', now: new Date(at) });
      await store.recordEvents(events.map(({ type, at: when, action, money: paid }, key) => ({
        delivery, type, key: String(key), at: when, ...(action !== undefined && { action }), ...(type === 'converted' && paid),
      })), NOW);
    }
    await store.recordActivities(past.activities.map(({ name, at, money: paid, properties }, key) => ({
      recipient: id, name, key: String(key), at, properties: { ...properties, ...paid },
    })), NOW);
  }
}

const spans = fc.constantFrom('0s', '1d', '7d', '30d', '100w');
const moments = fc.constantFrom('now', '-1d', '-7d', '2026-05-25T12:00:00Z', '2026-05-01', '+1d');
const windows = fc.oneof(
  fc.constant<JsonObject>({}), spans.map((within): JsonObject => ({ within })), moments.map((after): JsonObject => ({ after })),
  fc.tuple(moments, moments).map(([after, before]): JsonObject => ({ after, before })), fc.tuple(spans, moments).map(([within, before]): JsonObject => ({ within, before })),
);
const counts: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.nat(3), fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$ne', '$eq'), fc.nat(3)).map(([name, n]): JsonValue => ({ [name]: n })),
  fc.tuple(fc.nat(2), fc.nat(3)).map(([a, b]): JsonValue => ({ $gte: a, $lt: b })), fc.array(fc.nat(3), { maxLength: 2 }).map((list): JsonValue => ({ $in: list })),
);
const sums: fc.Arbitrary<JsonValue> = fc.oneof(counts, amounts, bounds.filter(([, bound]) => typeof bound === 'number').map(([name, bound]): JsonValue => ({ [name]: bound })), numbers);
const wheres: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.tuple(fc.constantFrom('campaign', 'arm', 'action', 'currency', 'value', 'a', 'b', 'platform', 'tags', 'unknown'), fc.oneof(simpleTests, texts, fc.constantFrom('spring', 'A', null, 'buy')))
    .map(([field, test]): JsonObject => ({ [field]: test })),
  fc.constant<JsonObject>({ $or: [{ campaign: 'spring' }, { value: { $gte: 10 } }] }),
);
const events = fc.constantFrom('sent', 'received', 'opened', 'clicked', 'converted', 'unsubscribed', ...OWN_EVENTS);
const maybe = <T>(name: string, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> =>
  fc.option(arbitrary, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value as JsonValue }));
const join = (...parts: fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> => fc.tuple(...parts).map((list) => Object.assign({}, ...list) as JsonObject);
const selections = join(events.map((event): JsonObject => ({ event })), windows, maybe('where', wheres));

const under = (name: string, operand: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> => operand.map((value) => ({ [name]: value }));

/** Questions about a person's past, lists and reach, alone and joined. */
export const pastConditions: fc.Arbitrary<JsonObject> = fc.letrec<{ node: JsonObject }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    under('$performed', join(selections, maybe('count', counts))),
    under('$notPerformed', join(selections, maybe('count', counts))),
    under('$firstPerformed', selections),
    under('$lastPerformed', selections),
    under('$spent', join(sums.map((amount): JsonObject => ({ amount })), fc.constantFrom('EUR', 'USD').map((currency): JsonObject => ({ currency })), windows, maybe('event', events))),
    under('$campaign', join(fc.constantFrom('sent', 'received', 'opened', 'clicked', 'converted', 'ignored').map((result): JsonObject => ({ result })),
      maybe('campaign', fc.constantFrom(...CAMPAIGNS)), maybe('arm', fc.constantFrom('A', 'B')), windows)),
    under('$inList', fc.constantFrom(...LISTS)),
    under('$reachable', join(maybe('platform', fc.constantFrom(...PLATFORMS)), maybe('gateway', fc.constantFrom('fcm', 'apns')), maybe('permission', fc.constantFrom('granted', 'unknown')),
      maybe('seenWithin', spans), fc.oneof(fc.constant<JsonObject>({}), fc.record({ category: fc.constantFrom('marketing', 'news', 'other'), consent: fc.constantFrom('opted-in', 'not-opted-out') })))),
    under('$bucket', fc.record({ salt: fc.constantFrom('x', 'y'), range: fc.constantFrom<JsonValue>([0, 0.5], [0.5, 1]) })),
    fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('today', '+7d', '-1d')).map(([field, from]): JsonObject => ({ [field]: { $anniversary: { from } } })),
    fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('node'), { minLength: 1, maxLength: 3 })).map(([name, list]): JsonObject => ({ [name]: list })),
    tie('node').map((inner): JsonObject => ({ $not: inner })),
    fc.tuple(fc.constantFrom('a', 'b', 'tags'), simpleTests).map(([field, test]): JsonObject => ({ [field]: test })),
  ),
})).node;
