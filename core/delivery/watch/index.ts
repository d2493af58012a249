/** What an operator watches: counters of this process, and log lines without tokens. */
import type { DeliveryEvent, DeliveryListener } from '../listener';
import { classify, describeOutcome } from '../outcomes';
import { DeliveryCounters } from './counters';

export { DeliveryCounters } from './counters';
export { PROMETHEUS_TYPE } from './prometheus';

/** What all gateways of this process did since it was started; those of a worker or another machine have their own. */
export const deliveryCounters = new DeliveryCounters();

/**
 * `warn`: an operator should know (a rest, a safety stop, a refused key, no connection). `debug`: every message and
 * connection.
 */
export type LogLevel = 'warn' | 'debug';

/** @param fields for machines; the line says the same to a person */
export type DeliveryLog = (level: LogLevel, line: string, fields: DeliveryEvent) => void;

/** Counts into {@link deliveryCounters}, and writes log lines where a log is given. */
export function watchDelivery(log?: DeliveryLog): DeliveryListener {
  return (event) => {
    deliveryCounters.note(event);
    log?.(levelOf(event), lineOf(event), event);
  };
}

function levelOf(event: DeliveryEvent): LogLevel {
  if (event.event === 'connection') return event.state === 'failed' ? 'warn' : 'debug';
  return event.event === 'settled' || event.event === 'waiting' ? 'debug' : 'warn';
}

function lineOf(event: DeliveryEvent): string {
  const name = event.gateway === 'fcm' ? 'FCM' : 'APNs';
  const why = (code: string) => describeOutcome(classify(event.gateway, undefined, code));
  switch (event.event) {
    case 'settled': {
      const { id, device, outcome, code, attempts, ms } = event;
      return `${name}: message ${id} to ${device}: ${outcome}${code === undefined ? '' : ` (${code})`} after ${attempts} attempts in ${ms} ms`;
    }
    case 'waiting': return `${name}: message ${event.id} to ${event.device} waits ${event.ms} ms for another attempt (${event.code})`;
    case 'paused': return `${name} rests for ${event.ms} ms (${event.code}). ${why(event.code)}`;
    case 'stopped': return `${name}: ${why(event.code)}`;
    case 'key-changed': return `${name} refused the key ${event.from} (${event.code}): ${event.to} is used from now on. Replace the first key in the credential.`;
    case 'connection': return event.state === 'failed' ? `${name}: no connection (${event.code}). ${why(event.code)}` : `${name}: connection ${event.state}`;
  }
}
