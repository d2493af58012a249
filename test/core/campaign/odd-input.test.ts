/** Input as it comes on bad days: whatever it is, each person is counted once and sent to once. */
import {
  campaignReport, explainAudience, importPeople, listRuns, saveDynamicList, saveStaticList, sendBroadcast, sendCampaign, SendSummary, setConsent, steerRun, suppressPerson, type CampaignOptions, type Item,
} from '../../../core/campaign';
import type { Store } from '../../../core/store';
import { DATABASES, freshStore } from '../store/databases';
import { collect, FakeGateway } from '../support';

const item = (id: string, more: Item = {}): Item => ({ id, token: `token-${id}`, ...more });
let seed = 1;
/** A text of three bytes a character such as no database makes shorter. */
const long = (length: number) => Array.from({ length }, () => String.fromCharCode(0x4e00 + (seed = (seed * 48271) % 2147483647) % 20000)).join('');
const many = (count: number) => Array.from({ length: count }, (_, index) => item(`p${index}`));

describe.each(DATABASES.map((database) => [database.name, database] as const))('a campaign, its store in %s,', (_, database) => {
  let store: Store;
  let end: () => Promise<void>;
  let clock: number;
  let fcm: FakeGateway;
  beforeEach(async () => {
    ({ store, end } = await freshStore(database));
    clock = Date.parse('2026-06-01T12:00:00Z');
    fcm = new FakeGateway();
  });
  afterEach(() => end());

  const send = (items: Item[], more: Partial<CampaignOptions> = {}) => collect(sendCampaign(items, {
    campaign: 'sale', template: { template: { title: 'T', body: 'B' } }, store, gateways: { fcm }, now: () => new Date(clock), ...more,
  }));
  const phones = () => new Set(fcm.messages.map(({ token }) => token)).size;

  it('of nobody is over', async () => {
    expect(await send([])).toEqual([]);
    expect(await store.runs()).toMatchObject([{ state: 'finished', people: 0, sent: 0, held: 0 }]);
  });

  it('in which people come twice, on one page and on two, with every outcome, counts each of them once', async () => {
    const outcomes = ['unavailable', 'accepted', 'unknown', 'accepted', 'dead-token'] as const;
    fcm = new FakeGateway('fcm', () => ({ outcome: outcomes[fcm.messages.length % outcomes.length] ?? 'accepted' }));
    const summary = new SendSummary('sale', 'once');
    for (const result of await send([...many(700), ...many(300), ...many(500)])) summary.add(result);
    const { people, sent, failed, suppressed, held } = summary.toJSON();
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
    expect([people, sent + failed + sum(suppressed) + sum(held)]).toEqual([1500, 1500]);
    const [run] = await store.runs();
    expect(run).toMatchObject({ people: 700, sent, held: 0 });
    expect((run?.sent ?? 0) + (run?.failed ?? 0) + (run?.suppressed ?? 0)).toBe(700);
  });

  it.each([0, -3_600_000, 3_600_000])('that three processes run at once, while the clock is set by %d ms, reaches everybody once', async (by) => {
    fcm = new FakeGateway('fcm', () => {
      if (fcm.messages.length === 300) clock += by;
      return {};
    });
    await Promise.all([send(many(1200)), send(many(1200).toReversed()), send(many(1200))]);
    expect((await store.runs())[0]).toMatchObject({ people: 1200 });
    clock += Math.abs(by) + 120_000;
    await send([]);
    expect(await store.runs()).toMatchObject([{ state: 'finished', people: 1200, sent: 1200, held: 0 }]);
    expect([fcm.messages.length, phones()]).toEqual([1200, 1200]);
  });

  it('that is paused and then cancelled while people wait sends nothing, and counts them', async () => {
    const quiet = { policies: { quietHours: { from: '11:00', to: '13:00' } } };
    await send([item('a'), item('b')], quiet);
    await steerRun(store, 'pause', { campaign: 'sale' });
    await send([item('c')]);
    expect(await store.runs()).toMatchObject([{ state: 'paused', people: 3, held: 3 }]);
    await steerRun(store, 'cancel', { campaign: 'sale' });
    clock += 7_200_000;
    expect((await send([item('a'), item('d')], quiet)).map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'cancelled'));
    expect(await store.runs()).toMatchObject([{ state: 'cancelled', people: 4, suppressed: 4, held: 0 }]);
    expect(fcm.messages).toHaveLength(0);
  });

  it('that is stopped while it sends to who waited leaves those waiting whom it did not reach', async () => {
    const quiet = { policies: { quietHours: { from: '11:00', to: '13:00' } } };
    await send(many(600), quiet);
    clock += 7_200_000;
    const stop = new AbortController();
    fcm = new FakeGateway('fcm', () => {
      if (fcm.messages.length === 20) stop.abort();
      return {};
    });
    await send([], { ...quiet, signal: stop.signal });
    const sent = fcm.messages.length;
    expect(sent).toBeLessThan(600);
    expect(await store.runs()).toMatchObject([{ state: 'stopped', people: 600, sent, failed: 0, held: 600 - sent }]);
    await send([], quiet);
    expect(await store.runs()).toMatchObject([{ state: 'finished', people: 600, sent: 600, held: 0 }]);
    expect([fcm.messages.length, phones()]).toEqual([600, 600]);
  });

  it('to which somebody who waits comes twice, while another run has them, lets them wait on', async () => {
    await send([item('anna')], { policies: { quietHours: { from: '11:00', to: '13:00' } } });
    clock += 7_200_000;
    await store.lease([{
      id: 'of a killed run', campaign: 'sale', occurrence: 'once', recipient: 'anna', key: '', arm: null, category: 'marketing', counts: true, resendUnknown: false,
      gateway: 'fcm', platform: 'android', device: 'phone',
    }], { owner: 'killed', leaseMs: 60_000, now: new Date(clock) });
    expect((await send([item('anna'), item('anna')])).map(({ reason }) => reason).toSorted()).toEqual(['duplicate', 'in-flight']);
    clock += 120_000;
    expect((await send([])).map(({ output }) => output)).toEqual(['sent']);
  });

  it.each(['BigInt', 'circle', 'depth'])('of which somebody would have to wait who cannot be kept, for a %s, fails them alone', async (kind) => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const odd = { BigInt: 10n, circle, depth: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown }[kind];
    const asleep = { timezone: 'Asia/Tokyo' };
    const results = await send([item('anna', { ...asleep, odd } as Item), item('ben'), item('carl', asleep)], { policies: { quietHours: { from: '20:00', to: '23:00' } } });
    expect(results.map(({ recipient, output, reason }) => [recipient, reason ?? output]).toSorted())
      .toEqual([['anna', 'unstorable-value'], ['ben', 'sent'], ['carl', 'quiet-hours']]);
    expect(await store.runs()).toMatchObject([{ state: 'waiting', people: 3, sent: 1, failed: 1, held: 1 }]);
  });

  it('whose people wait while its fields are named anew takes them for who they are, or fails them once', async () => {
    const quietHours = { from: '11:00', to: '13:00' };
    const fields = { id: 'customer', token: 'phone' };
    await send([{ customer: 'anna', phone: 'a' }, { customer: 'ben', token: 'b', phone: 'b' }], { fields, policies: { quietHours } });
    await store.suppress('ben', 'by hand', new Date(clock));
    clock += 7_200_000;
    const results = await send([]);
    expect(results.map(({ reason }) => reason).toSorted()).toEqual(['no-id', 'suppressed']);
    expect(await store.runs()).toMatchObject([{ state: 'finished', people: 2, failed: 1, suppressed: 1, held: 0 }]);
    expect(await send([])).toEqual([]);
  });

  it('with long names among its people and their keys reaches all of them, or fails who has too long a name alone', async () => {
    const by = { repeat: { per: 'key', field: 'order' }, policies: { quietHours: { from: '11:00', to: '13:00' } } } as const;
    const keys = [long(3000), long(3000)];
    const people = [
      item('anna', { order: keys[0] }), item('anna', { order: keys[1] }), item('anna', { order: keys[0] }), item(long(341), { order: '1', token: 'ben' }), item(long(342), { order: '1' }),
      { id: 'carl', order: '1', token: long(834) },
    ];
    const fates = async () => (await send(people, by)).map(({ output, reason }) => reason ?? output).toSorted();
    expect(await fates()).toEqual(['id-too-long', 'no-device', 'quiet-hours', 'quiet-hours', 'quiet-hours', 'quiet-hours']);
    clock += 7_200_000;
    expect(await fates()).toEqual(['duplicate', 'id-too-long', 'no-device', 'sent', 'sent', 'sent']);
    expect(await fates()).toEqual(['already-sent', 'already-sent', 'already-sent', 'already-sent', 'id-too-long', 'no-device']);
    expect((await importPeople([{ place: '1', value: { id: long(342) } }, { place: '2', value: { id: 'dora', token: long(834) } }, { place: '3', value: item(long(341)) }], { store })).people)
      .toHaveLength(2);
  });

  it('with a name or an occurrence of 512 bytes keeps those who wait; a longer one is refused in words before anything is written', async () => {
    const policies = { quietHours: { from: '11:00', to: '13:00' } };
    const people = [item(long(341), { token: 'ben', order: long(170) })];
    const by = { repeat: { per: 'key', field: 'order' }, policies } as const;
    expect(await send(people, { ...by, campaign: `${long(170)}ab`, occurrence: long(170) })).toMatchObject([{ reason: 'quiet-hours' }]);
    for (const [field, name] of [['campaign', `${long(170)}abc`], ['occurrence', long(900)]] as const) {
      const refusal = { code: 'name-too-long', message: expect.stringContaining(`The name of the ${field} has ${Buffer.byteLength(name)} bytes`) };
      await expect(send(people, { ...by, [field]: name })).rejects.toMatchObject(refusal);
      await expect(sendBroadcast({}, {
        campaign: 'sale', to: { topic: 'news' }, template: { template: { title: 'T' } }, store, gateways: { fcm }, now: () => new Date(clock), [field]: name,
      })).rejects.toMatchObject(refusal);
    }
    expect(await store.runs()).toHaveLength(1);
  });

  it('refuses names of lists and events, and ids of their people, that are too long to find anything by', async () => {
    await expect(saveStaticList(store, long(171), ['anna'])).rejects.toMatchObject({ code: 'name-too-long' });
    await expect(saveDynamicList(store, long(171), { country: 'FR' })).rejects.toMatchObject({ code: 'name-too-long' });
    const report = await saveStaticList(store, long(170), ['anna', long(900), long(341)]);
    expect(report).toMatchObject({ members: 2, rejected: [{ place: 'entry 2', code: 'id-too-long' }] });
    const activity = { recipient: long(341), name: long(170), key: long(170), at: new Date(clock).toISOString(), properties: {} };
    for (const [odd, code] of [[{ name: long(171) }, 'name-too-long'], [{ key: long(171) }, 'name-too-long'], [{ recipient: long(342) }, 'id-too-long']] as const) {
      await expect((async () => store.recordActivities([activity, { ...activity, ...odd }], new Date(clock)))()).rejects.toMatchObject({ code });
    }
    expect(await store.recordActivities([activity], new Date(clock))).toEqual({ recorded: 1, duplicates: 0 });
    await expect(setConsent(store, { id: long(342), category: 'news', state: 'opted-out' })).rejects.toMatchObject({ code: 'id-too-long' });
    await expect(suppressPerson(store, { id: long(342) })).rejects.toMatchObject({ code: 'id-too-long' });
  });

  it.each(['news \ud83c', 'ne\0ws', ' news '])('for the consent category %j goes to nobody who said no to it, however that came', async (category) => {
    await setConsent(store, { id: 'anna', category, state: 'opted-out' });
    await importPeople([{ place: '1', value: item('ben', { consent: { [category]: 'opted-out' } }) }, { place: '2', value: item('carl', { consent: { [category]: 'opted-in' } }) }], { store });
    await expect(importPeople([{ place: '1', value: item('dora', { consent: { [long(171)]: 'opted-in' } }) }], { store })).resolves.toMatchObject({ people: [], rejected: [{ code: 'name-too-long' }] });
    const results = await send([item('anna'), item('ben'), item('carl'), item('emil', { consent: { [category]: 'opted-out' } })], { category });
    expect(results.map(({ recipient, output, reason }) => [recipient, reason ?? output]).toSorted())
      .toEqual([['anna', 'no-consent'], ['ben', 'no-consent'], ['carl', 'sent'], ['emil', 'no-consent']]);
    expect(await explainAudience(store, { $reachable: { category, consent: 'not-opted-out' } }, { now: new Date(clock) })).toMatchObject({ people: 2, matched: 1 });
    await expect(send([item('anna')], { category: long(171) })).rejects.toMatchObject({ code: 'name-too-long' });
  });

  it('with odd names among its people reaches all of them, and sends to no token that a store would keep as another', async () => {
    const odd = [item('constructor'), item('__proto__'), item('a\0b', { token: 'a and b' }), item('\ud800'), { id: 'odd', token: 'to\0ken' }, { id: '\0', token: 'nobody' }];
    const fates = (await send(odd)).map(({ output, reason }) => reason ?? output);
    expect(fates.toSorted()).toEqual(['no-device', 'no-id', 'sent', 'sent', 'sent', 'sent']);
    expect((await send(odd)).filter(({ reason }) => reason === 'already-sent')).toHaveLength(4);
    expect(phones()).toBe(4);
  });

  it.each(['sale \0 now', 'half of \ud83c'])('goes to nobody twice, be its name or its occurrence %j', async (name) => {
    for (const named of [{ campaign: name }, { occurrence: name }]) {
      fcm = new FakeGateway();
      const ends: unknown[] = [];
      const broadcast = () => sendBroadcast({}, {
        campaign: 'sale', to: { topic: 'news' }, template: { template: { title: 'T' } }, store, gateways: { fcm }, now: () => new Date(clock), ...named,
      });
      for (let run = 0; run < 2; run++) {
        for (const { reason, output } of [...await send([item('anna')], named), await broadcast()]) ends.push(reason ?? output);
        clock += 3_600_000;
      }
      expect([ends, fcm.messages.length]).toEqual([['sent', 'sent', 'already-sent', 'already-sent'], 2]);
    }
    expect(await listRuns(store, { campaign: name })).toMatchObject([{ sent: 1 }]);
    expect((await campaignReport(store, { campaign: name })).campaigns).toMatchObject([{ total: { people: 1 } }]);
    await send([item('ben')], { campaign: name, policies: { quietHours: { from: '00:00', to: '23:59' } } });
    expect(await steerRun(store, 'pause', { campaign: name })).toMatchObject([{ state: 'paused', held: 1 }]);
  });

  it.each(['a\0b', '\ud800'])('whose people wait under an odd key, %j, sends to each of them once, whoever comes again', async (order) => {
    const orders = { repeat: { per: 'key', field: 'order' }, policies: { quietHours: { from: '11:00', to: '13:00' } } } as const;
    const fates = async () => (await send([item('anna', { order })], orders)).map(({ output, reason }) => reason ?? output);
    expect(await fates()).toEqual(['quiet-hours']);
    clock += 7_200_000;
    expect(await fates()).toEqual(['sent']);
    expect(await fates()).toEqual(['already-sent']);
    expect(fcm.messages).toHaveLength(1);
  });
});
