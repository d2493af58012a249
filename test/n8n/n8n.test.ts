/** The n8n half in the real n8n: started once, workflows imported and triggered by webhook, their items checked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startN8n, type N8nHost } from '../../demo/hosts/n8n';
import { specifyAudience } from './specs/audience';
import { specifyKpi } from './specs/kpi';
import { specifySegment } from './specs/segment';
import { specifySplit } from './specs/split';
import { specifyTemplate } from './specs/template';
import { Bench } from './support/bench';

const INSTALL_MS = 20 * 60_000;
jest.setTimeout(60_000);

describe('in the real n8n', () => {
  let host: N8nHost;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-n8n-'));
  const bench = new Bench(() => host);

  beforeAll(async () => {
    host = await startN8n({ dataFolder, packageFolder: process.env['PACKAGE_UNDER_TEST'] ?? resolve(__dirname, '../..') });
  }, INSTALL_MS);

  afterAll(async () => {
    await host?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  specifyAudience(bench);
  specifySegment(bench);
  specifySplit(bench);
  specifyTemplate(bench);
  specifyKpi(bench);
});
