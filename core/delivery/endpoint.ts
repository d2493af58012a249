/** Where a gateway is, and how far its address may be trusted with messages and credentials. */
import { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { PushError } from '../errors';

export interface Endpoint {
  /** Scheme, host and port. */
  origin: string;
  host: string;
  isLoopback: boolean;
}

/** True for addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** @throws PushError `endpoint-malformed`, `endpoint-not-secure` */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new PushError('endpoint-malformed', 'The endpoint is no http(s) address.', 'Write it like https://fcm.example.com or http://127.0.0.1:4011.');
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new PushError('endpoint-malformed', 'The endpoint has a path.', 'Give scheme, host and port only, like http://127.0.0.1:4011.');
  }
  const loopback = isLoopback(url.hostname);
  if (url.protocol === 'http:' && !loopback) {
    throw new PushError('endpoint-not-secure', `The endpoint ${url.origin} would send messages and credentials in clear text.`,
      'Use https://; cleartext http:// is possible on this machine (loopback) only.', { endpoint: url.origin });
  }
  return { origin: url.origin, host: url.host, isLoopback: loopback };
}

/** Certificates to trust: those of the system and the given ones; undefined where none is given. */
export function trustedAuthorities(ca: string | undefined): string[] | undefined {
  if (ca === undefined || ca.trim() === '') return undefined;
  const own = ca.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (own.length === 0 || !own.every(isCertificate)) {
    throw new PushError('ca-malformed', 'The additional CA is no certificate in PEM form.', 'Paste the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.');
  }
  return [...systemAuthorities(), ...own];
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** Node before 22.15 cannot tell what it trusts by default beyond its own list. */
function systemAuthorities(): readonly string[] {
  return typeof tls.getCACertificates === 'function' ? tls.getCACertificates('default') : tls.rootCertificates;
}
