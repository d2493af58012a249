/** The socket under an HTTP/2 connection; ours, so that it can be closed when the peer does not. */
import * as dns from 'node:dns';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { openTunnel } from './proxy';

export interface Way {
  tls: tls.SecureContextOptions;
  /** Through this proxy; direct if not given. */
  proxy?: URL;
  /** How names become addresses; the system's if not given. */
  lookup?: typeof dns.lookup;
  connectTimeoutMs: number;
}

/** A name's next address is tried so soon (ms) where one does not answer. */
const NEXT_ADDRESS_MS = 300;

/**
 * Cleartext for an http origin (HTTP/2 with prior knowledge), else TLS that offers HTTP/2 only.
 * @param signal gives up a tunnel that is being made; a socket of its own its owner destroys
 * @param turn each connection begins with the next address of the host, so that none clings to one that is half dead
 */
export function openSocket(origin: string, way: Way, signal: AbortSignal, turn: number): net.Socket | Promise<net.Socket> {
  const { protocol, hostname, port } = new URL(origin);
  // An IPv6 address stands in brackets in a URL only.
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol !== 'http:';
  const target = { host, port: Number(port || (secure ? 443 : 80)) };
  if (way.proxy !== undefined) {
    return openTunnel(way.proxy, host, target.port, way.connectTimeoutMs, signal).then((socket) => (secure ? secured(host, way, { socket }) : socket));
  }
  const direct = { ...target, lookup: inTurn(way.lookup ?? dns.lookup, turn), autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
  return secure ? secured(host, way, direct) : net.connect({ ...direct, noDelay: true });
}

/** TLS that speaks HTTP/2 (or whatever `protocols` says) with the host that is named. */
export function secured(
  host: string, way: Pick<Way, 'tls'>, over: { socket: net.Socket } | net.TcpNetConnectOpts, protocols: readonly string[] = ['h2'],
): tls.TLSSocket {
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  const socket = tls.connect({ ...way.tls, ...servername, ...over, ...('socket' in over && { host }), ALPNProtocols: [...protocols] });
  socket.setNoDelay(true);
  return socket;
}

/** The addresses of a name, beginning with another one each time. */
function inTurn(lookup: typeof dns.lookup, turn: number): net.LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null || addresses.length === 0) return done(error, [], 0);
      const start = turn % addresses.length;
      const ordered = [...addresses.slice(start), ...addresses.slice(0, start)];
      if (options.all === true) return done(null, ordered);
      const [{ address, family } = { address: '', family: 0 }] = ordered;
      done(null, address, family);
    });
  };
}
