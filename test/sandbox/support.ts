import { sign } from 'node:crypto';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox';

export const ANY_PORTS = { page: 0, cleartext: 0, tls: 0 };

export function quickSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({ ports: ANY_PORTS, paceMs: 1, ...options });
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
}

/** How a stream ended that got no answer. */
export class Broken extends Error {
  constructor(readonly rstCode: number | undefined) {
    super(`stream ended with code ${String(rstCode)}`);
  }
}

/** One request on a session; rejects with Broken where no answer comes. */
export function request(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ...headers });
    let answered: IncomingHttpHeaders | undefined;
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', (said) => (answered = said));
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      if (answered === undefined) return reject(new Broken(stream.rstCode));
      resolve({ status: Number(answered[':status']), headers: answered, text, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> });
    });
    stream.end(body);
  });
}

export function session(url: string, ca?: string): ClientHttp2Session {
  const opened = connect(url, { ...(ca !== undefined && { ca }) });
  opened.on('error', () => undefined);
  return opened;
}

export const FCM_HEADERS = { ':path': '/v1/projects/demo/messages:send', authorization: 'Bearer any', 'content-type': 'application/json' };

export function fcmBody(message: object, more: object = {}): string {
  return JSON.stringify({ message: { token: 'device-1', notification: { title: 'Hello', body: 'World' }, ...message }, ...more });
}

export function apnsHeaders(token: string, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return { ':path': `/3/device/${token}`, authorization: `bearer ${providerToken()}`, 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert', ...more };
}

export const APNS_BODY = JSON.stringify({ aps: { alert: { title: 'Hello', body: 'World' } } });

/** A token in the form that APNs asks for; without a key its signature is nothing, which only a key that the sandbox made would show. */
export function providerToken({ key, keyId = 'KEY1234567', teamId = 'TEAM123456', iat = Math.floor(Date.now() / 1000) }: { key?: string; keyId?: string; teamId?: string; iat?: number } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', kid: keyId })}.${part({ iss: teamId, iat })}`;
  const signature = key === undefined ? 'c2lnbmF0dXJl' : sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return `${signed}.${signature}`;
}

/** An FCM token and an APNs token of the same fate. `mark` tells tokens of one fate apart. */
export function magicFcm(name: string, mark = 'x'): string {
  return `magic-${name}:${mark}`;
}

export function magicApns(code: string, mark = '0'): string {
  return `facade${code}`.padEnd(64, mark);
}

export interface SaidEvent {
  token?: string;
  type?: string;
  id?: string;
  value?: number;
  currency?: string;
}

export interface Webhook {
  url: string;
  events: SaidEvent[];
  /** Sizes of the bodies, in the order of arrival. */
  posts: number[];
  /** Addresses that were fetched by GET. */
  links: string[];
  close(): Promise<void>;
}

/** An events webhook: notes what arrives and answers what `answer` says (202 for posts, 302 for links). */
export async function webhook(answer?: (method: string, nth: number) => number): Promise<Webhook> {
  const noted: Pick<Webhook, 'events' | 'posts' | 'links'> = { events: [], posts: [], links: [] };
  let requests = 0;
  const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    incoming.on('end', () => {
      const status = answer?.(incoming.method ?? '', ++requests) ?? (incoming.method === 'GET' ? 302 : 202);
      if (status < 400) {
        if (incoming.method === 'GET') noted.links.push(incoming.url ?? '');
        else {
          const said = JSON.parse(body) as SaidEvent[];
          noted.events.push(...said);
          noted.posts.push(said.length);
        }
      }
      response.writeHead(status, status === 302 ? { location: `${url}/must-not-be-followed` } : {});
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push-events`;
  return {
    url,
    ...noted,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

export function byType(events: readonly SaidEvent[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { type = '' } of events) totals[type] = (totals[type] ?? 0) + 1;
  return totals;
}
