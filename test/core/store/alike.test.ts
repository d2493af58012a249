/** Both databases say the same of the same ledger, whatever runs do to it one after the other. */
import fc from 'fast-check';
import { NOBODY, openStore, type DeliveryIntent, type LeaseDecision, type Store } from '../../../core/store';
import { collect, NOW } from '../support';
import { freshStore, hasPostgres, postgres } from './databases';

const LEASE_MS = 60_000;
const OUTCOMES = ['accepted', 'unknown', 'unavailable', 'dead-token', 'bad-payload'] as const;

/** One message to one of the devices of a person, or to nobody. */
const message = fc.record({
  campaign: fc.constantFrom('sale', 'news'), occurrence: fc.constantFrom('once', 'twice'),
  recipient: fc.constantFrom('anna', "ben's", NOBODY), key: fc.constantFrom('', '', 'order-1'), device: fc.constantFrom('phone', 'tablet'),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;
const owner = fc.constantFrom('run-1', 'run-2', 'run-3');
const some = fc.array(message, { minLength: 1, maxLength: 5 });

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('lease' as const), owner, some, leaves: fc.boolean(), resendUnknown: fc.boolean(), counts: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('settle' as const), owner, some, outcome: fc.constantFrom(...OUTCOMES) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('depart' as const), owner, some }) },
  // Long before the end of the lease, or long after.
  { weight: 1, arbitrary: fc.record({ act: fc.constant('postpone' as const), owner, some, ms: fc.constantFrom(5000, 7_200_000) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('renew' as const), owner, some }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('record' as const), some, outcome: fc.constantFrom('sent', 'failed', 'suppressed'), reason: fc.constantFrom(undefined, 'no-consent') }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('runs' as const), some }) },
  // All runs are gone: their leases ended.
  { weight: 1, arbitrary: fc.record({ act: fc.constant('wait' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Until when another run holds it differs: SQLite keeps one lease a run, PostgreSQL one a delivery. */
const decided = (decision: LeaseDecision) => (typeof decision === 'string' || decision.waitsFor !== 'in-flight' ? decision : decision.waitsFor);
const sorted = <T>(list: readonly T[]): T[] => list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What a store answers to the steps. Names bear the number of the try, so that tries share a store and no row. */
async function answers(store: Store, steps: readonly Step[], number: number): Promise<unknown[]> {
  let clock = NOW.getTime();
  let waits = 0;
  const intents = (list: readonly Message[], more: Partial<DeliveryIntent> = {}): DeliveryIntent[] => list.map(({ campaign, occurrence, recipient, key, device }) => ({
    id: `the id of ${number} ${JSON.stringify([campaign, occurrence, recipient, key, device])}`,
    campaign: `${number} ${campaign}`, occurrence, recipient: recipient === NOBODY ? NOBODY : `${number} ${recipient}`, key, arm: null, category: campaign,
    counts: true, resendUnknown: false, gateway: 'fcm', platform: 'android', device, ...more,
  }));
  const ids = (list: readonly Message[]) => intents(list).map(({ id }) => id);
  const said: unknown[] = [];
  for (const one of steps) {
    const now = new Date((clock += 10));
    const options = (name: string) => ({ owner: `${number} ${name} ${waits}`, leaseMs: LEASE_MS, now });
    switch (one.act) {
      case 'lease': {
        const { leaves, resendUnknown, counts } = one;
        said.push((await store.lease(intents(one.some, { leaves, resendUnknown, counts }), options(one.owner))).map(decided));
        break;
      }
      case 'settle':
        await store.settle(ids(one.some).map((id) => ({ id, outcome: one.outcome, attempts: 1, gatewayId: 'g' })), options(one.owner));
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
      case 'runs':
        for (const { campaign, occurrence } of intents(one.some)) {
          await store.beginRun(campaign, occurrence, now);
          said.push(await store.runs({ campaign, occurrence }));
          await store.endRun(campaign, occurrence, now);
          said.push(await store.countReached(campaign, occurrence), (await store.runs({ campaign }))[0]?.state);
        }
        break;
      case 'wait':
        clock += 2 * LEASE_MS;
        // Others from now on: in SQLite a run that says something after all holds again what it held.
        waits++;
    }
    if ('some' in one) {
      said.push(await store.reached(intents(one.some)), (await store.contacts(intents(one.some), NOW)).map((list) => sorted(list)));
      for (const campaign of ['sale', 'news']) said.push(sorted(await collect(store.ledger({ campaign: `${number} ${campaign}` }))), sorted(await collect(store.kpiEvents({ campaign: `${number} ${campaign}`, occurrence: 'once' }))));
    }
  }
  return said;
}

(hasPostgres ? describe : describe.skip)('the ledger in SQLite and in PostgreSQL', () => {
  it('answer alike to runs that lease, hand over, lose and settle the same messages', async () => {
    const { store: remote, end } = await freshStore(postgres);
    const local = await openStore({ sqlite: ':memory:' });
    let number = 0;
    try {
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        number++;
        expect(await answers(local, steps, number)).toEqual(await answers(remote, steps, number));
      }), { numRuns: 60 });
    } finally {
      await local.close();
      await end();
    }
  }, 60_000);
});
