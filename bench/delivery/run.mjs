// The engine beside a bare window of node:http2, over TLS on loopback, server and client in processes of their own.
// Usage, after `npm run build`: node scripts/with-node.mjs node bench/delivery/run.mjs [messages] [build folder]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const messages = Number(process.argv[2] ?? 100_000);
const here = import.meta.dirname;
const build = resolve(process.argv[3] ?? join(here, '../../dist'));
const ROUNDS = 3;
const CASES = [
  { type: 'apns', latency: 0, streams: 1000 },
  { type: 'fcm', latency: 0, streams: 100 },
  { type: 'apns', latency: 50, streams: 1000 },
  { type: 'fcm', latency: 50, streams: 100 },
];
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'push-bench-'));
console.log(`${messages} messages, medians of ${ROUNDS}; Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}`);
console.log('case                     who      msg/s   us CPU/msg   peak RSS MB');
for (const { type, latency, streams } of CASES) {
  const server = spawn(process.execPath, [join(here, 'server.mjs'), latency, streams].map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: server.stdout });
  const [line] = await once(lines, 'line');
  const { port, ca } = JSON.parse(line);
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca);
  // The first run meets a server that is not compiled yet.
  await client('raw', type, port, caFile);
  const figures = { engine: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const how of ['engine', 'raw']) figures[how].push(await client(how, type, port, caFile));
  }
  for (const [how, runs] of Object.entries(figures)) {
    const figure = (field) => Math.round(median(runs.map((run) => run[field])));
    const lost = runs.reduce((sum, { accepted }) => sum + messages - accepted, 0);
    console.log(`${`${type}, ${latency} ms, ${streams} streams`.padEnd(24)} ${how.padEnd(6)} ${String(figure('perSecond')).padStart(7)} ${String(figure('cpuUs')).padStart(12)} ${String(figure('rssMb')).padStart(13)}${lost > 0 ? `   LOST ${lost}` : ''}`);
  }
  server.kill();
}
rmSync(folder, { recursive: true });

async function client(how, type, port, caFile) {
  const child = spawn(process.execPath, [join(here, 'client.mjs'), how, type, messages, port, caFile, build].map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text);
}
