/** Brings the real n8n into a folder of its own, once. Half an installation is never taken for a whole one. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const N8N_VERSION = '2.41.1';

export type Progress = (line: string) => void;

const HEARTBEAT_MS = 15_000;
const LONGEST_WAIT_MS = 20 * 60_000;
const LOG_LINES_SHOWN = 12;

/**
 * The folder that holds n8n's node_modules; installs it on first use (some minutes, about 2.5 GB).
 * Several processes may ask at once: one installs, the others wait.
 * @param packageFolder root of this repository; n8n goes into its git-ignored `.hosts`
 * @throws Error in words, with the path of npm's log
 */
export async function installN8n(packageFolder: string, progress: Progress): Promise<string> {
  const folder = join(packageFolder, '.hosts', `n8n-${N8N_VERSION}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, progress);
  try {
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished);
    await install(unfinished, packageFolder, progress);
    renameSync(unfinished, folder);
    return folder;
  } finally {
    unlock();
  }
}

/**
 * n8n's install scripts fail where native builds cannot be downloaded, and most of them are not needed: leave them
 * out and build only the two add-ons that n8n does not start without.
 */
async function install(folder: string, packageFolder: string, progress: Progress): Promise<void> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'n8n-host', private: true }));
  const log = `${folder}.log`;
  rmSync(log, { force: true });
  const step = (what: string, command: string[]) => run(what, command, folder, environment(packageFolder), log, progress);
  await step(`Installing n8n ${N8N_VERSION} (once; 3 to 6 minutes, 2.5 GB)`,
    [...npm(), 'install', `n8n@${N8N_VERSION}`, '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  // Said outright: npm hands the `ignore-scripts` of this repository's .npmrc down to every npm that a script starts.
  await step('Building its database driver (1 to 2 minutes)', [...npm(), 'rebuild', 'sqlite3', 'isolated-vm', '--foreground-scripts', '--ignore-scripts=false']);
  await step('Trying its add-ons', [process.execPath, '-e', "require('sqlite3'); require('isolated-vm')"]);
  rmSync(log, { force: true });
}

/** npm as the running Node runs it: an add-on must be built for the Node that loads it. */
function npm(): string[] {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('.js') && existsSync(cli) ? [process.execPath, cli] : ['npm'];
}

function environment(packageFolder: string): NodeJS.ProcessEnv {
  const headers = headersFolder(packageFolder);
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_|^INIT_CWD$|^NODE_OPTIONS$/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    // Headers that are here need not be downloaded.
    ...(headers !== undefined && { npm_config_nodedir: headers }),
  };
}

/** A folder with the headers of exactly the Node that runs. */
function headersFolder(packageFolder: string): string | undefined {
  const candidates = [
    resolve(dirname(realpathSync(process.execPath)), '..'),
    join(packageFolder, 'node_modules', 'node', 'node_modules', `node-${process.platform}-${process.arch}`),
  ];
  return candidates.find((folder) => {
    const header = join(folder, 'include', 'node', 'node_version.h');
    if (!existsSync(header)) return false;
    const text = readFileSync(header, 'utf8');
    const part = (name: string) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
    return process.versions.node === [part('MAJOR'), part('MINOR'), part('PATCH')].join('.');
  });
}

async function run(
  what: string, [command = '', ...rest]: string[], cwd: string, env: NodeJS.ProcessEnv, log: string, progress: Progress,
): Promise<void> {
  const started = Date.now();
  progress(`${what} ...`);
  const heartbeat = setInterval(() => progress(`  ${Math.round((Date.now() - started) / 1000)} s ...`), HEARTBEAT_MS);
  const output = openSync(log, 'a');
  try {
    const child = spawn(command, rest, { cwd, env, stdio: ['ignore', output, output], shell: command === 'npm' && process.platform === 'win32' });
    const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('close', done));
    if (code !== 0) throw new Error(`${what} did not work (it ended with ${code}). What it said is in ${log}, at last:\n${lastLines(log)}`);
  } finally {
    clearInterval(heartbeat);
    closeSync(output);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
}

/** Takes a lock file that holds the owner's process id; a lock whose owner is gone is taken over. */
async function lock(file: string, progress: Progress): Promise<() => void> {
  const started = Date.now();
  for (let told = false; ; await pause(1000)) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    if (!isRunning(ownerOf(file))) rmSync(file, { force: true });
    else if (!told) {
      progress(`Another process installs n8n ${N8N_VERSION}; waiting for it ...`);
      told = true;
    }
    if (Date.now() - started > LONGEST_WAIT_MS) throw new Error(`Another process holds ${file} for too long. If none installs n8n, delete that file.`);
  }
}

function ownerOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isRunning(pid: number): boolean {
  // An empty file: its owner is about to write its number.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
