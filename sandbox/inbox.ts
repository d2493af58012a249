/** What reached the gateway, counted by device; full messages are kept of the last ones only. */
import { createHash } from 'node:crypto';

export interface DeviceCount {
  token: string;
  gateway: 'fcm' | 'apns';
  /** Requests that reached the gateway, whatever it answered. */
  requests: number;
  accepted: number;
}

/** An accepted push as its phone shows it. */
export interface Message {
  id: string;
  gateway: 'fcm' | 'apns';
  platform: 'android' | 'ios';
  token: string;
  title: string;
  subtitle?: string;
  body: string;
  image?: string;
  link?: string;
  eventsUrl?: string;
  deliveryToken?: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export class Inbox {
  private readonly counts = new Map<string, DeviceCount>();
  private last: Message[] = [];
  private serial = 0;
  private readonly listeners = new Set<(message: Message) => void>();

  constructor(private readonly keep: number) {}

  /** Counts a request. */
  request(token: string, gateway: 'fcm' | 'apns'): DeviceCount {
    const count = this.device(token, gateway);
    count.requests++;
    return count;
  }

  /** What was counted of a device so far. */
  device(token: string, gateway: 'fcm' | 'apns'): DeviceCount {
    let count = this.counts.get(token);
    if (count === undefined) {
      count = { token, gateway, requests: 0, accepted: 0 };
      this.counts.set(token, count);
    }
    return count;
  }

  accept(count: DeviceCount, message: Omit<Message, 'id' | 'at'>): Message {
    count.accepted++;
    const id = createHash('sha256').update(`${message.token} ${++this.serial}`).digest('hex').slice(0, 16);
    const whole = { ...message, id, at: Date.now() };
    this.last.push(whole);
    if (this.last.length > this.keep * 2) this.last = this.last.slice(-this.keep);
    for (const listener of this.listeners) listener(whole);
    return whole;
  }

  deliveries(): DeviceCount[] {
    return [...this.counts.values()];
  }

  messages(): Message[] {
    return this.last.slice(-this.keep);
  }

  find(id: string): Message | undefined {
    return this.last.findLast((message) => message.id === id);
  }

  listen(listener: (message: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  reset(): void {
    this.counts.clear();
    this.last = [];
  }
}
