#!/usr/bin/env node
/** `push-sandbox`: the sandbox from the command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox, USUAL_PORTS } from './index';

/** The made-up people of the examples; they come with the package. */
const PEOPLE = join(__dirname, '..', '..', 'examples', 'data', 'people.csv');

const USAGE = `Usage: push-sandbox [--port 4010] [--gateway-port 4011] [--tls-port 4012] [--seed 1] [--latency MS] [--streams 1000]
                    [--people FILE.csv] [--cert FILE --key FILE] [--events-anywhere]

A local push gateway (FCM and APNs) with virtual phones. See docs/sandbox.md.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' }, 'gateway-port': { type: 'string' }, 'tls-port': { type: 'string' },
      seed: { type: 'string' }, latency: { type: 'string' }, streams: { type: 'string' }, people: { type: 'string' },
      'events-anywhere': { type: 'boolean' },
      cert: { type: 'string' }, key: { type: 'string' }, help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return console.log(USAGE);
  const sandbox = await startSandbox({
    seed: number(values.seed, 1, '--seed'),
    latencyMs: number(values.latency, 0, '--latency'),
    maxConcurrentStreams: number(values.streams, 1000, '--streams'),
    eventsAnywhere: values['events-anywhere'] === true,
    ports: {
      page: number(values.port, USUAL_PORTS.page, '--port'),
      cleartext: number(values['gateway-port'], USUAL_PORTS.cleartext, '--gateway-port'),
      tls: number(values['tls-port'], USUAL_PORTS.tls, '--tls-port'),
    },
    files: { '/people.csv': values.people ?? PEOPLE },
    ...(values.cert !== undefined && values.key !== undefined && { certificate: { cert: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key, 'utf8') } }),
  });
  console.log([
    `Phones     ${sandbox.pageUrl}`,
    `Endpoint   ${sandbox.gatewayUrl}   for FCM and APNs credentials`,
    `With TLS   ${sandbox.tlsUrl}   trust ${sandbox.pageUrl}/ca.pem`,
    `People     ${sandbox.pageUrl}/people.csv   what the example campaigns import`,
    'Press Ctrl+C to end.',
  ].join('\n'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
}

function number(text: string | undefined, otherwise: number, option: string): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${option} is '${text}'; use a whole number.`);
  return value;
}

main().catch((thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${USAGE}\n`);
  process.exitCode = 1;
});
