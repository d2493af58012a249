/** What Node-RED says to people, in English and in French. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type NodeRedHost } from '../../demo/hosts/node-red';
import { startSandbox } from '../../sandbox';
import { Bench } from './support/bench';
import { sendNode } from './specs/send';

const ROOT = resolve(__dirname, '../..');
const errorsOf = (language: string) =>
  (JSON.parse(readFileSync(join(ROOT, `node-red/push-store/locales/${language}/push-store.json`), 'utf8')) as { 'push-store': { errors: Record<string, string> } })['push-store'].errors;

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

  it('says in French that a credential works', async () => {
    const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
    const check = async (fields: object) => (await (await fetch(`${host.url}/push-fcm/new/check`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ authentication: 'accessToken', projectId: 'demo', accessToken: 'x', ...fields }),
    })).json()) as object;
    expect(await check({ endpoint: sandbox.gatewayUrl })).toMatchObject({ ok: true, message: expect.stringContaining('La connexion fonctionne') });
    await sandbox.close();
    expect(await check({ endpoint: 'http://127.0.0.1:9' })).toMatchObject({ ok: false, message: expect.stringContaining('n’a pas répondu') });
  }, 30_000);

  it('says in French what is wrong', async () => {
    const { caught } = await bench.run(sendNode({ fcm: '', apns: '' }), [{ payload: { token: 'x' } }]);
    expect(caught[0]?.error).toMatchObject({ code: 'no-credentials', message: expect.stringContaining('Aucun accès') });
  }, 30_000);
});
