import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sandbox } from '../../sandbox';
import { magicApns, quickSandbox } from './support';

const run = promisify(execFile);

/** Real senders, each in a process of its own, as a service would run them. */
describe('a client that others wrote', () => {
  let sandbox: Sandbox;
  let folder: string;
  beforeAll(async () => {
    sandbox = await quickSandbox();
    folder = mkdtempSync(join(tmpdir(), 'push-sandbox-'));
    writeFileSync(join(folder, 'ca.pem'), sandbox.ca);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await sandbox.close();
  });
  afterEach(() => sandbox.reset());

  const results = async (client: string, input: object): Promise<unknown> => {
    const { stdout } = await run(process.execPath, [join(__dirname, 'clients', `${client}.mjs`), JSON.stringify({ url: sandbox.tlsUrl, ...input })], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }, timeout: 25_000,
    });
    return JSON.parse(stdout);
  };
  const ordinary = 'ab'.repeat(32);
  const accepted = () => sandbox.messages().map(({ token, title, body }) => ({ token, title, body }));
  const shown = (token: string) => ({ token, title: 'Hello', body: 'World' });

  it('firebase-admin delivers, and is told of an unregistered device', async () => {
    const name = expect.stringMatching(/^projects\/demo\/messages\/[0-9a-f]{16}$/) as string;
    const ends = [name, 'messaging/registration-token-not-registered', 'messaging/mismatched-credential'];
    expect(await results('firebase-admin', { tokens: ['device-1', 'magic-unregistered', 'magic-wrong-topic'] })).toEqual({ sendEach: ends, send: ends });
    expect(accepted()).toEqual([shown('device-1'), shown('device-1')]);
  }, 30_000);

  it('firebase-admin subscribes devices to a topic, is told of each, and reaches them by it', async () => {
    expect(await results('firebase-admin', { tokens: ['device-1', 'device-2', 'magic-unregistered'], topic: 'news' })).toEqual({
      subscribed: { successCount: 2, errors: [{ index: 2, code: 'messaging/registration-token-not-registered' }] },
      again: { successCount: 1, errors: [] },
      unsubscribed: { successCount: 1, errors: [] },
    });
    expect(accepted()).toEqual([shown('news'), shown('device-1'), shown('device-2')]);
  }, 30_000);

  it('@parse/node-apn makes a channel, updates it, lists and deletes it', async () => {
    const { id, ...rest } = (await results('node-apn', { ca: sandbox.ca, key: sandbox.apnsKey(), bundleId: 'com.example.shop' })) as { id: string };
    expect(rest).toEqual({ listed: [id], sent: [1, 1, 1], failed: [] });
    expect(accepted()).toEqual([expect.objectContaining({ token: `channel ${id}` })]);
  }, 30_000);

  it('@parse/node-apn delivers, and is told of an unregistered device', async () => {
    expect(await results('node-apn', { ca: sandbox.ca, key: sandbox.apnsKey(), tokens: [ordinary, magicApns('01')] })).toEqual({
      sent: [ordinary], failed: [{ device: magicApns('01'), status: 410, reason: 'Unregistered' }],
    });
    expect(accepted()).toEqual([shown(ordinary)]);
  }, 30_000);

  it('apns2 delivers, and is told of an unregistered device', async () => {
    expect(await results('apns2', { key: sandbox.apnsKey(), tokens: [ordinary, magicApns('01')] })).toEqual(['sent', { status: 410, reason: 'Unregistered' }]);
    expect(accepted()).toEqual([shown(ordinary)]);
  }, 30_000);

  it('apns2 with the key of another account is refused', async () => {
    const { keyId, teamId } = sandbox.apnsKey();
    const { key } = sandbox.apnsKey();
    expect(await results('apns2', { key: { key, keyId, teamId }, tokens: [ordinary] })).toEqual([{ status: 403, reason: 'InvalidProviderToken' }]);
    expect(accepted()).toEqual([]);
  }, 30_000);
});
