/** Says in a transport code of the outcome table why no connection came about, or why a request has no answer. */
import type { StreamEnding } from './connection';
import { ErrorCode, WireError } from './frames';

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'connection-timeout',
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  EAI_NODATA: 'host-not-found',
  ENETUNREACH: 'network-unreachable',
  EHOSTUNREACH: 'network-unreachable',
  EADDRNOTAVAIL: 'network-unreachable',
  ECONNRESET: 'closed-before-settings',
  EPIPE: 'closed-before-settings',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-wrong-host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'not-http2',
};

/** @param error what the connection or its socket reported before the peer's SETTINGS came; undefined where it just closed */
export function connectFailure(error: Error | undefined): string {
  if (error === undefined) return 'closed-before-settings';
  if (error instanceof WireError) return 'not-http2';
  // A name with several addresses fails with one error for each; they nearly always agree.
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = (first as NodeJS.ErrnoException).code ?? '';
  const known = CODES[code];
  if (known !== undefined) return known;
  if (isCertificateAlert(code)) return 'certificate-refused';
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? 'tls-failed' : 'connection-failed';
}

/** Whether a peer's TLS alert is about our client certificate; in TLS 1.3 it comes after the handshake seemed done. */
function isCertificateAlert(code: string): boolean {
  return /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code);
}

export interface BrokenStream extends StreamEnding {
  /** Undefined where it was never put on the wire. */
  id: number | undefined;
  /** The highest stream that a GOAWAY said was looked at. */
  lastStreamId: number;
}

/** Why a stream closed without an answer: safe to send again, or not, by what the peer said of it (RFC 9113, 6.8 and 8.7). */
export function streamFailure({ id, rstCode, errorCode, lastStreamId, connectionGone }: BrokenStream): string {
  if (id === undefined) return 'not-submitted';
  if (id > lastStreamId) return 'goaway';
  if (rstCode === ErrorCode.refusedStream) return 'refused-stream';
  if (errorCode !== undefined && isCertificateAlert(errorCode)) return 'certificate-refused';
  if (errorCode === 'ECONNRESET' || errorCode === 'EPIPE' || errorCode === 'ETIMEDOUT') return 'connection-reset';
  return connectionGone ? 'connection-closed' : 'stream-reset';
}
