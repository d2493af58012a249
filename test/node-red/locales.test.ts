/** What Node-RED says to people, in English and in French. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type NodeRedHost } from '../../demo/hosts/node-red';
import { BROADCAST_REASONS, HOLDING_REASONS, SUPPRESSION_REASONS } from '../../core/campaign';
import { OUTCOMES } from '../../core/delivery/gateway';
import { startSandbox } from '../../sandbox';
import { Bench } from './support/bench';
import { sandboxConfig, sendNode } from './specs/send';

const ROOT = resolve(__dirname, '../..');
type Texts = Record<'errors' | 'reasons' | 'broadcasts', Record<string, string>>;
const textsOf = (language: string) =>
  (JSON.parse(readFileSync(join(ROOT, `node-red/push-store/locales/${language}/push-store.json`), 'utf8')) as { 'push-store': Texts })['push-store'];
const errorsOf = (language: string) => textsOf(language).errors;

describe('the texts of errors', () => {
  const codes = new Set(
    globSync(['core/**/*.ts', 'node-red/**/*.ts'], { cwd: ROOT })
      .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/new (?:PushError|RunStopper)\(\s*'([a-z0-9-]+)'/g)].map(([, code]) => code as string)),
  );

  it('are there in both languages for every error that a node can give', () => {
    expect(codes.size).toBeGreaterThan(60);
    for (const language of ['en-US', 'fr']) expect([language, [...codes].filter((code) => errorsOf(language)[code] === undefined)]).toEqual([language, []]);
  });

  it('are the engine\'s own in English and others in French', () => {
    expect(new Set(Object.values(errorsOf('en-US')))).toEqual(new Set(['__message__']));
    expect(Object.entries(errorsOf('fr')).filter(([, text]) => text.includes('__message__') || text.length < 15)).toEqual([]);
  });
});

describe('the reasons why a person got a message or not', () => {
  it.each([
    ['reasons', [...OUTCOMES, ...Object.keys(SUPPRESSION_REASONS), ...Object.keys(HOLDING_REASONS)]],
    ['broadcasts', Object.keys(BROADCAST_REASONS)],
  ] as const)('are there in both languages, all of them and no others: %s', (kind, codes) => {
    for (const language of ['en-US', 'fr']) expect([language, Object.keys(textsOf(language)[kind]).toSorted()]).toEqual([language, [...new Set(codes)].toSorted()]);
    expect(new Set(Object.values(textsOf('en-US')[kind]))).toEqual(new Set(['__message__']));
    expect(Object.values(textsOf('fr')[kind]).filter((text) => text.includes('__') || text.length < 15)).toEqual([]);
  });
});

describe('a Node-RED in French', () => {
  let host: NodeRedHost;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-node-red-fr-'));
  const bench = new Bench(() => host);

  beforeAll(async () => {
    host = await startNodeRed({ dataFolder, packageFolder: process.env['PACKAGE_UNDER_TEST'] ?? ROOT, language: 'fr' });
    await bench.open();
  }, 60_000);
  afterAll(async () => {
    await bench.close();
    await host?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  it('says of each person in French why, whatever became of them', async () => {
    const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
    const payload = [
      { id: 'ok', token: 'phone' }, { id: 'dead', token: 'magic-unregistered:n' }, { id: 'no', token: 'other', consent: { marketing: 'opted-out' } }, 'nobody',
    ];
    const { outputs } = await bench.run(sendNode(), [{ payload }], sandboxConfig(sandbox, join(dataFolder, 'why.sqlite')));
    await sandbox.close();
    const why = outputs.map(([message]) => ((message?.['payload'] ?? []) as { push: { why: string } }[]).map(({ push }) => push.why));
    expect(why).toEqual([
      ['Accepté par la passerelle ; seule l’application peut dire si le téléphone l’a reçu.'],
      ['La passerelle ne connaît plus l’appareil : application retirée ou jeton remplacé.', expect.stringContaining('Une personne doit être un objet')],
      ['Pas de consentement pour les messages de cette catégorie.'],
    ]);
    const written = await bench.run({ type: 'push-template', property: 'payload', title: '{{name}}', body: 'B', missing: 'refuse', outputs: 2 }, [{ payload: { id: 1 } }]);
    expect(written.outputs[1]).toMatchObject([{ payload: { push: { reason: 'missing-value', why: expect.stringContaining('name') } } }]);
    expect(written.outputs[1]?.[0]).not.toMatchObject({ payload: { push: { why: expect.stringContaining('The person has') } } });
  }, 30_000);

  it('says in French what became of a message to subscribers', async () => {
    const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
    const config = sandboxConfig(sandbox, join(dataFolder, 'topic.sqlite'));
    await bench.deploy([sendNode({ target: 'topic', targetName: 'nouvelles', targetNameType: 'str', campaign: 'topic' })], config);
    const sent = await bench.send([{ payload: {} }]);
    const again = await bench.send([{ payload: {} }]);
    await sandbox.close();
    expect(sent.outputs[0]).toMatchObject([{ payload: { push: { why: expect.stringContaining('pour tous les abonnés') } } }]);
    expect(again.outputs[2]).toMatchObject([{ payload: { push: { why: 'Déjà envoyé à ces abonnés dans cette occurrence de la campagne.' } } }]);
  }, 30_000);

  it('says in French what is wrong', async () => {
    const { caught } = await bench.run(sendNode({ fcm: '', apns: '' }), [{ payload: { token: 'x' } }]);
    expect(caught[0]?.error).toMatchObject({ code: 'no-credentials', message: expect.stringContaining('Aucun accès') });
  }, 30_000);

  it('names the segment and the rule that are wrong', async () => {
    const segments = [{ name: 'VIP', condition: '{"$or":[{"a":1},{"country":{"$inn":["FR"]}}]}' }];
    const { caught } = await bench.run({ type: 'push-segment-filter', property: 'payload', route: 'first', segments, outputs: 2 }, [{ payload: { id: 1 } }]);
    expect(caught[0]?.error).toMatchObject({ code: 'unknown-operator', message: expect.stringMatching(/opérateur inconnu.*\(VIP, \$or\[1\]\.country\.\$inn\)$/) });
  }, 30_000);
});
