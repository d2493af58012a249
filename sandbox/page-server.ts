/** The page with the phones, the control interface and the sign-in endpoint, over plain HTTP. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { OAuth } from './credentials';
import type { Disturbance, DisturbancePlan } from './disturbance';
import type { Inbox, Message } from './inbox';
import type { PhoneEvent } from './phones';
import type { Poster } from './poster';
import type { Transport } from './transport';

export interface PageContext {
  inbox: Inbox;
  oauth: OAuth;
  poster: Poster;
  /** Files served under their path, such as `/people.csv`. */
  files: Readonly<Record<string, string>>;
  ca: string;
  newServiceAccount(): object;
  newApnsKey(): object;
  faults: { latencyMs: number };
  disturbance: Disturbance;
  transport: Transport;
  reset(): void;
}

const PAGE: Record<string, [file: string, type: string]> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/phones.css': ['phones.css', 'text/css; charset=utf-8'],
  '/phones.js': ['phones.js', 'text/javascript; charset=utf-8'],
};
const TAPS: Record<string, PhoneEvent[]> = {
  tap: [{ type: 'opened' }, { type: 'clicked', action: 'link' }],
  dismiss: [],
  'opt-out': [{ type: 'unsubscribed' }],
};
const LAST_SHOWN = 60;
const MOST_BODY = 1_000_000;

export function createPageServer(context: PageContext): Server {
  return createServer((request, response) => {
    handle(request, response, context).catch((thrown: unknown) => {
      if (!response.headersSent) json(response, 500, { message: thrown instanceof Error ? thrown.message : String(thrown) });
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse, context: PageContext): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { inbox, poster, files } = context;
  const page = PAGE[pathname];
  const file = Object.hasOwn(files, pathname) ? files[pathname] : undefined;
  if (request.method === 'GET') {
    if (page !== undefined) return send(response, page[1], readFileSync(join(__dirname, 'page', page[0])));
    if (file !== undefined) return send(response, file.endsWith('.json') ? 'application/json' : 'text/csv; charset=utf-8', readFileSync(file));
    if (pathname === '/ca.pem') return send(response, 'application/x-pem-file', context.ca);
    if (pathname === '/api/messages') return json(response, 200, inbox.messages().map(withoutToken));
    if (pathname === '/api/deliveries') return json(response, 200, inbox.deliveries());
    if (pathname === '/api/idle') return json(response, 200, { idle: poster.counts.pending === 0, ...poster.counts });
    if (pathname === '/api/stream') return stream(request, response, context);
    return json(response, 404, { message: 'There is no such page.' });
  }
  if (request.method !== 'POST') return json(response, 405, { message: 'Use GET or POST.' });
  const body = await read(request);
  if (pathname === '/token') {
    const { status, body: answer } = context.oauth.token(new URLSearchParams(body));
    return json(response, status, answer);
  }
  if (pathname === '/api/service-account') return json(response, 200, context.newServiceAccount());
  if (pathname === '/api/apns-key') return json(response, 200, context.newApnsKey());
  if (pathname === '/api/reset') {
    context.reset();
    return json(response, 200, {});
  }
  if (pathname === '/api/faults') return setFaults(response, body, context);
  const [, id = '', deed = ''] = /^\/api\/phones\/([0-9a-f]+)\/([a-z-]+)$/.exec(pathname) ?? [];
  const message = inbox.find(id);
  const events = Object.hasOwn(TAPS, deed) ? TAPS[deed] : undefined;
  if (message === undefined || events === undefined) return json(response, 404, { message: 'There is no such phone or deed.' });
  if (message.eventsUrl !== undefined) for (const event of events) poster.later(message, event, 0);
  return json(response, 200, { events: message.eventsUrl === undefined ? 0 : events.length });
}

interface Faults {
  latencyMs?: number;
  goaway?: boolean;
  closeAll?: boolean;
  disturb?: DisturbancePlan | null;
  streams?: number;
  tlsDelayMs?: number;
}

function setFaults(response: ServerResponse, body: string, { faults, disturbance, transport }: PageContext): void {
  let asked: Faults;
  try {
    asked = JSON.parse(body || '{}') as Faults;
  } catch {
    return json(response, 400, { message: 'The body is not JSON.' });
  }
  try {
    if (asked.disturb !== undefined) disturbance.set(asked.disturb ?? undefined);
  } catch (thrown) {
    return json(response, 400, { message: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  if (isCount(asked.latencyMs)) faults.latencyMs = asked.latencyMs;
  if (isCount(asked.streams)) transport.allowStreams(asked.streams);
  if (isCount(asked.tlsDelayMs)) transport.tlsDelayMs = asked.tlsDelayMs;
  if (asked.goaway === true) transport.goaway();
  if (asked.closeAll === true) transport.closeAll();
  json(response, 200, faults);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** Server-sent events: the messages that are there, then each new one, and the counts twice a second. */
function stream(request: IncomingMessage, response: ServerResponse, { inbox, poster }: PageContext): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const tell = (event: string, data: unknown) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  let news: Message[] = inbox.messages().slice(-LAST_SHOWN);
  const stop = inbox.listen((message) => {
    news.push(message);
    // A burst of thousands shows its end.
    if (news.length > LAST_SHOWN * 2) news = news.slice(-LAST_SHOWN);
  });
  const timer = setInterval(() => {
    if (news.length > 0) tell('messages', news.slice(-LAST_SHOWN).map(withoutToken));
    news = [];
    const counts = inbox.deliveries();
    tell('counts', {
      requests: counts.reduce((sum, { requests }) => sum + requests, 0),
      accepted: counts.reduce((sum, { accepted }) => sum + accepted, 0),
      ...poster.byType,
    });
  }, 500);
  request.on('close', () => {
    clearInterval(timer);
    stop();
  });
}

/** What a page may know: not what addresses the device, nor what speaks for it. */
function withoutToken({ token, deliveryToken, ...message }: Message) {
  return { ...message, device: `…${token.slice(-6)}`, tells: deliveryToken !== undefined };
}

function read(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
      if (body.length > MOST_BODY) reject(new Error('The request is too long.'));
    });
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'content-security-policy': "default-src 'self'; img-src 'self' https: data:" });
  response.end(body);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
