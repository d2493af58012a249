/** The command line of `npm run demo -- ...`. */
import { parseArgs } from 'node:util';

export const HOSTS = ['node-red', 'n8n'] as const;

export interface DemoOptions {
  host: (typeof HOSTS)[number];
  /** End after the campaign; the last line of the output is its summary as JSON. */
  once: boolean;
  /** Draws what the people behind the virtual phones do. */
  seed: number;
  /** Any free ports instead of the usual ones. */
  anyPort: boolean;
  help: boolean;
}

export const USAGE = `Usage: npm run demo -- [--once] [--host node-red|n8n] [--seed NUMBER] [--any-port]

  --once       run the campaign, print its summary as JSON on the last line, and end
  --host       where the campaign runs: node-red (default) or n8n (installed on first use, some minutes)
  --seed       what the people behind the phones do; the same seed gives the same figures (default 1)
  --any-port   use free ports instead of 1880 / 5678 and 4010 to 4012`;

/** @throws Error in words for an option that is not known */
export function readOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      host: { type: 'string', default: 'node-red' },
      seed: { type: 'string', default: '1' },
      'any-port': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const host = HOSTS.find((name) => name === values.host);
  if (host === undefined) throw new Error(`--host is '${values.host}'; use ${HOSTS.join(' or ')}.`);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed is '${values.seed}'; use a whole number.`);
  return { host, once: values.once, seed, anyPort: values['any-port'], help: values.help };
}
