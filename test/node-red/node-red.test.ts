/** The Node-RED half in the real Node-RED: flows deployed over its admin API, messages sent and collected over HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type NodeRedHost } from '../../demo/hosts/node-red';
import { startSandbox, type Sandbox } from '../../sandbox';
import { HostClock } from '../support/host-clock';
import { specifyAudience } from './specs/audience';
import { specifyBroadcasts } from './specs/broadcasts';
import { specifyCampaign } from './specs/campaign';
import { specifyEvents } from './specs/events';
import { specifyLoading } from './specs/loading';
import { specifyPreview } from './specs/preview';
import { specifySegment } from './specs/segment';
import { specifySend } from './specs/send';
import { specifyStages } from './specs/stages';
import { specifySwitch } from './specs/switch';
import { specifyKpi } from './specs/kpi';
import { Bench } from './support/bench';

const REPOSITORY = resolve(__dirname, '../..');
jest.setTimeout(60_000);

describe('in the real Node-RED', () => {
  let host: NodeRedHost;
  let sandbox: Sandbox;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-node-red-'));
  const bench = new Bench(() => host);
  const clock = new HostClock();

  beforeAll(async () => {
    sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, paceMs: 20, files: { '/people.csv': join(REPOSITORY, 'examples/data/people.csv') } });
    host = await startNodeRed({ dataFolder, packageFolder: process.env['PACKAGE_UNDER_TEST'] ?? REPOSITORY, env: clock.env });
    await bench.open();
  }, 120_000);

  afterAll(async () => {
    await bench.close();
    await host?.stop();
    await sandbox?.close();
    clock.remove();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  specifyLoading(() => host);
  specifyAudience(bench, dataFolder);
  specifySegment(bench, () => host, clock, dataFolder);
  specifySwitch(bench);
  specifyStages(bench);
  specifyPreview(() => host);
  specifySend(bench, () => sandbox, dataFolder);
  specifyBroadcasts(bench, () => host, () => sandbox, dataFolder);
  specifyEvents(bench, () => sandbox);
  specifyKpi(bench);
  specifyCampaign(() => host, () => sandbox, dataFolder);
});
