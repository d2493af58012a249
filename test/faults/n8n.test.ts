/** n8n itself is killed in the middle of a campaign and started again; the workflow runs again. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startN8n, type N8nHost, type N8nWorkflow } from '../../demo/hosts/n8n';
import { startSandbox } from '../../sandbox';
import { expectNobodyLost, isSettled, letPass, RULES, seenOf, tokenOf, until, type Rule } from './killed-host';

const PEOPLE = 2000;
/** Longer than a lease: nothing that the dead host left is anybody's any more. */
const DOWN_SECONDS = 61;
jest.setTimeout(25 * 60_000);

/** A webhook for each rule of what is unknown; both campaigns go to the same people. */
function workflow(onUnknown: Rule, storeFile: string): N8nWorkflow {
  const node = (name: string, type: string, typeVersion: number, parameters: object, more: object = {}) =>
    ({ id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...more });
  const people = `return Array.from({ length: ${PEOPLE} }, (_, n) => ({ json: { id: 'p' + n, token: '${tokenOf(onUnknown, '')}' + n } }));`;
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
  const credentials = [{ name: 'fcm', type: 'fcmApi', data: { authentication: 'accessToken', projectId: 'demo', accessToken: 'sandbox', endpoint: sandbox.gatewayUrl } }];
  const start = (first: boolean) => startN8n({
    dataFolder, packageFolder: resolve(__dirname, '../..'), ...(first && { credentials, workflows: RULES.map((rule) => workflow(rule, path)) }),
  });
  const trigger = (host: N8nHost, rule: Rule) => fetch(host.webhook(rule), { method: 'POST' });
  let host = await start(true);
  try {
    for (const rule of RULES) await trigger(host, rule);
    await until(() => RULES.every((rule) => seenOf(sandbox, rule).length > PEOPLE / 10));
    await host.stop('SIGKILL');
    expect(RULES.map((rule) => seenOf(sandbox, rule).length < PEOPLE)).toEqual([true, true]);
    letPass(path, DOWN_SECONDS);
    host = await start(false);
    for (const rule of RULES) await trigger(host, rule);
    for (const rule of RULES) await until(() => isSettled(path, rule, PEOPLE));
    await expectNobodyLost(path, sandbox, PEOPLE);
  } finally {
    await host.stop();
    await sandbox.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
