// Loads what a host loads to list the nodes, in a process of its own, and says what that cost.
// Usage: load.cjs <n8n|node-red> [everything]: "everything" loads the whole engine too, as the first executions do.
const { readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

const [host, everything] = process.argv.slice(2);
const root = join(__dirname, '../..');
const { n8n, 'node-red': nodeRed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = host === 'n8n' ? [...n8n.nodes, ...n8n.credentials] : Object.values(nodeRed.nodes);

/** CPU time of this process since a moment, in ms. */
function cpuSince(moment) {
  const { user, system } = process.cpuUsage(moment);
  return (user + system) / 1000;
}

// A host has these long before it comes to us; what they cost is the measure of what we cost.
const start = process.cpuUsage();
require('node:https');
require(host === 'n8n' ? 'n8n-workflow' : 'node-red');
const hostCpuMs = cpuSince(start);
const before = new Set(Object.keys(require.cache));
const rss = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const from = performance.now();
for (const file of files) require(join(root, file));
if (everything !== undefined) for (const name of Object.keys(require(join(root, 'dist/core')))) require(join(root, 'dist/core'))[name];
const ms = performance.now() - from;
const cpuMs = cpuSince(cpu);
const loaded = Object.keys(require.cache).filter((name) => !before.has(name));
const kb = loaded.reduce((sum, name) => sum + statSync(name).size, 0) / 1024;
const modules = loaded.map((name) => name.slice(root.length + 1).replaceAll('\\', '/'));
console.log(JSON.stringify({ ms, cpuMs, hostCpuMs, mb: (process.memoryUsage.rss() - rss) / 2 ** 20, kb, modules }));
