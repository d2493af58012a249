/** A push gateway on this machine: FCM and APNs without keys or phones. */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { newCertificate, type Certificate } from './certificate';
import { knownApnsKey, newApnsKey, OAuth, type ApnsCredential, type ServiceAccountFile } from './credentials';
import { Disturbance, type DisturbancePlan } from './disturbance';
import { PushGateway } from './gateway';
import { Inbox, type DeviceCount, type Message } from './inbox';
import { createPageServer } from './page-server';
import { DEFAULT_BEHAVIOUR, Phones, type PhoneBehaviour } from './phones';
import { Poster } from './poster';
import { Transport } from './transport';

export { MAGIC_TOKENS, type MagicToken } from './magic';
export type { ApnsCredential, DeviceCount, DisturbancePlan, Message, PhoneBehaviour, ServiceAccountFile };

export interface SandboxOptions {
  /** What the people behind the phones do; 1 if not given. */
  seed?: number;
  /** 0: any free port. */
  ports?: { page?: number; cleartext?: number; tls?: number };
  behaviour?: Partial<PhoneBehaviour>;
  /** Average time (ms) between two deeds of a person; 150 if not given. */
  paceMs?: number;
  /** All answers are late by so much (ms). */
  latencyMs?: number;
  /** Refuse access tokens that this sandbox did not issue, and APNs keys that it does not know. */
  strictAuth?: boolean;
  /** Key files whose signatures are checked, besides those that the sandbox makes. */
  serviceAccounts?: readonly Pick<ServiceAccountFile, 'client_email' | 'private_key'>[];
  /** APNs keys whose signatures are checked, besides those that the sandbox makes. */
  apnsKeys?: readonly ApnsCredential[];
  /** Files that the page server offers, by path: `{ '/people.csv': 'examples/data/people.csv' }` */
  files?: Readonly<Record<string, string>>;
  /** Own certificate in place of one made at start. */
  certificate?: Certificate;
  /** Phones may tell events to addresses that are not of this machine. */
  eventsAnywhere?: boolean;
  /** Messages that are kept whole; 2,000 if not given. */
  keep?: number;
  /** Streams that a connection allows at once; 1,000 as APNs does if not given (FCM: 100). */
  maxConcurrentStreams?: number;
}

export const USUAL_PORTS = { page: 4010, cleartext: 4011, tls: 4012 } as const;
const APNS_STREAMS = 1000;

export interface Sandbox {
  /** Page with the phones; also people file, control interface, sign-in. */
  pageUrl: string;
  /** Endpoint for credentials, HTTP/2 in clear. */
  gatewayUrl: string;
  /** Endpoint for credentials, HTTP/2 over TLS. */
  tlsUrl: string;
  /** PEM that a credential must trust for `tlsUrl`. */
  ca: string;
  /** The key file of a new service account that signs in here. */
  serviceAccount(projectId?: string): ServiceAccountFile;
  /** A new APNs key that the sandbox checks. */
  apnsKey(): ApnsCredential;
  deliveries(): DeviceCount[];
  messages(): Message[];
  /** Resolves when no phone has anything left to tell. */
  idle(): Promise<void>;
  /** How many access tokens (FCM) or signatures (APNs) were shown since the start. */
  signIns(gateway: 'fcm' | 'apns'): number;
  /** How many connections to the gateway were made since the start. */
  connections(): number;
  /** A fault for ordinary tokens; undefined ends it. */
  disturb(plan?: DisturbancePlan): void;
  /** Requests that a connection allows at once from now on. */
  allowStreams(streams: number): void;
  /** TLS begins so late (ms) after the connection. */
  delayTls(ms: number): void;
  /** GOAWAY on every connection; what came in is still answered. */
  goaway(): void;
  reset(): void;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, latencyMs = 0, strictAuth = false, files = {}, eventsAnywhere = false, keep = 2000, paceMs = 150, maxConcurrentStreams = APNS_STREAMS } = options;
  const ports = { ...USUAL_PORTS, ...options.ports };
  const certificate = options.certificate ?? (await newCertificate());
  const inbox = new Inbox(keep);
  const oauth = new OAuth();
  const poster = new Poster(eventsAnywhere);
  const phones = new Phones(seed, { ...DEFAULT_BEHAVIOUR, ...options.behaviour }, poster, paceMs);
  const faults = { latencyMs };
  const apnsKeys = (options.apnsKeys ?? []).map(knownApnsKey);
  for (const account of options.serviceAccounts ?? []) oauth.register(account);
  const disturbance = new Disturbance();
  const gateway = new PushGateway({ inbox, oauth, apnsKeys, strictAuth, faults, disturbance, accepted: (message) => phones.receive(message) });
  const transport = new Transport((exchange) => gateway.receive(exchange), maxConcurrentStreams);
  const cleartext = transport.cleartext();
  const tls = transport.secure(certificate);
  const reset = () => {
    inbox.reset();
    gateway.reset();
    poster.forget();
    disturbance.set(undefined);
  };
  const apnsKey = () => {
    const key = newApnsKey();
    apnsKeys.push(knownApnsKey(key));
    return key;
  };
  const serviceAccount = (projectId?: string) => oauth.serviceAccount(`${pageUrl}/token`, projectId);
  const page = createPageServer({
    inbox, oauth, poster, files, faults, disturbance, transport,
    ca: certificate.cert,
    newServiceAccount: () => serviceAccount(),
    newApnsKey: () => apnsKey(),
    reset,
  });
  const servers = [page, cleartext, tls];
  const bound = await Promise.allSettled([listen(page, ports.page), listen(cleartext, ports.cleartext), listen(tls, ports.tls)]);
  const refused = bound.find((one) => one.status === 'rejected');
  if (refused !== undefined) {
    for (const server of servers) server.close();
    throw refused.reason;
  }
  const [pagePort, cleartextPort, tlsPort] = bound.map((one) => (one.status === 'fulfilled' ? one.value : 0));
  const pageUrl = `http://127.0.0.1:${pagePort}`;
  return {
    pageUrl,
    gatewayUrl: `http://127.0.0.1:${cleartextPort}`,
    tlsUrl: `https://localhost:${tlsPort}`,
    ca: certificate.cert,
    serviceAccount,
    apnsKey,
    deliveries: () => inbox.deliveries(),
    messages: () => inbox.messages(),
    idle: () => poster.idle(),
    signIns: (type) => gateway.signIns[type].size,
    connections: () => transport.accepted,
    disturb: (plan) => disturbance.set(plan),
    allowStreams: (streams) => transport.allowStreams(streams),
    delayTls: (ms) => void (transport.tlsDelayMs = ms),
    goaway: () => transport.goaway(),
    reset,
    async close() {
      poster.close();
      transport.closeAll();
      (page as HttpServer).closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is taken: is a sandbox running already? Stop it, or choose another port.`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

