/** Both databases say the same of the same ledger, whatever runs do to it one after the other. */
import { join } from 'node:path';
import fc from 'fast-check';
import { NOBODY, openStore, type DeliveryIntent, type LeaseDecision, type Store } from '../../../core/store';
import { collect, NOW, temporaryFolder } from '../support';
import { freshStore, hasPostgres, postgres } from './databases';

const LEASE_MS = 60_000;
/** Mostly such that the person may be sent to again. */
const OUTCOMES = ['unavailable', 'unavailable', 'unavailable', 'dead-token', 'bad-payload', 'unknown', 'accepted'] as const;

/** One message to one of the devices of a person, or to nobody; mostly the same one, so that runs meet. */
const message = fc.record({
  campaign: fc.constantFrom('sale', 'sale', 'news'), occurrence: fc.constantFrom('once', 'once', 'once', 'twice'),
  recipient: fc.constantFrom('anna', 'anna', 'anna', '{"\\u00e9":"e\u0301"}', NOBODY), key: fc.constantFrom('', '', '', 'order-1'), device: fc.constantFrom('phone', 'tablet', 'watch'),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;
/** The messages that the steps are about. */
const pool = fc.array(message, { minLength: 1, maxLength: 4 });
const owner = fc.constantFrom('run-1', 'run-1', 'run-2');
/** Some of them by their positions; where they are leased, some leave at once. */
const some = fc.array(fc.record({ position: fc.nat(3), leaves: fc.boolean() }), { minLength: 1, maxLength: 4 });
type Some = typeof some extends fc.Arbitrary<infer T> ? T : never;
const HOUR = 3_600_000;
/** What holds for a message that is leased: mostly nothing, or it looks at what the person got before. */
const limits = fc.constantFrom<Pick<DeliveryIntent, 'caps' | 'gap'>>(
  {}, {}, {}, {}, {}, {}, { caps: [{ most: 1, ms: HOUR }] }, { caps: [{ most: 2, ms: 24 * HOUR, category: 'sale' }] }, { gap: { ms: 50, then: 'hold' } }, { gap: { ms: HOUR, then: 'skip' } },
);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ act: fc.constant('lease' as const), owner, some, limits, resendUnknown: fc.boolean(), counts: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constant('settle' as const), owner, some, outcome: fc.constantFrom(...OUTCOMES), people: fc.constantFrom(undefined, 'sent', 'failed') }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant('depart' as const), owner, some }) },
  // Long before the end of the lease, or long after.
  { weight: 3, arbitrary: fc.record({ act: fc.constant('postpone' as const), owner, some, ms: fc.constantFrom(5000, 7_200_000) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('renew' as const), owner, some }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('record' as const), some, outcome: fc.constantFrom('sent', 'failed', 'suppressed'), reason: fc.constantFrom(undefined, 'no-consent') }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('read' as const), some }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('runs' as const), some }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('event' as const), some, type: fc.constantFrom('opened', 'unsubscribed'), key: fc.constantFrom('1', '2') }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('hold' as const), some, ms: fc.constantFrom(20, 7_200_000) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('release' as const), some }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('move' as const), some, to: fc.constantFrom('paused', 'cancelled', 'waiting') }) },
  // All runs are gone: their leases ended.
  { weight: 3, arbitrary: fc.record({ act: fc.constant('wait' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Until when another run holds it differs: SQLite keeps one lease a run, PostgreSQL one a delivery. */
const decided = (decision: LeaseDecision) => (typeof decision === 'string' || decision.waitsFor !== 'in-flight' ? decision : decision.waitsFor);
const sorted = <T>(list: readonly T[]): T[] => list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What a store answers to the steps, which its connections take in turn. Names bear the number of the try, so that tries share a store and no row. */
async function answers(connections: readonly Store[], messages: readonly Message[], steps: readonly Step[], number: number): Promise<unknown[]> {
  let clock = NOW.getTime();
  let waits = 0;
  const intents = (list: Some, more: Partial<DeliveryIntent> = {}): DeliveryIntent[] => list.map(({ position, leaves }) => {
    const { campaign, occurrence, recipient, key, device } = messages[position % messages.length] as Message;
    return {
      id: `the id of ${number} ${JSON.stringify([campaign, occurrence, recipient, key, device])}`,
      campaign: `${number} ${campaign}`, occurrence, recipient: recipient === NOBODY ? NOBODY : `${number} ${recipient}`, key, arm: null, category: campaign,
      counts: true, resendUnknown: false, leaves, gateway: device === 'watch' ? 'apns' : 'fcm', platform: device === 'watch' ? 'ios' : 'android', device, ...more,
    };
  });
  const ids = (list: Some) => intents(list).map(({ id }) => id);
  const said: unknown[] = [];
  for (const [position, one] of steps.entries()) {
    const store = connections[position % connections.length] as Store;
    const now = new Date((clock += 10));
    const options = (name: string) => ({ owner: `${number} ${name} ${waits}`, leaseMs: LEASE_MS, now });
    switch (one.act) {
      case 'lease': {
        const { limits, resendUnknown, counts } = one;
        said.push((await store.lease(intents(one.some, { ...limits, resendUnknown, counts }), options(one.owner))).map(decided));
        break;
      }
      case 'settle':
        await store.settle(ids(one.some).map((id) => ({ id, outcome: one.outcome, attempts: 1, gatewayId: 'g' })), options(one.owner),
          one.people && intents(one.some).map(({ campaign, occurrence, recipient }) => ({ campaign, occurrence, recipient, arm: null, outcome: one.people as 'sent' })));
        break;
      case 'depart':
        said.push(sorted([...(await store.depart(ids(one.some), options(one.owner)))]));
        break;
      case 'postpone':
        await store.postpone(ids(one.some).map((id) => ({ id, notBefore: new Date(clock + one.ms), code: 'later' })), options(one.owner).owner);
        break;
      case 'renew':
        await store.renew(ids(one.some), options(one.owner));
        break;
      case 'record':
        await store.recordParticipations(intents(one.some).map(({ campaign, occurrence, recipient, arm }) =>
          ({ campaign, occurrence, recipient, arm, outcome: one.outcome as 'sent', ...(one.reason !== undefined && { reason: one.reason }) })), now);
        break;
      case 'read':
        said.push(await store.held(intents(one.some)), await store.reached(intents(one.some)), await store.counted(intents(one.some)));
        said.push((await store.contacts(intents(one.some), NOW)).map((list) => sorted(list)));
        for (const campaign of ['sale', 'news']) {
          said.push(await collect(store.dueHeld(`${number} ${campaign}`, now)), await store.nextDue(`${number} ${campaign}`));
          said.push(sorted(await collect(store.ledger({ campaign: `${number} ${campaign}` }))), sorted(await collect(store.kpiEvents({ campaign: `${number} ${campaign}`, occurrence: 'once' }))));
        }
        break;
      case 'runs':
        for (const { campaign, occurrence } of intents(one.some)) {
          await store.beginRun(campaign, occurrence, now);
          said.push(await store.runs({ campaign, occurrence }));
          await store.endRun(campaign, occurrence, now);
          said.push(await store.countReached(campaign, occurrence), (await store.runs({ campaign }))[0]?.state);
        }
        break;
      case 'event':
        said.push(await store.recordEvents(ids(one.some).map((delivery) => ({ delivery, type: one.type as 'opened', key: one.key, at: now.toISOString() })), now));
        break;
      case 'hold':
        await store.hold(intents(one.some).map(({ campaign, occurrence, recipient, key }) => ({
          campaign, occurrence, recipient, key, until: new Date(clock + one.ms).toISOString(), since: now.toISOString(), reason: 'r', fromReference: false, item: { key },
        })));
        break;
      case 'release':
        await store.release(intents(one.some));
        break;
      case 'move':
        for (const { campaign, occurrence } of intents(one.some)) said.push(await store.moveRuns({ campaign, occurrence }, ['running', 'waiting', 'finished'], one.to as 'paused', now));
        break;
      case 'wait':
        clock += 2 * LEASE_MS;
        // Others from now on: in SQLite a run that says something after all holds again what it held.
        waits++;
    }
  }
  return said;
}

(hasPostgres ? describe : describe.skip)('the ledger in SQLite and in PostgreSQL', () => {
  it('answer alike to runs that lease, hand over, lose and settle the same messages', async () => {
    const { store: remote, end } = await freshStore(postgres);
    using folder = temporaryFolder();
    // Two connections to one file take turns, as two processes do: neither knows what the other keeps in memory.
    const local = [await openStore({ sqlite: join(folder.path, 'push.db') }), await openStore({ sqlite: join(folder.path, 'push.db') })];
    let number = 0;
    try {
      await fc.assert(fc.asyncProperty(pool, fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), async (messages, steps) => {
        number++;
        expect(await answers(local, messages, steps, number)).toEqual(await answers([remote], messages, steps, number));
      }), { numRuns: 100 });
    } finally {
      for (const store of local) await store.close();
      await end();
    }
  }, 60_000);
});
