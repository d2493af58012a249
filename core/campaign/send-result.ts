/** What a send step says of one person, in codes for programs and in words for people. */
import type { GatewayResult } from '../delivery/gateway';
import type { PushError } from '../errors';
import type { JsonObject } from '../json';
import type { Device, Recipient } from '../recipient';
import { withPush, type Item } from './item';
import { HOLDING_REASONS, SUPPRESSION_REASONS, type HoldingReason, type SuppressionReason } from './reasons';

export const SEND_OUTPUTS = ['sent', 'failed', 'suppressed', 'held'] as const;
export type SendOutput = (typeof SEND_OUTPUTS)[number];

/** What an accepted message means, and what it does not. */
export const ACCEPTED = 'Accepted by the gateway; whether the phone received it, only the app can tell.';

/** Where a result came from. */
export interface ResultSource {
  /** Position of the input item; for people of a reference that of the reference, for people whom an earlier run held back -1. */
  index: number;
  fromReference: boolean;
  item: Item;
  /** Whom it is about; absent where the item names nobody. */
  person?: Recipient;
}

export interface SendResult extends Omit<ResultSource, 'person'> {
  /** Id of the person; absent where the item names nobody. */
  recipient?: string;
  output: SendOutput;
  /** Code of the reason where the person was not sent to. */
  reason?: string;
  /** What the reason comes from where it is an error, for a face that speaks other languages. */
  error?: PushError;
}

/** What became of one device's message. */
export interface Delivered {
  device: Device;
  /** Of the device's token. */
  fingerprint: string;
  result: GatewayResult;
}

/** Sent where at least one device's gateway accepted; which is not yet received by the phone. */
export function deliveredResult(source: ResultSource, deliveries: readonly Delivered[]): SendResult {
  const list = deliveries.map(({ device, fingerprint, result }): JsonObject => ({
    gateway: device.gateway,
    platform: device.platform,
    device: fingerprint,
    outcome: result.outcome,
    attempts: result.attempts,
    ...(result.code !== undefined && { code: result.code }),
    ...(result.gatewayId !== undefined && { gatewayId: result.gatewayId }),
    ...(result.uniqueId !== undefined && { uniqueId: result.uniqueId }),
    ...(result.detail !== undefined && { detail: result.detail }),
  }));
  const accepted = deliveries.find(({ result }) => result.outcome === 'accepted');
  const first = accepted ?? deliveries[0];
  const outcome = first?.result.outcome ?? 'unknown';
  const why = accepted !== undefined
    ? ACCEPTED
    : (first?.result.detail ?? 'The gateway did not accept the message.');
  return result(source, accepted === undefined ? 'failed' : 'sent', accepted === undefined ? outcome : undefined, why, { outcome, deliveries: list });
}

export function failedResult(source: ResultSource, error: PushError): SendResult {
  return { ...result(source, 'failed', error.code, error.words, { outcome: 'failed' }), error };
}

export function suppressedResult(source: ResultSource, reason: SuppressionReason): SendResult {
  return result(source, 'suppressed', reason, SUPPRESSION_REASONS[reason], { outcome: 'suppressed' });
}

export function heldResult(source: ResultSource, reason: HoldingReason, until: string): SendResult {
  return result(source, 'held', reason, HOLDING_REASONS[reason], { outcome: 'held', until });
}

function result(source: ResultSource, output: SendOutput, reason: string | undefined, why: string, more: JsonObject): SendResult {
  const { index, fromReference, item, person } = source;
  return {
    ...(person !== undefined && { recipient: person.id }),
    index,
    fromReference,
    output,
    ...(reason !== undefined && { reason }),
    // The rendered payload has done its work; people and logs have the message itself.
    item: withPush(item, { until: undefined, ...more, reason, why, payload: undefined }),
  };
}
