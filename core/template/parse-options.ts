/** The options of the template step, read at the border. */
import { PushError } from '../errors';
import { GATEWAY_TYPES, type GatewayType } from '../recipient';
import type { MissingRules } from './language/run';
import type { TemplateOptions } from './template';

/** Bytes of a payload as JSON that both gateways take to one device (APNs documentation; FCM documentation). */
export const PAYLOAD_LIMIT_BYTES = 4096;

export interface ParsedOptions {
  missing: MissingRules;
  shorten: boolean;
  /** Bytes that a payload may have. */
  budget: number;
  now: Date | undefined;
  gateways: ReadonlySet<GatewayType>;
}

/** @throws PushError `invalid-option` naming the option */
export function parseOptions(options: TemplateOptions): ParsedOptions {
  const { missing = 'refuse', defaults = {}, overflow = 'refuse', reserveBytes = 0, now, gateways = GATEWAY_TYPES } = options;
  const isPolicy = missing === 'refuse' || missing === 'empty'
    || (typeof missing === 'object' && (missing as unknown) !== null && typeof missing.fallback === 'string');
  if (!isPolicy) throw invalid('missing', "must be 'refuse', 'empty' or { fallback: text }");
  if (typeof defaults !== 'object' || (defaults as unknown) === null || !Object.values(defaults).every((text) => typeof text === 'string')) {
    throw invalid('defaults', 'must hold one text by field');
  }
  if (overflow !== 'refuse' && overflow !== 'shorten') throw invalid('overflow', "must be 'refuse' or 'shorten'");
  if (!Number.isInteger(reserveBytes) || reserveBytes < 0 || reserveBytes >= PAYLOAD_LIMIT_BYTES) {
    throw invalid('reserveBytes', `must be a whole number from 0 to ${PAYLOAD_LIMIT_BYTES - 1}`);
  }
  if (now !== undefined && Number.isNaN(new Date(now).getTime())) throw invalid('now', 'must be a date');
  if (!Array.isArray(gateways) || gateways.length === 0 || !gateways.every((type: GatewayType) => GATEWAY_TYPES.includes(type))) {
    throw invalid('gateways', `must list ${GATEWAY_TYPES.join(' or ')}`);
  }
  return {
    missing: { policy: missing, defaults: new Map(Object.entries(defaults)) },
    shorten: overflow === 'shorten',
    budget: PAYLOAD_LIMIT_BYTES - reserveBytes,
    // A JSON vector carries the date as text.
    now: now === undefined ? undefined : new Date(now),
    gateways: new Set(gateways),
  };
}

function invalid(option: string, problem: string): PushError {
  return new PushError('invalid-option', `The option '${option}' ${problem}.`, 'Correct the option.', { field: option });
}
