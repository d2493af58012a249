/** `npm run demo`: the sandbox, a host with the campaign deployed, one run of it, and what came of it. */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startSandbox } from '../sandbox';
import { startN8nDemo } from './n8n';
import { startNodeRedDemo } from './node-red';
import { readOptions, USAGE } from './options';
import { kpiTable, waterfall } from './print';
import { figures, runCampaign } from './run';

const PACKAGE = resolve(__dirname, '..', '..');

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);

  const dataFolder = join(PACKAGE, '.demo', options.host);
  // Each start is a new beginning: the same seed shall give the same figures.
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });

  step('Starting the sandbox (a push gateway with virtual phones) ...');
  const ports = options.anyPort ? { page: 0, cleartext: 0, tls: 0 } : undefined;
  const sandbox = await startSandbox({
    seed: options.seed,
    ...(ports !== undefined && { ports }),
    files: { '/people.csv': join(PACKAGE, 'examples', 'data', 'people.csv') },
  });
  step(`Starting ${options.host} ...`);
  const start = options.host === 'n8n' ? startN8nDemo : startNodeRedDemo;
  const usualPort = options.host === 'n8n' ? 5678 : 1880;
  const host = await start({ sandbox, dataFolder, port: options.anyPort ? 0 : usualPort, packageFolder: PACKAGE }).catch(async (thrown: unknown) => {
    await sandbox.close();
    throw thrown;
  });
  const stop = async () => {
    await host.stop();
    await sandbox.close();
  };
  try {
    step(`Running the campaign in ${host.name} ...`);
    const occurrence = 'demo';
    const result = await runCampaign(host, sandbox, host.storePath, occurrence);
    console.log(`\nWho got the message, and why others did not:\n\n${waterfall(result.summary)}\n`);
    console.log(`What came of it, by arm (rates with their 95 % interval):\n\n${kpiTable(result.report)}\n`);
    console.log(`A second run of the same occurrence sent ${result.again.sent}. ` +
      `Gateway and ledger differ on ${result.mismatches.length} devices.\n`);
    if (options.once) {
      const summary = JSON.stringify({ host: options.host, seed: options.seed, ...figures(result, sandbox) });
      await stop();
      return console.log(summary);
    }
    console.log([
      `Editor   ${host.editorUrl}${host.login === undefined ? '' : `   (${host.login})`}`,
      `Phones   ${sandbox.pageUrl}`,
      `Report   ${host.address('push-demo/report')}?occurrence=${occurrence}&format=html`,
      '',
      'Everything stays up. Press Ctrl+C to end.',
    ].join('\n'));
    await interrupted();
    await stop();
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function step(text: string): void {
  process.stderr.write(`${text}\n`);
}

function interrupted(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}

main().catch((thrown: unknown) => {
  const { message, cause } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const taken = (cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
  process.stderr.write(`${message}${taken ? ' Here: npm run demo -- --any-port' : ''}\n`);
  process.exitCode = 1;
});
