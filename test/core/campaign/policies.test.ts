import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { sendCampaign, SendSummary, steerRun, type CampaignOptions, type Item, type SendResult } from '../../../core/campaign';
import type { GatewayMessage } from '../../../core/delivery/gateway';
import { openStore, type DeliveryIntent, type Store } from '../../../core/store';
import { deliveryId } from '../../../core/tracking';
import { collect, FakeGateway } from '../support';

const TEXT = { template: { title: 'Hello', body: 'Text' } };
const HOUR = 3_600_000;
const item = (id: string, more: Item = {}): Item => ({ id, token: `token-${id}`, timezone: 'Europe/Paris', ...more });

describe('the policies of sending', () => {
  let store: Store;
  let fcm: FakeGateway;
  let clock: number;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
    fcm = new FakeGateway();
    clock = Date.parse('2026-06-01T21:30:00Z');
  });
  afterEach(() => store.close());

  const options = (more: Partial<CampaignOptions> = {}): CampaignOptions => ({
    campaign: 'sale', template: TEXT, store, gateways: { fcm }, now: () => new Date(clock), ...more,
  });
  const send = async (items: Item[], more: Partial<CampaignOptions> = {}): Promise<SendResult[]> =>
    (await collect(sendCampaign(items, options(more)))).toSorted((a, b) => a.index - b.index);
  const fates = (results: SendResult[]) => results.map(({ output, reason }) => (reason === undefined ? output : `${output} ${reason}`));
  const untils = (results: SendResult[]) => results.map(({ item: { push } }) => (push as { until?: string }).until);
  const push = (index = 0) => fcm.messages[index] as GatewayMessage;
  const at = (text: string) => {
    clock = Date.parse(text);
  };

  describe('quiet hours', () => {
    const quietHours = { from: '22:00', to: '08:00' };

    it('hold a person back to their end, on the clocks of the person', async () => {
      const results = await send([item('paris'), item('tokyo', { timezone: 'Asia/Tokyo' }), item('york', { timezone: 'America/New_York' })], { policies: { quietHours } });
      expect(fates(results)).toEqual(['held quiet-hours', 'held quiet-hours', 'sent']);
      expect(untils(results)).toEqual(['2026-06-02T06:00:00.000Z', '2026-06-01T23:00:00.000Z', undefined]);
    });

    it('end, and the next run sends to who waited, whether or not they come again', async () => {
      await send([item('again'), item('absent')], { policies: { quietHours } });
      at('2026-06-02T05:59:59Z');
      expect(fates(await send([item('again')], { policies: { quietHours } }))).toEqual(['held quiet-hours']);
      at('2026-06-02T06:00:00Z');
      const results = await send([item('again')], { policies: { quietHours } });
      expect(results.map(({ index, recipient, output }) => [index, recipient, output])).toEqual([[-1, 'absent', 'sent'], [0, 'again', 'sent']]);
      expect(fates(await send([item('again')], { policies: { quietHours } }))).toEqual(['suppressed already-sent']);
      expect(fcm.messages).toHaveLength(2);
    });

    it('let nobody wait whom the same run sent to before they began', async () => {
      async function* list() {
        for (let n = 0; n < 500; n++) yield item(`p${n}`, { timezone: 'UTC' });
        while ((await store.runs())[0]?.sent !== 500) await sleep(10);
        at('2026-06-01T22:30:00Z');
        yield item('p0', { timezone: 'UTC' });
      }
      const results = await collect(sendCampaign(list(), options({ policies: { quietHours } })));
      expect(fates(results).slice(500)).toEqual(['suppressed already-sent']);
      expect(await store.runs()).toMatchObject([{ state: 'finished', people: 500, sent: 500 }]);
    });

    it.each([undefined, { audienceCap: 1000 }])('let nobody wait for the operator whom the same run sent to before the pause (%j)', async (policies) => {
      async function* list() {
        for (let n = 0; n < 500; n++) yield item(`p${n}`, { timezone: 'UTC' });
        while ((await store.runs())[0]?.sent !== 500) await sleep(10);
        await steerRun(store, 'pause', { campaign: 'sale', occurrence: 'once' }, new Date('2026-06-01T12:00:00Z'));
        yield item('p0', { timezone: 'UTC' });
      }
      const results = await collect(sendCampaign(list(), options({ ...(policies && { policies }) })));
      expect(fates(results).slice(500)).toEqual(['suppressed already-sent']);
      expect(await store.runs()).toMatchObject([{ state: 'paused', people: 500, sent: 500, held: 0 }]);
    });

    it('of a daily campaign: who waited gets the occurrence that they waited for', async () => {
      const daily = { repeat: { per: 'day' }, policies: { zone: 'Europe/Paris', quietHours } } as const;
      await send([item('anna')], daily);
      at('2026-06-02T10:00:00Z');
      expect(fates(await send([], daily))).toEqual(['sent']);
      expect(await store.runs()).toMatchObject([
        { occurrence: '2026-06-02', state: 'finished' }, { occurrence: '2026-06-01', state: 'finished', people: 1, sent: 1 },
      ]);
      expect(fates(await send([item('anna')], daily))).toEqual(['sent']);
    });

    it('skip, or send without a sound, where the campaign says so', async () => {
      expect(fates(await send([item('a')], { policies: { quietHours: { ...quietHours, then: 'skip' } } }))).toEqual(['suppressed quiet-hours']);
      const loud = { template: { title: 'T', sound: 'default', priority: 'high' as const } };
      expect(fates(await send([item('b')], { template: loud, policies: { quietHours: { ...quietHours, then: 'silent' } } }))).toEqual(['sent']);
      expect(push().payload).toMatchObject({
        android: { priority: 'NORMAL', notification: { notificationPriority: 'PRIORITY_LOW' } },
        apns: { headers: { 'apns-priority': '5' }, payload: { aps: { 'interruption-level': 'passive' } } },
      });
      expect(JSON.stringify(push().payload)).not.toContain('"sound"');
    });

    it('are nothing to kinds of messages that ignore them', async () => {
      expect(fates(await send([item('anna')], { kind: 'transaction', policies: { quietHours } }))).toEqual(['sent']);
    });

    it.each([
      ['forward', '2026-03-29T00:30:00Z', { from: '23:00', to: '02:30' }, '2026-03-29T01:00:00.000Z'],
      ['back, the first time', '2026-10-25T00:15:00Z', { from: '23:00', to: '02:30' }, '2026-10-25T00:30:00.000Z'],
      ['back, the second time', '2026-10-25T01:15:00Z', { from: '23:00', to: '02:30' }, '2026-10-25T01:30:00.000Z'],
    ])('end at their edge where the clocks go %s over it', async (_, now, hours, until) => {
      at(now);
      const [first] = untils(await send([item('anna')], { policies: { quietHours: hours } }));
      expect(first).toBe(until);
    });
  });

  describe('a local time', () => {
    it('is waited for in every zone', async () => {
      at('2026-06-01T05:00:00Z');
      const results = await send([item('paris'), item('york', { timezone: 'America/New_York' })], { policies: { localTime: { time: '09:00' } } });
      expect(untils(results)).toEqual(['2026-06-01T07:00:00.000Z', '2026-06-01T13:00:00.000Z']);
      at('2026-06-01T08:30:00Z');
      expect(fates(await send([item('paris'), item('york', { timezone: 'America/New_York' })], { policies: { localTime: { time: '09:00', past: 'skip' } } })))
        .toEqual(['sent', 'held local-time']);
    });

    it('that is just past is on time', async () => {
      at('2026-06-01T07:20:00Z');
      expect(fates(await send([item('anna')], { policies: { localTime: { time: '09:00', past: 'skip' } } }))).toEqual(['sent']);
    });

    it.each([['send', 'sent', undefined], ['skip', 'suppressed local-time-passed', undefined], ['next-day', 'held local-time', '2026-06-02T07:00:00.000Z']] as const)(
      'that is long past: %s', async (past, fate, until) => {
        at('2026-06-01T12:00:00Z');
        const results = await send([item('anna')], { policies: { localTime: { time: '09:00', past } } });
        expect([fates(results), untils(results)]).toEqual([[fate], [until]]);
      });

    it('may have a date', async () => {
      expect(untils(await send([item('anna')], { policies: { localTime: { time: '9:30', date: '2026-12-24' } } }))).toEqual(['2026-12-24T08:30:00.000Z']);
    });

    it('in quiet hours waits for their end too', async () => {
      const policies = { localTime: { time: '07:00', date: '2026-06-02' }, quietHours: { from: '22:00', to: '08:00' } };
      expect(untils(await send([item('anna')], { policies }))).toEqual(['2026-06-02T06:00:00.000Z']);
    });
  });

  describe('a person whose zone is not known', () => {
    const nowhere = item('anna', { timezone: undefined });
    it("lives in the campaign's zone, or is skipped", async () => {
      const policies = { quietHours: { from: '22:00', to: '08:00' }, zone: 'Asia/Tokyo' };
      expect(untils(await send([nowhere], { policies }))).toEqual(['2026-06-01T23:00:00.000Z']);
      expect(fates(await send([item('ben', { timezone: undefined })], { policies: { ...policies, unknownZone: 'skip' } }))).toEqual(['suppressed unknown-zone']);
      expect(fates(await send([item('cleo', { timezone: undefined })], { policies: { unknownZone: 'skip' } }))).toEqual(['sent']);
    });
  });

  describe('caps and gaps', () => {
    const sendAs = (campaign: string, policies: CampaignOptions['policies'], more: Partial<CampaignOptions> = {}) =>
      send([item('anna')], { campaign, ...(policies && { policies }), ...more }).then(fates);

    it('count what a person got in a rolling window, of all campaigns', async () => {
      const caps = [{ most: 2, hours: 24 }];
      expect(await sendAs('one', { caps })).toEqual(['sent']);
      clock += HOUR;
      expect(await sendAs('two', { caps })).toEqual(['sent']);
      clock += HOUR;
      expect(await sendAs('three', { caps })).toEqual(['suppressed frequency-cap']);
      clock += 22 * HOUR;
      expect(await sendAs('three', { caps })).toEqual(['sent']);
    });

    it('hold all rules, each for its category', async () => {
      await sendAs('one', undefined, { category: 'news' });
      const caps = [{ most: 1, hours: 24, category: 'marketing' }, { most: 2, hours: 48 }];
      expect(await sendAs('two', { caps })).toEqual(['sent']);
      expect(await sendAs('three', { caps })).toEqual(['suppressed frequency-cap']);
      clock += 25 * HOUR;
      expect(await sendAs('three', { caps })).toEqual(['suppressed frequency-cap']);
    });

    it('count a message to two devices once, and one that did not arrive not at all', async () => {
      fcm = new FakeGateway('fcm', ({ token }) => (token.startsWith('bad') ? { outcome: 'bad-payload' } : {}));
      await send([item('anna', { token: 'bad-phone' })], { campaign: 'failed' });
      await send([item('anna', { devices: [{ token: 'a' }, { token: 'b' }] })], { campaign: 'one' });
      expect(await sendAs('two', { caps: [{ most: 2, hours: 24 }] })).toEqual(['sent']);
      expect(await sendAs('three', { caps: [{ most: 2, hours: 24 }] })).toEqual(['suppressed frequency-cap']);
    });

    it('hold also for messages that come to a person at once', async () => {
      const orders = ['1', '2', '3'].map((order) => item('anna', { order }));
      const repeat = { per: 'key', field: 'order' } as const;
      const capped = await send(orders, { campaign: 'one', repeat, policies: { caps: [{ most: 2, hours: 24 }] } });
      expect(fates(capped).toSorted()).toEqual(['sent', 'sent', 'suppressed frequency-cap']);
      clock += 25 * HOUR;
      expect(fates(await send(orders, { campaign: 'two', repeat, policies: { gap: { minutes: 60 } } })).toSorted())
        .toEqual(['sent', 'suppressed minimum-gap', 'suppressed minimum-gap']);
    });

    it('let transactions pass, and do not count them', async () => {
      const caps = [{ most: 1, hours: 24 }];
      expect(await sendAs('order', { caps }, { kind: 'transaction' })).toEqual(['sent']);
      expect(await sendAs('sale', { caps })).toEqual(['sent']);
      expect(await sendAs('parcel', { caps }, { kind: 'transaction' })).toEqual(['sent']);
    });

    it('keep a gap: skipped, or held until it is over', async () => {
      await sendAs('one', undefined);
      clock += HOUR;
      expect(await sendAs('two', { gap: { minutes: 120 } })).toEqual(['suppressed minimum-gap']);
      const held = await send([item('anna')], { campaign: 'three', policies: { gap: { minutes: 120, then: 'hold' } } });
      expect([fates(held), untils(held)]).toEqual([['held minimum-gap'], ['2026-06-01T23:30:00.000Z']]);
    });
  });

  describe('time to live', () => {
    const short = { template: { title: 'T', ttlSeconds: 4 * 3600 } };
    it('goes on counting where another run is just then sending to who waited', async () => {
      const policies = { quietHours: { from: '22:00', to: '01:00' } };
      await send([item('anna')], { template: short, policies });
      at('2026-06-01T23:30:00Z');
      const name = { campaign: 'sale', occurrence: 'once', recipient: 'anna', key: '' };
      const more = { arm: null, category: 'marketing', counts: true, resendUnknown: false, gateway: 'fcm', platform: 'android', device: 'x' } as const;
      await store.lease([{ ...name, ...more, id: 'a' }], { now: new Date(clock), owner: 'another run', leaseMs: 60_000 });
      expect(fates(await send([], { template: short, policies }))).toEqual(['held in-flight']);
      expect(await store.held([name])).toMatchObject([{ reason: 'in-flight', since: '2026-06-01T21:30:00.000Z' }]);
    });

    it('is shortened by the waiting', async () => {
      const policies = { quietHours: { from: '22:00', to: '01:00' } };
      await send([item('anna')], { template: short, policies });
      at('2026-06-01T23:30:00Z');
      expect(fates(await send([], { template: short, policies }))).toEqual(['sent']);
      expect(push().payload).toMatchObject({ android: { ttl: '7200s' } });
    });

    it('that ends in the waiting means that nothing is sent', async () => {
      const policies = { quietHours: { from: '22:00', to: '08:00' } };
      expect(fates(await send([item('anna')], { template: short, policies }))).toEqual(['suppressed expired']);
    });

    it('of 0 means now or never to the gateway, and not that a local time is missed', async () => {
      const now = { template: { template: { title: 'T', ttlSeconds: 0 } }, policies: { localTime: { time: '09:00', date: '2026-06-02' } } };
      expect(fates(await send([item('anna'), item('ben')], now))).toEqual(['held local-time', 'held local-time']);
      at('2026-06-02T07:00:20Z');
      expect(fates(await send([item('anna')], now))).toEqual(['sent', 'sent']);
      at('2026-06-01T21:30:00Z');
      await send([item('late')], { ...now, occurrence: 'late' });
      at('2026-06-02T08:30:00Z');
      expect(fates(await send([], { ...now, occurrence: 'late' }))).toEqual(['suppressed expired']);
    });

    it('counts from the local time that was meant', async () => {
      const policies = { localTime: { time: '09:00', date: '2026-06-02' } };
      expect(fates(await send([item('anna')], { template: short, policies }))).toEqual(['held local-time']);
      at('2026-06-02T07:00:00Z');
      await send([], { template: short, policies });
      expect(push().payload).toMatchObject({ android: { ttl: '14400s' } });
    });
  });

  describe('the occurrence', () => {
    const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => item(`p${from + index}`));

    it('reaches as many people as its cap says, over all its runs', async () => {
      expect(fates(await send(many(3), { policies: { audienceCap: 5 } }))).toEqual(['sent', 'sent', 'sent']);
      expect(fates(await send(many(4, 3), { policies: { audienceCap: 5 } }))).toEqual(['sent', 'sent', 'suppressed audience-cap', 'suppressed audience-cap']);
    });

    it('counts people who stand on its list twice once, wherever they stand', async () => {
      async function* list() {
        yield* many(250);
        // Until these are written down as sent to.
        while ((await store.runs())[0]?.sent !== 250) await sleep(10);
        yield* many(350, 150);
      }
      const results = await collect(sendCampaign(list(), options({ policies: { audienceCap: 450 } })));
      expect(fates(results).filter((fate) => fate === 'sent')).toHaveLength(450);
    });

    it('counts people once who stand on a page of its list twice, or in the air already, or with several orders', async () => {
      expect(fates(await send([...many(1), ...many(3)], { policies: { audienceCap: 2 } })))
        .toEqual(['sent', 'suppressed duplicate', 'sent', 'suppressed audience-cap']);
      const orders = [item('anna', { order: 1 }), item('anna', { order: 2 }), item('ben', { order: 3 }), item('carl', { order: 4 }), item('anna', { order: 5 })];
      expect(fates(await send(orders, { campaign: 'orders', repeat: { per: 'key', field: 'order' }, policies: { audienceCap: 2 } })))
        .toEqual(['sent', 'sent', 'sent', 'suppressed audience-cap', 'sent']);
    });

    it('that was killed is sent to those whom its cap counts already, and to no fewer others for them', async () => {
      const people = many(20);
      const intents = people.map(({ id, token }): DeliveryIntent => ({
        campaign: 'sale', occurrence: 'once', recipient: String(id), key: '', id: deliveryId('sale', 'once', String(id), String(token), ''), arm: null, category: 'marketing',
        counts: true, resendUnknown: false, gateway: 'fcm', platform: 'android', device: 'd',
      }));
      const lease = { now: new Date(clock), owner: 'killed', leaseMs: 1000 };
      await store.lease(intents.slice(0, 5), lease);
      await store.lease(intents.slice(5, 10).map((one) => ({ ...one, leaves: true })), lease);
      clock += HOUR;
      const results = fates(await send(people, { policies: { audienceCap: 12 } }));
      expect(results).toEqual([
        ...Array(5).fill('sent'), ...Array(5).fill('suppressed unknown-before'), 'sent', 'sent', ...Array(8).fill('suppressed audience-cap'),
      ]);
      expect(await store.countReached('sale', 'once')).toBe(12);
    });

    it('goes to a canary share first, always the same people, and to the others when they had their time', async () => {
      const policies = { canary: { share: 0.2, minutes: 30 } };
      const first = await send(many(200), { policies });
      const sent = first.filter(({ output }) => output === 'sent').map(({ recipient }) => recipient);
      expect(sent.length).toBeGreaterThan(20);
      expect(sent.length).toBeLessThan(60);
      expect(new Set(fates(first))).toEqual(new Set(['sent', 'held canary']));
      clock += 30 * 60_000;
      expect((await send([], { policies })).filter(({ output }) => output === 'sent')).toHaveLength(200 - sent.length);
    });

    it('does not go on by itself where the canary failed; when that is mended and the canary was sent to again, it does', async () => {
      const policies = { canary: { share: 0.2, minutes: 30 } };
      fcm = new FakeGateway('fcm', () => ({ outcome: 'bad-payload', code: 'INVALID_ARGUMENT' }));
      const tried = (await send(many(200), { policies })).filter(({ output }) => output === 'failed').length;
      expect(tried).toBeGreaterThan(20);
      clock += 31 * 60_000;
      const held = await send([], { policies });
      expect(new Set(fates(held))).toEqual(new Set(['held canary-failed']));
      expect(held).toHaveLength(200 - tried);
      expect((await store.runs())[0]).toMatchObject({ failed: tried, failures: { 'bad-payload': tried } });
      fcm = new FakeGateway();
      expect((await send(many(200), { policies })).filter(({ output }) => output === 'sent')).toHaveLength(tried);
      clock += 31 * 60_000;
      expect((await send([], { policies })).filter(({ output }) => output === 'sent')).toHaveLength(200 - tried);
    });

    it('takes old devices of a canary for no fault of the message, and bears what it is told to', async () => {
      const dead = new Set(many(200).filter((_, index) => index % 2 === 0).map(({ id }) => `token-${String(id)}`));
      fcm = new FakeGateway('fcm', ({ token }) => (dead.has(token) ? { outcome: 'dead-token', code: 'UNREGISTERED' } : {}));
      const policies = { canary: { share: 0.2, minutes: 30 } };
      const tried = (await send(many(200), { policies })).filter(({ output }) => output !== 'held').length;
      clock += 31 * 60_000;
      expect((await send([], { policies })).filter(({ output }) => output !== 'held')).toHaveLength(200 - tried);
      fcm = new FakeGateway('fcm', () => ({ outcome: 'unavailable', code: 'UNAVAILABLE' }));
      const bold = { campaign: 'bold', policies: { canary: { share: 0.2, minutes: 30, mostFailed: 1 } } };
      await send(many(100), bold);
      clock += 31 * 60_000;
      expect(new Set(fates(await send([], bold)))).toEqual(new Set(['failed unavailable']));
    });

    it.each([
      [{ per: 'day' }, 24, '2026-06-01'], [{ per: 'week' }, 24 * 7, '2026-W23'],
    ] as const)('repeats %j', async (repeat, hours, name) => {
      expect(fates(await send([item('anna')], { repeat }))).toEqual(['sent']);
      clock += HOUR;
      expect(fates(await send([item('anna')], { repeat }))).toEqual(['suppressed already-sent']);
      expect((await store.runs())[0]?.occurrence).toBe(name);
      clock += hours * HOUR;
      expect(fates(await send([item('anna')], { repeat }))).toEqual(['sent']);
    });

    it('repeats for each key, and says who has none', async () => {
      const repeat = { per: 'key', field: 'order.id' } as const;
      const ordered = (id: unknown) => item('anna', { order: { id } as Item });
      expect(fates(await send([ordered(1), ordered(2), ordered(1), ordered('')], { repeat }))).toEqual(
        expect.arrayContaining(['sent', 'sent', 'suppressed duplicate', 'failed no-key']));
      expect(fates(await send([ordered(2), ordered(3)], { repeat }))).toEqual(['suppressed already-sent', 'sent']);
    });

    it('sends for every item where there is no limit', async () => {
      expect(fates(await send([item('anna'), item('anna')], { repeat: { per: 'message' } }))).toEqual(['sent', 'sent']);
    });
  });

  describe('an operator', () => {
    const many = Array.from({ length: 1200 }, (_, index) => item(`p${String(index).padStart(4, '0')}`));
    const during = async (state: 'paused' | 'cancelled') => {
      fcm = new FakeGateway('fcm', async () => {
        if (fcm.messages.length === 1) await store.moveRuns({ campaign: 'sale' }, ['running'], state, new Date(clock));
        return {};
      });
      return send(many);
    };

    it('pauses a run: who is left waits, and goes on when it is resumed', async () => {
      const results = await during('paused');
      const held = results.filter(({ output }) => output === 'held');
      expect(held.length).toBeGreaterThan(0);
      expect(new Set(fates(held))).toEqual(new Set(['held paused']));
      expect(fates(await send([item('new')]))).toEqual(['held paused']);
      expect(await store.nextDue('sale')).toBeUndefined();
      await store.moveRuns({ campaign: 'sale' }, ['paused'], 'waiting', new Date(clock));
      await send([]);
      expect((await store.runs())[0]).toMatchObject({ state: 'finished', people: 1201, sent: 1201, held: 0 });
      expect(new Set(fcm.messages.map(({ token }) => token)).size).toBe(fcm.messages.length);
    });

    it('can pause a run of which another process has come to its end', async () => {
      fcm = new FakeGateway('fcm', async () => {
        if (fcm.messages.length === 1) {
          await collect(sendCampaign([item('shard')], { ...options(), gateways: { fcm: new FakeGateway() } }));
          expect((await store.runs())[0]).toMatchObject({ state: 'finished' });
        }
        // Some pages later.
        if (fcm.messages.length === 700) await steerRun(store, 'pause', { campaign: 'sale' });
        return {};
      });
      const results = await send([...many, ...Array.from({ length: 2000 }, (_, index) => item(`q${index}`))]);
      expect(results.some(({ reason }) => reason === 'paused')).toBe(true);
      expect((await store.runs())[0]).toMatchObject({ state: 'paused', people: results.length + 1 });
    });

    it('finds nobody counted twice who failed before and waits now, or whom two processes have at once', async () => {
      fcm = new FakeGateway('fcm', () => ({ outcome: 'unavailable' }));
      expect(fates(await send([item('anna')]))).toEqual(['failed unavailable']);
      expect(fates(await send([item('anna')], { policies: { quietHours: { from: '22:00', to: '08:00' } } }))).toEqual(['held quiet-hours']);
      expect((await store.runs())[0]).toMatchObject({ people: 1, failed: 0, held: 1 });
      fcm = new FakeGateway('fcm', async () => {
        if (fcm.messages.length === 1) expect(fates(await send([item('ben')]))).toEqual(['held in-flight']);
        return {};
      });
      expect(fates(await send([item('ben')]))).toEqual(['sent']);
      expect((await store.runs())[0]).toMatchObject({ people: 2, sent: 1, held: 1 });
    });

    it('pauses a campaign that sends whenever something happens, between two messages', async () => {
      const orders = { repeat: { per: 'key', field: 'order' } } as const;
      await send([item('anna', { order: 1 })], orders);
      expect((await store.runs())[0]).toMatchObject({ state: 'waiting', people: 1, sent: 1 });
      await steerRun(store, 'pause', { campaign: 'sale' });
      expect(fates(await send([item('anna', { order: 2 })], orders))).toEqual(['held paused']);
      await steerRun(store, 'resume', { campaign: 'sale' });
      expect(fates(await send([], orders))).toEqual(['sent']);
    });

    it.each(['pause', 'resume', 'cancel'] as const)('has nothing to %s before the campaign begins, and says so; a new occurrence begins where earlier ones are paused', async (action) => {
      await expect(steerRun(store, action, { campaign: 'sale' })).rejects.toMatchObject({ code: 'no-run', hint: expect.stringContaining('has not begun') });
      await store.beginRun('sale', 'monday', new Date(clock));
      await steerRun(store, 'pause', { campaign: 'sale' });
      expect(fates(await send([item('anna')], { occurrence: 'tuesday' }))).toEqual(['sent']);
    });

    it('cancels a run: who is left gets nothing, and is counted', async () => {
      const results = await during('cancelled');
      const sent = results.filter(({ output }) => output === 'sent').length;
      expect(new Set(fates(results))).toEqual(new Set(['sent', 'suppressed cancelled']));
      expect((await store.runs())[0]).toMatchObject({ state: 'cancelled', people: 1200, sent, suppressed: 1200 - sent });
    });
  });

  describe('messages that may come twice', () => {
    it('bear a name, so that a phone shows one', async () => {
      fcm = new FakeGateway('fcm', () => ({ outcome: 'unknown', code: 'timeout' }));
      const alert = { kind: 'alert' as const, template: { template: { title: 'T', body: 'B' } } };
      expect(fates(await send([item('anna')], alert))).toEqual(['failed unknown']);
      expect(fates(await send([item('anna')], alert))).toEqual(['failed unknown']);
      const names = fcm.messages.map(({ payload }) => [
        (payload as { android: { notification: { tag: string } } }).android.notification.tag,
        (payload as { apns: { headers: Record<string, string> } }).apns.headers['apns-collapse-id'],
      ]);
      expect(names[0]).toEqual(names[1]);
      expect(names[0]?.[0]).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  it.each<[string, Partial<CampaignOptions>]>([
    ['bad-policy', { policies: { zone: 'Mars/Olympus' } }],
    ['bad-policy', { policies: { quietHours: { from: '25:00', to: '08:00' } } }],
    ['bad-policy', { policies: { quietHours: { from: '08:00', to: '8:00' } } }],
    ['bad-policy', { policies: { localTime: { time: '09:00', date: '2026-02-30' } } }],
    ['bad-policy', { policies: { caps: [{ most: 0, hours: 24 }] } }],
    ['bad-policy', { policies: { caps: [{ most: 1, hours: 721 }] } }],
    ['bad-policy', { policies: { gap: { minutes: -1 } } }],
    ['bad-policy', { policies: { canary: { share: 1, minutes: 5 } } }],
    ['bad-policy', { policies: { audienceCap: 1.5 } }],
    ['unknown-message-kind', { kind: 'spam' as 'news' }],
    ['bad-repeat', { repeat: { per: 'year' as 'day' } }],
    ['bad-repeat', { repeat: { per: 'key', field: ' ' } }],
  ])('refuse with %s: %j', async (code, more) => {
    await expect(send([item('anna')], more)).rejects.toMatchObject({ code });
    expect(fcm.messages).toHaveLength(0);
  });

  it('add up at every run, reach nobody twice, and nobody in their quiet hours, whatever people, policies and clocks', async () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59')).map(([hour, minute]) => `${hour}:${minute}`);
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const policies = fc.record({
      zone: fc.constantFrom('UTC', 'Europe/Paris', 'Australia/Lord_Howe'),
      unknownZone: fc.constantFrom('campaign' as const, 'skip' as const),
      quietHours: maybe(fc.record({ from: time, to: time, then: fc.constantFrom('hold' as const, 'skip' as const) }).filter(({ from, to }) => from !== to)),
      localTime: maybe(fc.record({ time, past: fc.constantFrom('send' as const, 'next-day' as const, 'skip' as const) })),
      caps: fc.array(fc.record({ most: fc.integer({ min: 1, max: 3 }), hours: fc.integer({ min: 1, max: 48 }) }), { maxLength: 2 }),
      gap: maybe(fc.record({ minutes: fc.integer({ min: 1, max: 600 }), then: fc.constantFrom('hold' as const, 'skip' as const) })),
      audienceCap: maybe(fc.integer({ min: 1, max: 10 })),
      canary: maybe(fc.record({ share: fc.double({ min: 0.1, max: 0.9, noNaN: true }), minutes: fc.integer({ min: 1, max: 120 }) })),
    });
    const person = fc.record({
      timezone: maybe(fc.constantFrom('Europe/Paris', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'Australia/Lord_Howe')),
      consent: fc.constantFrom('opted-in', 'opted-out'), devices: fc.integer({ min: 0, max: 2 }), heldOut: fc.boolean(),
    });
    // Around the nights in which clocks change in Europe, New York and Lord Howe.
    const start = fc.constantFrom('2026-03-28T18:00:00Z', '2026-10-24T18:00:00Z', '2026-11-01T02:00:00Z', '2026-10-03T10:00:00Z', '2026-06-01T00:00:00Z');
    const steps = fc.array(fc.record({ minutes: fc.integer({ min: 0, max: 1000 }), comeAgain: fc.boolean() }), { maxLength: 4 });
    await fc.assert(fc.asyncProperty(policies, fc.array(person, { maxLength: 12 }), start, steps, async (rules, drawn, from, later) => {
      const fresh = await openStore({ sqlite: ':memory:' });
      const gateway = new FakeGateway();
      clock = Date.parse(from);
      const people = drawn.map(({ devices, heldOut, consent, timezone }, index): Item => ({
        id: `p${index}`, consent: { marketing: consent }, ...(timezone && { timezone }), push: { heldOut },
        devices: Array.from({ length: devices }, (_, n) => ({ token: `${index}-${n}` })),
      }));
      const declared = Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
      const run = async (items: Item[]) => {
        const summary = new SendSummary('sale', 'once');
        const before = gateway.messages.length;
        const results = await collect(sendCampaign(items, options({ store: fresh, gateways: { fcm: gateway }, policies: declared })));
        for (const result of results) summary.add(result);
        const { people: all, sent, failed, suppressed, held } = summary.toJSON();
        const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
        expect(sent + failed + sum(suppressed) + sum(held)).toBe(all);
        expect(new Set(results.map(({ recipient }) => recipient)).size).toBe(all);
        for (const { token } of gateway.messages.slice(before)) {
          const timezone = drawn[Number(token.split('-')[0])]?.timezone ?? rules.zone;
          if (rules.quietHours !== undefined) expect(quiet(timezone, clock, rules.quietHours)).toBe(false);
        }
        return results;
      };
      expect((await run(people)).map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(people.map((_, index) => index));
      for (const { minutes, comeAgain } of later) {
        clock += minutes * 60_000;
        await run(comeAgain ? people : []);
      }
      // Hour by hour until nobody waits any more.
      for (let hour = 0; hour < 24 * 5 && (await fresh.nextDue('sale')) !== undefined; hour++) {
        clock = Math.max(clock, (await fresh.nextDue('sale') as Date).getTime());
        await run([]);
      }
      expect(await fresh.nextDue('sale')).toBeUndefined();
      expect(new Set(gateway.messages.map(({ token }) => token)).size).toBe(gateway.messages.length);
      const [end] = await fresh.runs();
      expect(end).toMatchObject({ people: drawn.length, held: 0, state: 'finished' });
      await fresh.close();
    }), { numRuns: 120 });
  }, 60_000);
});

/** Asked in another way than the engine asks it. */
function quiet(timeZone: string, now: number, { from, to }: { from: string; to: string }): boolean {
  const shown = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(now);
  const [start, end] = [from.padStart(5, '0'), to.padStart(5, '0')];
  return start < end ? shown >= start && shown < end : shown >= start || shown < end;
}
