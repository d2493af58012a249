/** What a credential for APNs signs in with: one or two keys, or a certificate; whatever is wrong with them is said here. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { PushError } from '../../errors';
import type { ApnsGatewayOptions } from '../gateway';
import { KeyRing } from './key-ring';
import { readPrivateKey } from './pem';
import { sharedProviderToken, type ProviderToken } from './provider-token';

/** What Apple calls team ids and key ids. */
const TEN_LETTERS = /^[A-Za-z0-9]{10}$/;

export function apnsKeys({ teamId, keyId, key, nextKeyId, nextKey }: ApnsGatewayOptions, now: () => number): KeyRing {
  const team = teamId?.trim() ?? '';
  if (!TEN_LETTERS.test(team)) {
    throw new PushError('team-id-malformed', team === '' ? 'The team id is missing.' : 'The team id has not ten letters and digits.',
      'It stands in Apple\'s developer account under Membership details.');
  }
  const hasNext = Boolean(nextKeyId?.trim() || nextKey?.trim());
  const keys = [apnsKey(team, keyId, key, '', now), ...(hasNext ? [apnsKey(team, nextKeyId, nextKey, 'next ', now)] : [])];
  if (hasNext && keyId?.trim() === nextKeyId?.trim()) {
    throw new PushError('next-key-same', 'The next key is the same as the first.', 'Make another key in Apple\'s developer account, or leave the next key empty.');
  }
  return new KeyRing(keys, now);
}

/** @param which stands before "key" in what a person is told */
function apnsKey(team: string, keyId: string | undefined, key: string | undefined, which: '' | 'next ', now: () => number): ProviderToken {
  const id = keyId?.trim() ?? '';
  if (!TEN_LETTERS.test(id)) {
    throw new PushError('key-id-malformed', id === '' ? `The ${which}key id is missing.` : `The ${which}key id has not ten letters and digits.`,
      'It stands beside the key in Apple\'s developer account, and in the file\'s name: AuthKey_<key id>.p8.');
  }
  return sharedProviderToken(team, id, readPrivateKey(key ?? '', `${which}APNs key (.p8)`, 'p256'), now);
}

export function clientCertificate({ certificate = '', certificateKey = '' }: ApnsGatewayOptions, now: number): { cert: string; key: string } {
  const what = 'private key of the push certificate';
  const key = readPrivateKey(certificateKey.trim() === '' ? certificate : certificateKey, what, 'any');
  const pem = certificate.replaceAll('\\n', '\n');
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(pem);
  } catch {
    throw new PushError('certificate-malformed', 'The push certificate is no certificate in PEM form.',
      'Convert a .p12 file with: openssl pkcs12 -in push.p12 -nodes -out push.pem');
  }
  if (Date.parse(x509.validTo) < now) {
    throw new PushError('certificate-expired', `The push certificate expired on ${x509.validTo}.`, 'Renew it in Apple\'s developer account.', { expired: x509.validTo });
  }
  const plainKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (!x509.checkPrivateKey(key)) {
    throw new PushError('certificate-key-mismatch', 'The private key does not belong to the push certificate.', 'Export both from the same .p12 file.');
  }
  try {
    createSecureContext({ cert: pem, key: plainKey });
  } catch {
    // OpenSSL has a least strength; the first connection would tell otherwise, in the middle of a run.
    throw new PushError('certificate-weak', 'The push certificate or its key is too weak for TLS.', 'Make a new one in Apple\'s developer account, with a key of 2,048 bits or more.');
  }
  return { cert: pem, key: plainKey };
}
