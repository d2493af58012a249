// One run in a process of its own: sends messages and says how long, how much CPU and how much memory that took.
// Usage: client.mjs <engine|raw> <fcm|apns> <messages> <port> <ca file> <build>
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import http2 from 'node:http2';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

const [how, type, count, port, caFile, build] = process.argv.slice(2);
const messages = Number(count);
const ca = readFileSync(caFile, 'utf8');
const endpoint = `https://127.0.0.1:${port}`;
const payload = type === 'fcm'
  ? { notification: { title: 'The autumn sale is on', body: 'Up to 30 % off until Sunday. See your picks.' }, data: { screen: 'sale', deliveryToken: 'x'.repeat(45) }, android: { ttl: '86400s' } }
  : { aps: { alert: { title: 'The autumn sale is on', body: 'Up to 30 % off until Sunday. See your picks.' } }, deliveryToken: 'x'.repeat(45) };
const token = (n) => n.toString(16).padStart(64, '0');
// Both carry an authorization of the usual size: it is never compressed and makes up much of a request.
const authorization = `Bearer ${'a'.repeat(type === 'fcm' ? 1000 : 200)}`;

let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20).unref();
const cpu = process.cpuUsage();
const started = performance.now();
const accepted = how === 'engine' ? await engine() : await raw();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watch);
process.stdout.write(`${JSON.stringify({ accepted, perSecond: messages / seconds, cpuUs: (user + system) / messages, rssMb: Math.max(peak, process.memoryUsage.rss()) / 2 ** 20 })}\n`);
process.exit(0);

async function engine() {
  const { createGateway } = createRequire(import.meta.url)(`${build}/core/delivery/index.js`);
  const credential = type === 'fcm'
    ? { projectId: 'demo', accessToken: authorization.slice(7) }
    : { bundleId: 'com.example.shop', teamId: 'TEAM123456', keyId: 'KEY1234567', key: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  const gateway = createGateway({ type, endpoint, ca, ...credential });
  function* source() {
    for (let n = 0; n < messages; n++) yield { id: String(n), token: token(n), payload };
  }
  let done = 0;
  for await (const { outcome } of gateway.send(source())) if (outcome === 'accepted') done++;
  return done;
}

/** The least that can be done: as many sessions and streams as the engine has, and nothing else. */
async function raw() {
  const [sessions, streams] = type === 'fcm' ? [4, 100] : [2, 500];
  let next = 0;
  let done = 0;
  await Promise.all(Array.from({ length: sessions }, () => new Promise((resolve) => {
    const session = http2.connect(endpoint, { ca, settings: { enablePush: false }, maxSessionMemory: 64 });
    let open = 0;
    const one = () => {
      const n = next++;
      open++;
      const headers = type === 'fcm'
        ? { ':method': 'POST', ':path': '/v1/projects/demo/messages:send', 'content-type': 'application/json', authorization }
        : { ':method': 'POST', ':path': `/3/device/${token(n)}`, 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert', 'apns-priority': '10', authorization };
      const stream = session.request(headers);
      let status;
      stream.on('response', (answer) => (status = answer[':status']));
      stream.on('data', () => undefined);
      stream.on('close', () => {
        if (status === 200) done++;
        open--;
        if (next < messages) one();
        else if (open === 0) session.close(resolve);
      });
      stream.end(JSON.stringify(type === 'fcm' ? { message: { ...payload, token: token(n) } } : payload));
    };
    session.once('remoteSettings', () => {
      for (let n = 0; n < streams && next < messages; n++) one();
    });
  })));
  return done;
}
