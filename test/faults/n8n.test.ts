/** n8n itself is killed in the middle of a campaign and started again; the workflow runs again. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startN8n, type N8nHost, type N8nWorkflow } from '../../demo/hosts/n8n';
import { openStore } from '../../core/store';
import { startSandbox } from '../../sandbox';
import { collect } from '../core/support';

const PEOPLE = 2000;
/** A lease of a dead process lasts a minute; only then does a run know that what it held is nobody's. */
const LONGEST_MS = 120_000;
jest.setTimeout(25 * 60_000);

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await reached()); await pause(50)) {
    if (Date.now() - began > LONGEST_MS) throw new Error('It did not come to that.');
  }
}

/** A webhook for each rule of what is unknown; both campaigns go to the same people. */
function workflow(onUnknown: 'skip' | 'send-again', storeFile: string): N8nWorkflow {
  const node = (name: string, type: string, typeVersion: number, parameters: object, more: object = {}) =>
    ({ id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...more });
  const people = `return Array.from({ length: ${PEOPLE} }, (_, n) => ({ json: { id: 'p' + n, token: '${onUnknown}:' + n } }));`;
  const parameters = {
    campaign: onUnknown, output: 'summary', messageFrom: 'here', title: 'T', body: 'B', missing: 'empty', link: '', options: { storeFile, onUnknown, concurrency: 50 },
  };
  return {
    name: onUnknown,
    settings: { executionOrder: 'v1' },
    nodes: [
      node('Start', 'n8n-nodes-base.webhook', 2, { path: onUnknown, httpMethod: 'POST', responseMode: 'onReceived' }, { webhookId: onUnknown }),
      node('People', 'n8n-nodes-base.code', 2, { jsCode: people }),
      node('Send', 'n8n-nodes-push-campaigns.pushSend', 1, parameters, { credentials: { fcmApi: { name: 'fcm' } } }),
    ],
    connections: {
      Start: { main: [[{ node: 'People', type: 'main', index: 0 }]] },
      People: { main: [[{ node: 'Send', type: 'main', index: 0 }]] },
    },
  };
}

it('campaigns of an n8n that is killed go on when their workflows run again: nobody twice under skip, nobody missing under send again', async () => {
  const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, latencyMs: 200 });
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-killed-n8n-'));
  const path = join(dataFolder, 'store.sqlite');
  const rules = ['skip', 'send-again'] as const;
  const credentials = [{ name: 'fcm', type: 'fcmApi', data: { authentication: 'accessToken', projectId: 'demo', accessToken: 'sandbox', endpoint: sandbox.gatewayUrl } }];
  const start = (first: boolean) => startN8n({
    dataFolder, packageFolder: resolve(__dirname, '../..'), ...(first && { credentials, workflows: rules.map((rule) => workflow(rule, path)) }),
  });
  const trigger = (host: N8nHost, rule: string) => fetch(host.webhook(rule), { method: 'POST' });
  const seen = (rule: string) => sandbox.deliveries().filter(({ token }) => token.startsWith(`${rule}:`));
  let host = await start(true);
  try {
    for (const rule of rules) await trigger(host, rule);
    await until(() => rules.every((rule) => seen(rule).length > PEOPLE / 10));
    await host.stop('SIGKILL');
    for (const rule of rules) expect(seen(rule).length).toBeLessThan(PEOPLE);
    host = await start(false);
    const store = await openStore({ sqlite: path });
    const settled = async (rule: string) => {
      const rows = (await collect(store.ledger())).filter(({ campaign }) => campaign === rule);
      return rows.length === PEOPLE && rows.every(({ outcome }) => outcome !== undefined);
    };
    for (const rule of rules) {
      // As a schedule would: what the dead run still holds is judged by a run after its lease.
      await until(async () => {
        await trigger(host, rule);
        await pause(5000);
        return settled(rule);
      });
    }
    const ledger = await collect(store.ledger());
    await store.close();
    const outcomes = (rule: string, outcome: string) => ledger.filter((row) => row.campaign === rule && row.outcome === outcome).length;
    expect(seen('skip').filter(({ requests }) => requests > 1)).toEqual([]);
    expect(outcomes('skip', 'accepted') + outcomes('skip', 'unknown')).toBe(PEOPLE);
    expect(seen('skip').length).toBeGreaterThanOrEqual(outcomes('skip', 'accepted'));
    expect(outcomes('send-again', 'accepted')).toBe(PEOPLE);
    expect(seen('send-again')).toHaveLength(PEOPLE);
  } finally {
    await host.stop();
    await sandbox.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
