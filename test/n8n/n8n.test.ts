/** The n8n half in the real n8n: started once, workflows imported and triggered by webhook, their items checked. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atAddresses } from '../../demo/host';
import { freePort } from '../../demo/hosts/free-port';
import { startN8n, type N8nHost, type N8nWorkflow } from '../../demo/hosts/n8n';
import { startSandbox, type Sandbox } from '../../sandbox';
import { hasPostgres, postgres, POSTGRES_URL } from '../core/store/databases';
import { HostClock } from '../support/host-clock';
import { specifyAudience } from './specs/audience';
import { specifyBroadcasts } from './specs/broadcasts';
import { specifyCampaign } from './specs/campaign';
import { specifyEditor } from './specs/editor';
import { specifyEvents } from './specs/events';
import { specifyFilter } from './specs/filter';
import { specifyKpi } from './specs/kpi';
import { specifySegment } from './specs/segment';
import { specifySend } from './specs/send';
import { specifySplit } from './specs/split';
import { specifyTemplate } from './specs/template';
import { Bench } from './support/bench';
import { STORE_SCHEMA, suiteCredentials } from './support/credentials';

const REPOSITORY = resolve(__dirname, '../..');
const INSTALL_MS = 20 * 60_000;
jest.setTimeout(120_000);

describe('in the real n8n', () => {
  let host: N8nHost | undefined;
  let sandbox: Sandbox;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-n8n-'));
  const storePath = join(dataFolder, 'push-campaigns.sqlite');
  const clock = new HostClock();
  const bench = new Bench(() => {
    if (host === undefined) throw new Error('n8n did not start.');
    return host;
  }, clock);

  beforeAll(async () => {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, files: { '/people.csv': join(REPOSITORY, 'examples/data/people.csv') } });
    const example = JSON.parse(readFileSync(join(REPOSITORY, 'examples/n8n/push-campaign.json'), 'utf8')) as N8nWorkflow;
    host = await startN8n({
      dataFolder,
      packageFolder: process.env['PACKAGE_UNDER_TEST'] ?? REPOSITORY,
      port,
      // In no zone that a test takes for granted.
      env: { PUSH_CAMPAIGNS_STORE: storePath, TZ: 'Asia/Tokyo', ...clock.env },
      credentials: suiteCredentials(sandbox, `${origin}/webhook/push-events`),
      workflows: [atAddresses(example, sandbox, { from: 'http://127.0.0.1:5678', to: origin })],
    });
  }, INSTALL_MS);

  afterAll(async () => {
    await sandbox?.close();
    clock.remove();
    // Where n8n did not start, its log is needed.
    if (host === undefined) return;
    await host.stop();
    if (hasPostgres) await postgres.drop({ postgres: { url: POSTGRES_URL, schema: STORE_SCHEMA } });
    rmSync(dataFolder, { recursive: true, force: true });
  });

  specifyCampaign(bench, () => sandbox, storePath);
  specifyEditor(bench);
  specifyAudience(bench);
  specifySegment(bench, storePath);
  specifyFilter(bench);
  specifySplit(bench);
  specifyTemplate(bench);
  specifySend(bench, () => sandbox);
  specifyBroadcasts(bench, () => sandbox);
  specifyEvents(bench, () => sandbox);
  specifyKpi(bench);
});
