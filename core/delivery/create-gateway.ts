/** Makes a gateway out of what a credential holds; whatever is wrong with it is said here, before anything is sent. */
import type { lookup } from 'node:dns';
import { PushError } from '../errors';
import { AccessTokens } from './auth/access-tokens';
import { apnsKeys, clientCertificate } from './auth/apns-sign-in';
import { FixedCredential, type Credential } from './auth/credential';
import { applicationDefaultTokens, serviceAccountTokens } from './auth/google-sign-in';
import { parseServiceAccount, requireProjectId } from './auth/service-account';
import { APNS_ORIGINS, apnsProtocol, APNS_UNINDEXED } from './apns';
import { ApnsGateway } from './apns-gateway';
import { MANAGE_ORIGINS } from './channels';
import { parseEndpoint, trustedAuthorities, type Endpoint } from './endpoint';
import { FCM_ORIGIN, fcmProtocol } from './fcm';
import { FcmGateway } from './fcm-gateway';
import type { ApnsGatewayOptions, FcmGatewayOptions, Gateway, GatewayOptions } from './gateway';
import type { PoolOptions } from './http2/pool';
import { chooseProxy, type Environment as Variables } from './http2/proxy';
import type { DeliveryListener } from './listener';
import { FCM_RATE } from './rate/options';
import { TOPIC_RATE } from './topics';

/** What a program's surroundings bring in; tests bring in their own. */
export interface Surroundings {
  /** Wall clock, ms. */
  now?: () => number;
  random?: () => number;
  /** Wait (ms) between connections after one failed. */
  reconnectMs?: number;
  connectTimeoutMs?: number;
  /** A connection without use is closed after this (ms). */
  idleMs?: number;
  environment?: Variables;
  /** How names become addresses. */
  lookup?: typeof lookup;
  /** After so long (ms) without a sign of life a connection is asked for one. */
  silenceMs?: number;
  /** Where it gives none within this (ms), nothing more is sent over it. */
  pingTimeoutMs?: number;
  /** Told what happens, for counters and log lines. */
  listener?: DeliveryListener;
}

/** FCM's servers allow 100 streams a connection; APNs 1,000 and more, of which more than 500 bring no speed here. */
const FCM_WINDOW = { mostSessions: 4, mostStreams: 100, firstAlone: false, unindexed: new Set<string>() };
const APNS_WINDOW = { mostSessions: 2, mostStreams: 500, unindexed: APNS_UNINDEXED };

/** What the connection test sends: never shown, since the token cannot be anybody's. */
const PROBE_TOKEN = 'connection-test-of-a-credential-not-a-token';

/**
 * A gateway to FCM (HTTP v1) or APNs. Opens connections when the first message is sent and closes them when idle; the
 * process can end without {@link Gateway.close}.
 * @throws PushError for a credential that cannot be right: each says which field and what to do, none repeats the content
 */
export function createGateway(options: GatewayOptions, surroundings: Surroundings = {}): Gateway {
  switch (options.type) {
    case 'fcm': return createFcm(options, surroundings);
    case 'apns': return createApns(options, surroundings);
    default: throw new PushError('gateway-unknown', 'The gateway is neither fcm nor apns.', 'Set type to fcm or apns.');
  }
}

function createFcm(options: FcmGatewayOptions, surroundings: Surroundings): Gateway {
  const endpoint = parseEndpoint(options.endpoint ?? FCM_ORIGIN);
  const ca = trustedAuthorities(options.ca);
  const now = surroundings.now ?? Date.now;
  const { credential, project, names } = fcmSignIn(options, endpoint, ca, now, surroundings.environment ?? process.env);
  const message = { id: 'check', token: PROBE_TOKEN, payload: { notification: { title: 'Connection test' } } };
  // The quotas are Google's: whose endpoint it is decides.
  const isGoogles = endpoint.origin === FCM_ORIGIN;
  return new FcmGateway({
    protocol: fcmProtocol(project),
    credential,
    now,
    rate: { bucket: () => `fcm:${project()}`, vendor: isGoogles ? FCM_RATE : {} },
    ...(surroundings.listener !== undefined && { listener: surroundings.listener }),
    pool: pool(endpoint, options.proxy, { ...(ca !== undefined && { ca }) }, FCM_WINDOW, surroundings),
    probe: { protocol: fcmProtocol(project, true), message, names },
  }, project, isGoogles ? TOPIC_RATE : {});
}

interface FcmSignIn {
  credential: Credential;
  project: () => string | undefined;
  names: string;
}

function fcmSignIn(
  options: FcmGatewayOptions, endpoint: Endpoint, ca: string[] | undefined, now: () => number, environment: Variables,
): FcmSignIn {
  const { serviceAccount, applicationDefault, accessToken } = options;
  const given = options.projectId?.trim() ? requireProjectId(options.projectId) : undefined;
  if (serviceAccount !== undefined && serviceAccount !== '') {
    const account = parseServiceAccount(serviceAccount);
    const project = given ?? account.projectId;
    return {
      credential: new AccessTokens(serviceAccountTokens(account, now, { ca, proxy: chooseProxy(account.tokenUri, options.proxy, environment) }), now),
      project: () => project,
      names: `the service account of project ${project}`,
    };
  }
  if (applicationDefault === true) {
    let project = given ?? environment['GOOGLE_CLOUD_PROJECT'] ?? environment['GCLOUD_PROJECT'];
    return {
      credential: new AccessTokens(applicationDefaultTokens(now, (found) => (project ??= found)), now),
      project: () => project,
      names: 'this machine\'s own Google credential',
    };
  }
  if (!accessToken?.trim()) {
    throw new PushError('no-fcm-credential', 'The FCM credential has no way to sign in.', 'Paste the service account\'s key file, or choose the machine\'s own Google credentials.');
  }
  if (!endpoint.isLoopback) {
    throw new PushError('access-token-not-loopback', 'A fixed access token is for an endpoint on this machine only.',
      'Use a service account for Google; its access tokens are fetched and renewed by themselves.');
  }
  if (given === undefined) throw new PushError('no-project-id', 'The FCM credential names no project.', 'Give the project id.');
  return { credential: new FixedCredential(`Bearer ${requireHeaderText(accessToken)}`), project: () => given, names: `the access token for project ${given}` };
}

function createApns(options: ApnsGatewayOptions, surroundings: Surroundings): Gateway {
  const environment = options.environment ?? 'production';
  const origin = APNS_ORIGINS[environment];
  if (origin === undefined) {
    throw new PushError('environment-unknown', 'The APNs environment is neither production nor development.', 'Choose one of them.');
  }
  const endpoint = parseEndpoint(options.endpoint ?? origin);
  const bundleId = requireBundleId(options.bundleId);
  const ca = trustedAuthorities(options.ca);
  const now = surroundings.now ?? Date.now;
  const byCertificate = Boolean(options.certificate?.trim() || options.certificateKey?.trim());
  const certificate = byCertificate ? clientCertificate(options, now()) : {};
  const credential = byCertificate ? new FixedCredential(undefined) : apnsKeys(options, now);
  const protocol = apnsProtocol(bundleId);
  const message = { id: 'check', token: '0'.repeat(64), payload: { aps: { alert: 'Connection test' } } };
  const tls = { ...(ca !== undefined && { ca }), ...certificate };
  const window = { ...APNS_WINDOW, firstAlone: !byCertificate };
  const managing = options.endpoint === undefined ? parseEndpoint(MANAGE_ORIGINS[environment]) : endpoint;
  return new ApnsGateway({
    protocol,
    credential,
    now,
    rate: { bucket: () => `apns:${endpoint.host}:${bundleId}`, vendor: {} },
    ...(surroundings.listener !== undefined && { listener: surroundings.listener }),
    pool: pool(endpoint, options.proxy, tls, window, surroundings),
    probe: { protocol, message, names: `the ${byCertificate ? 'certificate' : 'key'} for ${bundleId}` },
  }, bundleId, pool(managing, options.proxy, tls, { ...window, mostSessions: 1 }, surroundings));
}

function pool(
  endpoint: Endpoint, proxy: string | undefined, tls: PoolOptions['tls'], window: Pick<PoolOptions, 'mostSessions' | 'mostStreams' | 'firstAlone' | 'unindexed'>, surroundings: Surroundings,
): PoolOptions {
  const { random = Math.random, reconnectMs = 1000, connectTimeoutMs = 10_000, idleMs = 60_000, silenceMs = 10_000, pingTimeoutMs = 5000, lookup: names } = surroundings;
  const way = chooseProxy(endpoint.origin, proxy, surroundings.environment ?? process.env);
  return {
    origin: endpoint.origin,
    tls,
    ...window,
    ...(way !== undefined && { proxy: way }),
    ...(names !== undefined && { lookup: names }),
    random, reconnectMs, connectTimeoutMs, idleMs, silenceMs, pingTimeoutMs,
  };
}

function requireBundleId(text: string | undefined): string {
  const id = text?.trim() ?? '';
  if (/^[A-Za-z0-9.-]{1,255}$/.test(id)) return id;
  throw new PushError('bundle-id-malformed', id === '' ? 'The bundle id is missing.' : 'The bundle id has letters that no bundle id has.',
    'Give the app\'s bundle id, like com.example.shop.');
}

function requireHeaderText(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text.trim())) return text.trim();
  throw new PushError('access-token-malformed', 'The access token has spaces or letters that no token has.', 'Paste the token alone.');
}
