/** Fetches access tokens from Google: for a service account, or with the machine's own credentials. */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { PushError } from '../../errors';
import { isJsonObject } from '../../json';
import { openTunnel, TunnelError } from '../http2/proxy';
import { secured } from '../http2/socket';
import { classify, describeOutcome } from '../outcomes';
import type { AccessToken } from './access-tokens';
import { signInAssertion, type ServiceAccount } from './service-account';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;
/** What a header can hold. */
const TOKEN = /^[\x21-\x7e]+$/;

/** How Google's token service is reached. */
interface SignInWay {
  ca: string[] | undefined;
  proxy: URL | undefined;
}

/** @param now wall clock, ms */
export function serviceAccountTokens(account: ServiceAccount, now: () => number, way: SignInWay): () => Promise<AccessToken> {
  return async () => {
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: signInAssertion(account, now()),
    });
    const { status, body } = await post(account.tokenUri, form.toString(), way);
    const answer = parse(body);
    if (status === 200 && typeof answer['access_token'] === 'string' && TOKEN.test(answer['access_token'])) {
      const seconds = Number(answer['expires_in']);
      return { value: answer['access_token'], expiresAt: now() + (seconds > 0 ? seconds : 3600) * 1000 };
    }
    // 4xx is about the account, except 408 and 429, which like 5xx are about the moment.
    const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
    throw failure(isRefusal ? 'access-token-refused' : 'access-token-unavailable', reason(answer, status));
  };
}

/** What of Application Default Credentials is used here; firebase-admin's credential has the project beside its public interface. */
interface DefaultCredential {
  getAccessToken(): Promise<{ access_token: string; expires_in: number }>;
  getProjectId?(): Promise<string | null>;
}

/**
 * The machine's own Google credentials, through firebase-admin, which is loaded at the first call only.
 * @param onProject told the project that the credentials name
 */
export function applicationDefaultTokens(now: () => number, onProject: (id: string) => void): () => Promise<AccessToken> {
  let credential: DefaultCredential | undefined;
  return async () => {
    try {
      const { applicationDefault } = await import('firebase-admin/app');
      credential ??= applicationDefault() as DefaultCredential;
      const { access_token: value, expires_in: seconds } = await credential.getAccessToken();
      const project = await credential.getProjectId?.().catch(() => null);
      if (typeof project === 'string') onProject(project);
      return { value, expiresAt: now() + seconds * 1000 };
    } catch (thrown) {
      const network = networkCode(thrown);
      throw network === undefined ? failure('application-default-missing', undefined, thrown) : failure('access-token-unavailable', network, thrown);
    }
  };
}

/** `ENOTFOUND` and the like, however deep in the SDK's error: there are credentials, and Google could not be asked. */
function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^E[A-Z_]{3,20}$/.test(code) && code !== 'ENOENT') return code;
  }
  return undefined;
}

async function post(address: string, body: string, way: SignInWay): Promise<{ status: number; body: string }> {
  const { request } = address.startsWith('https:') ? https : http;
  const tunnel = way.proxy === undefined ? undefined : await throughProxy(new URL(address), way.proxy, way.ca);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
    // An agent would not ask for our connection but make one of its own.
    const connection = tunnel === undefined ? { agent: false } : { createConnection: () => tunnel };
    const options = { method: 'POST', headers, ca: way.ca, signal: AbortSignal.timeout(TIMEOUT_MS), ...connection };
    const outgoing = request(address, options, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (text += text.length < MOST_BYTES ? chunk : ''));
      incoming.on('error', (error) => reject(failure('access-token-unavailable', (error as NodeJS.ErrnoException).code)));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', (error) => reject(failure('access-token-unavailable', (error as NodeJS.ErrnoException).code)));
    outgoing.end(body);
  });
}

async function throughProxy({ protocol, hostname, port }: URL, proxy: URL, ca: string[] | undefined): Promise<Socket> {
  const secure = protocol === 'https:';
  try {
    const socket = await openTunnel(proxy, hostname, Number(port || (secure ? 443 : 80)), TIMEOUT_MS);
    return secure ? secured(hostname, { tls: { ca } }, { socket }, ['http/1.1']) : socket;
  } catch (thrown) {
    throw failure(thrown instanceof TunnelError ? thrown.code : 'access-token-unavailable', undefined);
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Google's error word and description, such as `invalid_grant`; nothing else of the answer is repeated. */
function reason({ error, error_description: description }: Record<string, unknown>, status: number): string {
  const words = [error, description].filter((word): word is string => typeof word === 'string').join(': ').slice(0, 200);
  return words === '' ? `HTTP ${status}` : words;
}

function failure(code: string, detail: string | undefined, cause?: unknown): PushError {
  const row = classify('fcm', undefined, code);
  const quoted = detail === undefined ? '' : ` (${detail})`;
  return new PushError(code, `${describeOutcome(row)}${quoted}`, '', {}, { cause });
}
