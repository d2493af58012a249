/** Starts the real Node-RED with this package in it, as its palette would have installed it, and speaks with it over its admin API. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownPort } from './free-port';

const PACKAGE_NAME = 'n8n-nodes-push-campaigns';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const DEPLOY_TIMEOUT_MS = 20_000;

/** A node or tab of a flow file; config nodes may carry `credentials`, which Node-RED keeps encrypted. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** A set of nodes as Node-RED's list shows it. */
export interface NodeSet {
  id: string;
  module: string;
  types: string[];
  enabled: boolean;
  err?: string;
}

export interface NodeRedOptions {
  /** Folder for Node-RED's own data and the default store. */
  dataFolder: string;
  /** Root of this package, built; linked into the data folder. Absent where it is installed there already. */
  packageFolder?: string;
  /** Folder whose node_modules holds Node-RED; the package's own if not given. */
  hostFolder?: string;
  /** 0 or absent: any free port. */
  port?: number;
  flows?: FlowNode[];
  /** Language of the texts that the run time makes; English if not given. */
  language?: 'en-US' | 'fr';
  env?: Record<string, string>;
}

export interface NodeRedHost {
  version: string;
  url: string;
  /** Replaces the flows; resolves when they run. */
  deploy(flows: FlowNode[]): Promise<void>;
  nodeSets(): Promise<NodeSet[]>;
  /** What Node-RED wrote to its log so far. */
  log(): string;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** @throws Error in words where Node-RED does not start; its log is in the data folder. */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRedHost> {
  const { dataFolder, packageFolder, hostFolder = packageFolder ?? process.cwd() } = options;
  const port = await ownPort(options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  if (packageFolder !== undefined) install(dataFolder, packageFolder);
  const settings = join(dataFolder, 'settings.js');
  writeFileSync(settings, `module.exports = ${JSON.stringify(settingsFor(dataFolder, port, options.language), null, 2)};\n`);
  const logFile = join(dataFolder, 'node-red.log');
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const earlier = starts(log());
  const child = launch(hostFolder, settings, logFile, options.env);
  const stop = (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => end(child, signal);
  const api = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url + path, init);
    if (!response.ok) throw new Error(`Node-RED answered ${response.status} to ${path}: ${(await response.text()).slice(0, 300)}`);
    return response;
  };
  try {
    // Flows of an earlier time may still be on their way up: a deployment in between would be taken for started by their word.
    await ready(url, child, logFile, () => starts(log()) > earlier);
    const deploy = async (flows: FlowNode[]) => {
      const before = starts(log());
      await api('/flows', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
        body: JSON.stringify(flows),
      });
      const began = Date.now();
      while (starts(log()) === before && Date.now() - began < DEPLOY_TIMEOUT_MS) await pause(20);
    };
    if (options.flows !== undefined) await deploy(options.flows);
    const { version } = (await (await api('/settings')).json()) as { version: string };
    return {
      // Node-RED takes the repository around it for its own and calls itself '-git'.
      version: version.replace(/-git$/, ''),
      url,
      deploy,
      nodeSets: async () => (await (await api('/nodes', { headers: { accept: 'application/json' } })).json()) as NodeSet[],
      log,
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A user folder whose package.json names the package, with the package linked into its node_modules. */
function install(dataFolder: string, packageFolder: string): void {
  const modules = join(dataFolder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  const link = join(modules, PACKAGE_NAME);
  rmSync(link, { force: true });
  symlinkSync(packageFolder, link, 'junction');
  writeFileSync(join(dataFolder, 'package.json'), JSON.stringify({ name: 'flows', private: true, dependencies: { [PACKAGE_NAME]: '*' } }));
}

/** For this machine only; calls nobody. */
function settingsFor(userDir: string, uiPort: number, lang: NodeRedOptions['language'] = 'en-US'): object {
  return {
    uiHost: '127.0.0.1',
    uiPort,
    userDir,
    lang,
    flowFile: 'flows.json',
    credentialSecret: 'of this demo only',
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  };
}

function launch(hostFolder: string, settings: string, logFile: string, env: NodeRedOptions['env']): ChildProcess {
  const output = openSync(logFile, 'a');
  const child = spawn(process.execPath, [join(hostFolder, 'node_modules', 'node-red', 'red.js'), '--settings', settings], {
    stdio: ['ignore', output, output],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_RED|JEST)_|^NODE_OPTIONS$/.test(name))),
      ...env,
    },
  });
  closeSync(output);
  return child;
}

/** How often flows were started, by the log, which speaks the language of this Node-RED. */
function starts(log: string): number {
  return log.match(/Started flows|Flux démarrés/g)?.length ?? 0;
}

async function ready(url: string, child: ChildProcess, logFile: string, started: () => boolean): Promise<void> {
  const began = Date.now();
  while (Date.now() - began < START_TIMEOUT_MS && child.exitCode === null) {
    const answer = await fetch(`${url}/nodes`, { headers: { accept: 'application/json' } }).catch(() => undefined);
    if (answer?.ok && started()) return;
    await pause(50);
  }
  throw new Error(`Node-RED did not start. What it said is in ${logFile}`);
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(late);
}
