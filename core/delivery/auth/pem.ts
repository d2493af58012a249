/** Reads private keys the way people paste them: with CRLF, with `\n` as two letters, on one line, without the marker lines. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { PushError } from '../../errors';

const PEM = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([\s\S]*?)-----END \1-----/;

/**
 * @param what the field's name for a person, such as `APNs key (.p8)`
 * @throws PushError `key-missing`, `key-cut-off`, `key-encrypted`, `key-malformed`, `key-wrong-kind`; never with the content
 */
export function readPrivateKey(text: string, what: string, kind: 'rsa' | 'p256' | 'any'): KeyObject {
  const plain = text.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\r', '').replace(/^\uFEFF/, '').trim();
  if (plain === '') throw new PushError('key-missing', `The ${what} is empty.`, 'Paste the whole text of the key file.');
  const key = parse(plain, what);
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if ((kind === 'rsa' && key.asymmetricKeyType !== 'rsa') || (kind === 'p256' && !isP256)) {
    throw new PushError('key-wrong-kind', `The ${what} is a private key of another kind (${key.asymmetricKeyType ?? 'unknown'}).`,
      kind === 'p256' ? 'Use the .p8 file of an APNs key from Apple\'s developer account.' : 'Use the key file as Google gave it.', { what });
  }
  return key;
}

function parse(plain: string, what: string): KeyObject {
  const match = PEM.exec(plain);
  if (match === null && plain.includes('-----BEGIN')) {
    if (plain.includes('CERTIFICATE') && !plain.includes('PRIVATE KEY')) {
      throw new PushError('key-malformed', `The ${what} is a certificate and no private key.`, 'Paste the private key.', { what });
    }
    throw new PushError('key-cut-off', `The ${what} is cut off: its last line is missing.`, 'Paste the whole text, from -----BEGIN to -----END ... KEY-----.', { what });
  }
  const label = match?.[1] ?? 'PRIVATE KEY';
  const content = match?.[2] ?? plain;
  if (label.includes('ENCRYPTED') || content.includes('Proc-Type')) {
    throw new PushError('key-encrypted', `The ${what} is protected by a passphrase.`, 'Remove the passphrase (openssl pkey -in key.pem -out plain.pem) and paste the plain key.', { what });
  }
  const base64 = content.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw malformed(what);
  try {
    return createPrivateKey(`-----BEGIN ${label}-----\n${base64.replace(/(.{64})/g, '$1\n').trimEnd()}\n-----END ${label}-----\n`);
  } catch {
    // OpenSSL's own words do not help a person and may quote the text.
    throw malformed(what);
  }
}

function malformed(what: string): PushError {
  return new PushError('key-malformed', `The ${what} is no private key in PEM form.`,
    'Paste the whole text of the key file; it begins with -----BEGIN PRIVATE KEY-----.', { what });
}
