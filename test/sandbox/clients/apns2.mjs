/** apns2 sends to the sandbox. Prints how each push ended. */
import { createRequire } from 'node:module';
import { ApnsClient, Notification } from 'apns2';

const { url, key, tokens } = JSON.parse(process.argv[2]);
// The library takes a host but no port: its pool is replaced by one of the same kind.
const { Pool } = createRequire(import.meta.resolve('apns2'))('undici');
const client = new ApnsClient({ team: key.teamId, keyId: key.keyId, signingKey: key.key, defaultTopic: 'com.example.shop', keepAlive: false });
client.client = new Pool(url, { allowH2: true });
const results = await client.sendMany(tokens.map((token) => new Notification(token, { alert: { title: 'Hello', body: 'World' }, collapseId: 'a' })));
console.log(JSON.stringify(results.map((result) => ('error' in result ? { status: result.error.statusCode, reason: result.error.reason } : 'sent'))));
process.exit(0);
