// One run in a process of its own: sends messages and says how long, how much CPU and how much memory that took.
// Usage: client.mjs <JSON: { who, type, messages, port, caFile, build }>
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { SENDERS } from './senders.mjs';

const { who, port, caFile, ...rest } = JSON.parse(process.argv[2]);
const order = { ...rest, endpoint: `https://127.0.0.1:${port}`, ca: readFileSync(caFile, 'utf8') };

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20).unref();
const cpu = process.cpuUsage();
const started = performance.now();
const accepted = await SENDERS[who].send(order);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
process.stdout.write(`${JSON.stringify({ accepted, perSecond: order.messages / seconds, cpuUs: (user + system) / order.messages, rssMb: Math.max(peak, process.memoryUsage.rss()) / 2 ** 20 })}\n`, () => process.exit(0));
