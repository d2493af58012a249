// npm test: everything. npm run test:quick: the inner loop, under a minute.
import { spawnSync } from 'node:child_process';
import { environment } from './with-node.mjs';

const quick = process.argv[2] === 'quick';
/** Long proofs, such as those by random cases; the full run has them. */
const LONG = ['delivery/(faults|runs|pacing|credentials|default-credentials)', '(segment|template)/properties', 'segment/(peers|sql)', 'campaign/segments', 'experiment/(assign|statistics)', 'kpi/aggregate', 'picture/picture'].map((name) => `test/core/${name}\\.test`);
const jest = (...projects) => ['jest', '--selectProjects', ...projects];

const steps = [
  ['Build', ['gulp', 'build', '--silent']],
  ...(quick ? [] : [
    ['Types', ['tsc', '--noEmit', '-p', 'tsconfig.test.json']],
    ['Lint', ['eslint', '.', '--max-warnings', '0']],
  ]),
  [quick ? 'Core and docs' : 'Core, sandbox and docs', [...jest('core', 'docs', ...(quick ? [] : ['sandbox'])), '--maxWorkers=100%', ...(quick ? ['--testPathIgnorePatterns', ...LONG] : [])]],
  ...(quick ? [] : [['Faults', [...jest('faults'), '--runInBand']]]),
  // Golden cases through each node, and a send; what waits for clocks and restarts has its place in the full run.
  ['Node-RED', [...jest('node-red'), '--runInBand', ...(quick ? ['--testNamePattern', 'the package|golden|sorts people'] : [])]],
  ...(quick ? [] : [
    ['Browser', [...jest('browser'), '--runInBand']],
    ['Package', [...jest('package'), '--runInBand']],
    ['n8n', [...jest('n8n'), '--runInBand']],
  ]),
];

const env = { ...environment(), NODE_OPTIONS: '--disable-warning=ExperimentalWarning', FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
const started = Date.now();
const failed = [];
for (const [name, [command, ...rest]] of steps) {
  const from = Date.now();
  console.log(`\n=== ${name}: ${command} ${rest.join(' ')}`);
  const { status } = spawnSync(command, rest, { stdio: 'inherit', env, shell: process.platform === 'win32' });
  console.log(`=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - from) / 1000).toFixed(1)} s`);
  if (status !== 0) {
    failed.push(name);
    if (name === 'Build') break;
  }
}
console.log(`\n${failed.length === 0 ? 'All passed' : `Failed: ${failed.join(', ')}`} in ${((Date.now() - started) / 1000).toFixed(0)} s`);
process.exit(failed.length === 0 ? 0 : 1);
