import { join } from 'node:path';
import type { FlowNode } from '../../../demo/hosts/node-red';
import { audienceReference, compileStage, openStore } from '../../../core';
import { hasPostgres, postgres, POSTGRES_URL } from '../../core/store/databases';
import type { Sandbox } from '../../../sandbox';
import { people, type Bench, type TestNode } from '../support/bench';

const POSTGRES_SCHEMA = `push_node_red_${process.pid}`;
const SECRET = 'the secret of this suite, long enough';

/** Config nodes that point at the sandbox. */
export function sandboxConfig(sandbox: Sandbox, storePath: string, eventsUrl = 'http://127.0.0.1:9/events'): FlowNode[] {
  const { key, ...apns } = sandbox.apnsKey();
  return [
    { id: 'store', type: 'push-store', path: storePath, pathType: 'str' },
    { id: 'fcm', type: 'push-fcm', authentication: 'accessToken', projectId: 'demo', endpoint: sandbox.gatewayUrl, ca: '', credentials: { accessToken: 'sandbox' } },
    { id: 'apns', type: 'push-apns', authentication: 'key', bundleId: 'com.example.shop', environment: 'production', endpoint: sandbox.gatewayUrl, ca: '', ...apns, credentials: { key } },
    { id: 'tracking', type: 'push-tracking', eventsUrl, eventsUrlType: 'str', credentials: { secret: SECRET } },
  ];
}

export const sendNode = (more: Partial<TestNode> = {}): TestNode => ({
  type: 'push-send', property: 'payload', fcm: 'fcm', apns: 'apns', tracking: '', store: 'store', campaign: 'sale', campaignType: 'str',
  occurrence: 'once', occurrenceType: 'str', category: 'marketing', consent: 'not-opted-out', title: 'Hello', body: 'See the sale.', link: '',
  onUnknown: 'skip', output: 'people', attempts: '2', timeoutMs: '2000', fields: {}, outputs: 4, ...more,
});

export function specifySend(bench: Bench, sandbox: () => Sandbox, dataFolder: string): void {
  describe('push-send', () => {
    let config: FlowNode[];
    let storePath: string;
    let number = 0;
    afterAll(async () => {
      if (hasPostgres) await postgres.drop({ postgres: { url: POSTGRES_URL, schema: POSTGRES_SCHEMA } });
    });
    beforeEach(() => {
      storePath = join(dataFolder, `send-${number++}.sqlite`);
      config = sandboxConfig(sandbox(), storePath);
    });

    it('needs no more than a token and a text, and sends once', async () => {
      await bench.deploy([sendNode()], config);
      const first = await bench.send([{ payload: { token: 'a-phone' }, topic: 'kept' }]);
      expect(first.outputs[0]).toMatchObject([{ topic: 'kept', payload: { push: { outcome: 'accepted' } }, summary: { people: 1, sent: 1 } }]);
      const second = await bench.send([{ payload: { token: 'a-phone' } }]);
      expect(people(second, 2)).toMatchObject([{ push: { reason: 'already-sent' } }]);
      expect([first.completed, second.completed]).toEqual([1, 1]);
      expect(sandbox().deliveries().find(({ token }) => token === 'a-phone')).toMatchObject({ requests: 1, accepted: 1 });
    });

    it('sorts people by what became of them, each with the reason in words', async () => {
      const apnsToken = (code: string, end: string) => `facade${code}${end.padStart(56, '0')}`;
      const payload = [
        { id: 'ok', token: 'phone-1' }, { id: 'ok-ios', token: 'cd'.repeat(32) }, { id: 'once', token: 'magic-quota-once:n' },
        { id: 'dead', token: 'magic-unregistered:n' }, { id: 'dead-ios', token: apnsToken('01', '1') }, { id: 'wrong', token: 'magic-wrong-environment:n' },
        { id: 'no', token: 'phone-2', consent: { marketing: 'opted-out' } }, { id: 'nothing' }, 'nobody', { name: 'no id' },
      ];
      const outcome = await bench.run(sendNode(), [{ payload }], config);
      expect(people(outcome, 0).map(({ id }) => id)).toEqual(['ok', 'ok-ios', 'once']);
      expect(people(outcome, 1).map(({ id, push }) => [id, (push as { reason: string }).reason])).toEqual([
        ['dead', 'dead-token'], ['dead-ios', 'dead-token'], ['wrong', 'wrong-environment'], [undefined, 'not-an-object'], [undefined, 'no-id'],
      ]);
      expect(people(outcome, 2).map(({ id, push }) => [id, (push as { reason: string }).reason])).toEqual([['no', 'no-consent'], ['nothing', 'no-device']]);
      for (const one of [...people(outcome, 1), ...people(outcome, 2)]) expect((one['push'] as { why: string }).why.length).toBeGreaterThan(10);
      const store = await openStore({ sqlite: storePath });
      expect((await store.standing([], ['magic-unregistered:n', 'magic-wrong-environment:n'])).dead.size).toBe(1);
      await store.close();
    });

    it('sends a test to listed devices only, marked, and the campaign afterwards as if there had been none', async () => {
      const payload = [{ id: 'anna', firstName: 'Anna', token: 'test-anna', consent: { marketing: 'opted-out' } }, { id: 'ben', firstName: 'Ben', token: 'test-ben' }];
      const test = { on: true, devices: 'phones', devicesType: 'msg', person: 'named', id: 'ben' };
      await bench.deploy([sendNode({ title: 'Hello {{firstName}}', test }), sendNode()], config);
      const outcome = await bench.send([{ payload, phones: 'anna, my-test-phone, magic-unregistered:mine', topic: 'kept' }]);
      expect(outcome.outputs[0]).toMatchObject([{ topic: 'kept', summary: { test: true, person: 'ben', devices: 3, sent: 2, failed: 1 } }]);
      expect(people(outcome, 0)).toMatchObject([
        { id: 'ben', test: { owner: 'anna' }, push: { message: { title: '[Test] Hello Ben' }, outcome: 'accepted' } }, { id: 'ben', push: { outcome: 'accepted' } },
      ]);
      expect(people(outcome, 1)).toMatchObject([{ push: { reason: 'dead-token', why: expect.any(String) } }]);
      expect(sandbox().messages().filter(({ title }) => title === '[Test] Hello Ben').map(({ token }) => token).sort()).toEqual(['my-test-phone', 'test-anna']);
      expect((await bench.send([{ payload }], 1)).outputs[0]).toMatchObject([{ summary: { people: 2, sent: 1, suppressed: { 'no-consent': 1 } } }]);
      const none = await bench.run(sendNode({ test: { on: true, devices: '' } }), [{ payload }], config);
      expect(none.caught).toMatchObject([{ error: { code: 'no-test-devices' } }]);
    });

    it('sends to a stored audience and puts out the summary', async () => {
      const store = await openStore({ sqlite: storePath });
      await store.upsertPeople(Array.from({ length: 50 }, (_, index) => ({ id: `p${index}`, attributes: {}, devices: [{ token: `stored-${index}`, gateway: 'fcm' as const, platform: 'android' as const }] })), new Date());
      const reference = await audienceReference(store);
      await store.close();
      const outcome = await bench.run(sendNode({ output: 'summary' }), [{ payload: reference }], config);
      expect(people(outcome, 0)).toMatchObject([{ people: 50, sent: 50 }]);
    });

    it('puts out the summary of a stored audience in place of its people, also where all were sent to before and where nobody fits', async () => {
      const store = await openStore({ sqlite: storePath });
      await store.upsertPeople([{ id: 'stored', attributes: {}, devices: [{ token: 'summed-1', gateway: 'fcm', platform: 'android' }] }], new Date());
      const reference = await audienceReference(store);
      const nobody = compileStage({ segment: { condition: { nowhere: 'x' } } }).apply(reference)[0]?.item;
      await store.close();
      await bench.deploy([sendNode()], config);
      const first = await bench.send([{ payload: [reference, { id: 'item', token: 'summed-2' }] }]);
      expect(first.outputs[0]).toMatchObject([
        { payload: { people: 1, sent: 1 }, summary: { people: 2, sent: 2 } }, { payload: [{ id: 'item' }], summary: { people: 2 } },
      ]);
      const again = await bench.send([{ payload: reference }]);
      expect(again.outputs).toMatchObject([[{ payload: { people: 1, sent: 0, suppressed: { 'already-sent': 1 } } }]]);
      expect((await bench.send([{ payload: nobody }])).outputs).toMatchObject([[{ payload: { people: 0, sent: 0 }, summary: { people: 0 } }]]);
    });

    it('tells in the summary how the template of a stored audience wrote to its people', async () => {
      const store = await openStore({ sqlite: storePath });
      const device = (token: string) => [{ token, gateway: 'fcm' as const, platform: 'android' as const }];
      await store.upsertPeople([{ id: 'named', attributes: { name: 'Ada' }, devices: device('written-1') }, { id: 'nameless', attributes: {}, devices: device('written-2') }], new Date());
      const reference = await audienceReference(store);
      await store.close();
      const { item } = compileStage({ template: { template: { title: '{{name}}', body: 'See it', defaultLocale: 'en' } } }).apply(reference)[0]!;
      const outcome = await bench.run(sendNode({ output: 'summary' }), [{ payload: item }], config);
      expect(outcome.outputs[0]).toMatchObject([{
        summary: { people: 1, sent: 1, written: { people: 2, ready: 1, notWritten: { 'missing-value': 1 }, locales: { en: 1 }, fields: { name: { fallback: 0, missing: 1 } } } },
      }]);
    });

    it('holds people back, and sends to them by itself when their time has come', async () => {
      const clock = (ms: number) => new Date(Date.now() + ms).toISOString();
      const soon = clock(2500);
      const store = await openStore({ sqlite: storePath });
      await bench.deploy([sendNode({ policies: { localTime: { time: '00:01', date: '2999-01-01' } } })], config);
      const first = await bench.send([{ payload: [{ id: 'patient', token: 'patient-phone' }], topic: 'kept' }]);
      expect(people(first, 3)).toMatchObject([{ id: 'patient', push: { outcome: 'held', reason: 'local-time' } }]);
      // As if the hour were there in a moment: known at the next start of the flow.
      const held = { campaign: 'sale', occurrence: 'once', recipient: 'patient', key: '' };
      await store.hold([{ ...held, until: soon, since: soon, reason: 'local-time', fromReference: false, item: { id: 'patient', token: 'patient-phone' } }]);
      await store.close();
      await bench.deploy([sendNode({ name: 'deployed again' })], config);
      const came = await bench.wait(() => sandbox().deliveries().some(({ token }) => token === 'patient-phone'));
      expect(came).toBe(true);
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(soon));
    });

    it('goes by key, kind and day', async () => {
      const keyed = await bench.run(sendNode({ repeat: 'key', keyField: 'order', kind: 'transaction', consent: 'none' }),
        [{ payload: [{ id: 'a', token: 'k-1', order: 1 }, { id: 'a', token: 'k-1', order: 2 }, { id: 'a', token: 'k-1', order: 2 }] }], config);
      expect([0, 1, 2, 3].map((output) => people(keyed, output).length)).toEqual([2, 0, 1, 0]);
      const daily = await bench.run(sendNode({ campaign: 'daily', repeat: 'day', output: 'summary' }), [{ payload: { id: 'd', token: 'd-1' } }], config);
      expect(people(daily, 0)[0]?.['occurrence']).toMatch(/^\d{4}-\d\d-\d\d$/);
    });

    it.each(hasPostgres ? ['sqlite', 'postgres'] : ['sqlite'])('is paused, resumed and listed by push-audience, the store in %s', async (kind) => {
      const { hostname, port, username, pathname } = new URL(POSTGRES_URL);
      const place = kind === 'sqlite' ? { path: storePath, pathType: 'str' }
        : { kind, host: hostname, port: port || '5432', database: pathname.slice(1), user: username, ssl: 'off', schema: POSTGRES_SCHEMA };
      const campaign = `steered-${kind}`;
      const steer = (operation: string): TestNode => ({ id: operation, type: 'push-audience', store: 'store', operation, property: 'payload', campaign: '', occurrence: '', outputs: 2 });
      await bench.deploy([sendNode({ campaign }), steer('pause'), steer('resume'), steer('runs'), steer('reportDevices')],
        [...config.filter(({ id }) => id !== 'store'), { id: 'store', type: 'push-store', ...place }]);
      await bench.send([{ payload: [{ id: 'one', token: 'one' }] }]);
      const finished = await bench.send([{ payload: { campaign } }], 1);
      expect(finished.caught).toMatchObject([{ error: { code: 'no-run' } }]);
      expect(people(await bench.send([{ payload: { campaign } }], 3), 0)).toMatchObject([{ campaign, state: 'finished', people: 1, sent: 1 }]);
      expect(people(await bench.send([{ payload: {} }], 4), 0)[0]).toHaveProperty('stale');
    });

    it.each<[string, Partial<TestNode>, string]>([
      ['a policy that cannot be read', { policies: { quietHours: { from: '99:00', to: '08:00' } } }, 'bad-policy'],
      ['no credential', { fcm: '', apns: '' }, 'no-credentials'],
      ['no store', { store: '' }, 'no-store'],
      ['no campaign', { campaign: '' }, 'no-campaign'],
      ['a text that does not parse', { title: '{{#if' }, 'template-syntax'],
      ['a tracking that is gone', { tracking: 'gone' }, 'config-gone'],
      ['one of two credentials that is gone', { apns: 'gone' }, 'config-gone'],
      ['a campaign that is an object', { campaign: 'payload', campaignType: 'msg' }, 'value-not-text'],
    ])('with %s tells a Catch node, once', async (_, more, code) => {
      const outcome = await bench.run(sendNode(more), [{ payload: { token: 'x' } }], config);
      expect(outcome.caught).toMatchObject([{ payload: { token: 'x' }, error: { code } }]);
      expect(outcome.completed).toBe(0);
    });

    it.each<[string, object, string]>([
      ['a service account that is cut off', { id: 'credential', type: 'push-fcm', authentication: 'serviceAccount', credentials: { serviceAccount: '{"type":"service_account","pro' } }, 'service-account'],
      ['a .p8 key that is none', { id: 'credential', type: 'push-apns', authentication: 'key', bundleId: 'com.example', teamId: 'ABCDE12345', keyId: 'ABCDE12345', credentials: { key: 'my key' } }, 'key'],
    ])('with %s says so, and never the secret', async (_, credential, part) => {
      const { type } = credential as FlowNode;
      const outcome = await bench.run(sendNode({ fcm: '', apns: '', [type.replace('push-', '')]: 'credential' }), [{ payload: { token: 'x' } }], [config[0]!, credential as FlowNode]);
      expect(outcome.caught[0]?.error.code).toContain(part);
      expect(JSON.stringify(outcome.caught)).not.toMatch(/my key|"pro/);
    });

    it('with a gateway that is not there says so of each person', async () => {
      const unreachable = { ...config[1]!, endpoint: 'http://127.0.0.1:9' };
      const outcome = await bench.run(sendNode({ apns: '', attempts: '1' }), [{ payload: [{ id: 'a', token: 'x' }, { id: 'b', token: 'y' }] }], [config[0]!, unreachable]);
      expect(people(outcome, 1)).toMatchObject([{ id: 'a', push: { reason: 'unavailable', why: expect.any(String) } }, { id: 'b' }]);
    });

    it('loses nobody when it is deployed anew while it sends', async () => {
      const payload = Array.from({ length: 3000 }, (_, index) => ({ id: `d${index}`, token: `deploy-${index}` }));
      await bench.deploy([sendNode()], config);
      await bench.post({ payload });
      await new Promise((resolve) => setTimeout(resolve, 150));
      await bench.deploy([sendNode()], config);
      await bench.send([{ payload }]);
      const store = await openStore({ sqlite: storePath });
      const outcomes = new Map<string, number>();
      for await (const { outcome = 'in the air' } of store.ledger()) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await store.close();
      const counts = sandbox().deliveries().filter(({ token }) => token.startsWith('deploy-'));
      expect(counts.filter(({ accepted }) => accepted > 1)).toEqual([]);
      expect(outcomes.get('accepted')).toBe(counts.filter(({ accepted }) => accepted === 1).length);
      expect([...outcomes.values()].reduce((a, b) => a + b)).toBe(3000);
      expect(outcomes.get('accepted')).toBe(3000);
    });

    it('sends over the same connection as before, also after it was deployed anew', async () => {
      await bench.run(sendNode(), [{ payload: { token: 'connected:1' } }], config);
      const before = sandbox().connections();
      await bench.deploy([sendNode()], config);
      expect((await bench.send([{ payload: { token: 'connected:2' } }])).outputs[0]).toMatchObject([{ payload: { push: { outcome: 'accepted' } } }]);
      expect(sandbox().connections()).toBe(before);
    });

    it('tests a credential from the editor, in words', async () => {
      await bench.deploy([sendNode()], config);
      const check = async (type: string, fields: object, id = type.replace('push-', '')) =>
        (await (await fetch(`${bench.host().url}/${type}/${id}/check`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) })).json()) as { ok: boolean; message?: string; problem?: object };
      expect(await check('push-fcm', { ...config[1], credentials: undefined })).toMatchObject({ ok: true });
      expect(await check('push-fcm', { ...config[1], endpoint: 'http://127.0.0.1:9' })).toMatchObject({ ok: false, message: expect.any(String) });
      expect(await check('push-apns', { ...config[2], credentials: undefined })).toMatchObject({ ok: true });
      expect(await check('push-apns', { ...config[2], teamId: 'short' })).toMatchObject({ ok: false, problem: { code: 'team-id-malformed', message: expect.stringMatching(/team/i) } });
      // A proxy that does not answer: the stored one is used where the dialog says nothing of it, and not where it was taken out.
      const proxied = { ...config[1]!, id: 'proxied', credentials: { accessToken: 'sandbox', proxy: 'http://127.0.0.1:9' } };
      await bench.deploy([sendNode({ fcm: 'proxied' })], [...config, proxied]);
      const fields = { ...proxied, credentials: undefined };
      expect(await check('push-fcm', fields, 'proxied')).toMatchObject({ ok: false });
      expect(await check('push-fcm', { ...fields, proxy: '__PWRD__' }, 'proxied')).toMatchObject({ ok: false });
      expect(await check('push-fcm', { ...fields, proxy: '' }, 'proxied')).toMatchObject({ ok: true });
    });
  });
}
