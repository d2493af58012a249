/** A disk that is full and a store that another process holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openStore } from '../../core/store';
import { startSandbox, type Sandbox } from '../../sandbox';
import { collect, temporaryFolder } from '../core/support';

const PEOPLE = 6000;
jest.setTimeout(120_000);

describe('a campaign whose store', () => {
  let sandbox: Sandbox;
  /** Ends what a test that took too long has left running. */
  let ending: AbortController;
  beforeEach(async () => {
    ending = new AbortController();
    sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
  });
  afterEach(() => {
    ending.abort();
    return sandbox.close();
  });

  /** @param kilobytes the largest file that the process may write, as on a disk that is full then */
  async function run(path: string, kilobytes: number | 'unlimited'): Promise<{ code: number; said: string }> {
    const order = { store: { sqlite: path }, endpoint: sandbox.gatewayUrl, people: PEOPLE, onUnknown: 'skip', leaseMs: 300 };
    // In blocks of 512 bytes or 1 kB, as the shell has it: both are too small for the campaign.
    const command = `ulimit -f ${kilobytes}; exec "$0" --disable-warning=ExperimentalWarning "$1" "$2"`;
    const child = spawn('sh', ['-c', command, process.execPath, join(__dirname, 'campaign.child.cjs'), JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'pipe'], signal: ending.signal, killSignal: 'SIGKILL' });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  it('runs out of disk stops with words; with room again it goes on, and nobody gets it twice', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const first = await run(path, 1000);
    expect(first.said).toContain('store-full');
    expect(first.code).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await run(path, 'unlimited')).code).toBe(0);
    const store = await openStore({ sqlite: path });
    expect((await store.runs())[0]).toMatchObject({ people: PEOPLE, held: 0, state: 'finished' });
    const unknown = (await collect(store.ledger())).filter(({ outcome }) => outcome === 'unknown').length;
    await store.close();
    const seen = sandbox.deliveries();
    expect(seen.filter(({ requests }) => requests > 1)).toEqual([]);
    expect(seen.length).toBeGreaterThanOrEqual(PEOPLE - unknown);
  });

  it('is locked by another process for a while waits, and goes on', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    await (await openStore({ sqlite: path })).close();
    const { DatabaseSync } = require('node:sqlite') as typeof import('node:sqlite');
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const running = run(path, 'unlimited');
    setTimeout(() => other.exec('COMMIT'), 1500);
    expect((await running).code).toBe(0);
    other.close();
    expect(sandbox.deliveries()).toHaveLength(PEOPLE);
  });
});
