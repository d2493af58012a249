/** The socket under an HTTP/2 connection; ours, so that it can be closed when the peer does not. */
import * as net from 'node:net';
import * as tls from 'node:tls';

/** Cleartext for an http origin (HTTP/2 with prior knowledge), else TLS that offers HTTP/2 only. */
export function openSocket(origin: string, options: tls.SecureContextOptions): net.Socket {
  const { protocol, hostname, port } = new URL(origin);
  // An IPv6 address stands in brackets in a URL only.
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:') return net.connect({ host, port: Number(port || 80), noDelay: true });
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect({ ...options, ...servername, host, port: Number(port || 443), ALPNProtocols: ['h2'] }).setNoDelay(true);
}
