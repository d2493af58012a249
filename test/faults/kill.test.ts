/**
 * A campaign whose process is killed (SIGKILL) at random moments and started again. Small in `npm test`; FAULTS=full makes
 * it 50,000 messages and 20 kills.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openStore, type LedgerRow, type RunReport, type StoreLocation } from '../../core/store';
import { startSandbox, type Sandbox } from '../../sandbox';
import { DATABASES, sqlite } from '../core/store/databases';
import { collect, temporaryFolder } from '../core/support';

const FULL = process.env['FAULTS'] === 'full';
const PEOPLE = FULL ? 50_000 : 4000;
/** Fewer where the gateway puts messages off, since they wait. */
const PEOPLE_OF_BUSY = PEOPLE / 2;
const TOPICS = FULL ? 2000 : 200;
const KILLS = FULL ? 20 : 4;
const LEASE_MS = FULL ? 3000 : 500;
const CHILD = join(__dirname, 'campaign.child.cjs');
/** Messages that a run may have handed over without knowing their end: the window of the gateway, what waits for it, a page. */
const IN_FLIGHT = 1000 + 1000 + 500;
/** What a busy gateway puts off waits for so long before it goes again: the kill comes meanwhile. */
const BUSY_MS = 300;
/** Whom the campaign sends to; where the gateway is busy, it puts off a share of the messages once, with 503 or 429. */
type Target = { people: number; busy?: boolean } | { topics: number };
const isBusy = (to: Target): boolean => 'busy' in to;
const sizeOf = (to: Target): number => ('people' in to ? to.people : to.topics);
jest.setTimeout(FULL ? 900_000 : 120_000);

describe.each(DATABASES.map((database) => [database.name, database] as const))('a campaign that is killed again and again, its store in %s', (_, database) => {
  let sandbox: Sandbox;
  /** Ends what a test that took too long has left running. */
  let ending: AbortController;
  beforeEach(async () => {
    ending = new AbortController();
    sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, latencyMs: 5 });
  });
  afterEach(() => {
    ending.abort();
    return sandbox.close();
  });

  let place: StoreLocation;
  const placeIn = (folder: string) => (place = database === sqlite ? { sqlite: join(folder, 'store.sqlite') } : database.place());
  afterEach(() => database.drop(place));
  const reached = () => sandbox.deliveries().reduce((sum, { accepted }) => sum + accepted, 0);
  /** Messages that a busy gateway has put off, and that did not come again. */
  const putOff = () => sandbox.deliveries().filter(({ requests, accepted }) => requests === 1 && accepted === 0).length;

  /** Runs the campaign to its end or to the moment at which it is killed; true at its end. */
  async function run(store: StoreLocation, to: Target, onUnknown: string, killAt: number | undefined): Promise<boolean> {
    const order = { store, endpoint: sandbox.gatewayUrl, ...to, onUnknown, leaseMs: LEASE_MS };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'pipe'], signal: ending.signal, killSignal: 'SIGKILL' });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const over = once(child, 'close') as Promise<[number | null]>;
    const isAt = (moment: number): boolean => reached() >= moment && (!isBusy(to) || putOff() > 0);
    const watch = killAt === undefined ? undefined : setInterval(() => {
      if (!isAt(killAt)) return;
      clearInterval(watch);
      setTimeout(() => child.kill('SIGKILL'), isBusy(to) ? Math.random() * BUSY_MS : 0);
    }, 10);
    const [code] = await over.finally(() => clearInterval(watch));
    if (code !== null && code !== 0) throw new Error(`The campaign ended with ${code}: ${said}`);
    return code === 0;
  }

  async function killed(store: StoreLocation, to: Target, onUnknown: string): Promise<{ report: RunReport | undefined; ledger: LedgerRow[]; kills: number }> {
    let kills = 0;
    const messages = sizeOf(to);
    // Anywhere, from before the first message to the last.
    const moments = Array.from({ length: isBusy(to) ? KILLS / 2 : KILLS }, () => Math.floor(Math.random() * messages)).sort((a, b) => a - b);
    for (const moment of moments) if (!(await run(store, to, onUnknown, Math.max(moment, reached() + 1)))) kills++;
    expect(await run(store, to, onUnknown, undefined)).toBe(true);
    const opened = await openStore(store);
    const [report] = await opened.runs();
    const ledger = await collect(opened.ledger());
    await opened.close();
    expect(ledger).toHaveLength(messages);
    expect(kills).toBeGreaterThan(0);
    return { report, ledger, kills };
  }

  async function campaign(store: StoreLocation, onUnknown: string, to: Target & { people: number } = { people: PEOPLE }): Promise<{ ledger: LedgerRow[]; kills: number }> {
    const { people } = to;
    const { report, ledger, kills } = await killed(store, to, onUnknown);
    expect(report).toMatchObject({ people, held: 0, failed: 0, state: 'finished' });
    expect((report?.sent ?? 0) + (report?.suppressed ?? 0)).toBe(people);
    return { ledger, kills };
  }

  it('settles every message once and reaches nobody twice, where unknown means skip', async () => {
    using folder = temporaryFolder();
    const { ledger, kills } = await campaign(placeIn(folder.path), 'skip');
    const seen = sandbox.deliveries();
    expect(seen.filter(({ requests }) => requests > 1)).toEqual([]);
    const unknown = ledger.filter(({ outcome }) => outcome === 'unknown').length;
    expect(ledger.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(PEOPLE - unknown);
    expect(unknown).toBeLessThanOrEqual(kills * IN_FLIGHT);
    // Whom the ledger calls reached was reached.
    expect(seen.length).toBeGreaterThanOrEqual(PEOPLE - unknown);
  });

  it('misses nobody, where unknown means send again', async () => {
    using folder = temporaryFolder();
    const { ledger, kills } = await campaign(placeIn(folder.path), 'send-again');
    expect(ledger.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
    expect(sandbox.deliveries()).toHaveLength(PEOPLE);
    expect(reached() - PEOPLE).toBeLessThanOrEqual(kills * IN_FLIGHT);
  });

  it('reaches nobody twice also where the gateway is busy and retries wait when it is killed, and unknown means skip', async () => {
    using folder = temporaryFolder();
    const { ledger, kills } = await campaign(placeIn(folder.path), 'skip', { people: PEOPLE_OF_BUSY, busy: true });
    expect(sandbox.deliveries().filter(({ accepted }) => accepted > 1)).toEqual([]);
    const unknown = ledger.filter(({ outcome }) => outcome === 'unknown').length;
    const accepted = ledger.filter(({ outcome }) => outcome === 'accepted').length;
    expect(accepted + unknown).toBe(PEOPLE_OF_BUSY);
    expect(unknown).toBeLessThanOrEqual(kills * IN_FLIGHT);
    expect(reached()).toBeGreaterThanOrEqual(accepted);
  });

  it('misses nobody either, where unknown means send again', async () => {
    using folder = temporaryFolder();
    const { ledger, kills } = await campaign(placeIn(folder.path), 'send-again', { people: PEOPLE_OF_BUSY, busy: true });
    expect(ledger.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
    expect(sandbox.deliveries().filter(({ accepted }) => accepted > 0)).toHaveLength(PEOPLE_OF_BUSY);
    expect(reached() - PEOPLE_OF_BUSY).toBeLessThanOrEqual(kills * IN_FLIGHT);
  });

  it('broadcasts to no topic twice, where unknown means skip', async () => {
    using folder = temporaryFolder();
    const { report, ledger, kills } = await killed(placeIn(folder.path), { topics: TOPICS }, 'skip');
    expect(sandbox.deliveries().filter(({ requests }) => requests > 1)).toEqual([]);
    const unknown = ledger.filter(({ outcome }) => outcome === 'unknown').length;
    // One at a time is in the air.
    expect(unknown).toBeLessThanOrEqual(kills);
    expect(sandbox.deliveries().length).toBeGreaterThanOrEqual(TOPICS - unknown);
    expect(report).toMatchObject({ state: 'finished', people: 0, broadcasts: { sent: TOPICS - unknown, failed: unknown, underway: 0 } });
  });

  it('broadcasts to every topic, where unknown means send again', async () => {
    using folder = temporaryFolder();
    const { report, kills } = await killed(placeIn(folder.path), { topics: TOPICS }, 'send-again');
    expect(sandbox.deliveries()).toHaveLength(TOPICS);
    expect(reached() - TOPICS).toBeLessThanOrEqual(kills);
    expect(report).toMatchObject({ state: 'finished', people: 0, broadcasts: { sent: TOPICS, failed: 0, underway: 0 } });
  });
});
