import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import type { Sandbox } from '../../../sandbox';
import { hasPostgres } from '../../core/store/databases';
import type { Bench, TestNode } from '../support/bench';

const HERE = { messageFrom: 'here', title: 'Hello {{firstName}}', body: 'Text', missing: 'empty', link: '' };
const apnsToken = (code: string) => `facade${code}`.padEnd(64, '0');
const json = (items: { json: IDataObject }[] | undefined) => (items ?? []).map((item) => item.json);
const pushOf = (item: IDataObject | undefined) => (item?.['push'] ?? {}) as IDataObject;

export function specifySend(bench: Bench, sandbox: () => Sandbox): void {
  describe('Push Send', () => {
    const storeFile = join(mkdtempSync(join(tmpdir(), 'push-send-')), 'store.sqlite');
    const send = (campaign: string, parameters: IDataObject = {}, more: Partial<TestNode> = {}): TestNode => ({
      type: 'pushSend',
      credentials: ['fcm', 'apns'],
      parameters: { campaign, output: 'people', ...HERE, ...parameters, options: { storeFile, maxBackoff: 1, ...(parameters['options'] as IDataObject) } },
      ...more,
    });

    it('sends with this node alone, to an item that holds nothing but a token', async () => {
      const { outputs } = await bench.run(send('alone', { title: 'Only a token' }, { credentials: ['fcm'] }), [{ token: 'alone:1' }]);
      expect(pushOf(json(outputs[0])[0])).toMatchObject({ outcome: 'accepted', deliveries: [{ gateway: 'fcm', outcome: 'accepted', gatewayId: expect.any(String) }] });
      expect(sandbox().messages().find(({ token }) => token === 'alone:1')).toMatchObject({ title: 'Only a token', body: 'Text' });
    });

    it('one execution after the other sends over the same connection', async () => {
      const execute = (campaign: string) => bench.run(send(campaign, {}, { credentials: ['fcm'] }), [{ token: 'again:1' }]);
      await execute('connected');
      const before = sandbox().connections();
      const { outputs } = await execute('still connected');
      expect(pushOf(json(outputs[0])[0])).toMatchObject({ outcome: 'accepted' });
      expect(sandbox().connections()).toBe(before);
    });

    const people = [
      { id: 'android', firstName: 'Ada', token: 'magic-ok:1' },
      { id: 'iphone', firstName: 'Bo', token: apnsToken('00') },
      { id: 'both', firstName: 'Cy', devices: [{ token: 'magic-unregistered:1' }, { token: `${apnsToken('00').slice(0, -1)}1` }] },
      { id: 'gone', firstName: 'Di', token: 'magic-unregistered:2' },
      { id: 'busy', firstName: 'Ed', token: 'magic-quota-once:1' },
      { id: 'no', firstName: 'Fay', token: 'magic-ok:2', consent: { marketing: 'opted-out' } },
      { id: 'none', firstName: 'Gil' },
      { firstName: 'nobody' },
      { id: 'held', token: 'magic-ok:3', push: { heldOut: true, arm: 'control' } },
    ];

    it('tells for everyone what became of them, each on its output and linked to its item', async () => {
      const { outputs, hints } = await bench.run(send('everyone'), people);
      const told = outputs.map((items) => items
        .map(({ json: item, pairedItem }) => [people[pairedItem?.item ?? -1]?.id, pushOf(item)['reason'], item['id']])
        .sort((a, b) => String(a[0]).localeCompare(String(b[0]))));
      expect(told[0]?.map(([id]) => id)).toEqual(['android', 'both', 'busy', 'iphone']);
      expect(told[1]).toEqual([['gone', 'dead-token', 'gone'], [undefined, 'no-id', undefined]]);
      expect(told[2]).toEqual([['held', 'held-out', 'held'], ['no', 'no-consent', 'no'], ['none', 'no-device', 'none']]);
      expect(outputs.flat().every(({ json: item }) => typeof pushOf(item)['why'] === 'string')).toBe(true);
      expect(outputs.flat().some(({ json: item }) => item['error'] !== undefined)).toBe(false);
      expect(hints).toEqual(['9 people: 4 sent, 2 failed (1 dead-token, 1 no-id), 3 suppressed (1 no-consent, 1 no-device, 1 held-out).']);
    });

    it('sends nothing a second time, and tells dead devices from those already sent to', async () => {
      const before = sandbox().deliveries().reduce((sum, { requests }) => sum + requests, 0);
      const { outputs } = await bench.run(send('everyone'), people);
      expect(outputs[0]).toEqual([]);
      const reasons = Object.fromEntries(json(outputs[2]).map((item) => [item['id'], pushOf(item)['reason']]));
      expect(reasons).toMatchObject({ android: 'already-sent', iphone: 'already-sent', both: 'already-sent', busy: 'already-sent', gone: 'device-dead' });
      expect(sandbox().deliveries().reduce((sum, { requests }) => sum + requests, 0)).toBe(before);
    });

    it('puts out a summary and the failures only, where asked', async () => {
      const { outputs } = await bench.run(send('brief', { output: 'summary', occurrence: '={{ "day " + 1 }}' }), people);
      expect(json(outputs[0])).toEqual([{
        campaign: 'brief', occurrence: 'day 1', people: 9, eligible: 6, sent: 4, failed: 1,
        suppressed: { 'device-dead': 1, 'held-out': 1, 'no-consent': 1, 'no-device': 1 }, failures: { 'no-id': 1 }, held: {},
        byArm: { control: { people: 1, sent: 0, failed: 0, suppressed: 1, held: 0 } },
      }]);
      expect(outputs[1]).toHaveLength(1);
      expect(outputs[2]).toEqual([]);
    });

    it('takes a date as the occurrence, and a number that an expression gives as a text', async () => {
      const { outputs } = await bench.run(send('dated', { output: 'summary', occurrence: '={{ $today }}' }), [{ id: 'dated', token: 'dated:1' }]);
      expect(json(outputs[0])[0]).toMatchObject({ occurrence: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), sent: 1 });
      const hurried = send('hurried', { options: { storeFile, timeout: '={{ "1" }}', attempts: '={{ "1" }}' } });
      const { outputs: late } = await bench.run(hurried, [{ id: 'late', token: 'magic-slow:hurried' }]);
      expect(pushOf(json(late[1])[0])).toMatchObject({ outcome: 'unknown', deliveries: [{ code: 'timeout', attempts: 1 }] });
      const { stopped } = await bench.run(send('never', { options: { storeFile, timeout: '={{ "soon" }}' } }), [{ id: 'n', token: 'n:1' }]);
      expect(stopped?.message).toContain('timeout');
    });

    it('sends to a stored audience by its reference: failures and a summary come out, not everybody', async () => {
      const options = { storeFile };
      await bench.run({ type: 'pushAudience', parameters: { operation: 'upsert', output: 'summary', options } },
        Array.from({ length: 30 }, (_, index) => ({ id: `s${index}`, city: index < 20 ? 'Lyon' : 'Paris', token: index === 0 ? 'magic-bad-token:s' : `stored:${index}` })));
      const select = { operation: 'getAll', condition: '{ "city": "Lyon" }', selection: 'reference', options };
      const { outputs: [found = []] } = await bench.run({ type: 'pushAudience', parameters: select }, [{}]);
      const [reference = {}] = json(found);
      const { outputs } = await bench.run(send('stored'), [reference, { id: 'guest', token: 'guest:1' }]);
      expect(json(outputs[0])).toEqual([expect.objectContaining({ campaign: 'stored', people: 20, sent: 19, failed: 1 }), expect.objectContaining({ id: 'guest' })]);
      expect(json(outputs[1]).map(({ id }) => id)).toEqual(['s0']);
      // The workflow goes on, whoever is left.
      const again = await bench.run(send('stored'), [reference]);
      expect(json(again.outputs[0])).toEqual([expect.objectContaining({ people: 20, sent: 0, suppressed: { 'already-sent': 19, 'device-dead': 1 } })]);
      const nowhere = { ...select, condition: '{ "city": "Nowhere" }' };
      const [nobody = {}] = json((await bench.run({ type: 'pushAudience', parameters: nowhere }, [{}])).outputs[0]);
      expect(json((await bench.run(send('stored'), [nobody])).outputs[0])).toEqual([expect.objectContaining({ people: 0, sent: 0 })]);
    });

    it('tells how the template of a stored audience wrote to its people, also to those who got nothing for want of a value', async () => {
      const node = send('stored texts', { messageFrom: 'items' });
      const before: TestNode = { type: 'templatePersonalize', parameters: { title: '{{city}}', body: 'See {{default street "the shops"}}', defaultLocale: 'en' } };
      await bench.run({ type: 'pushAudience', parameters: { operation: 'upsert', output: 'summary', options: { storeFile } } }, [{ id: 'homeless', token: 'homeless:1' }]);
      const select = { operation: 'getAll', condition: '{ "id": { "$in": ["s1", "s2", "homeless"] } }', selection: 'reference', options: { storeFile } };
      const [reference = {}] = json((await bench.run({ type: 'pushAudience', parameters: select }, [{}])).outputs[0]);
      const { outputs, hints } = await bench.run(node, [reference], before);
      expect(json(outputs[0])).toMatchObject([{
        people: 2, sent: 2,
        written: { people: 3, ready: 2, notWritten: { 'missing-value': 1 }, locales: { en: 2 }, fields: { city: { fallback: 0, missing: 1 }, street: { fallback: 2, missing: 0 } } },
      }]);
      expect(hints).toContain('Messages of the stored audience: 3 people: 2 written (2 en), 1 not (1 missing-value). Missing: city (1 not written), street (2 with a stand-in).');
    });

    it('takes the messages of the template step before', async () => {
      const node = send('written', { messageFrom: 'items' });
      const before: TestNode = { type: 'templatePersonalize', parameters: { title: 'Bonjour {{firstName}}', body: 'B' } };
      const { outputs } = await bench.run(node, [{ id: 'w', firstName: 'Zoé', token: 'written:1' }], before);
      expect(outputs[0]).toHaveLength(1);
      expect(sandbox().messages().find(({ token }) => token === 'written:1')).toMatchObject({ title: 'Bonjour Zoé' });
      const { outputs: bare } = await bench.run(node, [{ id: 'x', token: 'written:2' }]);
      expect(pushOf(json(bare[1])[0])).toMatchObject({ reason: 'no-message' });
    });

    it('sends a test to listed devices only, marked, and counts nothing', async () => {
      const test = send('tested', { operation: 'test', testDevices: 'android, my-phone\nmagic-unregistered:test', testPerson: 'named', testPersonId: 'no' });
      const { outputs, hints } = await bench.run(test, people);
      expect(json(outputs[0]).map((item) => [item['id'], (item['test'] as IDataObject)['owner'], (pushOf(item)['message'] as IDataObject)['title']])).toEqual([
        ['no', 'android', '[Test] Hello Fay'], ['no', undefined, '[Test] Hello Fay'],
      ]);
      expect(json(outputs[1])).toMatchObject([{ id: 'no', push: { outcome: 'dead-token', reason: 'dead-token', why: expect.any(String) } }]);
      expect(outputs[0]?.[0]?.pairedItem).toEqual({ item: 5 });
      expect(hints).toEqual(["Test send of the message of 'no' to 3 devices: 2 accepted, 1 failed. Nobody else got anything, and nothing is counted."]);
      expect(sandbox().messages().find(({ token }) => token === 'my-phone')).toMatchObject({ title: '[Test] Hello Fay' });
      // The campaign itself still sends to everyone, once.
      expect((await bench.run(send('tested', { output: 'summary' }), people.slice(0, 2))).outputs[0]?.[0]?.json).toMatchObject({ people: 2, sent: 2 });
      const { stopped } = await bench.run(send('tested', { operation: 'test', testDevices: ' ' }), people);
      expect(stopped?.message).toContain('No test device');
    });

    it('stops where somebody presses stop; the next run goes on, and nobody gets it twice', async () => {
      const many = Array.from({ length: 40 }, (_, index) => ({ id: `slow${index}`, token: `magic-slow:${index}` }));
      const node = send('stopped', { output: 'summary', options: { storeFile, concurrency: 10 } });
      const accepted = () => sandbox().deliveries().filter(({ token, accepted: count }) => token.startsWith('magic-slow:') && count > 0);
      const running = bench.run(node, many);
      while (accepted().length < 10) await new Promise((resolve) => setTimeout(resolve, 100));
      const filter = encodeURIComponent(JSON.stringify({ status: ['running'] }));
      const { results } = await bench.host().rest<{ results: { id: string }[] }>('GET', `/rest/executions?filter=${filter}&limit=1`);
      await bench.host().rest('POST', `/rest/executions/${results[0]?.id}/stop`, {});
      await running.catch(() => undefined);
      // Messages in the air at the stop still get their answer.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const before = accepted().length;
      expect(before).toBeLessThan(40);
      const { outputs } = await bench.run(node, many);
      expect(json(outputs[0])[0]).toMatchObject({ people: 40, sent: 40 - before, suppressed: { 'already-sent': before } });
      expect(accepted().map(({ accepted: count }) => count)).toEqual(many.map(() => 1));
    });

    describe('with policies', () => {
      /** Quiet all day except for the minute that was just before. */
      const allDay = () => {
        const clock = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
        return { quietHours: { rule: { from: clock(-60_000), to: clock(-120_000), then: 'hold' } } };
      };

      it('holds people back on an output of their own, and sends to them when it runs again', async () => {
        const waiting = [{ id: 'q1', firstName: 'Q', token: 'quiet:1', timezone: 'UTC' }, { id: 'q2', firstName: 'R', token: 'quiet:2' }];
        const { outputs, hints } = await bench.run(send('quiet-hours', { policies: allDay() }), waiting);
        expect(json(outputs[3]).map((item) => [item['id'], pushOf(item)['reason'], typeof pushOf(item)['until']])).toEqual([['q1', 'quiet-hours', 'string'], ['q2', 'quiet-hours', 'string']]);
        expect(hints.join()).toContain('2 held back (2 quiet-hours)');
        const later = await bench.run(send('quiet-hours', { policies: {} }), waiting.slice(0, 1));
        expect(json(later.outputs[3]).map(({ id }) => id)).toEqual(['q1']);
      });

      it('reads every one of them', async () => {
        const policies = {
          zone: 'Europe/Paris', unknownZone: 'skip', audienceCap: 2,
          caps: { rule: [{ most: 5, hours: 24, category: '' }, { most: 9, hours: 168, category: 'marketing' }] },
          gap: { rule: { minutes: 1, then: 'skip' } },
          localTime: { rule: { time: '00:00', date: '2026-01-01', past: 'send' } },
          canary: { rule: { percent: 99, minutes: 1 } },
        };
        const items = Array.from({ length: 4 }, (_, index) => ({ id: `all${index}`, firstName: 'A', token: `all:${index}`, timezone: index === 3 ? '' : 'UTC' }));
        const { outputs } = await bench.run(send('all-policies', { policies, repeat: 'day', kind: 'promotion', output: 'summary' }), items);
        const [summary] = json(outputs[0]);
        const { suppressed, held, sent, people: all, occurrence } = summary as unknown as { suppressed: Record<string, number>; held: Record<string, number>; sent: number; people: number; occurrence: string };
        expect(suppressed['unknown-zone']).toBe(1);
        expect(sent + (held['canary'] ?? 0) + (suppressed['audience-cap'] ?? 0)).toBe(3);
        expect(all).toBe(4);
        expect(occurrence).toMatch(/^\d{4}-\d\d-\d\d$/);
      });

      it('names the policy that cannot be read', async () => {
        const { stopped } = await bench.run(send('bad', { policies: { quietHours: { rule: { from: '25:00', to: '8:00', then: 'hold' } } } }), [{ id: 'x', token: 'x:1' }]);
        expect(stopped).toMatchObject({ message: expect.stringContaining('quietHours.from'), description: expect.stringContaining('08:30') });
      });

      it('sends for each key once', async () => {
        const orders = [{ id: 'o', firstName: 'O', token: 'order:1', order: 1 }, { id: 'o', firstName: 'O', token: 'order:1', order: 2 }, { id: 'o', firstName: 'O', token: 'order:1', order: 1 }];
        const { outputs } = await bench.run(send('orders', { repeat: 'key', keyField: 'order', kind: 'transaction', consent: 'none' }), orders);
        expect(outputs.map((items) => items.length)).toEqual([2, 0, 1, 0]);
      });
    });

    describe('with a store credential', () => {
      const kept = (credential: string, campaign: string): TestNode => ({ ...send(campaign), credentials: ['fcm', credential], parameters: { ...send(campaign).parameters, options: {} } });

      it.each(hasPostgres ? ['store', 'store file'] : ['store file'])("keeps the ledger there: '%s'", async (credential) => {
        const campaign = `kept-${Date.now()}`;
        const items = [{ id: `k-${campaign}`, firstName: 'K', token: `${campaign}:1` }];
        expect((await bench.run(kept(credential, campaign), items)).outputs[0]).toHaveLength(1);
        expect((await bench.run(kept(credential, campaign), items)).outputs[2]).toHaveLength(1);
        const operate = (operation: string): TestNode => ({ type: 'pushAudience', credentials: [credential], parameters: { operation, campaign, occurrence: '', options: {} } });
        expect(json((await bench.run(operate('getRuns'), [{}])).outputs[0])).toMatchObject([{ campaign, state: 'finished', people: 1, sent: 1 }]);
        expect(json((await bench.run(operate('reportDevices'), [{}])).outputs[0])[0]).toHaveProperty('stale');
        const { stopped } = await bench.run(operate('pauseCampaign'), [{}]);
        expect(stopped).toMatchObject({ message: expect.stringContaining('is running or waiting') });
      });

      it('or says that it is not there', async () => {
        const { stopped } = await bench.run(kept('no store', 'lost'), [{ id: 'x', token: 'x:1' }]);
        expect(stopped).toMatchObject({ message: expect.stringContaining('PostgreSQL cannot be reached at 127.0.0.1:1') });
        const both = await bench.run({ ...send('two'), credentials: ['fcm', 'store file'] }, [{ id: 'x', token: 'x:1' }]);
        expect(both.stopped?.message).toContain('two stores');
      });

      it('and pauses and resumes a campaign from another workflow', async () => {
        const operate = (operation: string): TestNode => ({ type: 'pushAudience', credentials: ['store file'], parameters: { operation, campaign: 'steered', occurrence: '', options: {} } });
        const waiting = { ...kept('store file', 'steered'), parameters: { ...kept('store file', 'steered').parameters, policies: { localTime: { rule: { time: '09:00', date: '2999-01-01', past: 'send' } } } } };
        await bench.run(waiting, [{ id: 's1', firstName: 'S', token: 'steered:1' }]);
        expect(json((await bench.run(operate('pauseCampaign'), [{}])).outputs[0])).toMatchObject([{ state: 'paused', held: 1 }]);
        const { outputs } = await bench.run(kept('store file', 'steered'), [{ id: 's2', firstName: 'S', token: 'steered:2' }]);
        expect(json(outputs[3]).map((item) => pushOf(item)['reason'])).toEqual(['paused']);
        expect(json((await bench.run(operate('resumeCampaign'), [{}])).outputs[0])).toMatchObject([{ state: 'waiting', held: 2 }]);
        expect(json((await bench.run(kept('store file', 'steered'), [{ id: 's3', firstName: 'S', token: 'steered:3' }])).outputs[0]).map(({ id }) => id).sort()).toEqual(['s2', 's3']);
        expect(json((await bench.run(operate('cancelCampaign'), [{}])).outputs[0])).toMatchObject([{ state: 'cancelled' }]);
      });
    });

    it("says that 'Retry On Fail' is not needed", async () => {
      const { hints } = await bench.run(send('retry', {}, { retryOnFail: true }), [{ id: 'r', token: 'retry:1' }]);
      expect(hints.join()).toContain("'Retry On Fail' is not needed");
    });

    it.each([
      ['no credential', send('none', {}, { credentials: [] }), 'No credential is connected'],
      ['a service account that is cut off', send('cut', {}, { credentials: ['cut-off service account'] }), 'service account'],
      ['a key that is none', send('key', {}, { credentials: ['no key'] }), 'APNs key'],
      ['a store that cannot be written', send('store', { options: { storeFile: '/dev/null/store.sqlite' } }), '/dev/null/store.sqlite'],
      ['a text that does not parse', send('text', { title: 'Hi {{#if' }), 'title'],
    ])('stops at %s and says what to do', async (_name, node, said) => {
      const { stopped } = await bench.run(node, [{ id: 'x', token: 'x:1' }]);
      expect(stopped?.message).toContain(said);
      expect(stopped?.description).toMatch(/\w+/);
      const { outputs } = await bench.run({ ...node, onError: 'continueRegularOutput' }, [{ id: 'x', token: 'x:1' }]);
      expect(outputs.map((items) => items.length)).toEqual([0, 1, 0, 0]);
      expect(json(outputs[1])[0]?.['error']).toBe(stopped?.message);
    });

    it('tells of a gateway that cannot be reached, for each person', async () => {
      const node = send('unreachable', { options: { storeFile, attempts: 1 } }, { credentials: ['unreachable'] });
      const { outputs } = await bench.run(node, [{ id: 'u', token: 'u:1' }]);
      expect(pushOf(json(outputs[1])[0])).toMatchObject({ reason: 'unavailable', why: expect.stringContaining('Nothing listens') });
    });

    it('never shows a token or a secret in what it puts out for people', async () => {
      const { outputs, hints } = await bench.run(send('quiet'), [{ id: 'q', devices: [{ token: 'magic-bad-token:secret' }] }]);
      expect(JSON.stringify([hints, json(outputs[1]).map(pushOf)])).not.toContain('magic-bad-token:secret');
    });

    it.each([
      ['fcm', true, /demo/], ['apns', true, /com\.example\.shop/], ['tracking', true, /push-events/],
      ['cut-off service account', false, /JSON|cut/i], ['no key', false, /key/i], ['unreachable', false, /127\.0\.0\.1:1/],
      ['two keys', true, /com\.example\.shop.* key NEXT123456 for com\.example\.shop/], ['next key cut off', false, /next APNs key.*cut off/], ['behind a proxy', false, /^(?!.*secret).*The proxy does not answer/], ['weak secret', false, /16/],
      ['store file', true, /read and written/], ['no store', false, /PostgreSQL cannot be reached at 127\.0\.0\.1:1/],
    ] as const)("tests the credential '%s' in words", async (name, works, said) => {
      const credentials = await bench.host().rest<{ id: string; name: string; type: string }[]>('GET', '/rest/credentials');
      const { id, type } = credentials.find((one) => one.name === name) ?? { id: '', type: '' };
      const { data } = await bench.host().rest<{ data: IDataObject }>('GET', `/rest/credentials/${id}?includeData=true`);
      const result = await bench.host().rest<{ status: string; message: string }>('POST', '/rest/credentials/test', { credentials: { id, name, type, data } });
      expect(result).toEqual({ status: works ? 'OK' : 'Error', message: expect.stringMatching(said) });
    });
  });
}
