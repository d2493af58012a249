/** The key file of a Google service account: reads it, and signs in with it. */
import { sign, type KeyObject } from 'node:crypto';
import { PushError } from '../../errors';
import { isJsonObject, type JsonObject } from '../../json';
import { isLoopback } from '../endpoint';
import { readPrivateKey } from './pem';

export interface ServiceAccount {
  projectId: string;
  clientEmail: string;
  keyId: string | undefined;
  key: KeyObject;
  tokenUri: string;
}

/** All that sending needs; the SDK asks for five scopes, among them that of the whole cloud. */
export const MESSAGING_SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GOOGLE_TOKEN_URI = 'https://oauth2.googleapis.com/token';
const WHERE = 'Download it in the Firebase console: Project settings > Service accounts > Generate new private key, and paste the whole file.';

/** @throws PushError `service-account-...` and the codes of {@link readPrivateKey}; never with the content */
export function parseServiceAccount(source: string | JsonObject): ServiceAccount {
  const file = typeof source === 'string' ? parseFile(source) : source;
  if (!isJsonObject(file)) throw new PushError('service-account-malformed', 'The service account is no JSON object.', WHERE);
  if ('project_info' in file || 'client' in file) {
    throw new PushError('service-account-other-file', 'This is google-services.json, which is for the app, and no service account.', WHERE);
  }
  if (file['type'] !== undefined && file['type'] !== 'service_account') {
    throw new PushError('service-account-other-file', 'This Google key file is not that of a service account.', `${WHERE} For other ways to sign in, choose the machine's own Google credentials.`);
  }
  const missing = ['project_id', 'client_email', 'private_key'].filter((field) => typeof file[field] !== 'string' || file[field].trim() === '');
  if (missing.length > 0) {
    throw new PushError('service-account-incomplete', `The service account lacks ${missing.join(', ')}.`, WHERE, { missing: missing.join(', ') });
  }
  return {
    projectId: requireProjectId(String(file['project_id'])),
    clientEmail: String(file['client_email']).trim(),
    keyId: typeof file['private_key_id'] === 'string' ? file['private_key_id'] : undefined,
    key: readPrivateKey(String(file['private_key']), 'private_key of the service account', 'rsa'),
    tokenUri: requireTokenUri(file['token_uri'] ?? GOOGLE_TOKEN_URI),
  };
}

/** @throws PushError `project-id-malformed` for what cannot stand in FCM's address */
export function requireProjectId(text: string): string {
  const id = text.trim();
  if (/^[a-z0-9][a-z0-9.:-]{0,62}$/i.test(id)) return id;
  throw new PushError('project-id-malformed', 'The project id has letters that no Firebase project id has.',
    'Use the project id (not the name) of the Firebase console: small letters, digits and hyphens.');
}

/** The signed request for an access token: RFC 7523 with Google's claims. @param now wall clock, ms */
export function signInAssertion(account: ServiceAccount, now: number): string {
  const issued = Math.floor(now / 1000);
  const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId !== undefined && { kid: account.keyId }) };
  const claims = { iss: account.clientEmail, scope: MESSAGING_SCOPE, aud: account.tokenUri, iat: issued, exp: issued + 3600 };
  const unsigned = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), account.key).toString('base64url')}`;
}

function parseFile(text: string): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    throw unreadable(trimmed);
  }
}

function unreadable(text: string): PushError {
  if (text === '') return new PushError('service-account-missing', 'The service account is empty.', WHERE);
  if (text.startsWith('{') && !text.endsWith('}')) {
    return new PushError('service-account-cut-off', 'The service account is cut off: its end is missing.', WHERE);
  }
  if (text.startsWith('-----BEGIN')) {
    return new PushError('service-account-malformed', 'This is the private key only, not the whole service account.', WHERE);
  }
  if (/^\S+\.json$/.test(text)) {
    return new PushError('service-account-malformed', 'This is the name of a file, not its content.', 'Open the file and paste its text.');
  }
  return new PushError('service-account-malformed', 'The service account is no JSON.', WHERE);
}

function requireTokenUri(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) return url.href;
  throw new PushError('service-account-malformed', 'The token_uri of the service account is no https address.', WHERE);
}
