/** Writes the result of a message in words, out of its row in the outcome table. */
import type { GatewayResult } from './gateway';
import { describeOutcome, type OutcomeRow } from './outcomes';
import type { Protocol, Reading } from './protocol';

/** @param detail replaces the row's words where more is known */
export function resultOf(
  protocol: Protocol, id: string, attempts: number, row: OutcomeRow, reading: Reading & { status?: number }, detail: string,
): GatewayResult {
  const { status, gatewayId, uniqueId, deadSince, quote } = reading;
  const unique = uniqueId !== undefined && { uniqueId };
  if (row.outcome === 'accepted') return { id, outcome: 'accepted', status, gatewayId, ...unique, attempts };
  const code = reading.code ?? (row.code === '*' ? undefined : row.code);
  const quoted = quote === undefined ? '' : ` ${protocol.name} says: "${quote}"`;
  return {
    id,
    outcome: row.outcome,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(gatewayId !== undefined && { gatewayId }),
    ...unique,
    detail: detail === '' ? `${describeOutcome(row)}${quoted}` : detail,
    ...(deadSince !== undefined && row.outcome === 'dead-token' && { deadSince }),
    attempts,
  };
}
