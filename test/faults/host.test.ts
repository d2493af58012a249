/** Node-RED itself is killed in the middle of a campaign and started again with the same flow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../demo/hosts/node-red';
import { openStore } from '../../core/store';
import { startSandbox } from '../../sandbox';
import { collect } from '../core/support';

const PEOPLE = 3000;
/** A lease of a dead process lasts a minute; then the node judges what it held, by itself. */
const LONGEST_MS = 120_000;
jest.setTimeout(LONGEST_MS + 120_000);

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = Date.now(); !(await reached()); await new Promise((done) => setTimeout(done, 50))) {
    if (Date.now() - began > LONGEST_MS) throw new Error('It did not come to that.');
  }
}

it('a campaign of a Node-RED that is killed settles every person once, after the flow ran again', async () => {
  const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, latencyMs: 30 });
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-killed-'));
  const path = join(dataFolder, 'store.sqlite');
  const place = { z: 'tab', x: 100, y: 100, name: '' };
  const flows: FlowNode[] = [
    { id: 'tab', type: 'tab', label: 'campaign' },
    { id: 'store', type: 'push-store', path, pathType: 'str' },
    { id: 'fcm', type: 'push-fcm', authentication: 'accessToken', projectId: 'demo', endpoint: sandbox.gatewayUrl, ca: '', credentials: { accessToken: 'sandbox' } },
    { ...place, id: 'in', type: 'http in', url: '/start', method: 'post', wires: [['people', 'answer']] },
    { ...place, id: 'answer', type: 'http response', statusCode: '202', headers: {}, wires: [] },
    { ...place, id: 'people', type: 'function', outputs: 1, func: `return { payload: Array.from({ length: ${PEOPLE} }, (_, n) => ({ id: 'p' + n, token: 'phone:' + n })) };`, wires: [['send']] },
    { ...place, id: 'send', type: 'push-send', property: 'payload', fcm: 'fcm', store: 'store', campaign: 'killed', campaignType: 'str', occurrence: 'once', occurrenceType: 'str', category: 'marketing', consent: 'not-opted-out', title: 'T', body: 'B', onUnknown: 'skip', output: 'summary', fields: {}, wires: [[], [], [], []] },
  ];
  const start = () => startNodeRed({ dataFolder, packageFolder: resolve(__dirname, '../..'), flows });
  const trigger = (host: NodeRedHost) => fetch(`${host.url}/start`, { method: 'POST' });
  const accepted = () => sandbox.deliveries().length;
  let host = await start();
  try {
    await trigger(host);
    await until(() => accepted() > PEOPLE / 5);
    await host.stop('SIGKILL');
    expect(accepted()).toBeLessThan(PEOPLE);
    host = await start();
    expect((await trigger(host)).status).toBe(202);
    const store = await openStore({ sqlite: path });
    await until(async () => (await store.runs())[0]?.state === 'finished');
    const [run] = await store.runs();
    const unknown = (await collect(store.ledger())).filter(({ outcome }) => outcome === 'unknown').length;
    await store.close();
    expect(run).toMatchObject({ people: PEOPLE, sent: PEOPLE - unknown, suppressed: unknown, failed: 0, held: 0 });
    const seen = sandbox.deliveries();
    expect(seen.filter(({ requests }) => requests > 1)).toEqual([]);
    expect(seen.length).toBeGreaterThanOrEqual(PEOPLE - unknown);
  } finally {
    await host.stop();
    await sandbox.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
