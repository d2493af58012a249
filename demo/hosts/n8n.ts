/** Starts the real n8n with this package in it, as an installed community package, and speaks with it over its REST API. */
import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, ownPort } from './free-port';
import { installN8n, N8N_VERSION, type Progress } from './install-n8n';

export { N8N_VERSION } from './install-n8n';

/** Folder name under which n8n knows the package; also the first part of its node types. */
const PACKAGE_NAME = 'n8n-nodes-push-campaigns';
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;
const LIVE_TIMEOUT_MS = 20_000;

export interface N8nCredential {
  name: string;
  type: string;
  data: Record<string, unknown>;
}

interface N8nNode {
  credentials?: Record<string, { id?: string | null; name: string }>;
  [field: string]: unknown;
}

/** A workflow as n8n exports it. */
export interface N8nWorkflow {
  name: string;
  nodes: N8nNode[];
  connections: Record<string, unknown>;
  [field: string]: unknown;
}

export interface N8nOptions {
  /** Folder for n8n's own data; kept when n8n stops. */
  dataFolder: string;
  /** Root of this package, built. */
  packageFolder: string;
  /** 0 or absent: any free port. */
  port?: number;
  credentials?: N8nCredential[];
  /** Imported and published; their nodes find the credentials by name. */
  workflows?: N8nWorkflow[];
  env?: Record<string, string>;
  progress?: Progress;
}

export interface N8nHost {
  version: string;
  /** Of the editor and of all webhooks. */
  url: string;
  owner: { email: string; password: string };
  /** Production address of a webhook path. */
  webhook(path: string): string;
  addCredential(credential: N8nCredential): Promise<void>;
  /** Adds a workflow and publishes it; the result is its id. */
  addWorkflow(workflow: N8nWorkflow): Promise<string>;
  /** A call of n8n's own REST API, signed in as the owner; the result is the answer's `data` where it has one. */
  rest<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** @throws Error in words where n8n cannot be installed or does not start; its log is in the data folder. */
export async function startN8n(options: N8nOptions): Promise<N8nHost> {
  const progress = options.progress ?? ((line) => process.stderr.write(`${line}\n`));
  const n8nFolder = await installN8n(options.packageFolder, progress);
  linkPackage(options);
  const port = await ownPort(options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const log = join(options.dataFolder, 'n8n.log');
  const child = launch(n8nFolder, options, port, await freePort(), log);
  const stop = (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => end(child, signal);
  try {
    await ready(url, child, log);
    if (readFileSync(log, 'utf8').includes(`Failed to load package "${PACKAGE_NAME}"`)) {
      throw new Error(`n8n could not load this package: is it built? What n8n said is in ${log}`);
    }
    const owner = { email: 'owner@example.com', password: 'Push-campaigns-1' };
    const rest = await signIn(url, owner);
    const credentials = new Map<string, string>();
    const addCredential = async (credential: N8nCredential) => {
      const { id } = await rest<{ id: string }>('POST', '/rest/credentials', credential);
      credentials.set(credential.name, id);
    };
    for (const credential of options.credentials ?? []) await addCredential(credential);
    const addWorkflow = async (workflow: N8nWorkflow) => publish(rest, withCredentials(workflow, credentials));
    for (const workflow of options.workflows ?? []) await addWorkflow(workflow);
    return { version: N8N_VERSION, url, owner, webhook: (path) => `${url}/webhook/${path}`, addCredential, addWorkflow, rest, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** The place where n8n's own installer puts community packages. */
function linkPackage({ dataFolder, packageFolder }: N8nOptions): void {
  const packages = join(dataFolder, '.n8n', 'nodes', 'node_modules');
  mkdirSync(packages, { recursive: true });
  const link = join(packages, PACKAGE_NAME);
  rmSync(link, { force: true });
  symlinkSync(packageFolder, link, 'junction');
}

function launch(n8nFolder: string, { dataFolder, env }: N8nOptions, port: number, brokerPort: number, log: string): ChildProcess {
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, [join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'], {
    cwd: dataFolder,
    stdio: ['ignore', output, output],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(N8N|DB|EXECUTIONS|WEBHOOK)_|^NODE_OPTIONS$|^JEST_/.test(name))),
      ...localSettings(dataFolder, port, brokerPort),
      ...env,
    },
  });
  closeSync(output);
  return child;
}

/** An n8n for this machine only, that calls nobody. */
function localSettings(dataFolder: string, port: number, brokerPort: number): Record<string, string> {
  const off = [
    'N8N_DIAGNOSTICS_ENABLED', 'N8N_VERSION_NOTIFICATIONS_ENABLED', 'N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED', 'N8N_TEMPLATES_ENABLED',
    'N8N_PERSONALIZATION_ENABLED', 'N8N_HIRING_BANNER_ENABLED', 'N8N_DYNAMIC_BANNERS_ENABLED', 'N8N_VERIFIED_PACKAGES_ENABLED',
    'N8N_LICENSE_AUTO_RENEW_ENABLED', 'N8N_SECURE_COOKIE',
  ];
  return {
    ...Object.fromEntries(off.map((name) => [name, 'false'])),
    NODE_ENV: 'production',
    N8N_USER_FOLDER: dataFolder,
    N8N_HOST: '127.0.0.1',
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: String(port),
    N8N_PROTOCOL: 'http',
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    N8N_DISABLED_MODULES: 'mcp-registry',
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
  };
}

async function ready(url: string, child: ChildProcess, log: string): Promise<void> {
  const started = Date.now();
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  while (Date.now() - started < START_TIMEOUT_MS) {
    if (failure !== undefined || child.exitCode !== null) break;
    const answer = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(200);
  }
  throw new Error(`n8n did not start${failure === undefined ? '' : ` (${failure.message})`}. What it said is in ${log}`);
}

type Rest = N8nHost['rest'];

/** Signs in as the owner of the installation; the first time this makes the owner. */
async function signIn(url: string, { email, password }: N8nHost['owner']): Promise<Rest> {
  let cookie = '';
  // n8n binds a session to the browser that names itself so.
  const browser = randomBytes(16).toString('hex');
  const call = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', 'browser-id': browser, cookie },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const settings = (await (await call('GET', '/rest/settings')).json()) as { data: { userManagement?: { showSetupOnFirstLoad?: boolean } } };
  const answer = settings.data.userManagement?.showSetupOnFirstLoad === true
    ? await call('POST', '/rest/owner/setup', { email, password, firstName: 'Campaign', lastName: 'Owner' })
    : await call('POST', '/rest/login', { emailOrLdapLoginId: email, password });
  if (!answer.ok) throw new Error(`n8n let nobody in: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
  cookie = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0]).join('; ');
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await call(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`n8n answered ${response.status} to ${method} ${path}: ${text.slice(0, 500)}`);
    const answer = JSON.parse(text) as { data?: T };
    return answer.data ?? (answer as T);
  };
}

/** Workflows name credentials; which ids those got, only this n8n knows. */
function withCredentials(workflow: N8nWorkflow, ids: ReadonlyMap<string, string>): N8nWorkflow {
  const nodes = workflow.nodes.map((node): N8nNode => {
    if (node.credentials === undefined) return node;
    const credentials = Object.entries(node.credentials).flatMap(([type, { name }]) => {
      const id = ids.get(name);
      return id === undefined ? [] : [[type, { id, name }] as const];
    });
    return { ...node, credentials: Object.fromEntries(credentials) };
  });
  return { ...workflow, nodes };
}

async function publish(rest: Rest, workflow: N8nWorkflow): Promise<string> {
  const { name, nodes, connections, settings = { executionOrder: 'v1' } } = workflow;
  const { id, versionId } = await rest<{ id: string; versionId: string }>('POST', '/rest/workflows', { name, nodes, connections, settings });
  await rest('POST', `/rest/workflows/${id}/activate`, { versionId });
  // n8n answers before the webhooks are there; it counts the triggers when they are.
  const started = Date.now();
  while ((await rest<{ triggerCount: number }>('GET', `/rest/workflows/${id}`)).triggerCount === 0) {
    if (Date.now() - started > LIVE_TIMEOUT_MS) {
      const { errorMessage } = await rest<{ errorMessage?: string }>('GET', `/rest/active-workflows/error/${id}`).catch(() => ({ errorMessage: undefined }));
      throw new Error(`n8n did not put the workflow '${name}' to work${errorMessage === undefined ? '' : `: ${errorMessage}`}`);
    }
    await pause(50);
  }
  return id;
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(late);
}
