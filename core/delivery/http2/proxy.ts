/** The way through an HTTP proxy: which one, and the tunnel that CONNECT makes (RFC 9110, 9.3.6). */
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { PushError } from '../../errors';
import { isLoopback } from '../endpoint';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address: the credential's own, else what HTTPS_PROXY says, unless NO_PROXY names the host or the host is
 * this machine. Undefined where the way is direct.
 * @throws PushError `proxy-malformed`, `proxy-sign-in-malformed`
 */
export function chooseProxy(origin: string, own: string | undefined, environment: Environment): URL | undefined {
  if (own !== undefined && own.trim() !== '') return parseProxy(own, 'The proxy of the credential');
  const { hostname, port } = new URL(origin);
  const named = environment['HTTPS_PROXY'] ?? environment['https_proxy'] ?? '';
  if (named === '' || isLoopback(hostname) || isExcepted(hostname, port || '443', environment['NO_PROXY'] ?? environment['no_proxy'] ?? '')) return undefined;
  return parseProxy(named, 'HTTPS_PROXY');
}

/** What NO_PROXY says: hosts, with all below them, with or without a port; `*` is all. */
function isExcepted(hostname: string, port: string, list: string): boolean {
  return list.split(',').map((entry) => entry.trim().toLowerCase()).filter((entry) => entry !== '').some((entry) => {
    const [, host = '', only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (only !== undefined && only !== port) return false;
    return entry === '*' || hostname.toLowerCase() === host || hostname.toLowerCase().endsWith(`.${host}`);
  });
}

function parseProxy(text: string, what: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  // Not repeated: it may hold a password.
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new PushError('proxy-malformed', `${what} is no http(s) address.`, 'Write it like http://proxy.example.com:8080.');
  }
  try {
    signInOf(url);
  } catch {
    throw new PushError('proxy-sign-in-malformed', `${what} has a user name or password that cannot be read.`, 'Write a % in it as %25.');
  }
  return url;
}

/** @throws URIError where a % stands for nothing */
function signInOf({ username, password }: URL): { user: string; password: string } {
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Why there is no tunnel, as a transport code of the outcome table. */
export class TunnelError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/**
 * @param timeoutMs for all of it: a proxy that says a little now and then gets no more
 * @param signal gives it up
 * @throws TunnelError
 */
export function openTunnel(proxy: URL, host: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<net.Socket> {
  const target = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const { request } = proxy.protocol === 'https:' ? https : http;
  const { user, password } = signInOf(proxy);
  const asking = request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: {
      host: target,
      ...(user !== '' && { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
    },
  });
  return new Promise((resolve, reject) => {
    const fail = (code: string): void => {
      asking.destroy();
      reject(new TunnelError(code));
    };
    const giveUp = (): void => fail('proxy-unreachable');
    const timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp);
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    };
    asking.on('error', giveUp);
    asking.on('close', over);
    // A proxy that answers CONNECT like any request refuses it.
    asking.on('response', ({ statusCode = 0 }) => fail(refusal(statusCode)));
    asking.on('connect', ({ statusCode = 0 }, socket: net.Socket, head: Buffer) => {
      over();
      if (statusCode < 200 || statusCode > 299) return fail(refusal(statusCode));
      // What the host said first may have come in one piece with the proxy's answer.
      if (head.length > 0) socket.unshift(head);
      socket.setNoDelay(true);
      resolve(socket);
    });
    asking.end();
  });
}

function refusal(status: number): string {
  return status === 407 ? 'proxy-authentication' : 'proxy-refused';
}
