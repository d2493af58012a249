/** Campaigns of messages against the sandbox while something goes wrong, and what must hold whatever goes wrong. */
import { createGateway, type Surroundings } from '../../core/delivery/create-gateway';
import { OUTCOMES, type Gateway, type GatewayMessage, type GatewayResult, type SendOptions } from '../../core/delivery/gateway';
import type { GatewayType } from '../../core/recipient';
import { startSandbox, type ApnsCredential, type Sandbox, type SandboxOptions, type ServiceAccountFile } from '../../sandbox';

/** The vendors' waits shortened, so that a run takes seconds. */
export const QUICK: SendOptions = { backoffMs: 50, maxBackoffMs: 4000, timeoutMs: 3000, attempts: 6 };

export interface Stage {
  sandbox: Sandbox;
  type: GatewayType;
  account: ServiceAccountFile;
  key: ApnsCredential;
}

/** A sandbox that accepts its own credentials only. */
export async function stage(type: GatewayType, options: SandboxOptions = {}): Promise<Stage> {
  const sandbox = await startSandbox({ ports: { page: 0, cleartext: 0, tls: 0 }, strictAuth: true, maxConcurrentStreams: type === 'fcm' ? 100 : 1000, ...options });
  return { sandbox, type, account: sandbox.serviceAccount(), key: sandbox.apnsKey() };
}

export function gatewayOf({ sandbox, type, account, key }: Stage, surroundings: Surroundings = {}, endpoint = sandbox.gatewayUrl): Gateway {
  const common = { endpoint, ...(endpoint.startsWith('https:') && { ca: sandbox.ca }) };
  const options = type === 'fcm'
    ? { type, ...common, serviceAccount: account as never }
    : { type, ...common, bundleId: 'com.example.shop', ...key };
  return createGateway(options, { reconnectMs: 10, ...surroundings });
}

export const token = (index: number): string => `a${index.toString(16).padStart(63, '0')}`;

export function messages(type: GatewayType, count: number): GatewayMessage[] {
  const payload = type === 'fcm' ? { notification: { title: 'Hello' } } : { aps: { alert: 'Hello' } };
  return Array.from({ length: count }, (_, index) => ({ id: String(index), token: token(index), payload }));
}

export interface Report {
  results: GatewayResult[];
  byOutcome: Record<string, number>;
  byCode: Record<string, number>;
}

/**
 * Sends, and holds what must always hold: each message has one result; the outcomes add up; what is accepted was accepted
 * by the gateway, once; what may have been delivered was put on the wire once more by nobody.
 */
export async function send(on: Stage, gateway: Gateway, list: readonly GatewayMessage[], options: SendOptions = {}): Promise<Report> {
  const results: GatewayResult[] = [];
  for await (const result of gateway.send(list, { ...QUICK, ...options })) results.push(result);
  expect(results.map(({ id }) => id).sort()).toEqual(list.map(({ id }) => id).sort());
  const byOutcome: Record<string, number> = {};
  const byCode: Record<string, number> = {};
  for (const { outcome, code } of results) {
    byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
    if (code !== undefined) byCode[code] = (byCode[code] ?? 0) + 1;
  }
  expect(Object.keys(byOutcome).filter((outcome) => !(OUTCOMES as readonly string[]).includes(outcome))).toEqual([]);
  const delivered = new Map(on.sandbox.deliveries().map(({ token: to, accepted }) => [to, accepted]));
  const tokenOf = new Map(list.map((message) => [message.id, message.token ?? '']));
  // Nobody got it twice, and only where we do not know may somebody have got it whom we do not count.
  const wrong = results.filter(({ id, outcome }) => {
    const accepted = delivered.get(tokenOf.get(id) ?? '') ?? 0;
    return outcome === 'accepted' ? accepted !== 1 : accepted > (outcome === 'unknown' ? 1 : 0);
  });
  expect(wrong).toEqual([]);
  return { results, byOutcome, byCode };
}
