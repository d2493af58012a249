import fc from 'fast-check';
import { audienceReference, compileStage, importPeople, listedDevices, sendTest, type Item, type TestSendOptions } from '../../../core/campaign';
import { openStore, type Store } from '../../../core/store';
import { markTest } from '../../../core/template';
import { collect, FakeGateway, NOW } from '../support';

const TEXT = { template: { title: 'Hello {{firstName}}', body: 'See the sale.', link: 'https://shop.example/sale' } };
const IPHONE = 'ab'.repeat(32);
const people: Item[] = ['anna', 'ben', 'chloe'].map((id) => ({ id, firstName: id, token: `phone-of-${id}` }));

describe('a test send', () => {
  let store: Store;
  let fcm: FakeGateway;
  let apns: FakeGateway;
  beforeEach(async () => {
    store = await openStore({ sqlite: ':memory:' });
    fcm = new FakeGateway('fcm');
    apns = new FakeGateway('apns');
  });
  afterEach(() => store.close());

  const test = (items: Item[], more: Partial<TestSendOptions> = {}) =>
    sendTest(items, { devices: ['my-phone'], template: TEXT, store, gateways: { fcm, apns }, now: () => NOW, ...more });
  const titles = () => fcm.messages.map(({ payload }) => (payload['notification'] as { title: string }).title);

  it('sends the message of one person to the listed devices only, marked before the title', async () => {
    const report = await test(people, { devices: ['my-phone', IPHONE] });
    expect(report).toMatchObject({ person: 'anna', sent: 2, failed: 0 });
    expect(fcm.messages).toMatchObject([{ token: 'my-phone', payload: { notification: { title: '[Test] Hello anna', body: 'See the sale.' } } }]);
    expect(apns.messages).toMatchObject([{ token: IPHONE, payload: { aps: { alert: { title: '[Test] Hello anna' } } } }]);
  });

  it('tells of each device what became of it, and never shows a token', async () => {
    fcm = new FakeGateway('fcm', ({ token }) => (token === 'dead' ? { outcome: 'dead-token', code: 'UNREGISTERED', detail: 'The app is gone.' } : {}));
    const { results, sent, failed } = await test(people, { devices: ['my-phone', 'dead', IPHONE], gateways: { fcm } });
    expect(results).toMatchObject([
      { output: 'sent', item: { id: 'anna', test: { gateway: 'fcm', platform: 'android', device: expect.stringMatching(/^[0-9a-f]{12}$/) }, push: { outcome: 'accepted', message: { title: '[Test] Hello anna' } } } },
      { output: 'failed', item: { push: { outcome: 'dead-token', reason: 'dead-token', code: 'UNREGISTERED', why: 'The app is gone.' } } },
      { output: 'failed', item: { test: { gateway: 'apns' }, push: { outcome: 'failed', reason: 'no-credentials', why: 'No credential for APNs is connected. Choose one.' } } },
    ]);
    expect([sent, failed]).toEqual([1, 2]);
    expect(JSON.stringify(results)).not.toMatch(new RegExp(`my-phone|${IPHONE}`));
  });

  it('takes ids of people for their devices: of the items, else of the store', async () => {
    await importPeople([{ place: 'row 1', value: { id: 'mia', devices: [{ token: 'mia-1' }, { token: 'mia-2' }] } }, { place: 'row 2', value: { id: 'bare' } }], { store, now: NOW });
    const { results } = await test(people, { devices: ['mia', 'ben', 'bare', 'mia-1'] });
    expect(fcm.messages.map(({ token }) => token)).toEqual(expect.arrayContaining(['mia-1', 'mia-2', 'phone-of-ben']));
    expect(fcm.messages).toHaveLength(3);
    expect(results.map(({ output, item }) => [output, (item['test'] as Item)['owner'], (item['push'] as Item)['reason']])).toEqual([
      ['sent', undefined, undefined], ['sent', 'mia', undefined], ['sent', 'ben', undefined], ['failed', 'bare', 'no-device'],
    ]);
  });

  it('asks no consent, no suppression and no earlier run, and writes nothing down', async () => {
    await store.suppress('anna', 'asked', NOW);
    const refused = people.map((one) => ({ ...one, consent: { marketing: 'opted-out' } }));
    fcm = new FakeGateway('fcm', () => ({ outcome: 'dead-token', code: 'UNREGISTERED' }));
    await test(refused, { devices: ['anna'] });
    await test(refused, { devices: ['anna'] });
    expect(titles()).toEqual(['[Test] Hello anna', '[Test] Hello anna']);
    expect(await collect(store.ledger())).toEqual([]);
    expect(await store.runs()).toEqual([]);
    expect((await store.standing([], ['phone-of-anna'])).dead.size).toBe(0);
  });

  it('carries no tracking, so that nothing of it is counted', async () => {
    await test(people);
    expect(fcm.messages[0]?.payload['data']).toEqual({ link: 'https://shop.example/sale' });
  });

  it.each([
    [{ people: 'first' }, 'anna'], [{ people: 'named', id: 'chloe' }, 'chloe'], [{ people: 'random', seed: 'b' }, 'ben'], [{ people: 'random', seed: 'b' }, 'ben'],
  ] as const)('shows the message of %j', async (person, name) => {
    const report = await test(people, { person });
    expect([report.person, people[report.index]?.['id'], titles()]).toEqual([name, name, [`[Test] Hello ${name}`]]);
  });

  it('passes those over who cannot be written to, and says why a named one cannot', async () => {
    const nameless = [{ id: 'x', token: 'x' }, ...people];
    expect((await test(nameless)).person).toBe('anna');
    await expect(test(nameless, { person: { people: 'named', id: 'x' } })).rejects.toMatchObject({ code: 'missing-value', fields: { path: 'firstName' } });
  });

  it('shows a message that the template step wrote', async () => {
    const { apply } = compileStage({ template: { template: { title: 'Bonjour {{firstName}}', kind: 'promotion' } } });
    const written = people.flatMap((one) => apply(one)).map(({ item }) => item);
    const { results } = await test(written, { template: { template: { title: 'not this' } } });
    expect(titles()).toEqual(['[Test] Bonjour anna']);
    expect(fcm.messages[0]?.payload['android']).toMatchObject({ priority: 'NORMAL', ttl: '86400s' });
    expect(results[0]?.item['push']).toMatchObject({ message: { kind: 'promotion' } });
  });

  it('shows people of a stored audience, also where its copy check is a gate', async () => {
    await importPeople(people.map((value, index) => ({ place: `row ${index}`, value: { ...value, city: index === 0 ? 'Rome' : 'Paris' } })), { store, now: NOW });
    const stage = { template: { title: 'HELLO WORLD {{firstName}}', defaultLocale: 'en' }, copyCheck: { mode: 'gate' as const } };
    const reference = compileStage({ template: stage }).apply(await audienceReference(store, { condition: { city: 'Paris' } }))[0]!.item;
    expect((await test([reference])).person).toBe('ben');
    expect((await test([reference], { person: { people: 'named', id: 'chloe' } })).person).toBe('chloe');
    await expect(test([reference], { person: { people: 'named', id: 'anna' } })).rejects.toMatchObject({ code: 'no-test-person' });
    expect(titles()).toEqual(['[Test] HELLO WORLD ben', '[Test] HELLO WORLD chloe']);
  });

  it.each<[string, Item[], Partial<TestSendOptions>, string]>([
    ['no device', people, { devices: [' ', ''] }, 'no-test-devices'],
    ['more devices than a test is for', people, { devices: Array.from({ length: 21 }, (_, n) => `phone-${n}`) }, 'too-many-test-devices'],
    ['nobody', [], {}, 'no-test-person'],
    ['nobody with a message', [{ id: 'a' }], { template: undefined as never }, 'no-message'],
    ['no gateway', people, { gateways: {} }, 'no-credentials'],
    ['a text that does not parse', people, { template: { template: { title: '{{#if' } } }, 'template-syntax'],
  ])('is refused with %s', async (_, items, more, code) => {
    await expect(test(items, more)).rejects.toMatchObject({ code });
    expect(fcm.messages).toEqual([]);
  });

  it('reads devices out of one text', () => {
    expect(listedDevices(' a, b\n\nc ,a')).toEqual(['a', 'b', 'c']);
  });
});

describe('the mark', () => {
  const written = (template: object) => {
    const { item } = compileStage({ template: { template } as never }, { now: NOW }).apply({ id: 'anna' })[0]!;
    const { message: { bytes: _, ...message }, payload } = item['push'] as never as { message: Item; payload: Item };
    return { message, payload } as never as { message: object; payload: Record<'fcm' | 'apns', Item> };
  };
  const mark = (template: object) => {
    const { message, payload } = written(template);
    return markTest(message, payload, '[Test]') as unknown as { message: Item; payload: Record<'fcm' | 'apns', Item> };
  };

  it('stands before the title in every part that shows one', () => {
    const { payload } = mark({ title: 'T', subtitle: 'S', body: 'B' });
    expect(payload).toMatchObject({
      fcm: { notification: { title: '[Test] T' }, apns: { payload: { aps: { alert: { title: '[Test] T', subtitle: 'S' } } } } },
      apns: { payload: { aps: { alert: { title: '[Test] T', body: 'B' } } } },
    });
  });

  it('is the title where there was none, and leaves a message alone that shows nothing', () => {
    expect(mark({ body: 'B' })).toMatchObject({ message: { title: '[Test]' }, payload: { fcm: { notification: { title: '[Test]', body: 'B' } } } });
    for (const template of [{ silent: true, data: { a: '1' } }, { voip: true, data: { a: '1' } }, { liveActivity: { event: 'update', contentState: {} } }]) {
      expect(mark(template)).toEqual(written(template));
    }
  });

  it('takes a full message not over its budget: the body gets shorter, at a border of characters', () => {
    fc.assert(fc.property(fc.integer({ min: 3940, max: 4000 }), fc.constantFrom('a', 'é', '👩🏽‍🚀', 'mot '), (length, piece) => {
      const body = `x${piece.repeat(Math.floor(length / Buffer.byteLength(piece)))}`;
      const { payload, message } = mark({ title: 'T', body });
      expect(Buffer.byteLength(JSON.stringify(payload.fcm))).toBeLessThanOrEqual(4096);
      expect(Buffer.byteLength(JSON.stringify(payload.apns?.['payload']))).toBeLessThanOrEqual(4096);
      expect(body.startsWith(String(message['body']).replace(/…$/, ''))).toBe(true);
      expect((payload.fcm['notification'] as Item)['body']).toBe(message['body']);
    }));
  });
});
