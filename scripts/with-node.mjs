// Runs a command on a Node that the hosts accept: the machine's own where it is new enough, else the one
// that the `node` dev dependency brings through npm. Usage: node scripts/with-node.mjs <command> [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_NODE = 24;
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';

/** The path of a node binary of at least OLDEST_NODE, fetched through npm if need be. */
export function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath;
  const home = join(root, 'node_modules', 'node');
  const binary = join(home, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    process.stderr.write(`Node ${process.versions.node} is older than ${OLDEST_NODE}: bringing a newer one through npm ...\n`);
    const { status } = spawnSync(process.execPath, ['installArchSpecificPackage.js'], {
      cwd: home,
      // npm's chatter goes to stderr: standard output belongs to the command that is run.
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0 || !existsSync(binary)) {
      throw new Error(`No Node >= ${OLDEST_NODE}: npm could not bring one. Install Node ${OLDEST_NODE} and run the command again.`);
    }
  }
  return binary;
}

/** The environment in which `node` and the project's own tools are found first. */
export function environment(binary = nodeBinary()) {
  const path = [dirname(binary), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path };
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [command, ...rest] = process.argv.slice(2);
  const child = spawn(command, rest, { stdio: 'inherit', env: environment(), shell: windows });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
