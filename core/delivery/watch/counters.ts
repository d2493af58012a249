/** Counts what happens in delivery, for whoever watches this process. Labels are few, whatever a gateway answers. */
import type { DeliveryEvent } from '../listener';
import { OUTCOME_TABLE } from '../outcomes';
import { exposition, type Family, type Labels } from './prometheus';

/** Upper edges (s) of the groups into which the times of messages fall. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** In place of codes that no table knows: a label for each would grow without end. */
const OTHER = 'other';

const KNOWN_CODES = new Set(OUTCOME_TABLE.map(({ code }) => code).filter((code) => code !== '*'));

type Counter = 'messages' | 'attempts' | 'waits' | 'pauses' | 'stops' | 'keyChanges' | 'connections' | 'connectionFailures';

const NAMES: Readonly<Record<Counter, [name: string, help: string]>> = {
  messages: ['push_messages_total', 'Messages that came to their end, by outcome. Accepted by the gateway is not received by a phone.'],
  attempts: ['push_attempts_total', 'Requests that were put on the wire for those messages.'],
  waits: ['push_retry_waits_total', 'Waits of messages for another attempt, by the code of the reason.'],
  pauses: ['push_gateway_pauses_total', 'Rests of a whole gateway, by the code of the reason.'],
  stops: ['push_safety_stops_total', 'Runs that the safety stop ended, by its code.'],
  keyChanges: ['push_key_changes_total', 'Changes from a refused APNs key to the other one of its credential.'],
  connections: ['push_connections_total', 'Connections that were opened.'],
  connectionFailures: ['push_connection_failures_total', 'Connections that did not come about, by the code of the reason.'],
};

export class DeliveryCounters {
  private readonly counts = new Map<Counter, Map<string, { labels: Labels; value: number }>>();
  private readonly open = new Map<string, number>();
  private readonly times = new Map<string, { buckets: number[]; sum: number; count: number }>();

  note(event: DeliveryEvent): void {
    const { gateway } = event;
    switch (event.event) {
      case 'settled':
        this.add('messages', { gateway, outcome: event.outcome });
        this.add('attempts', { gateway }, event.attempts);
        if (event.attempts > 0) this.time(gateway, event.ms / 1000);
        return;
      case 'waiting': return this.add('waits', { gateway, code: known(event.code) });
      case 'paused': return this.add('pauses', { gateway, code: known(event.code) });
      case 'stopped': return this.add('stops', { gateway, code: known(event.code) });
      case 'key-changed': return this.add('keyChanges', { gateway, code: known(event.code) });
      case 'connection':
        if (event.state === 'failed') return this.add('connectionFailures', { gateway, code: known(event.code) });
        this.open.set(gateway, (this.open.get(gateway) ?? 0) + (event.state === 'opened' ? 1 : -1));
        if (event.state === 'opened') this.add('connections', { gateway });
    }
  }

  /** All counts in the text format that Prometheus reads (version 0.0.4). */
  text(): string {
    return exposition(this.families());
  }

  /** All counts by name, each with its labels. */
  toJSON(): Record<string, { labels: Labels; value: number }[]> {
    return Object.fromEntries(this.families().map(({ name, samples }) => [name, samples.map(({ labels, value }) => ({ labels, value }))]));
  }

  private families(): Family[] {
    const counters = (Object.keys(NAMES) as Counter[]).map((counter): Family => {
      const [name, help] = NAMES[counter];
      return { name, help, type: 'counter', samples: [...(this.counts.get(counter)?.values() ?? [])] };
    });
    const open: Family = {
      name: 'push_open_connections', help: 'Connections that are open now.', type: 'gauge',
      samples: [...this.open].map(([gateway, value]) => ({ labels: { gateway }, value })),
    };
    const seconds: Family = {
      name: 'push_message_seconds', help: 'Time from the first attempt of a message to its end, with its waits.', type: 'histogram',
      samples: [...this.times].flatMap(([gateway, { buckets, sum, count }]) => [
        ...SECONDS.map((edge, index) => ({ suffix: '_bucket', labels: { gateway, le: String(edge) }, value: buckets[index] ?? 0 })),
        { suffix: '_bucket', labels: { gateway, le: '+Inf' }, value: count },
        { suffix: '_sum', labels: { gateway }, value: sum },
        { suffix: '_count', labels: { gateway }, value: count },
      ]),
    };
    return [...counters, open, seconds];
  }

  private add(counter: Counter, labels: Labels, by = 1): void {
    const counts = this.counts.get(counter) ?? new Map<string, { labels: Labels; value: number }>();
    this.counts.set(counter, counts);
    const key = Object.values(labels).join(' ');
    const count = counts.get(key) ?? { labels, value: 0 };
    count.value += by;
    counts.set(key, count);
  }

  private time(gateway: string, seconds: number): void {
    const times = this.times.get(gateway) ?? { buckets: SECONDS.map(() => 0), sum: 0, count: 0 };
    this.times.set(gateway, times);
    times.sum += seconds;
    times.count++;
    SECONDS.forEach((edge, index) => {
      if (seconds <= edge) times.buckets[index] = (times.buckets[index] ?? 0) + 1;
    });
  }
}

function known(code: string): string {
  return KNOWN_CODES.has(code) ? code : OTHER;
}
