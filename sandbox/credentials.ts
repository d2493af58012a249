/** Credentials that the sandbox itself makes and checks, in the form of the real ones. */
import { createPublicKey, generateKeyPairSync, randomUUID, verify, type KeyObject } from 'node:crypto';
import type { ApnsKey } from './apns';
import { readJwtPart } from './jwt';

export interface ServiceAccountFile {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  token_uri: string;
}

export interface ApnsCredential {
  teamId: string;
  keyId: string;
  /** Text of the .p8 file. */
  key: string;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const SCOPES = ['https://www.googleapis.com/auth/firebase.messaging', 'https://www.googleapis.com/auth/cloud-platform'];
const LIFE_SECONDS = 3599;
/** Google's clock and the caller's may differ by so much (seconds). */
const SKEW = 300;
const HOUR = 3600;

/** Signs in service accounts as Google's token endpoint does (RFC 7523). */
export class OAuth {
  private readonly accounts = new Map<string, KeyObject>();
  /** Until when (ms) each token is good. */
  private readonly issued = new Map<string, number>();

  /** From now on assertions of the account must bear its signature. */
  register({ client_email: email, private_key: key }: Pick<ServiceAccountFile, 'client_email' | 'private_key'>): void {
    this.accounts.set(email, createPublicKey(key));
  }

  /** The key file of a new account, which this endpoint then checks by its signature. */
  serviceAccount(tokenUri: string, projectId = 'demo'): ServiceAccountFile {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const account: ServiceAccountFile = {
      type: 'service_account',
      project_id: projectId,
      private_key_id: randomUUID().replaceAll('-', ''),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: `sandbox-${randomUUID().slice(0, 8)}@${projectId}.iam.gserviceaccount.com`,
      token_uri: tokenUri,
    };
    this.register(account);
    return account;
  }

  /** @returns status and JSON body of an answer */
  token(form: URLSearchParams): { status: number; body: Record<string, unknown> } {
    const refuse = (error: string, description: string) => ({ status: 400, body: { error, error_description: description } });
    if (form.get('grant_type') !== GRANT) return refuse('unsupported_grant_type', 'Invalid grant_type');
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const { iss, scope, aud, exp, iat } = readJwtPart(claims);
    if (readJwtPart(head)['alg'] !== 'RS256' || typeof iss !== 'string' || signature === '') return refuse('invalid_grant', 'Invalid JWT');
    if (typeof aud !== 'string' || !aud.endsWith('/token')) return refuse('invalid_grant', 'Invalid JWT: Failed audience check.');
    const now = Date.now() / 1000;
    const timely = typeof exp === 'number' && typeof iat === 'number' && exp > now && iat < now + SKEW && exp - iat <= HOUR;
    if (!timely) return refuse('invalid_grant', 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.');
    const key = this.accounts.get(iss);
    if (key !== undefined && !verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))) return refuse('invalid_grant', 'Invalid JWT Signature.');
    if (typeof scope !== 'string' || !scope.split(' ').some((one) => SCOPES.includes(one))) return refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
    return { status: 200, body: { access_token: this.issue(), expires_in: LIFE_SECONDS, token_type: 'Bearer' } };
  }

  knows(authorization: string): boolean {
    return (this.issued.get(authorization.replace(/^Bearer /i, '')) ?? 0) > Date.now();
  }

  private issue(): string {
    const now = Date.now();
    for (const [token, until] of this.issued) if (until <= now) this.issued.delete(token);
    const token = `sandbox.${randomUUID()}`;
    this.issued.set(token, now + LIFE_SECONDS * 1000);
    return token;
  }
}

/** A new .p8 key with its ids. */
export function newApnsKey(): ApnsCredential {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = () => randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase();
  return { teamId: id(), keyId: id(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** What the sandbox needs to check the signatures of a key. */
export function knownApnsKey({ teamId, keyId, key }: ApnsCredential): ApnsKey {
  return { teamId, keyId, publicKey: createPublicKey(key) };
}
