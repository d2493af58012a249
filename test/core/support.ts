/** What several specifications of the core share. */
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway, GatewayMessage, GatewayResult, SendOptions } from '../../core/delivery/gateway';
import type { GatewayType, Recipient } from '../../core/recipient';

export const NOW = new Date('2026-06-01T12:00:00.000Z');
export const SECRET = 'a secret of more than sixteen letters';

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'push-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export function person(id: string, more: Partial<Recipient> = {}): Recipient {
  return { id, attributes: {}, devices: [{ token: `token-${id}`, gateway: 'fcm', platform: 'android' }], ...more };
}

type ToDevice = GatewayMessage & { token: string };

/** A gateway without network: answers by a function and keeps what it was handed. */
export class FakeGateway implements Gateway {
  readonly messages: ToDevice[] = [];

  constructor(
    readonly type: GatewayType = 'fcm',
    private readonly answer: (message: ToDevice) => Partial<GatewayResult> | Promise<Partial<GatewayResult>> = () => ({}),
  ) {}

  async *send(messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>, options: SendOptions = {}): AsyncGenerator<GatewayResult> {
    for await (const message of messages) {
      if (options.signal?.aborted) {
        yield { id: message.id, outcome: 'unavailable', code: 'cancelled', attempts: 0 };
        return;
      }
      const known = { ...message, token: message.token ?? '' };
      this.messages.push(known);
      yield { id: message.id, outcome: 'accepted', gatewayId: `g-${message.id}`, attempts: 1, ...(await this.answer(known)) };
    }
  }

  async check() {
    return { ok: true, message: 'ok' };
  }

  async close() {}
}
