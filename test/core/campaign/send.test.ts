import fc from 'fast-check';
import {
  audienceReference, campaignReport, compileStage, followLink, importPeople, receiveEvents, sendCampaign, SendSummary, SUPPRESSION_REASONS,
  type CampaignOptions, type Item, type SendResult,
} from '../../../core/campaign';
import type { GatewayResult } from '../../../core/delivery/gateway';
import { isJsonObject } from '../../../core/json';
import { openStore, type Store } from '../../../core/store';
import { deliveryId, signDelivery } from '../../../core/tracking';
import { collect, FakeGateway, NOW, SECRET } from '../support';

const TEXT = { template: { title: 'Hello {{firstName}}', body: 'See the sale.', link: 'https://shop.example/sale' } };
const TRACKING = { eventsUrl: 'https://shop.example/push-events', secret: SECRET };
const item = (id: string, more: Item = {}): Item => ({ id, firstName: id, token: `token-${id}`, ...more });

describe('sending a campaign', () => {
  let store: Store;
  let fcm: FakeGateway;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
    fcm = new FakeGateway();
  });
  afterEach(() => store.close());

  const options = (more: Partial<CampaignOptions> = {}): CampaignOptions => ({
    campaign: 'sale', template: TEXT, store, gateways: { fcm }, now: () => NOW, ...more,
  });
  const send = async (items: Iterable<Item> | AsyncIterable<Item>, more: Partial<CampaignOptions> = {}): Promise<SendResult[]> =>
    (await collect(sendCampaign(items, options(more)))).toSorted((a, b) => a.index - b.index);
  const reasons = (results: SendResult[]) => results.map(({ output, reason }) => reason ?? output);

  it('needs no more than a token and a text', async () => {
    const [result] = await send([{ token: 'a-token', firstName: 'Anna' }]);
    expect(result).toMatchObject({ output: 'sent', item: { push: { outcome: 'accepted', deliveries: [{ gateway: 'fcm', outcome: 'accepted', attempts: 1 }] } } });
    expect(fcm.messages).toMatchObject([{ token: 'a-token', payload: { notification: { title: 'Hello Anna', body: 'See the sale.' } } }]);
  });

  it('shows no token in what it puts out beside what came in', async () => {
    const [result] = await send([{ id: 1, firstName: 'Anna', devices: [{ token: 'a-secret-token' }] }]);
    expect(JSON.stringify(result?.item['push'])).not.toContain('a-secret-token');
  });

  it('sends the same occurrence to nobody twice, and the next one to everybody', async () => {
    const people = [item('anna'), item('ben')];
    await send(people);
    expect(reasons(await send(people))).toEqual(['already-sent', 'already-sent']);
    expect(fcm.messages).toHaveLength(2);
    expect(reasons(await send(people, { occurrence: '2026-06-02' }))).toEqual(['sent', 'sent']);
  });

  it('sends to nobody of a long list twice who stands on it twice, in the first run of an occurrence and in the next', async () => {
    const people = Array.from({ length: 600 }, (_, n) => item(`p${n % 300}`));
    const first = reasons(await send(people));
    expect([first.length, first.filter((one) => one === 'sent').length]).toEqual([600, 300]);
    expect(new Set(reasons(await send(people)))).toEqual(new Set(['already-sent']));
    expect(fcm.messages).toHaveLength(300);
  });

  it('does not ask who was reached before a run that begins its occurrence', async () => {
    const reached = jest.spyOn(store, 'reached');
    const people = Array.from({ length: 600 }, (_, n) => item(`p${n}`));
    let clock = NOW.getTime();
    const now = () => new Date(clock++);
    await send(people, { now });
    const asked = reached.mock.calls.length;
    await send(people, { now });
    // The first page cannot know yet.
    expect([asked, reached.mock.calls.length - asked]).toEqual([1, 3]);
  });

  it('writes the ledger before a message leaves', async () => {
    const seen: unknown[] = [];
    fcm = new FakeGateway('fcm', async ({ id }) => {
      seen.push(...(await collect(store.ledger())).filter((row) => row.id === id));
      return {};
    });
    await send([item('anna')]);
    expect(seen).toMatchObject([{ recipient: 'anna', attempts: 0 }]);
    expect(seen[0]).not.toHaveProperty('outcome');
  });

  it('does not reach a person on a second device when the first one was reached by an earlier run', async () => {
    await send([item('anna')]);
    expect(reasons(await send([item('anna', { devices: [{ token: 'new-phone' }] })]))).toEqual(['already-sent']);
  });

  it('counts whom a run reached that died before it could write that down', async () => {
    const dies: Store = Object.create(store, { settle: { value: async (outcomes: Parameters<Store['settle']>[0], options: Parameters<Store['settle']>[1]) => {
      await store.settle(outcomes, options);
      throw new Error('killed');
    } } });
    await expect(send([item('anna')], { store: dies })).rejects.toThrow('killed');
    expect(reasons(await send([item('anna')]))).toEqual(['already-sent']);
    expect(await store.runs()).toMatchObject([{ people: 1, sent: 1 }]);
  });

  it('sends again to whom an earlier run certainly did not reach', async () => {
    fcm = new FakeGateway('fcm', () => ({ outcome: 'bad-credentials', code: 'UNAUTHENTICATED' }));
    expect(reasons(await send([item('anna')]))).toEqual(['bad-credentials']);
    fcm = new FakeGateway();
    expect(reasons(await send([item('anna')]))).toEqual(['sent']);
  });

  it('does not risk a second message where the outcome of the first is unknown, unless asked to', async () => {
    fcm = new FakeGateway('fcm', () => ({ outcome: 'unknown', code: 'timeout' }));
    expect(reasons(await send([item('anna')]))).toEqual(['unknown']);
    expect(reasons(await send([item('anna')]))).toEqual(['unknown-before']);
    fcm = new FakeGateway();
    expect(reasons(await send([item('anna')], { onUnknown: 'send-again' }))).toEqual(['sent']);
  });

  describe('asks, in this order, what stands against a person', () => {
    it.each<[string, Item, Partial<CampaignOptions>, (store: Store) => Promise<unknown>]>([
      ['suppressed', item('anna', { consent: { marketing: 'opted-out' } }), {}, (s) => s.suppress('anna', 'asked', NOW)],
      ['no-consent', item('anna', { consent: { marketing: 'opted-out' }, token: '' }), {}, async () => undefined],
      ['no-consent', item('anna', { consent: { marketing: 'opted-in' } }), {}, (s) => s.setConsent('anna', 'marketing', 'opted-out', NOW)],
      ['no-consent', item('anna', { consent: { marketing: 'subscribed' } }), { consent: 'opted-in' }, async () => undefined],
      ['no-device', { id: 'anna' }, {}, async () => undefined],
      ['device-dead', item('anna'), {}, (s) => s.markDead([{ token: 'token-anna', gateway: 'fcm', platform: 'android', recipient: 'anna', reason: 'UNREGISTERED' }], NOW)],
      ['permission-denied', item('anna', { permission: 'denied' }), {}, async () => undefined],
      ['no-gateway', item('anna', { gateway: 'apns' }), {}, async () => undefined],
      ['held-out', item('anna', { push: { arm: 'control', heldOut: true } }), {}, async () => undefined],
    ])('%s', async (reason, person, more, prepare) => {
      await prepare(store);
      const [result] = await send([person], more);
      expect(result).toMatchObject({ output: 'suppressed', reason, item: { push: { reason, why: SUPPRESSION_REASONS[reason as keyof typeof SUPPRESSION_REASONS] } } });
      expect(fcm.messages).toHaveLength(0);
    });

    it('but consent not at all where the campaign needs none', async () => {
      expect(reasons(await send([item('anna', { consent: { marketing: 'opted-out' } })], { consent: 'none' }))).toEqual(['sent']);
    });

    it('held-out people only who would have been sent to, so that the control is comparable', async () => {
      const heldOut = { arm: 'control', heldOut: true };
      expect(reasons(await send([item('a', { push: heldOut, consent: { marketing: 'opted-out' } }), item('b', { push: heldOut })]))).toEqual(['no-consent', 'held-out']);
    });
  });

  it('reaches the devices that live when others of the person are dead or denied', async () => {
    const devices = [{ token: 'dead' }, { token: 'denied', permission: 'denied' }, { token: 'alive' }];
    await store.markDead([{ token: 'dead', gateway: 'fcm', platform: 'android', recipient: 'anna', reason: 'UNREGISTERED' }], NOW);
    expect(reasons(await send([{ id: 'anna', firstName: 'A', devices }]))).toEqual(['sent']);
    expect(fcm.messages.map(({ token }) => token)).toEqual(['alive']);
  });

  it('counts a person as sent to when one of two devices accepted, and as one person', async () => {
    fcm = new FakeGateway('fcm', ({ token }) => (token === 'bad' ? { outcome: 'dead-token', code: 'UNREGISTERED' } : {}));
    const results = await send([{ id: 'anna', firstName: 'A', devices: [{ token: 'bad' }, { token: 'good' }] }]);
    expect(results).toMatchObject([{ output: 'sent', item: { push: { deliveries: expect.arrayContaining([expect.objectContaining({ outcome: 'dead-token' })]) } } }]);
  });

  it('marks dead tokens, and only those', async () => {
    const outcomes: Record<string, Partial<GatewayResult>> = {
      dead: { outcome: 'dead-token', code: 'UNREGISTERED' }, wrong: { outcome: 'wrong-environment' }, key: { outcome: 'bad-credentials' },
      full: { outcome: 'throttled' }, down: { outcome: 'unavailable' }, lost: { outcome: 'unknown' }, text: { outcome: 'bad-payload' },
    };
    fcm = new FakeGateway('fcm', ({ token }) => outcomes[token] ?? {});
    await send(Object.keys(outcomes).map((token) => ({ id: token, firstName: token, token })));
    expect([...(await store.standing([], Object.keys(outcomes))).dead.keys()]).toEqual(['dead']);
    expect(reasons(await send([{ id: 'dead', firstName: 'x', token: 'dead' }]))).toEqual(['device-dead']);
  });

  it('fails one bad person and sends to the others', async () => {
    const results = await send([item('anna'), null as unknown as Item, { name: 'nobody' }, item('ben', { firstName: undefined }), item('clara')]);
    expect(results.map(({ output, reason }) => [output, reason])).toEqual([
      ['sent', undefined], ['failed', 'not-an-object'], ['failed', 'no-id'], ['failed', 'missing-value'], ['sent', undefined],
    ]);
    for (const { output, item: { push } } of results) if (output === 'failed') expect(push).toMatchObject({ why: expect.any(String) });
  });

  it('says that a person has no message rather than sending an empty one', async () => {
    const results = await collect(sendCampaign([item('anna')], { campaign: 'sale', store, gateways: { fcm } }));
    expect(results).toMatchObject([{ output: 'failed', reason: 'no-message' }]);
  });

  it('counts a person who comes twice once', async () => {
    expect(reasons(await send([item('anna'), item('anna')])).toSorted()).toEqual(['duplicate', 'sent']);
    expect(reasons(await send([item('ben'), item('ben', { token: 'second-phone' })])).toSorted()).toEqual(['duplicate', 'sent']);
    expect(fcm.messages).toHaveLength(2);
  });

  it('counts a person who comes again on a later page once, on whichever device', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => item(`p${index}`));
    const results = await send([...many, item('p0', { token: 'second-phone' }), item('p1199', { token: 'another' })]);
    expect(results.filter(({ output }) => output === 'sent')).toHaveLength(1200);
    expect(fcm.messages.map(({ token }) => token)).not.toContain('second-phone');
  });

  it.each<[Partial<CampaignOptions>, string]>([
    [{ campaign: ' ' }, 'no-campaign'],
    [{ occurrence: '' }, 'no-occurrence'],
    [{ gateways: {} }, 'no-credentials'],
    [{ consent: 'maybe' as 'none' }, 'unknown-consent-rule'],
    [{ template: { template: { title: '{{#if' } } }, 'template-syntax'],
  ])('refuses %j before anything is sent', async (more, code) => {
    await expect(send([item('anna')], more)).rejects.toMatchObject({ code });
  });

  it('gives one result for every person and a waterfall that adds up, whatever the gateway answers', async () => {
    const outcome = fc.constantFrom('accepted', 'dead-token', 'bad-payload', 'throttled', 'unavailable', 'unknown') as fc.Arbitrary<GatewayResult['outcome']>;
    const person = fc.record({
      outcome, heldOut: fc.boolean(), devices: fc.integer({ min: 0, max: 3 }),
      consent: fc.constantFrom('opted-in', 'subscribed', 'opted-out'), permission: fc.constantFrom('granted', 'denied', 'unknown'),
    });
    await fc.assert(fc.asyncProperty(fc.array(person, { maxLength: 40 }), async (drawn) => {
      const fresh = await openStore({ sqlite: ':memory:' });
      const answers = new Map<string, GatewayResult['outcome']>();
      const items = drawn.map((one, index): Item => {
        const devices = Array.from({ length: one.devices }, (_, n) => ({ token: `t-${index}-${n}`, permission: one.permission }));
        for (const { token } of devices) answers.set(token, one.outcome);
        return { id: `p${index}`, firstName: 'x', consent: { marketing: one.consent }, devices, push: { arm: one.heldOut ? 'control' : 'A', heldOut: one.heldOut } };
      });
      const gateway = new FakeGateway('fcm', ({ token }) => ({ outcome: answers.get(token) ?? 'accepted' }));
      const summary = new SendSummary('sale', 'once');
      const results = await collect(sendCampaign(items, options({ store: fresh, gateways: { fcm: gateway } })));
      for (const result of results) summary.add(result);
      expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(items.map((_, index) => index));
      const { people, sent, failed, suppressed } = summary.toJSON();
      expect(sent + failed + Object.values(suppressed).reduce((sum, n) => sum + n, 0)).toBe(people);
      const accepted = (await collect(fresh.ledger())).filter((row) => row.outcome === 'accepted');
      expect(accepted).toHaveLength(gateway.messages.filter(({ token }) => answers.get(token) === 'accepted').length);
      await fresh.close();
    }), { numRuns: 60 });
  });

  it('stops taking people when asked to, and keeps what was done', async () => {
    const stop = new AbortController();
    fcm = new FakeGateway('fcm', () => {
      if (fcm.messages.length === 10) stop.abort();
      return {};
    });
    const many = Array.from({ length: 5000 }, (_, index) => item(`p${index}`));
    const results = await send(many, { signal: stop.signal });
    expect(results.length).toBeLessThan(5000);
    // Nothing stays leased: what did not leave may be sent by the next run at once.
    expect((await collect(store.ledger())).filter((row) => row.outcome === undefined)).toEqual([]);
    const again = await send(many);
    expect(again.filter(({ reason }) => reason === 'already-sent')).toHaveLength(10);
    expect(again.filter(({ output }) => output === 'sent')).toHaveLength(4990);
  });

  it('leaves unknown what a dead run had in the air, and sends what only waited', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => item(`p${index}`));
    fcm = new FakeGateway('fcm', () => (fcm.messages.length > 100 ? new Promise<never>(() => undefined) : {}));
    // Never ends, as a process that hangs or was killed: nothing more is written.
    void sendCampaign(many, options()).next();
    while (fcm.messages.length <= 100) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const dead = new Set(fcm.messages.map(({ token }) => token));
    fcm = new FakeGateway();
    const results = await send(many, { now: () => new Date(NOW.getTime() + 3_600_000) });
    const count = (reason: string) => reasons(results).filter((one) => one === reason).length;
    expect(count('already-sent')).toBe(100);
    expect(count('unknown-before')).toBeGreaterThan(0);
    expect(count('unknown-before')).toBeLessThanOrEqual(125);
    expect(count('sent')).toBe(1500 - count('already-sent') - count('unknown-before'));
    expect(fcm.messages.filter(({ token }) => dead.has(token))).toEqual([]);
  });

  it('reads people no faster than the gateway takes them', async () => {
    let read = 0;
    function* endless(): Generator<Item> {
      for (;;) yield item(`p${read++}`);
    }
    const results = sendCampaign(endless(), options());
    for (let n = 0; n < 50; n++) await results.next();
    await results.return(undefined);
    expect(read).toBeLessThan(20_000);
  });

  it('holds what the ledger does not know the end of yet, however long its results are not read', async () => {
    let renewed: readonly string[] = [];
    store.renew = async (ids) => void (renewed = ids);
    // So that a group is written by its time, and waits for the reader.
    fcm = new FakeGateway('fcm', async () => {
      if (fcm.messages.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 80));
      return {};
    });
    const results = sendCampaign(Array.from({ length: 2000 }, (_, n) => item(`p${n}`)), options({ leaseMs: 300 }));
    await results.next();
    for (let before = -1; before < fcm.messages.length;) {
      before = fcm.messages.length;
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    const open = (await collect(store.ledger())).filter(({ outcome }) => outcome === undefined).map(({ id }) => id);
    expect(open.length).toBeGreaterThan(0);
    expect(renewed.toSorted()).toEqual(open.toSorted());
    await results.return(undefined);
  });

  it('leaves no timer behind where its template is wrong', async () => {
    const begun = jest.spyOn(global, 'setInterval');
    await expect(collect(sendCampaign([], options({ template: { template: { title: '{{#if' } } })))).rejects.toThrow();
    expect(begun).not.toHaveBeenCalled();
    begun.mockRestore();
  });

  it('passes on that the store cannot be written', async () => {
    const broken: Store = Object.create(store, { settle: { value: async () => { throw new Error('disk full'); } } });
    await expect(send([item('anna')], { store: broken })).rejects.toThrow('disk full');
  });

  describe('with tracking', () => {
    const tracked = { tracking: TRACKING };
    const dataOf = (index = 0) => (fcm.messages[index]?.payload as { data: Record<string, string> }).data;

    it('gives each phone a signed token, the events address and a link that is counted', async () => {
      await send([item('anna')], tracked);
      const { deliveryToken, eventsUrl, link } = dataOf();
      expect(eventsUrl).toBe(TRACKING.eventsUrl);
      const answer = await receiveEvents([{ token: deliveryToken, type: 'opened' }, { token: deliveryToken, type: 'opened' }], { store, secret: SECRET, now: NOW });
      expect(answer).toMatchObject({ status: 202, body: { recorded: 1, duplicates: 1, rejected: [] }, events: [{ type: 'opened', campaign: 'sale', id: 'anna' }] });
      const click = await followLink(Object.fromEntries(new URL(String(link)).searchParams), { store, secret: SECRET, now: NOW });
      expect(click).toMatchObject({ status: 302, location: 'https://shop.example/sale', events: [{ type: 'clicked' }] });
    });

    it('leaves an address of the app itself as it is', async () => {
      await send([item('anna')], { ...tracked, template: { template: { title: 'Hi', body: 'x', link: 'shop://sale' } } });
      expect(dataOf()['link']).toBe('shop://sale');
    });

    it('answers forged, foreign and unreadable requests without recording anything', async () => {
      await send([item('anna')], tracked);
      const intake = { store, secret: SECRET, now: NOW };
      expect(await receiveEvents({ token: `${'A'.repeat(22)}.${'A'.repeat(22)}`, type: 'opened' }, intake)).toMatchObject({ status: 401, body: { rejected: [{ code: 'token-forged' }] } });
      const elsewhere = await openStore({ sqlite: ':memory:' });
      expect(await receiveEvents({ token: dataOf()['deliveryToken'], type: 'opened' }, { ...intake, store: elsewhere })).toMatchObject({ status: 401, body: { rejected: [{ code: 'delivery-unknown' }] } });
      await elsewhere.close();
      expect(await receiveEvents('text', intake)).toMatchObject({ status: 400 });
      const stranger = signDelivery(deliveryId('other', 'once', 'ben', 't'), SECRET);
      const { body } = await receiveEvents([null, { token: dataOf()['deliveryToken'], type: 'opened' }, { token: stranger, type: 'opened' }], intake);
      expect(body).toMatchObject({ recorded: 1, rejected: [{ index: 0, code: 'event-unreadable' }, { index: 2, code: 'delivery-unknown' }] });
      expect(await followLink({ t: dataOf()['deliveryToken'], u: 'https://evil.example', s: 'x' }, intake)).toMatchObject({ status: 403 });
      expect(await followLink({}, intake)).toMatchObject({ status: 400 });
    });

    it('does not count a preview of a link as a click', async () => {
      await send([item('anna')], tracked);
      const query = Object.fromEntries(new URL(String(dataOf()['link'])).searchParams);
      expect(await followLink(query, { store, secret: SECRET, now: NOW, countClick: false })).toMatchObject({ status: 302, events: [] });
    });

    it('refuses a message that tracking makes too large for its gateway', async () => {
      const results = await send([item('anna')], { ...tracked, template: { template: { title: 'x', body: 'y'.repeat(3960) } } });
      expect(results).toMatchObject([{ output: 'failed', reason: 'payload-too-large' }]);
    });

    it('takes the consent back when a phone unsubscribes, also against a list imported later', async () => {
      await send([item('anna')], tracked);
      await receiveEvents({ token: dataOf()['deliveryToken'], type: 'unsubscribed' }, { store, secret: SECRET, now: NOW });
      await importPeople([{ place: 'item 1', value: item('anna', { consent: { marketing: 'opted-in' } }) }], { store, now: NOW });
      expect(reasons(await send([item('anna', { consent: { marketing: 'opted-in' } })], { occurrence: 'next' }))).toEqual(['no-consent']);
    });
  });

  it('gives APNs an id of the delivery, an expiry and the rendered headers', async () => {
    const apns = new FakeGateway('apns');
    await send([item('anna', { token: 'ab'.repeat(32) })], { gateways: { apns }, template: { template: { title: 'Hi', body: 'x', ttlSeconds: 60, collapseId: 'sale' } } });
    expect(apns.messages[0]).toMatchObject({
      payload: { aps: { alert: { title: 'Hi', body: 'x' } } },
      headers: { 'apns-id': expect.stringMatching(/^[0-9a-f-]{36}$/), 'apns-expiration': String(NOW.getTime() / 1000 + 60), 'apns-collapse-id': 'sale' },
    });
  });

  describe('to a stored audience', () => {
    const stages = () => [
      compileStage({ segment: { condition: { country: 'FR' } } }),
      compileStage({ split: { key: 'sale', arms: [{ name: 'A', weight: 45 }, { name: 'B', weight: 45 }], control: 10 } }),
      compileStage({ template: TEXT }),
    ];
    const people = (count: number) => Array.from({ length: count }, (_, index) => item(`p${index}`, { country: index % 3 === 0 ? 'FR' : 'DE' }));

    it('sends what the same steps send to the same people as items', async () => {
      await importPeople(people(300).map((value, index) => ({ place: `item ${index}`, value })), { store, now: NOW });
      const follow = (start: Item[]): Item[] => {
        const [segment, split, template] = stages();
        const matched = start.flatMap((one) => segment!.apply(one)).filter(({ output }) => output === 0);
        const arms = matched.flatMap(({ item: one }) => split!.apply(one));
        const heldOut = arms.filter(({ output }) => output === 2).map(({ item: one }) => one);
        const ready = arms.filter(({ output }) => output < 2).flatMap(({ item: one }) => template!.apply(one)).filter(({ output }) => output === 0);
        return [...ready.map(({ item: one }) => one), ...heldOut];
      };
      const summarise = (results: SendResult[]) => {
        const summary = new SendSummary('sale', 'x');
        for (const result of results) summary.add(result);
        return summary.toJSON();
      };
      const asItems = summarise(await send(follow(people(300)), { occurrence: 'items' }));
      const references = follow([await audienceReference(store)]);
      expect(references).toHaveLength(3);
      const asReference = summarise(await send(references, { occurrence: 'reference' }));
      expect(asReference).toEqual(asItems);
      expect(asReference).toMatchObject({ people: 100, sent: asReference.byArm['A']!.sent + asReference.byArm['B']!.sent });
      const report = await campaignReport(store, { campaign: 'sale', occurrence: 'reference' });
      expect(report.campaigns[0]?.total).toMatchObject({ people: 100, accepted: asReference.sent });
    });

    it('takes people as the store has them, whatever fields the user\'s own rows have', async () => {
      const rows = [{ key: 'anna', phone: 't1', token: 'of-a-web-session' }, { key: 'ben', phone: 't2' }].map((value, index) => ({ place: `item ${index}`, value }));
      await importPeople(rows, { store, fields: { id: 'key', token: 'phone' }, now: NOW });
      await store.setConsent('ben', 'marketing', 'opted-out', NOW);
      const results = await send([await audienceReference(store)], { fields: { id: 'key', token: 'phone' }, template: { template: { title: 'Hi', body: 'x' } } });
      expect(results.map(({ recipient, reason, output }) => [recipient, reason ?? output]).toSorted()).toEqual([['anna', 'sent'], ['ben', 'no-consent']]);
      expect(fcm.messages.map(({ token }) => token)).toEqual(['t1']);
    });

    it('passes nobody by a segment for an attribute that looks like a reference', async () => {
      await importPeople([{ place: 'item 1', value: item('anna', { audience: { plan: [{ stage: { audience: {} } }] } }) }], { store, now: NOW });
      const [matched] = compileStage({ segment: { condition: { country: 'FR' } } }).apply(await audienceReference(store));
      expect(await send([matched!.item])).toEqual([]);
    });

    it('refuses a reference that no audience step on this store made: a stranger may post one to a webhook', async () => {
      await importPeople([{ place: 'item 1', value: item('anna') }], { store, now: NOW });
      const elsewhere = await openStore({ sqlite: ':memory:' });
      const forged = [{}, { seal: '' }, { seal: null }, { seal: 'x'.repeat(43) }, (await audienceReference(elsewhere))['audience']];
      await elsewhere.close();
      for (const audience of forged) {
        const reference = isJsonObject(audience) && 'plan' in audience ? { audience } : { audience: { plan: [{ stage: { audience } }] } };
        await expect(send([reference as Item])).rejects.toMatchObject({ code: 'reference-unsealed' });
      }
      expect(fcm.messages).toEqual([]);
    });

    it('refuses a plan that is none', async () => {
      await expect(send([{ audience: { plan: [] } }])).rejects.toMatchObject({ code: 'plan-unreadable' });
      await expect(send([{ audience: { plan: [{ stage: { dance: {} } }] } }])).rejects.toMatchObject({ code: 'plan-unreadable' });
    });
  });
});
