/** Credentials that the sandbox itself makes and checks, in the form of the real ones. */
import { createPublicKey, generateKeyPairSync, randomUUID, verify, type KeyObject } from 'node:crypto';
import type { ApnsKey } from './apns';

export interface ServiceAccountFile {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  token_uri: string;
}

/** Signs in service accounts as Google's token endpoint does (RFC 7523). */
export class OAuth {
  private readonly accounts = new Map<string, KeyObject>();
  private readonly issued = new Set<string>();

  /** The key file of a new account, which this endpoint then checks by its signature. */
  serviceAccount(tokenUri: string, projectId = 'demo'): ServiceAccountFile {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const email = `sandbox-${randomUUID().slice(0, 8)}@${projectId}.iam.gserviceaccount.com`;
    this.accounts.set(email, publicKey);
    return {
      type: 'service_account',
      project_id: projectId,
      private_key_id: randomUUID().replaceAll('-', ''),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: email,
      token_uri: tokenUri,
    };
  }

  /** @returns status and JSON body of an answer */
  token(form: URLSearchParams): { status: number; body: Record<string, unknown> } {
    const refuse = (error: string, description: string) => ({ status: 400, body: { error, error_description: description } });
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return refuse('unsupported_grant_type', 'Invalid grant_type');
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    let said: { iss?: unknown; scope?: unknown; aud?: unknown; exp?: unknown };
    try {
      said = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as typeof said;
    } catch {
      return refuse('invalid_grant', 'Invalid JWT');
    }
    if (typeof said.iss !== 'string' || typeof said.scope !== 'string' || typeof said.aud !== 'string') return refuse('invalid_grant', 'Invalid JWT: iss, scope and aud are required.');
    if (typeof said.exp !== 'number' || said.exp < Date.now() / 1000) return refuse('invalid_grant', 'Invalid JWT: Token must be a short-lived token and in a reasonable timeframe.');
    const key = this.accounts.get(said.iss);
    if (key !== undefined && !verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))) return refuse('invalid_grant', 'Invalid JWT Signature.');
    const token = `sandbox.${randomUUID()}`;
    this.issued.add(token);
    return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
  }

  knows(authorization: string): boolean {
    return this.issued.has(authorization.replace(/^Bearer /i, ''));
  }
}

/** A .p8 key with its ids, and what the sandbox needs to check its signatures. */
export function newApnsKey(): { credential: { teamId: string; keyId: string; key: string }; known: ApnsKey } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = () => randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase();
  const [teamId, keyId] = [id(), id()];
  return {
    credential: { teamId, keyId, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    known: { teamId, keyId, publicKey: createPublicKey(privateKey) },
  };
}
