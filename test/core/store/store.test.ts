import fs, { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { explainAudience, removeDeadDevices, reportDevices } from '../../../core/campaign';
import { PLATFORMS, type Platform } from '../../../core/recipient';
import { conditionToSql } from '../../../core/segment';
import { checkStore, NOBODY, openStore, type DeliveryIntent, type HeldMessage, type Store } from '../../../core/store';
import { Database } from '../../../core/store/sqlite/database';
import { pageQuery } from '../../../core/store/sqlite/ledger';
import { MIGRATIONS } from '../../../core/store/sqlite/migrations';
import { collect, NOW, person, temporaryFolder } from '../support';
import { consentsOf, DATABASES, EARLIER_CONSENTS, EARLIER_PEOPLE, EARLIER_REACH, freshStore, NOW_CONSENTS } from './databases';

// The real PostgreSQL answers as fast as the machine lets it.
jest.setTimeout(30_000);

const LATER = new Date(NOW.getTime() + 3_600_000);
/** What another run is told while the first one holds a person. */
const IN_FLIGHT = { waitsFor: 'in-flight', until: NOW.getTime() + 60_000 };
const LEASE = { now: NOW, owner: 'run-1', leaseMs: 60_000 };

function intent(id: string, more: Partial<DeliveryIntent> = {}): DeliveryIntent {
  return {
    id, campaign: 'sale', occurrence: 'once', recipient: `p-${id}`, key: '', arm: 'A', category: 'marketing', counts: true, resendUnknown: false,
    gateway: 'fcm', platform: 'android', device: 'fingerprint', ...more,
  };
}

/** A database as another program, or another version of ours, leaves it. */
function rawDatabase(path: string, sql: string): void {
  const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
  const raw = new DatabaseSync(path);
  raw.exec(sql);
  raw.close();
}

/** SQLite's own handle of an open store, for faults that cannot be made from outside. */
const opened = (delivery: string) => ({ delivery, type: 'opened', key: '1', at: NOW.toISOString() }) as const;

function databaseOf(store: Store): DatabaseSync {
  return (store as unknown as { db: { db: DatabaseSync } }).db.db;
}

describe.each(DATABASES.map((database) => [database.name, database] as const))('the store in %s', (_, database) => {
  let store: Store;
  let end: () => Promise<void>;
  beforeEach(async () => {
    ({ store, end } = await freshStore(database));
  });
  afterEach(() => end());
  /** What somebody does with a tool of the database. */
  const byHand = async (sql: string) => (store as unknown as { db: { run(sql: string): unknown } }).db.run(sql);

  describe('keeps people', () => {
    it('gives back what was put in', async () => {
      const anna = person('anna', {
        locale: 'fr-FR', timezone: 'Europe/Paris', attributes: { city: 'Lyon', tags: ['a', { b: 1 }] }, consent: { marketing: 'opted-in' },
        devices: [{ token: 't1', gateway: 'apns', platform: 'ios', environment: 'production', permission: 'granted', lastSeenAt: '2026-05-01T00:00:00.000Z' }],
      });
      expect(await store.upsertPeople([anna], NOW)).toEqual({ created: 1, updated: 0, moved: 0 });
      expect(await store.getPerson('anna')).toEqual(anna);
    });

    it('merges what is new into what is known, and keeps devices and fields that were not given again', async () => {
      await store.upsertPeople([person('anna', { locale: 'fr', attributes: { city: 'Lyon', plan: 'free' } })], NOW);
      await store.upsertPeople([person('anna', { attributes: { plan: 'pro' }, devices: [{ token: 'second', gateway: 'apns', platform: 'ios' }] })], NOW);
      const anna = await store.getPerson('anna');
      expect(anna).toMatchObject({ locale: 'fr', attributes: { city: 'Lyon', plan: 'pro' } });
      expect(anna?.devices.map(({ token }) => token)).toEqual(['second', 'token-anna']);
    });

    it('moves a token to its newest owner', async () => {
      const phone = { token: 'phone', gateway: 'fcm', platform: 'android' } as const;
      await store.upsertPeople([person('anna', { devices: [phone] })], NOW);
      expect(await store.upsertPeople([person('ben', { devices: [phone] })], LATER)).toMatchObject({ moved: 1 });
      expect((await store.getPerson('anna'))?.devices).toEqual([]);
      expect((await store.getPerson('ben'))?.devices).toEqual([phone]);
    });

    it('streams them in the order of their ids across pages, each once', async () => {
      const ids = Array.from({ length: 25 }, (_, index) => `p${String(index).padStart(2, '0')}`);
      await store.upsertPeople(ids.toReversed().map((id) => person(id)), NOW);
      const streamed = await collect(store.people({ pageSize: 4 }));
      expect(streamed.map(({ id }) => id)).toEqual(ids);
      expect(await store.countPeople()).toBe(25);
    });

    it('filters in the database', async () => {
      await store.upsertPeople([person('a', { attributes: { n: 1 } }), person('b', { attributes: { n: 2 } })], NOW);
      const filter = conditionToSql({ n: { $gt: 1 } }, store.dialect);
      expect((await collect(store.people({ filter }))).map(({ id }) => id)).toEqual(['b']);
      expect(await store.countPeople(filter)).toBe(1);
    });
  });

  describe('keeps what people agreed to', () => {
    it('consent, newest word last, also of people not imported yet', async () => {
      expect(await store.setConsent('anna', 'marketing', 'opted-out', NOW)).toBe(false);
      await store.upsertPeople([person('anna')], NOW);
      expect(await store.setConsent('anna', 'news', 'opted-in', NOW)).toBe(true);
      expect((await store.getPerson('anna'))?.consent).toEqual({ marketing: 'opted-out', news: 'opted-in' });
    });

    it('a no that an imported list cannot turn into a yes', async () => {
      await store.upsertPeople([person('anna', { consent: { marketing: 'opted-in' } })], NOW);
      await store.setConsent('anna', 'marketing', 'opted-out', NOW);
      await store.upsertPeople([person('anna', { consent: { marketing: 'opted-in', news: 'subscribed' } })], LATER);
      expect((await store.getPerson('anna'))?.consent).toEqual({ marketing: 'opted-out', news: 'subscribed' });
    });

    it('suppressions, with their reason', async () => {
      await store.suppress('anna', 'asked by letter', NOW);
      expect((await store.standing(['anna', 'ben'], [])).suppressed).toEqual(new Map([['anna', 'asked by letter']]));
      expect(await store.unsuppress('anna')).toBe(true);
      expect(await store.unsuppress('anna')).toBe(false);
    });

    it('dead devices, until they are seen again', async () => {
      const phone = { token: 'phone', gateway: 'apns', platform: 'ios' } as const;
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2026-05-01T00:00:00.000Z' }] })], NOW);
      await store.markDead([{ ...phone, recipient: 'anna', reason: 'Unregistered', since: '2026-05-20T00:00:00.000Z' }], NOW);
      const dead = async () => (await store.standing([], ['phone'])).dead;
      expect(await dead()).toEqual(new Map([['phone', 'Unregistered']]));
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2026-05-01T00:00:00.000Z' }] })], LATER);
      expect((await dead()).size).toBe(1);
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2026-05-30T00:00:00.000Z' }] })], LATER);
      expect((await dead()).size).toBe(0);
    });

    it('takes no device for one seen in the future, which could never be declared dead', async () => {
      const phone = { token: 'phone', gateway: 'fcm', platform: 'android' } as const;
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2999-01-01T00:00:00.000Z' }] })], NOW);
      await store.markDead([{ ...phone, recipient: 'anna', reason: 'UNREGISTERED' }], LATER);
      expect((await store.standing([], ['phone'])).dead.size).toBe(1);
    });

    it('does not call a device dead that was seen after the gateway lost it', async () => {
      const phone = { token: 'phone', gateway: 'apns', platform: 'ios' } as const;
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2026-05-30T00:00:00.000Z' }] })], NOW);
      await store.markDead([{ ...phone, recipient: 'anna', reason: 'Unregistered', since: '2026-05-20T00:00:00.000Z' }], NOW);
      expect((await store.standing([], ['phone'])).dead.size).toBe(0);
    });
  });

  it('knows a secret, the same whenever it is asked, and another of each name and store', async () => {
    const [first, again, other] = await Promise.all(['a', 'a', 'b'].map((name) => store.secret(name)));
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const place = database.place();
    const elsewhere = await openStore(place);
    expect(await elsewhere.secret('a')).not.toBe(first);
    await elsewhere.close();
    await database.drop(place);
  });

  describe('keeps the ledger', () => {
    it('lets a delivery go once', async () => {
      expect(await store.lease([intent('a'), intent('b')], LEASE)).toEqual(['go', 'go']);
      await store.settle([{ id: 'a', outcome: 'accepted', gatewayId: 'x', uniqueId: 'y', attempts: 1 }], { owner: 'run-1', now: NOW });
      expect(await store.lease([intent('a'), intent('c')], { ...LEASE, owner: 'run-2' })).toEqual(['already-sent', 'go']);
      expect(await store.reached([intent('a'), intent('b')])).toEqual([true, false]);
      expect((await collect(store.ledger())).find(({ id }) => id === 'a')).toMatchObject({ gatewayId: 'x', uniqueId: 'y' });
    });

    it('tells a delivery that came twice in one run from one that another run holds', async () => {
      await store.lease([intent('a')], LEASE);
      expect(await store.lease([intent('a')], LEASE)).toEqual(['duplicate']);
      expect(await store.lease([intent('a')], { ...LEASE, owner: 'run-2' })).toEqual([IN_FLIGHT]);
    });

    it('sends again what a killed run held and had not handed over yet', async () => {
      await store.lease([intent('a'), intent('b')], LEASE);
      expect(await store.depart(['b', 'stranger'], LEASE)).toEqual(new Set(['b']));
      const next = { ...LEASE, owner: 'run-2' };
      expect(await store.lease([intent('a'), intent('b')], next)).toEqual([IN_FLIGHT, IN_FLIGHT]);
      expect(await store.lease([intent('a'), intent('b')], { ...next, now: LATER })).toEqual(['go', 'unknown-before']);
      // The first run lives after all: it may not send what another took over.
      expect(await store.depart(['a'], { ...LEASE, now: LATER })).toEqual(new Set());
    });

    it('takes what was leased as leaving for handed over', async () => {
      const leaving = [intent('a', { leaves: true }), intent('b'), intent('c', { leaves: true })];
      await store.lease(leaving, LEASE);
      await store.settle([{ id: 'c', outcome: 'unavailable', attempts: 1 }], LEASE);
      const next = { ...LEASE, owner: 'run-2' };
      expect(await store.lease(leaving.map(({ id }) => intent(id)), next)).toEqual([IN_FLIGHT, IN_FLIGHT, 'go']);
      // Leased anew without that word, it has not left any more.
      expect(await store.lease(leaving, { ...next, owner: 'run-3', now: LATER })).toEqual(['unknown-before', 'go', 'go']);
      expect(await store.lease(leaving, { ...next, owner: 'run-4', now: new Date(LATER.getTime() + 60_001) })).toEqual(['unknown-before', 'go', 'unknown-before']);
    });

    it('gives a delivery that waited long for its gateway the whole time once it leaves', async () => {
      await store.lease([intent('a')], LEASE);
      await store.depart(['a'], { ...LEASE, now: LATER });
      expect(await store.lease([intent('a')], { ...LEASE, now: LATER, owner: 'run-2' })).toEqual([{ waitsFor: 'in-flight', until: LATER.getTime() + 60_000 }]);
    });

    it('calls what a killed run left behind unknown, and sends it again only where the rule says so', async () => {
      await store.lease([intent('a'), intent('b')], LEASE);
      await store.depart(['a', 'b'], LEASE);
      const afterwards = { ...LEASE, now: LATER, owner: 'run-2' };
      expect(await store.lease([intent('a')], afterwards)).toEqual(['unknown-before']);
      expect(await store.lease([intent('b', { resendUnknown: true })], afterwards)).toEqual(['go']);
      const [a] = await collect(store.ledger({ campaign: 'sale' }));
      expect(a).toMatchObject({ id: 'a', outcome: 'unknown', code: 'run-ended' });
    });

    it('keeps in doubt what may have arrived, though leased again and then refused, put off or lost before it left; until it is accepted', async () => {
      const ids = ['left', 'unknown', 'waited'];
      const [skip, again] = [ids.map((id) => intent(id)), ids.map((id) => intent(id, { resendUnknown: true }))];
      const run = (number: number) => ({ ...LEASE, owner: `run-${number}`, now: new Date(NOW.getTime() + number * 61_000) });
      const doubted = ['unknown-before', 'unknown-before', 'go'];
      await store.lease(ids.map((id) => intent(id, { leaves: id !== 'waited' })), run(1));
      await store.settle([{ id: 'unknown', outcome: 'unknown', code: 'timeout', attempts: 1 }], run(1));
      // Stopped before anything left.
      expect(await store.lease(again, run(2))).toEqual(['go', 'go', 'go']);
      await store.settle(ids.map((id) => ({ id, outcome: 'unavailable', code: 'cancelled', attempts: 0 })), run(2));
      expect((await collect(store.ledger())).map(({ id, outcome, code }) => [id, outcome, code]).toSorted())
        .toEqual([['left', 'unknown', 'cancelled'], ['unknown', 'unknown', 'cancelled'], ['waited', 'unavailable', 'cancelled']]);
      expect(await store.lease(skip, run(3))).toEqual(doubted);
      // Put off, and then its run is gone.
      expect(await store.lease(again, run(4))).toEqual(['go', 'go', 'go']);
      await store.postpone(ids.map((id) => ({ id, notBefore: run(4).now, code: 'UNAVAILABLE' })), 'run-4');
      expect(await store.lease(skip, run(6))).toEqual(doubted);
      // Gone before it left, twice.
      await store.lease(again, run(8));
      await store.lease(again, run(10));
      expect(await store.lease(skip, run(12))).toEqual(doubted);
      await store.lease(again, run(14));
      await store.settle([{ id: 'left', outcome: 'accepted', attempts: 1 }], run(14));
      expect(await store.lease(skip, run(16))).toEqual(['already-sent', 'unknown-before', 'go']);
    });

    it('keeps in doubt what a slow run says late of a message that another gave up meanwhile', async () => {
      const run = (number: number) => ({ ...LEASE, owner: `run-${number}`, now: new Date(NOW.getTime() + number * 61_000) });
      await store.lease([intent('a', { leaves: true })], run(1));
      await store.lease([intent('a', { resendUnknown: true })], run(2));
      expect(await store.lease([intent('a')], run(4))).toEqual(['unknown-before']);
      await store.settle([{ id: 'a', outcome: 'bad-payload', attempts: 1 }], run(2));
      expect(await store.lease([intent('a')], run(6))).toEqual(['unknown-before']);
    });

    it.each(['bad-credentials', 'bad-payload', 'wrong-environment', 'throttled', 'unavailable'] as const)(
      'lets go again what certainly did not arrive: %s', async (outcome) => {
        await store.lease([intent('a')], LEASE);
        await store.settle([{ id: 'a', outcome, attempts: 2 }], { owner: 'run-1', now: NOW });
        expect(await store.lease([intent('a')], { ...LEASE, owner: 'run-2' })).toEqual(['go']);
        await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], { owner: 'run-1', now: NOW });
        expect(await collect(store.ledger())).toMatchObject([{ outcome: 'accepted', attempts: 3 }]);
      });

    it('knows that a delivery which waited when its run died did not go out, and lets it go when its wait is over', async () => {
      await store.lease([intent('soon', { leaves: true }), intent('later', { leaves: true })], LEASE);
      const at = (ms: number) => new Date(NOW.getTime() + ms);
      await store.postpone([{ id: 'soon', notBefore: at(30_000), code: 'UNAVAILABLE' }, { id: 'later', notBefore: at(120_000), code: 'UNAVAILABLE' }], 'run-1');
      const both = [intent('soon'), intent('later')];
      expect(await store.lease(both, { ...LEASE, now: at(40_000), owner: 'run-2' })).toEqual([IN_FLIGHT, IN_FLIGHT]);
      expect(await store.lease(both, { ...LEASE, now: at(90_000), owner: 'run-2' })).toEqual(['go', { waitsFor: 'retry', until: at(120_000).getTime() }]);
      expect(await store.lease([intent('later')], { ...LEASE, now: at(120_000), owner: 'run-2' })).toEqual(['go']);
    });

    it('takes a delivery that goes again for in the air, whatever it waited for before', async () => {
      await store.lease([intent('a', { leaves: true }), intent('b', { leaves: true })], LEASE);
      const waits = ['a', 'b'].map((id) => ({ id, notBefore: new Date(NOW.getTime() + 1000), code: 'UNAVAILABLE' }));
      await store.postpone(waits, 'run-1');
      expect(await store.depart(['a'], LEASE)).toEqual(new Set(['a']));
      // Nobody but the run that holds it says that it waits.
      await store.postpone(waits, 'stranger');
      const next = { ...LEASE, owner: 'run-2', now: LATER };
      expect(await store.lease([intent('a'), intent('b')], next)).toEqual(['unknown-before', 'go']);
      // The first run lives after all: it may neither send nor put off what it does not hold any more.
      expect(await store.depart(['a', 'b'], { ...LEASE, now: LATER })).toEqual(new Set());
      await store.depart(['b'], next);
      await store.postpone(waits, 'run-1');
      expect(await store.lease([intent('b')], { ...next, owner: 'run-3', now: new Date(LATER.getTime() + 60_001) })).toEqual(['unknown-before']);
    });

    it('leaves to a run what it renews', async () => {
      await store.lease([intent('a')], LEASE);
      await store.renew(['a'], { ...LEASE, now: new Date(NOW.getTime() + 240_000) });
      await store.renew(['a'], { ...LEASE, now: LATER, owner: 'run-2' });
      expect(await store.lease([intent('a')], { ...LEASE, now: new Date(NOW.getTime() + 299_000), owner: 'run-2' })).toEqual([{ waitsFor: 'in-flight', until: NOW.getTime() + 300_000 }]);
    });

    it('waits for a person of whom one device waits beyond the lease of a dead run, unless another may have got it', async () => {
      const phone = intent('phone', { recipient: 'anna' });
      const tablet = intent('tablet', { recipient: 'anna' });
      await store.lease([phone, tablet], LEASE);
      await store.depart(['phone'], LEASE);
      const notBefore = new Date(NOW.getTime() + 7_200_000);
      await store.postpone([{ id: 'phone', notBefore, code: 'UNAVAILABLE' }], 'stranger');
      await store.postpone([{ id: 'phone', notBefore, code: 'UNAVAILABLE' }], 'run-1');
      const next = { ...LEASE, now: LATER, owner: 'run-2' };
      const retry = { waitsFor: 'retry', until: notBefore.getTime() };
      expect(await store.lease([phone, tablet], next)).toEqual([retry, retry]);
      await store.depart(['tablet'], LEASE);
      expect(await store.lease([phone, tablet], next)).toEqual(['unknown-before', 'unknown-before']);
    });

    it('tells messages of one occurrence apart by their key', async () => {
      await store.lease([intent('a', { key: 'order-1' })], LEASE);
      await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], { owner: 'run-1', now: NOW });
      expect(await store.reached([intent('a', { key: 'order-1' }), intent('a', { key: 'order-2' }), intent('a')])).toEqual([true, false, false]);
    });

    it('tells what a person got, a message to several devices once, the message in question not', async () => {
      const to = (id: string, more: Partial<DeliveryIntent>) => intent(id, { recipient: 'anna', ...more });
      await store.lease([to('a1', {}), to('a2', {}), to('b', { campaign: 'news', category: 'news' }), to('c', { campaign: 'order', counts: false }), to('d', { campaign: 'failed' })], LEASE);
      await store.settle([
        { id: 'a1', outcome: 'accepted', attempts: 1 }, { id: 'a2', outcome: 'dead-token', attempts: 1 }, { id: 'b', outcome: 'unknown', attempts: 1 },
        { id: 'c', outcome: 'accepted', attempts: 1 }, { id: 'd', outcome: 'unavailable', attempts: 1 },
      ], { owner: 'run-1', now: NOW });
      const since = new Date(NOW.getTime() - 1000);
      const [other, own, nobody] = await store.contacts([to('x', { campaign: 'other' }), to('x', {}), intent('z')], since);
      expect(other?.toSorted((a, b) => (a.category < b.category ? -1 : 1))).toEqual([{ at: NOW.getTime(), category: 'marketing' }, { at: NOW.getTime(), category: 'news' }]);
      expect([own, nobody]).toEqual([[{ at: NOW.getTime(), category: 'news' }], []]);
      expect(await store.contacts([to('x', { campaign: 'other' })], NOW)).toEqual([[]]);
      expect(await store.countReached('sale', 'once')).toBe(1);
      const asked = [to('x', {}), to('x', { key: 'order-1' }), to('x', { occurrence: 'next' }), to('x', { campaign: 'news' }), to('x', { campaign: 'failed' }), intent('z')];
      expect(await store.counted(asked)).toEqual([true, true, false, true, false, false]);
    });

    it('looks at the person, on whichever of their devices', async () => {
      const phone = intent('phone', { recipient: 'anna' });
      const tablet = intent('tablet', { recipient: 'anna' });
      expect(await store.lease([phone, tablet], LEASE)).toEqual(['go', 'go']);
      await store.depart(['phone', 'tablet'], LEASE);
      const next = { ...LEASE, owner: 'run-2' };
      const renewed = intent('renewed', { recipient: 'anna' });
      expect(await store.lease([renewed], LEASE)).toEqual(['duplicate']);
      expect(await store.lease([renewed], next)).toEqual([IN_FLIGHT]);
      await store.settle([{ id: 'phone', outcome: 'unavailable', attempts: 1 }], { owner: 'run-1', now: NOW });
      expect(await store.lease([phone, tablet], next)).toEqual([IN_FLIGHT, IN_FLIGHT]);
      expect(await store.lease([phone, tablet], { ...next, now: LATER })).toEqual(['unknown-before', 'unknown-before']);
      await store.settle([{ id: 'tablet', outcome: 'accepted', attempts: 1 }], { owner: 'run-1', now: LATER });
      const again = [phone, renewed].map((one) => ({ ...one, resendUnknown: true }));
      expect(await store.lease(again, { ...next, now: LATER })).toEqual(['already-sent', 'already-sent']);
    });

    it('believes of a delivery only the run that holds it, and every run that says it was accepted', async () => {
      await store.lease([intent('a')], LEASE);
      const again = { ...LEASE, now: LATER, owner: 'run-2' };
      await store.depart(['a'], LEASE);
      expect(await store.lease([intent('a', { resendUnknown: true })], again)).toEqual(['go']);
      await store.settle([{ id: 'a', outcome: 'unavailable', attempts: 1 }], { owner: 'run-1', now: LATER });
      expect(await store.lease([intent('a')], { ...again, owner: 'run-3' })).toEqual([{ waitsFor: 'in-flight', until: LATER.getTime() + 60_000 }]);
      await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], { owner: 'run-1', now: LATER });
      await store.settle([{ id: 'a', outcome: 'unknown', attempts: 1 }], { owner: 'run-2', now: LATER });
      expect(await collect(store.ledger())).toMatchObject([{ outcome: 'accepted' }]);
    });

    it('reads one campaign and one occurrence by an index, across pages', async () => {
      const many = Array.from({ length: 5001 }, (_, n) => intent(`x${n}`, { campaign: n % 2 === 0 ? 'sale' : 'other', occurrence: n % 3 === 0 ? 'once' : 'twice' }));
      await store.lease(many, LEASE);
      const expected = (keep: (one: DeliveryIntent) => boolean) => many.filter(keep).map(({ id }) => id).toSorted();
      const read = async (selection = {}) => (await collect(store.ledger(selection))).map(({ id }) => id).toSorted();
      expect(await read()).toEqual(expected(() => true));
      expect(await read({ campaign: 'sale' })).toEqual(expected(({ campaign }) => campaign === 'sale'));
      expect(await read({ occurrence: 'once' })).toEqual(expected(({ occurrence }) => occurrence === 'once'));
      expect(await read({ campaign: 'other', occurrence: 'twice' })).toEqual(expected(({ campaign, occurrence }) => campaign === 'other' && occurrence === 'twice'));
    });

    it('never lets a later run take back that a person was sent to', async () => {
      const base = { campaign: 'sale', occurrence: 'once', recipient: 'p-a', arm: 'A' } as const;
      await store.recordParticipations([{ ...base, outcome: 'sent' }], NOW);
      await store.recordParticipations([{ ...base, outcome: 'suppressed', reason: 'no-consent' }], NOW);
      expect(await collect(store.kpiEvents())).toMatchObject([{ type: 'assigned' }]);
    });
  });

  describe('keeps people who wait', () => {
    const name = (recipient: string, occurrence = 'once') => ({ campaign: 'sale', occurrence, recipient, key: '' });
    const waiting = (recipient: string, until: Date, occurrence?: string): HeldMessage => ({
      ...name(recipient, occurrence), until: until.toISOString(), since: NOW.toISOString(), reason: 'quiet-hours', fromReference: false,
      item: { id: recipient, name: 'Zoë \u{1F600}', list: [1, { a: null }] },
    });

    it('until they are due, then hands them out in pages with their items', async () => {
      const many = Array.from({ length: 1203 }, (_, index) => waiting(`p${String(index).padStart(4, '0')}`, NOW));
      await store.hold([...many, waiting('later', LATER)]);
      const due = await collect(store.dueHeld('sale', NOW));
      expect(due.map(({ recipient }) => recipient)).toEqual(many.map(({ recipient }) => recipient));
      expect(due[0]).toEqual(many[0]);
      expect(await store.held([name('later'), name('nobody')])).toEqual([{ until: LATER.toISOString(), since: NOW.toISOString(), reason: 'quiet-hours' }, undefined]);
    });

    it('anew, and no longer when they are released', async () => {
      await store.hold([waiting('anna', NOW)]);
      await store.hold([waiting('anna', LATER)]);
      expect(await store.nextDue('sale')).toEqual(LATER);
      await store.release([name('anna'), name('nobody')]);
      expect(await store.nextDue('sale')).toBeUndefined();
    });

    it('and not those of a paused occurrence', async () => {
      await store.beginRun('sale', 'monday', NOW);
      await store.beginRun('sale', 'tuesday', NOW);
      await store.hold([waiting('anna', NOW, 'monday'), waiting('anna', LATER, 'tuesday')]);
      await store.moveRuns({ campaign: 'sale', occurrence: 'monday' }, ['running'], 'paused', NOW);
      expect(await collect(store.dueHeld('sale', LATER))).toMatchObject([{ occurrence: 'tuesday' }]);
      expect(await store.nextDue('sale')).toEqual(LATER);
    });
  });

  describe('knows at all times on which platforms people can be reached', () => {
    const PEOPLE = ['anna', 'ben', 'chloe'];
    const device = fc.record({
      token: fc.constantFrom('t1', 't2', 't3', 't4'),
      platform: fc.constantFrom(...PLATFORMS),
      permission: fc.option(fc.constantFrom('granted', 'denied', 'provisional'), { nil: undefined }),
      seen: fc.integer({ min: 0, max: 9 }),
    });
    const write = fc.oneof(
      fc.record({ act: fc.constant('import'), who: fc.constantFrom(...PEOPLE), devices: fc.array(device, { maxLength: 3 }) }),
      fc.record({ act: fc.constant('dead'), who: fc.constantFrom(...PEOPLE), devices: fc.array(device, { minLength: 1, maxLength: 2 }) }),
      fc.record({ act: fc.constant('forget'), who: fc.constantFrom(...PEOPLE), devices: fc.array(device, { minLength: 1, maxLength: 1 }) }),
    );
    const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

    it('whatever is written about their devices, in whatever order', async () => {
      let turn = 0;
      await fc.assert(fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
        // The people and tokens of each case are its own: a store is not made anew for each.
        const own = `${turn++}-`;
        for (const { act, who, devices } of writes) {
          const phones = devices.map(({ token, platform, permission, seen }) => ({
            token: own + token, gateway: 'fcm' as const, platform, lastSeenAt: at(seen).toISOString(), ...(permission && { permission: permission as 'granted' }),
          }));
          if (act === 'import') await store.upsertPeople([person(own + who, { devices: phones })], at(9));
          else if (act === 'dead') await store.markDead(phones.map(({ lastSeenAt, ...phone }) => ({ ...phone, recipient: own + who, reason: 'gone', since: lastSeenAt })), NOW);
          else await store.removeDead(at(devices[0]?.seen ?? 0));
        }
        const people = (await collect(store.people())).filter(({ id }) => id.startsWith(own));
        const { dead } = await store.standing([], people.flatMap((one) => one.devices.map(({ token }) => token)));
        const expected = (platform: Platform) => people.filter((one) =>
          one.devices.some((phone) => phone.platform === platform && phone.permission !== 'denied' && !dead.has(phone.token))).length;
        const { reach } = await explainAudience(store, { id: { $startsWith: own } }, { now: NOW });
        expect(reach).toMatchObject(Object.fromEntries(PLATFORMS.map((platform) => [platform, expected(platform)])));
      }), { numRuns: 60 });
    });

    it('also of somebody who was deleted by hand and comes again, or goes by another id', async () => {
      const anna = person('anna', { devices: [{ token: 'a1', gateway: 'fcm', platform: 'ios' }] });
      const reach = async () => (await explainAudience(store, {}, { now: NOW })).reach.people;
      await store.upsertPeople([anna], NOW);
      await byHand("DELETE FROM people WHERE id = 'anna'");
      expect(await reach()).toBe(0);
      await store.upsertPeople([anna], NOW);
      expect(await reach()).toBe(1);
      await byHand("UPDATE devices SET recipient = 'ann'");
      expect(await reach()).toBe(0);
      await byHand("UPDATE people SET id = 'ann'");
      expect(await reach()).toBe(1);
      await byHand(database.name === 'SQLite' ? 'DELETE FROM devices' : 'TRUNCATE devices');
      expect(await reach()).toBe(0);
    });

    it('also where two processes write devices of one person at once', async () => {
      const phones = Array.from({ length: 8 }, (_, n) => ({ token: `t${n}`, gateway: 'fcm' as const, platform: n < 4 ? 'android' as const : 'ios' as const }));
      for (let round = 0; round < 10; round++) {
        const seen = at(round).toISOString();
        await store.upsertPeople([person('anna', { devices: phones.map((phone) => ({ ...phone, lastSeenAt: seen })) })], at(round));
        await Promise.all(phones.map((phone) => store.markDead([{ ...phone, recipient: 'anna', reason: 'gone', since: seen }], at(round))));
        expect((await explainAudience(store, {}, { now: NOW })).reach.people).toBe(0);
      }
    });
  });

  describe('counts devices', () => {
    const day = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
    const phone = (token: string, lastSeenAt: Date) => ({ token, gateway: 'fcm' as const, platform: 'android' as const, lastSeenAt: lastSeenAt.toISOString() });

    it('by how long nobody saw them, the dead by reason', async () => {
      const devices = [phone('fresh', day(1)), phone('a', day(30)), phone('b', day(59)), phone('c', day(61)), phone('d', day(300)), phone('dead', day(200))];
      await store.upsertPeople([person('anna', { devices })], NOW);
      await store.upsertPeople([person('ben', { devices: [{ token: 'unknown', gateway: 'apns', platform: 'ios' }] })], day(100));
      await store.markDead([{ ...phone('dead', NOW), recipient: 'anna', reason: 'UNREGISTERED' }], NOW);
      const report = await reportDevices(store, NOW);
      expect(report).toMatchObject({ devices: 7, fresh: 1, stale: { 30: 5, 60: 3, 270: 1 }, dead: 1, deadBy: { UNREGISTERED: 1 } });
      expect(report.rows).toContainEqual({ gateway: 'apns', platform: 'ios', unseenDays: 60, devices: 1 });
    });

    it('and forgets the dead after their quarantine, unless they were seen meanwhile', async () => {
      await store.upsertPeople([person('anna', { devices: [phone('dead', day(90)), phone('back', day(90))] })], NOW);
      for (const token of ['dead', 'back']) await store.markDead([{ ...phone(token, NOW), recipient: 'anna', reason: 'UNREGISTERED' }], NOW);
      expect(await removeDeadDevices(store, day(-6))).toEqual({ removed: 0 });
      await store.upsertPeople([person('anna', { devices: [phone('back', day(-5))] })], day(-5));
      expect(await removeDeadDevices(store, day(-8))).toEqual({ removed: 1 });
      expect((await store.getPerson('anna'))?.devices.map(({ token }) => token)).toEqual(['back']);
    });
  });

  describe('asks caps again when a message is leased', () => {
    const day = { most: 1, ms: 86_400_000 };
    const to = (campaign: string, more: Partial<DeliveryIntent> = {}) => intent(`${campaign}-anna`, { campaign, recipient: 'anna', caps: [day], ...more });

    it('and lets only one of two campaigns have a person whom both judged before either sent', async () => {
      const decisions = await Promise.all(['sale', 'news', 'shoes'].map((campaign) => store.lease([to(campaign)], { ...LEASE, owner: campaign })));
      expect(decisions.flat().toSorted()).toEqual(['frequency-cap', 'frequency-cap', 'go']);
    });

    it('of its category alone, within its window, and not against what certainly did not arrive', async () => {
      await store.lease([to('sale')], LEASE);
      expect(await store.lease([to('news', { caps: [{ ...day, category: 'news' }] })], LEASE)).toEqual(['go']);
      expect(await store.lease([to('late', { caps: [{ ...day, ms: 1000 }] })], { ...LEASE, now: LATER })).toEqual(['go']);
      expect(await store.lease([to('third', { caps: [{ ...day, most: 2 }] })], LEASE)).toEqual(['frequency-cap']);
      await store.settle([{ id: 'sale-anna', outcome: 'bad-payload', attempts: 1 }, { id: 'news-anna', outcome: 'bad-payload', attempts: 1 }, { id: 'late-anna', outcome: 'unavailable', attempts: 1 }], { owner: LEASE.owner, now: NOW });
      expect(await store.lease([to('fourth')], LEASE)).toEqual(['go']);
    });

    it('and so is the gap between two messages: the later campaign skips the person, or holds them until it is over', async () => {
      const gap = { ms: 3_600_000, then: 'skip' } as const;
      const decisions = await Promise.all(['sale', 'news'].map((campaign) => store.lease([to(campaign, { caps: [], gap })], { ...LEASE, owner: campaign })));
      expect(decisions.flat().toSorted()).toEqual(['go', 'minimum-gap']);
      expect(await store.lease([to('held', { caps: [], gap: { ...gap, then: 'hold' } })], LEASE)).toEqual([{ waitsFor: 'minimum-gap', until: LATER.getTime() }]);
      expect(await store.lease([to('capped', { gap })], LEASE)).toEqual(['frequency-cap']);
      expect(await store.lease([to('late', { caps: [], gap })], { ...LEASE, now: LATER })).toEqual(['go']);
    });

    it('and of several messages that one call leases to a person', async () => {
      const orders = ['1', '2', '3'].map((key) => to('sale', { id: `sale-anna-${key}`, key, caps: [{ ...day, most: 2 }] }));
      expect(await store.lease([...orders, to('sale', { id: 'sale-ben', recipient: 'ben' })], LEASE)).toEqual(['go', 'go', 'frequency-cap', 'go']);
      const gap = { ms: 3_600_000, then: 'hold' } as const;
      expect(await store.lease(['1', '2'].map((key) => to('news', { id: `news-carl-${key}`, recipient: 'carl', key, caps: [], gap })), LEASE))
        .toEqual(['go', { waitsFor: 'minimum-gap', until: LATER.getTime() }]);
      const transactions = ['1', '2'].map((key) => to('order', { id: `order-dora-${key}`, recipient: 'dora', key, counts: false }));
      expect(await store.lease(transactions, LEASE)).toEqual(['go', 'go']);
    });

    it('once a person, however many devices they have', async () => {
      const phones = ['a', 'b'].map((device) => to('sale', { id: `sale-anna-${device}` }));
      expect(await store.lease(phones, LEASE)).toEqual(['go', 'go']);
    });
  });

  describe('keeps runs', () => {
    it('that count each person once: as sent, else as waiting, else as what became of them', async () => {
      await store.beginRun('sale', 'once', NOW);
      const of = (recipient: string) => ({ campaign: 'sale', occurrence: 'once', recipient });
      const waits = (recipient: string, key = '') => ({ ...of(recipient), key, until: LATER.toISOString(), since: NOW.toISOString(), reason: 'in-flight', fromReference: false, item: {} });
      await store.recordParticipations([
        { ...of('sent'), arm: null, outcome: 'sent' }, { ...of('failed'), arm: null, outcome: 'failed', reason: 'unavailable' },
        { ...of('failed before'), arm: null, outcome: 'failed', reason: 'unavailable' }, { ...of('suppressed'), arm: null, outcome: 'suppressed', reason: 'no-device' },
      ], NOW);
      await store.hold([waits('sent'), waits('failed before'), waits('new', 'order 1'), waits('new', 'order 2')]);
      expect(await store.runs()).toMatchObject([{ people: 5, sent: 1, failed: 1, failures: { unavailable: 1 }, suppressed: 1, held: 2 }]);
    });

    it('at their end: finished, waiting for whoever is held, or running while a broadcast is under way; not against an operator', async () => {
      const held: HeldMessage = {
        campaign: 'sale', occurrence: 'once', recipient: 'a', key: '', until: LATER.toISOString(), since: NOW.toISOString(), reason: 'quiet-hours', fromReference: false, item: {},
      };
      const ends = async (): Promise<string[]> => {
        await store.endRun('sale', 'once', LATER);
        return (await store.runs({ occurrence: 'once' })).map(({ state, updatedAt }) => `${state} ${updatedAt === LATER.toISOString()}`);
      };
      await store.beginRun('sale', 'once', NOW);
      await store.lease([intent('of a person')], LEASE);
      await store.lease([intent('of another occurrence', { occurrence: 'next', recipient: NOBODY })], LEASE);
      await store.hold([{ ...held, occurrence: 'next' }]);
      expect(await ends()).toEqual(['finished true']);
      await store.lease([intent('broadcast', { recipient: NOBODY })], LEASE);
      expect(await ends()).toEqual(['running true']);
      await store.hold([held]);
      expect(await ends()).toEqual(['waiting true']);
      await store.release([held]);
      await store.settle([{ id: 'broadcast', outcome: 'accepted', attempts: 1 }], LEASE);
      expect(await ends()).toEqual(['finished true']);
      for (const state of ['paused', 'cancelled'] as const) {
        await store.moveRuns({ campaign: 'sale' }, ['finished', 'paused'], state, NOW);
        expect(await ends()).toEqual([`${state} false`]);
      }
    });

    it('with the state that an operator gave them, and what became of their people', async () => {
      expect(await store.beginRun('sale', 'once', NOW)).toMatchObject({ state: 'running', startedAt: NOW.toISOString() });
      expect(await store.moveRuns({ campaign: 'sale' }, ['finished'], 'paused', LATER)).toBe(0);
      expect(await store.moveRuns({ campaign: 'sale' }, ['running', 'waiting'], 'paused', LATER)).toBe(1);
      expect(await store.beginRun('sale', 'once', LATER)).toEqual({ campaign: 'sale', occurrence: 'once', state: 'paused', startedAt: NOW.toISOString(), updatedAt: LATER.toISOString() });
      const base = { campaign: 'sale', occurrence: 'once', arm: null };
      await store.recordParticipations([{ ...base, recipient: 'a', outcome: 'sent' }, { ...base, recipient: 'b', outcome: 'suppressed', reason: 'no-consent' }], NOW);
      await store.beginRun('sale', 'next', LATER);
      expect(await store.runs()).toMatchObject([{ occurrence: 'next', people: 0 }, { occurrence: 'once', people: 2, sent: 1, suppressed: 1, failed: 0, held: 0 }]);
      expect(await store.runs({ campaign: 'other' })).toEqual([]);
    });
  });

  it('gives out permits, and none while a bucket is closed', async () => {
    const rate = { perMinute: 60, burst: 3 };
    const now = Date.now();
    expect(await store.permits.lease('project', rate, 5, now)).toMatchObject({ granted: 3 });
    expect((await store.permits.lease('project', rate, 1, now)).granted).toBe(0);
    await store.permits.close('other', now + 60_000);
    expect((await store.permits.lease('other', rate, 1, now)).granted).toBe(0);
  });

  describe('keeps events', () => {
    const opened = { delivery: 'a', type: 'opened', key: '', at: NOW.toISOString() } as const;
    beforeEach(async () => {
      await store.lease([intent('a')], LEASE);
      await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], { owner: 'run-1', now: NOW });
    });

    it('each once, and names those of deliveries it does not know', async () => {
      const report = await store.recordEvents([opened, opened, { ...opened, delivery: 'stranger' }], NOW);
      expect(report).toMatchObject({ duplicates: 1, foreign: [2] });
      expect(report.recorded).toMatchObject([{ type: 'opened', campaign: 'sale', recipient: 'p-a', arm: 'A' }]);
    });

    it('and takes the consent of the delivery category back on an unsubscribe', async () => {
      await store.setConsent('p-a', 'marketing', 'opted-in', NOW);
      await store.recordEvents([{ ...opened, type: 'unsubscribed' }], NOW);
      expect((await store.standing(['p-a'], [])).consents.get('p-a')).toEqual({ marketing: 'opted-out' });
    });

    it('an unsubscribe that comes again does not undo a later opt-in', async () => {
      await store.recordEvents([{ ...opened, type: 'unsubscribed' }], NOW);
      await store.setConsent('p-a', 'marketing', 'opted-in', LATER);
      await store.recordEvents([{ ...opened, type: 'unsubscribed' }], LATER);
      expect((await store.standing(['p-a'], [])).consents.get('p-a')).toEqual({ marketing: 'opted-in' });
    });

    it('and tells the facts of one campaign', async () => {
      await store.recordEvents([{ ...opened, type: 'converted', value: 12.5, currency: 'EUR', key: 'order-1' }], NOW);
      await store.lease([intent('z', { campaign: 'other' })], LEASE);
      await store.settle([{ id: 'z', outcome: 'dead-token', attempts: 1 }], { owner: 'run-1', now: NOW });
      const facts = await collect(store.kpiEvents({ campaign: 'sale' }));
      expect(facts.map(({ type }) => type)).toEqual(['accepted', 'converted']);
      expect(facts[1]).toMatchObject({ value: 12.5, currency: 'EUR', id: 'order-1', delivery: 'a' });
    });
  });
});

describe('a store file', () => {
  it.each([undefined, null, {}, { sqlite: ' ' }])('that %j does not name is asked for', async (location) => {
    await expect(openStore(location as never)).rejects.toMatchObject({ code: 'store-not-named' });
  });

  it('keeps everything when it is closed and opened again', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'deep', 'store.sqlite');
    const first = await openStore({ sqlite: path });
    await first.upsertPeople([person('anna')], NOW);
    await first.close();
    const second = await openStore({ sqlite: path });
    expect(await second.countPeople()).toBe(1);
    await second.close();
  });

  it('serves two processes that lease the same delivery: one of them may send', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const [one, two] = [await openStore({ sqlite: path }), await openStore({ sqlite: path })];
    const decisions = await Promise.all([one.lease([intent('a')], LEASE), two.lease([intent('a')], { ...LEASE, owner: 'run-2' })]);
    expect(decisions.flat()).toEqual(expect.arrayContaining(['go', expect.objectContaining({ waitsFor: 'in-flight' })]));
    await one.close();
    await two.close();
  });

  it.each([
    ['a folder in its place', 'store.sqlite', (folder: string) => mkdirSync(join(folder, 'store.sqlite')), 'store-not-writable'],
    ['a file that is no database', 'store.sqlite', (folder: string) => writeFileSync(join(folder, 'store.sqlite'), 'No database. '.repeat(200)), 'store-not-a-database'],
    ['a database of another program', 'store.sqlite', (folder: string) => rawDatabase(join(folder, 'store.sqlite'), 'CREATE TABLE people (name TEXT)'), 'store-not-a-database'],
    ['another program\'s that counts its versions too', 'store.sqlite', (folder: string) => rawDatabase(join(folder, 'store.sqlite'), 'CREATE TABLE people (name TEXT); PRAGMA user_version = 1'), 'store-not-a-database'],
    ['a folder that is a file', 'file/store.sqlite', (folder: string) => writeFileSync(join(folder, 'file'), ''), 'store-not-writable'],
  ])('that cannot be used is named: %s', async (_, name, spoil, code) => {
    using folder = temporaryFolder();
    spoil(folder.path);
    const path = join(folder.path, name);
    await expect(openStore({ sqlite: path })).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
  });

  it('is checked in words', async () => {
    using folder = temporaryFolder();
    expect(await checkStore({ sqlite: join(folder.path, 'store.sqlite') })).toEqual({ ok: true, message: 'The store can be read and written; 0 people are in it.' });
    await expect(checkStore({ sqlite: folder.path })).rejects.toMatchObject({ code: 'store-not-writable', hint: expect.stringContaining('Check the folder') });
  });

  it('of an earlier version keeps what was in the air as such', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    rawDatabase(path, `${MIGRATIONS[0]}; PRAGMA user_version = 1;
      INSERT INTO deliveries (id, campaign, occurrence, recipient, category, gateway, platform, device, owner, leased_at, leased_until)
      VALUES ('a', 'sale', 'once', 'p-a', 'marketing', 'fcm', 'android', 'x', 'old', '2026-01-01T00:00:00.000Z', '2026-01-01T00:10:00.000Z')`);
    const store = await openStore({ sqlite: path });
    expect(await store.lease([intent('a')], LEASE)).toEqual(['unknown-before']);
    await store.close();
  });

  it.each(['deliveries_in_order', 'deliveries_numbered', 'lease_owners'])('of a version before %s keeps every word of its ledger', async (change) => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((step) => step.includes(change)));
    const row = {
      id: 'a', campaign: 'sale', occurrence: 'once', recipient: 'p-a', message_key: 'k', arm: 'A', category: 'marketing', counts: 0, gateway: 'apns', platform: 'ios', device: 'x',
      owner: 'old', leased_at: '2026-01-01T00:00:00.123Z', leased_until: 'u', left_at: 'e', not_before: 'n', outcome: 'accepted', code: 'c', gateway_id: 'g', unique_id: 'q', attempts: 3, settled_at: 's',
    };
    rawDatabase(path, `${steps.join(';')}; PRAGMA user_version = ${steps.length};
      INSERT INTO deliveries (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(', ')});
      INSERT INTO participations VALUES ('sale', 'once', 'p-a', 'A', 'sent', NULL, 's'), ('news', 'once', 'p-b', NULL, 'suppressed', 'no-consent', 's')`);
    const store = await openStore({ sqlite: path });
    const { owner, leased_until, left_at: _, leased_at, ...kept } = row;
    expect(databaseOf(store).prepare('SELECT * FROM deliveries').all()).toEqual([{ ...kept, number: 1, occurrence_number: 2, owner: 1, leased_at: Date.parse(leased_at) }]);
    expect(databaseOf(store).prepare('SELECT * FROM lease_owners').all()).toEqual([{ number: 1, name: owner, leased_until }]);
    expect((await store.recordEvents([opened('a')], NOW)).recorded).toHaveLength(1);
    const types = async (selection: object) => (await collect(store.kpiEvents(selection))).map(({ type, campaign, occurrence, recipient }) => [type, campaign, occurrence, recipient]);
    expect(await types({})).toEqual([
      ['assigned', 'news', 'once', 'p-b'], ['suppressed', 'news', 'once', 'p-b'], ['assigned', 'sale', 'once', 'p-a'], ['accepted', 'sale', 'once', 'p-a'], ['opened', 'sale', 'once', 'p-a'],
    ]);
    expect(await store.runs()).toEqual([]);
    await store.beginRun('news', 'once', NOW);
    expect(await store.runs()).toMatchObject([{ campaign: 'news', people: 1, suppressed: 1, sent: 0 }]);
    expect(await types({ campaign: 'news' })).toHaveLength(2);
    await store.close();
  });

  it('of an earlier version sends again what waited beyond its own lease, if not beyond the last of its run', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((step) => step.includes('lease_owners')));
    const row = (id: string, until: string, notBefore: string) => `('${id}', 'sale', 'once', 'p-${id}', '', 'marketing', 1, 'fcm', 'android', 'x', 'old', '2026-01-01T00:00:00.000Z', '2026-01-01T00:${until}:00.000Z', '2026-01-01T00:00:01.000Z', ${notBefore})`;
    rawDatabase(path, `${steps.join(';')}; PRAGMA user_version = ${steps.length};
      INSERT INTO deliveries (id, campaign, occurrence, recipient, message_key, category, counts, gateway, platform, device, owner, leased_at, leased_until, left_at, not_before)
      VALUES ${row('waited', '01', `'2026-01-01T00:05:00.000Z'`)}, ${row('in-the-air', '10', 'NULL')}`);
    const store = await openStore({ sqlite: path });
    expect(await store.lease([intent('waited'), intent('in-the-air')], LEASE)).toEqual(['go', 'unknown-before']);
    await store.close();
  });

  it('of the version before knows that what waited beyond its lease was not in the air', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((step) => step.includes('TABLE departures')));
    const row = (number: number, id: string, notBefore: string) => `(${number}, '${id}', 1, 'sale', 'once', 'p-${id}', '', 'marketing', 1, 'fcm', 'android', 'x', 1, '2026-01-01T00:00:00.000Z', 1, ${notBefore})`;
    rawDatabase(path, `${steps.join(';')}; PRAGMA user_version = ${steps.length};
      INSERT INTO occurrences VALUES (1, 'sale', 'once');
      INSERT INTO lease_owners VALUES (1, 'old', '2026-01-01T00:01:00.000Z');
      INSERT INTO deliveries (number, id, occurrence_number, campaign, occurrence, recipient, message_key, category, counts, gateway, platform, device, owner, leased_at, has_left, not_before)
      VALUES ${row(1, 'waited', `'2026-01-01T00:05:00.000Z'`)}, ${row(2, 'in-the-air', 'NULL')}, ${row(3, 'perhaps', `'2026-01-01T00:00:20.000Z'`)}`);
    const store = await openStore({ sqlite: path });
    expect(await store.lease([intent('waited'), intent('in-the-air'), intent('perhaps')], LEASE)).toEqual(['go', 'unknown-before', 'unknown-before']);
    await store.close();
  });

  it('finds a delivery by its id, whichever process wrote it and however many others were written since', async () => {
    using folder = temporaryFolder();
    const location = { sqlite: join(folder.path, 'store.sqlite') };
    const [writer, other] = [await openStore(location), await openStore(location)];
    await writer.lease([intent('first'), intent('second')], LEASE);
    expect(await other.depart(['first', 'nobody'], LEASE)).toEqual(new Set(['first']));
    // More than the writer knows by heart.
    await writer.lease(Array.from({ length: 20_001 }, (_, n) => intent(`n${n}`)), LEASE);
    await writer.lease([intent('last')], LEASE);
    expect(await writer.depart(['last', 'n20000'], LEASE)).toEqual(new Set(['last', 'n20000']));
    expect(databaseOf(other).prepare('SELECT count(*) AS n FROM delivery_ids').get()).toEqual({ n: 2 });
    expect(await writer.depart(['first', 'second', 'n0', 'n20000', 'last'], LEASE)).toEqual(new Set(['first', 'second', 'n0', 'n20000', 'last']));
    await writer.settle([{ id: 'second', outcome: 'accepted', attempts: 1 }, { id: 'last', outcome: 'bad-payload', attempts: 1 }], LEASE);
    const { recorded, foreign } = await other.recordEvents([opened('first'), opened('last'), opened('nobody')], NOW);
    expect([recorded.map(({ delivery }) => delivery), foreign]).toEqual([['first', 'last'], [2]]);
    // Leased anew it keeps its place.
    await writer.lease([intent('last')], { ...LEASE, owner: 'run-2' });
    expect(await other.depart(['last'], { ...LEASE, owner: 'run-2' })).toEqual(new Set(['last']));
    expect((await collect(other.ledger())).filter(({ id, outcome }) => id === 'last' || outcome !== undefined).map(({ id, outcome }) => [id, outcome]))
      .toEqual([['second', 'accepted'], ['last', undefined]]);
    await Promise.all([writer.close(), other.close()]);
  });

  it('reads nothing of the thousands that a topic got before another message goes to it', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    const toTopic = (n: number) => intent(`n${n}`, { recipient: NOBODY, key: `topic news ${n}` });
    await store.lease(Array.from({ length: 1000 }, (_, n) => toTopic(n)), LEASE);
    const read = jest.spyOn(Database.prototype, 'all');
    expect(await store.reached([toTopic(1000)])).toEqual([false]);
    expect(await store.lease([toTopic(1000)], LEASE)).toEqual(['go']);
    expect(read.mock.results.flatMap(({ value }) => value as unknown[])).toEqual([]);
    expect(await store.lease([toTopic(7)], LEASE)).toEqual(['duplicate']);
    read.mockRestore();
    await store.close();
  });

  it('writes no id into its index while a campaign runs, and all of them, some at a time, when an event asks for one', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    const indexed = () => databaseOf(store).prepare('SELECT count(*) AS n FROM delivery_ids').get();
    const ids = Array.from({ length: 25_000 }, (_, n) => `n${n}`);
    await store.lease(ids.map((id) => intent(id)), LEASE);
    await store.settle(ids.map((id) => ({ id, outcome: 'accepted', attempts: 1 })), LEASE);
    expect(indexed()).toEqual({ n: 0 });
    // Other calls go on between two parts, and another event may ask meanwhile.
    const [first, second, during] = await Promise.all([
      store.recordEvents([opened('n7')], NOW), store.recordEvents([opened('n24999'), opened('nobody')], NOW), Promise.resolve().then(() => indexed()),
    ]);
    expect([first.recorded.length, second.recorded.length, second.foreign]).toEqual([1, 1, [1]]);
    expect(during).toEqual({ n: 10_000 });
    expect(indexed()).toEqual({ n: 25_000 });
    await store.close();
  });

  it('knows the delivery of an event though another process brings the index up to date at the moment of the question', async () => {
    using folder = temporaryFolder();
    const location = { sqlite: join(folder.path, 'store.sqlite') };
    const [store, other] = [await openStore(location), await openStore(location)];
    await store.lease([intent('a'), intent('b')], LEASE);
    const { db } = store as unknown as { db: Database };
    const get = db.get.bind(db);
    const spy = jest.spyOn(db, 'get').mockImplementation((sql, ...parameters) => {
      const row = get(sql, ...parameters);
      if (sql.includes('delivery_ids JOIN')) {
        spy.mockRestore();
        databaseOf(other).exec(`INSERT INTO delivery_ids (start, number) SELECT substr(id, 1, 8), number FROM ledger; UPDATE delivery_ids_end SET number = 2`);
      }
      return row;
    });
    expect((await store.recordEvents([opened('a')], NOW)).recorded).toHaveLength(1);
    await store.close();
    await other.close();
  });

  it('records no event where the index of its ids has no room, and does so later', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    await store.lease([intent('a')], LEASE);
    databaseOf(store).exec(`CREATE TRIGGER no_room BEFORE UPDATE ON delivery_ids_end BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    await expect(store.recordEvents([opened('a')], NOW)).rejects.toThrow('no room');
    databaseOf(store).exec('DROP TRIGGER no_room');
    expect((await store.recordEvents([opened('a')], NOW)).recorded).toHaveLength(1);
    await store.close();
  });

  it('finds a delivery by its id also where many ids begin alike', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    const ids = Array.from({ length: 30 }, (_, n) => `of-the-same-beginning-${n}`);
    await store.lease(ids.map((id) => intent(id)), LEASE);
    const { recorded, foreign } = await store.recordEvents([...ids, 'of-the-same-beginning-'].map(opened), NOW);
    expect(recorded.map(({ delivery, recipient }) => [delivery, recipient])).toEqual(ids.map((id) => [id, `p-${id}`]));
    expect(foreign).toEqual([30]);
    await store.close();
  });

  it('takes a run that still says something for one that holds all that it leased', async () => {
    const store = await openStore({ sqlite: ':memory:' });
    const after = (ms: number) => new Date(NOW.getTime() + ms);
    await store.lease([intent('a'), intent('b')], LEASE);
    await store.depart(['a'], { ...LEASE, now: after(50_000) });
    const waits = { waitsFor: 'in-flight', until: NOW.getTime() + 110_000 };
    expect(await store.lease([intent('a'), intent('b')], { ...LEASE, owner: 'run-2', now: after(70_000) })).toEqual([waits, waits]);
    await store.renew(['a', 'b'], { ...LEASE, owner: 'stranger', now: after(100_000) });
    // What was meant before takes nothing back.
    await store.lease([intent('c')], { ...LEASE, now: after(40_000) });
    await store.renew(['a', 'b'], { ...LEASE, now: after(30_000) });
    expect(await store.lease([intent('a')], { ...LEASE, owner: 'run-2', now: after(105_000) })).toEqual([waits]);
    expect(await store.lease([intent('a'), intent('b')], { ...LEASE, owner: 'run-2', now: after(110_001) })).toEqual(['unknown-before', 'go']);
    await store.close();
  });

  it('brings its log to the disk while a campaign is written, and lets go of it when it is closed', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const store = await openStore({ sqlite: path });
    const flushed = jest.spyOn(fs, 'fdatasync');
    for (let n = 0; n < 100; n++) {
      await store.lease([intent(`a${n}`)], LEASE);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await store.close();
    expect(flushed.mock.calls.length).toBeGreaterThan(1);
    expect(flushed.mock.calls.length).toBeLessThan(10);
    const [[file]] = flushed.mock.calls as unknown as [[number]];
    expect(() => fs.fstatSync(file)).toThrow('EBADF');
    flushed.mockRestore();
  });

  /** A store that other rows were written into before a step of the schema, opened now. */
  async function withEarlier(step: string, rows: string, work: (store: Store) => Promise<void>): Promise<void> {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const steps = MIGRATIONS.slice(0, MIGRATIONS.findIndex((text) => text.includes(step)));
    rawDatabase(path, `${steps.join(';')}; PRAGMA user_version = ${steps.length}; ${rows}`);
    const store = await openStore({ sqlite: path });
    await work(store);
    await store.close();
  }

  it('of an earlier version learns on which platforms people can be reached', () => withEarlier('ADD COLUMN platforms', EARLIER_PEOPLE, async (store) => {
    expect((await explainAudience(store, {}, { now: NOW })).reach).toEqual(EARLIER_REACH);
  }));

  it('of an earlier version keeps the no to a category whose name had blanks around it', () => withEarlier('INTO consents', EARLIER_CONSENTS, async (store) => {
    expect(await consentsOf(store)).toEqual(NOW_CONSENTS);
  }));

  it.each([
    ['deliveries', [
      'SEARCH s USING PRIMARY KEY (occurrence_number=? AND first>?)',
      'SCALAR SUBQUERY 1', 'SEARCH occurrence_spans USING PRIMARY KEY (occurrence_number=? AND first<?)',
      'SEARCH l USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
    ], 0],
    ['participations', ['SEARCH t USING PRIMARY KEY (occurrence_number=? AND recipient>?)'], ''],
  ] as const)('reads the %s of an occurrence in the order of an index and sorts nothing', async (table, searches, start) => {
    const store = await openStore({ sqlite: ':memory:' });
    const steps = databaseOf(store).prepare(`EXPLAIN QUERY PLAN ${pageQuery(table)}`).all(1, start);
    expect(steps.map(({ detail }) => String(detail)).filter((step) => !/^SEARCH [to] USING INTEGER PRIMARY KEY/.test(step))).toEqual(searches);
    await store.close();
  });

  describe('of an earlier version, which another process is bringing up to date', () => {
    const upgrading = (path: string): DatabaseSync => {
      const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
      const other = new DatabaseSync(path);
      other.exec(`PRAGMA journal_mode = WAL; ${MIGRATIONS[0]}; PRAGMA user_version = 1; BEGIN IMMEDIATE`);
      return other;
    };

    it('is waited for, while the process that waits does its other work', async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'store.sqlite');
      const other = upgrading(path);
      const opening = Promise.all([openStore({ sqlite: path }), openStore({ sqlite: path })]);
      setTimeout(() => {
        other.exec(`${MIGRATIONS.slice(1).join(';')}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
        other.close();
      }, 600);
      for (const store of await opening) {
        expect(await store.countPeople()).toBe(0);
        await store.close();
      }
    });

    it('is brought up to date by the one that waited, where the other gave up', async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'store.sqlite');
      const other = upgrading(path);
      const opening = openStore({ sqlite: path });
      setTimeout(() => other.close(), 600);
      const store = await opening;
      expect(await store.lease([intent('a')], LEASE)).toEqual(['go']);
      await store.close();
    });

    it('is not waited for without end', async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'store.sqlite');
      const other = upgrading(path);
      await expect(openStore({ sqlite: path }, 100)).rejects.toMatchObject({ code: 'store-upgrading', message: expect.stringContaining('earlier version') });
      other.close();
    });

    it('is not waited for long by a connection test', async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, 'store.sqlite');
      const other = upgrading(path);
      await expect(checkStore({ sqlite: path })).rejects.toMatchObject({ code: 'store-upgrading' });
      other.close();
    });
  });

  it('that a newer version wrote is left alone', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await (await openStore({ sqlite: path })).close();
    rawDatabase(path, 'PRAGMA user_version = 999');
    await expect(openStore({ sqlite: path })).rejects.toMatchObject({ code: 'store-too-new' });
  });

  it('whose disk is full says so while it is written, in the words of an error for people', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const store = await openStore({ sqlite: path });
    const many = Array.from({ length: 3000 }, (_, index) => person(`p${index}`, { attributes: { text: 'x'.repeat(500) } }));
    // As on a full disk: SQLite may not make the file any larger.
    databaseOf(store).exec('PRAGMA max_page_count = 50');
    await expect(store.upsertPeople(many, NOW)).rejects.toMatchObject({ code: 'store-full', message: expect.stringMatching(/full/) });
    expect(await store.countPeople()).toBe(0);
    await store.close();
  });

  it('that another process never lets go of says so', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const store = await openStore({ sqlite: path });
    const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    databaseOf(store).exec('PRAGMA busy_timeout = 10');
    await expect(store.lease([intent('a')], LEASE)).rejects.toMatchObject({ code: 'store-locked', message: expect.stringMatching(/locked/) });
    other.exec('ROLLBACK');
    expect(await store.lease([intent('a')], LEASE)).toEqual(['go']);
    other.close();
    await store.close();
  });

  it('that may only be read is refused before anything is sent', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await (await openStore({ sqlite: path })).close();
    chmodSync(path, 0o444);
    chmodSync(folder.path, 0o555);
    // Root may write everywhere; SQLite itself refuses a file opened for reading only.
    const locked = process.getuid?.() === 0 ? `file:${path}?mode=ro` : path;
    await expect(openStore({ sqlite: locked })).rejects.toMatchObject({ code: 'store-not-writable' });
    chmodSync(folder.path, 0o755);
  });
});
