/** Node-RED itself is killed in the middle of two campaigns and started again with the same flow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../demo/hosts/node-red';
import { openStore } from '../../core/store';
import { startSandbox } from '../../sandbox';
import { expectNobodyLost, isSettled, letPass, RULES, seenOf, tokenOf, until, type Rule } from './killed-host';

const PEOPLE = 3000;
/** So slow that neither campaign is over before the other one is under way. */
const PER_MINUTE = '60000';
/** The leases of the dead host end so much later than the flow runs again: the node then judges by itself what it held. */
const LEFT_SECONDS = 4;
jest.setTimeout(240_000);

/** An address that starts the campaign of a rule. */
function flowOf(rule: Rule): FlowNode[] {
  const place = { z: 'tab', x: 100, y: 100, name: '' };
  const people = `return { payload: Array.from({ length: ${PEOPLE} }, (_, n) => ({ id: 'p' + n, token: '${tokenOf(rule, '')}' + n })) };`;
  return [
    { ...place, id: `${rule}-in`, type: 'http in', url: `/${rule}`, method: 'post', wires: [[`${rule}-people`, `${rule}-answer`]] },
    { ...place, id: `${rule}-answer`, type: 'http response', statusCode: '202', headers: {}, wires: [] },
    { ...place, id: `${rule}-people`, type: 'function', outputs: 1, func: people, wires: [[`${rule}-send`]] },
    { ...place, id: `${rule}-send`, type: 'push-send', property: 'payload', fcm: 'fcm', store: 'store', campaign: rule, campaignType: 'str', occurrence: 'once', occurrenceType: 'str', category: 'marketing', consent: 'not-opted-out', title: 'T', body: 'B', onUnknown: rule, perMinute: PER_MINUTE, output: 'summary', fields: {}, wires: [[], [], [], []] },
  ];
}

it('campaigns of a Node-RED that is killed settle every person once: nobody twice under skip, nobody missing under send again', async () => {
  const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, latencyMs: 100 });
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-killed-'));
  const path = join(dataFolder, 'store.sqlite');
  const flows: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'campaigns' },
    { id: 'store', type: 'push-store', path, pathType: 'str' },
    { id: 'fcm', type: 'push-fcm', authentication: 'accessToken', projectId: 'demo', endpoint: sandbox.gatewayUrl, ca: '', credentials: { accessToken: 'sandbox' } },
    ...RULES.flatMap(flowOf),
  ];
  const start = () => startNodeRed({ dataFolder, packageFolder: resolve(__dirname, '../..'), flows });
  const trigger = async (host: NodeRedHost, rule: Rule) => expect((await fetch(`${host.url}/${rule}`, { method: 'POST' })).status).toBe(202);
  let host = await start();
  try {
    await Promise.all(RULES.map((rule) => trigger(host, rule)));
    await until(() => RULES.every((rule) => seenOf(sandbox, rule).length > PEOPLE / 10));
    await host.stop('SIGKILL');
    expect(RULES.map((rule) => seenOf(sandbox, rule).length < PEOPLE)).toEqual([true, true]);
    const killed = Date.now();
    host = await start();
    letPass(path, 60 - LEFT_SECONDS - (Date.now() - killed) / 1000);
    for (const rule of RULES) await trigger(host, rule);
    for (const rule of RULES) await until(() => isSettled(path, rule, PEOPLE));
    await expectNobodyLost(path, sandbox, PEOPLE);
    const store = await openStore({ sqlite: path });
    await until(async () => (await store.runs()).every(({ state }) => state === 'finished'));
    const runs = await store.runs();
    await store.close();
    expect(runs).toHaveLength(RULES.length);
    for (const { people, sent, suppressed, failed, held } of runs) expect([people, sent + suppressed, failed, held]).toEqual([PEOPLE, PEOPLE, 0, 0]);
  } finally {
    await host.stop();
    await sandbox.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
