/** The program of the READMEs, as printed: in a folder of its own, against the sandbox. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startSandbox, type Sandbox } from '../../sandbox';

const ROOT = resolve(__dirname, '..', '..');

describe('the engine as a library', () => {
  let sandbox: Sandbox;
  const folder = mkdtempSync(join(tmpdir(), 'push-library-'));
  beforeAll(async () => {
    sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 } });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'n8n-nodes-push-campaigns'));
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['README.md', 'README.fr.md'])('runs as %s prints it, sends once and ends by itself', async (page) => {
    const [, program = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, page), 'utf8')) ?? [];
    writeFileSync(join(folder, 'send.mjs'), program.replace('http://127.0.0.1:4011', sandbox.gatewayUrl).replace('campaigns.sqlite', `${page}.sqlite`));
    const run = async () => (await promisify(execFile)(process.execPath, ['send.mjs'], { cwd: folder, timeout: 20_000 })).stdout;
    expect(await run()).toMatch(/^sent anna Accepted by the gateway/);
    expect(await run()).toMatch(/^suppressed anna Already sent/);
  }, 60_000);
});
