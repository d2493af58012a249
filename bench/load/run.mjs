// What the package costs a host that lists its nodes: time, memory, modules.
// Usage, after `npm run build`: node scripts/with-node.mjs node bench/load/run.mjs
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROUNDS = 9;
const CASES = [['n8n', 'n8n: nodes and credentials'], ['node-red', 'Node-RED: nodes'], ['n8n everything', 'n8n, and the whole engine']];
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

console.log(`| medians of ${ROUNDS}, Node ${process.version} | ms | CPU ms | MB | modules |\n| --- | --- | --- | --- | --- |`);
for (const [args, name] of CASES) {
  const runs = Array.from({ length: ROUNDS }, () =>
    JSON.parse(execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'load.cjs'), ...args.split(' ')], { encoding: 'utf8' })));
  const figure = (field, digits = 0) => median(runs.map((run) => run[field])).toFixed(digits);
  console.log(`| ${name} | ${figure('ms')} | ${figure('cpuMs')} | ${figure('mb', 1)} | ${runs[0].modules.length} |`);
}
