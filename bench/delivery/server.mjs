// A push gateway that accepts everything, for measuring: answers after a latency, in clear text of FCM or APNs.
// Tells its address on standard output, and how many requests it took when asked on standard input.
import { createSecureServer } from 'node:http2';
import { createInterface } from 'node:readline';
import { generate } from 'selfsigned';

const latency = Number(process.argv[2] ?? 0);
const maxConcurrentStreams = Number(process.argv[3] ?? 1000);
const pair = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
});
const server = createSecureServer({ cert: pair.cert, key: pair.private, settings: { maxConcurrentStreams }, maxSessionMemory: 512 });
let taken = 0;

server.on('session', (session) => session.on('error', () => undefined));
server.on('stream', (stream, headers) => {
  const answer = headers[':path'].startsWith('/3/')
    // As Apple's does: the id that came with the message, or a new one.
    ? () => stream.respond({ ':status': 200, 'apns-id': headers['apns-id'] ?? '7d0a5a0e-7d3c-4ac2-8a4f-9a5a2a0a0001' }, { endStream: true })
    : () => {
        stream.respond({ ':status': 200, 'content-type': 'application/json' });
        stream.end('{"name":"projects/demo/messages/0:1500415314455276%31bd1c9631bd1c96"}');
      };
  stream.on('error', () => undefined);
  stream.resume();
  stream.on('end', () => {
    taken++;
    if (latency === 0) answer();
    else setTimeout(answer, latency);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port, ca: pair.cert })}\n`));
createInterface({ input: process.stdin }).on('line', () => process.stdout.write(`${JSON.stringify({ taken })}\n`)).on('close', () => process.exit(0));
