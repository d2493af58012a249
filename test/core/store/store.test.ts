import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, type DeliveryIntent, type Store } from '../../../core/store';
import { collect, NOW, person, temporaryFolder } from '../support';

const LATER = new Date(NOW.getTime() + 3_600_000);
const LEASE = { now: NOW, owner: 'run-1', leaseMs: 60_000 };

function intent(id: string, more: Partial<DeliveryIntent> = {}): DeliveryIntent {
  return {
    id, campaign: 'sale', occurrence: 'once', recipient: `p-${id}`, key: '', arm: 'A', category: 'marketing', counts: true, resendUnknown: false,
    gateway: 'fcm', platform: 'android', device: 'fingerprint', ...more,
  };
}

describe('the store', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
  });
  afterEach(() => store.close());

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
      const filter = { sql: `json_extract(people.attributes, '$.n') > ?`, parameters: [1] };
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

    it('does not call a device dead that was seen after the gateway lost it', async () => {
      const phone = { token: 'phone', gateway: 'apns', platform: 'ios' } as const;
      await store.upsertPeople([person('anna', { devices: [{ ...phone, lastSeenAt: '2026-05-30T00:00:00.000Z' }] })], NOW);
      await store.markDead([{ ...phone, recipient: 'anna', reason: 'Unregistered', since: '2026-05-20T00:00:00.000Z' }], NOW);
      expect((await store.standing([], ['phone'])).dead.size).toBe(0);
    });
  });

  describe('keeps the ledger', () => {
    it('lets a delivery go once', async () => {
      expect(await store.lease([intent('a'), intent('b')], LEASE)).toEqual(['go', 'go']);
      await store.settle([{ id: 'a', outcome: 'accepted', gatewayId: 'x', attempts: 1 }], NOW);
      expect(await store.lease([intent('a'), intent('c')], { ...LEASE, owner: 'run-2' })).toEqual(['already-sent', 'go']);
      expect(await store.reached([intent('a'), intent('b')])).toEqual([true, false]);
    });

    it('tells a delivery that came twice in one run from one that another run holds', async () => {
      await store.lease([intent('a')], LEASE);
      expect(await store.lease([intent('a')], LEASE)).toEqual(['duplicate']);
      expect(await store.lease([intent('a')], { ...LEASE, owner: 'run-2' })).toEqual([{ waitsFor: 'in-flight', until: NOW.getTime() + 60_000 }]);
    });

    it('calls what a killed run left behind unknown, and sends it again only where the rule says so', async () => {
      await store.lease([intent('a'), intent('b')], LEASE);
      const afterwards = { ...LEASE, now: LATER, owner: 'run-2' };
      expect(await store.lease([intent('a')], afterwards)).toEqual(['unknown-before']);
      expect(await store.lease([intent('b', { resendUnknown: true })], afterwards)).toEqual(['go']);
      const [a] = await collect(store.ledger({ campaign: 'sale' }));
      expect(a).toMatchObject({ id: 'a', outcome: 'unknown', code: 'run-ended' });
    });

    it.each(['bad-credentials', 'bad-payload', 'wrong-environment', 'throttled', 'unavailable'] as const)(
      'lets go again what certainly did not arrive: %s', async (outcome) => {
        await store.lease([intent('a')], LEASE);
        await store.settle([{ id: 'a', outcome, attempts: 2 }], NOW);
        expect(await store.lease([intent('a')], { ...LEASE, owner: 'run-2' })).toEqual(['go']);
        await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], NOW);
        expect(await collect(store.ledger())).toMatchObject([{ outcome: 'accepted', attempts: 3 }]);
      });

    it('never lets a later run take back that a person was sent to', async () => {
      const base = { campaign: 'sale', occurrence: 'once', recipient: 'p-a', arm: 'A' } as const;
      await store.recordParticipations([{ ...base, outcome: 'sent' }], NOW);
      await store.recordParticipations([{ ...base, outcome: 'suppressed', reason: 'no-consent' }], NOW);
      expect(await collect(store.kpiEvents())).toMatchObject([{ type: 'assigned' }]);
    });
  });

  describe('keeps events', () => {
    const opened = { delivery: 'a', type: 'opened', key: '', at: NOW.toISOString() } as const;
    beforeEach(async () => {
      await store.lease([intent('a')], LEASE);
      await store.settle([{ id: 'a', outcome: 'accepted', attempts: 1 }], NOW);
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
      await store.settle([{ id: 'z', outcome: 'dead-token', attempts: 1 }], NOW);
      const facts = await collect(store.kpiEvents({ campaign: 'sale' }));
      expect(facts.map(({ type }) => type)).toEqual(['accepted', 'converted']);
      expect(facts[1]).toMatchObject({ value: 12.5, currency: 'EUR', id: 'order-1', delivery: 'a' });
    });
  });
});

describe('a store file', () => {
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
    ['a folder that is a file', 'file/store.sqlite', (folder: string) => writeFileSync(join(folder, 'file'), ''), 'store-not-writable'],
  ])('that cannot be used is named: %s', async (_, name, spoil, code) => {
    using folder = temporaryFolder();
    spoil(folder.path);
    const path = join(folder.path, name);
    await expect(openStore({ sqlite: path })).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
  });

  it('that a newer version wrote is left alone', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await (await openStore({ sqlite: path })).close();
    const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
    const raw = new DatabaseSync(path);
    raw.exec('PRAGMA user_version = 999');
    raw.close();
    await expect(openStore({ sqlite: path })).rejects.toMatchObject({ code: 'store-too-new' });
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
