// The engine beside others, over TLS on loopback, server and client in processes of their own, each on a core of its own.
// Usage, after `npm run build`: node scripts/with-node.mjs node bench/delivery/run.mjs [messages] [--only <part of a name>] [--rounds 3] [--memory]
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { SENDERS } from './senders.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string', default: '' }, rounds: { type: 'string', default: '3' }, memory: { type: 'boolean', default: false } } });
const messages = Number(positionals[0] ?? 100_000);
const rounds = Number(values.rounds);
const here = import.meta.dirname;
const build = resolve(here, '../../dist');
/** A run at 50 ms is given fewer messages where it is slow: it would last minutes. */
const FEWER = { 'apns2 sendMany': 0.05 };
const CASES = [0, 50].flatMap((latency) => [{ type: 'apns', latency, streams: 1000 }, { type: 'fcm', latency, streams: 100 }]);
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
const pinned = has('taskset') && cpus().length > 1;
const h2load = has('h2load');
const onCore = (core, command, args) => (pinned ? ['taskset', ['-c', String(core), command, ...args]] : [command, args]);

const folder = mkdtempSync(join(tmpdir(), 'push-bench-'));
const caFile = join(folder, 'ca.pem');
console.log(`${messages} messages, medians of ${rounds}; ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, ${process.platform}`);
console.log(pinned ? 'Server on core 0, client on core 1.' : 'Not pinned to cores: there is no taskset, or one core only.');
if (!h2load) console.log('No h2load on this machine (apt-get install nghttp2-client): the ceiling is left out.');

if (values.memory) await memory();
else for (const one of CASES) await compare(one);
rmSync(folder, { recursive: true });

async function compare({ type, latency, streams }) {
  const who = Object.keys(SENDERS).filter((name) => SENDERS[name].of.includes(type) && name.includes(values.only));
  await withServer(latency, streams, async (port) => {
    // The first run meets a server that is not compiled yet.
    await client({ who: 'node:http2 window', type, messages: Math.min(messages, 20_000), port });
    const rows = new Map(who.map((name) => [name, []]));
    const ceilings = [];
    // In turns, so that a busy moment of the machine meets all.
    for (let round = 0; round < rounds; round++) {
      if (h2load) ceilings.push(ceiling(type, port));
      for (const name of who) {
        const many = latency > 0 ? Math.round(messages * (FEWER[name] ?? 1)) : messages;
        rows.get(name).push(await client({ who: name, type, messages: many, port }));
      }
    }
    const top = h2load ? median(ceilings) : undefined;
    const window = rows.get('node:http2 window');
    const ofWindow = window === undefined ? undefined : median(window.map(({ perSecond }) => perSecond));
    console.log(`\n### ${type === 'fcm' ? 'FCM' : 'APNs'}, ${latency} ms, ${streams} streams a connection\n\n| | messages/s | x window | x h2load | CPU us a message | peak RSS, MB |\n| --- | --- | --- | --- | --- | --- |`);
    if (top !== undefined) console.log(`| h2load, ${type === 'fcm' ? '4 x 100' : '1 x 1000'} | ${show(top)} | | 1 | | |`);
    for (const [name, runs] of rows) {
      const figure = (field) => median(runs.map((run) => run[field]));
      const lost = runs.reduce((sum, run) => sum + run.lost, 0);
      const share = (base) => (base === undefined ? '' : (figure('perSecond') / base).toFixed(2));
      console.log(`| ${name} | ${show(figure('perSecond'))} | ${share(ofWindow)} | ${share(top)} | ${figure('cpuUs').toFixed(0)} | ${figure('rssMb').toFixed(0)} |${lost > 0 ? ` LOST ${lost}` : ''}`);
    }
  });
}

/** Ten times as many messages take no more memory. */
async function memory() {
  await withServer(0, 1000, async (port) => {
    for (const many of [100_000, 1_000_000]) {
      for (const who of ['engine', 'engine, campaign with ledger']) {
        const { rssMb, lost } = await client({ who, type: 'apns', messages: many, port });
        console.log(`${show(many)} messages, ${who}: peak RSS ${rssMb.toFixed(0)} MB${lost > 0 ? `, LOST ${lost}` : ''}`);
      }
    }
  });
}

async function withServer(latency, streams, work) {
  const server = spawn(...onCore(0, process.execPath, [join(here, 'server.mjs'), latency, streams].map(String)), { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const { port, ca } = JSON.parse(line);
  writeFileSync(caFile, ca);
  try {
    await work(port);
  } finally {
    server.kill();
  }
}

async function client(order) {
  const child = spawn(...onCore(1, process.execPath, ['--disable-warning=ExperimentalWarning', join(here, 'client.mjs'), JSON.stringify({ ...order, caFile, build })]), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  await once(child, 'close');
  const result = JSON.parse(text.trim().split('\n').at(-1));
  return { ...result, lost: order.messages - result.accepted };
}

/** Requests a second of a client that does nothing but ask. */
function ceiling(type, port) {
  const [connections, streams, path, authorization] = type === 'fcm'
    ? [4, 100, '/v1/projects/demo/messages:send', 1000]
    : [1, 1000, `/3/device/${'a'.repeat(64)}`, 200];
  const body = join(folder, 'body');
  writeFileSync(body, 'x'.repeat(type === 'fcm' ? 330 : 170));
  const args = ['-n', messages, '-c', connections, '-m', streams, '-d', body, '-H', `authorization: Bearer ${'a'.repeat(authorization)}`, `https://127.0.0.1:${port}${path}`].map(String);
  return Number(/finished in .*?, ([\d.]+) req\/s/.exec(execFileSync(...onCore(1, 'h2load', args), { encoding: 'utf8' }))?.[1]);
}

function show(number) {
  return Math.round(number).toLocaleString('en-US');
}
