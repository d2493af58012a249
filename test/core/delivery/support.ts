/** What the specifications of delivery share: keys made on the spot, gateways to a fake vendor, messages. */
import { generateKeyPairSync } from 'node:crypto';
import { createGateway, type Surroundings } from '../../../core/delivery/create-gateway';
import type { Gateway, GatewayMessage, GatewayResult, SendOptions } from '../../../core/delivery/gateway';
import { collect } from '../support';

export const QUICK: SendOptions = { backoffMs: 5, maxBackoffMs: 2000, timeoutMs: 2000 };
export const QUICK_SURROUNDINGS: Surroundings = { reconnectMs: 5 };

export function newApnsKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function newRsaKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function fcmGateway(endpoint: string, surroundings: Surroundings = {}, ca?: string): Gateway {
  return createGateway({ type: 'fcm', endpoint, ca, projectId: 'demo', accessToken: 'sandbox' }, { ...QUICK_SURROUNDINGS, ...surroundings });
}

export function apnsGateway(endpoint: string, surroundings: Surroundings = {}, key = newApnsKey()): Gateway {
  return createGateway({ type: 'apns', endpoint, bundleId: 'com.example.shop', teamId: 'TEAM123456', keyId: 'KEY1234567', key }, { ...QUICK_SURROUNDINGS, ...surroundings });
}

export function messages(count: number, more: Partial<GatewayMessage> = {}): GatewayMessage[] {
  return Array.from({ length: count }, (_, index) => message(index, more));
}

export function message(index: number, more: Partial<GatewayMessage> = {}): GatewayMessage {
  return { id: `m${index}`, token: index.toString(16).padStart(64, '0'), payload: { notification: { title: 'Hello' } }, ...more };
}

export async function sendAll(
  gateway: Gateway, list: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>, options: SendOptions = {},
): Promise<GatewayResult[]> {
  return collect(gateway.send(list, { ...QUICK, ...options }));
}

export function countBy(results: readonly GatewayResult[], field: 'outcome' | 'code'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) counts[result[field] ?? ''] = (counts[result[field] ?? ''] ?? 0) + 1;
  return counts;
}

/** Each message has exactly one result. */
export function expectEachOnce(results: readonly GatewayResult[], sent: readonly GatewayMessage[]): void {
  expect(results.map(({ id }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
}
