/** The options of the template step, read at the border. */
import { PushError } from '../errors';
import { GATEWAY_TYPES, type GatewayType } from '../recipient';
import type { MissingRules } from './language/run';
import { PAYLOAD_LIMIT_BYTES, TOPIC_LIMIT_BYTES } from './limits';
import { FCM_TARGETS, type FcmTarget, type MissingPolicy, type TemplateOptions } from './template';

export interface ParsedOptions {
  missing: MissingRules;
  shorten: boolean;
  /** Bytes of every payload that are kept free. */
  reserveBytes: number;
  fcmTarget: FcmTarget;
  now: Date | undefined;
  gateways: ReadonlySet<GatewayType>;
}

/** @throws PushError `invalid-option` naming the option */
export function parseOptions(options: TemplateOptions): ParsedOptions {
  const { missing = 'refuse', overflow = 'refuse', reserveBytes = 0, fcmTarget = 'device', now, gateways = GATEWAY_TYPES } = options;
  if (!isPolicy(missing)) throw invalid('missing', `must be ${POLICIES}`);
  if (overflow !== 'refuse' && overflow !== 'shorten') throw invalid('overflow', "must be 'refuse' or 'shorten'");
  if (!FCM_TARGETS.includes(fcmTarget)) throw invalid('fcmTarget', `must be ${FCM_TARGETS.join(' or ')}`);
  const least = fcmTarget === 'topic' ? TOPIC_LIMIT_BYTES : PAYLOAD_LIMIT_BYTES;
  if (!Number.isInteger(reserveBytes) || reserveBytes < 0 || reserveBytes >= least) {
    throw invalid('reserveBytes', `must be a whole number from 0 to ${least - 1}`);
  }
  if (now !== undefined && Number.isNaN(new Date(now).getTime())) throw invalid('now', 'must be a date');
  if (!Array.isArray(gateways) || gateways.length === 0 || !gateways.every((type: GatewayType) => GATEWAY_TYPES.includes(type))) {
    throw invalid('gateways', `must list ${GATEWAY_TYPES.join(' or ')}`);
  }
  return {
    missing: { policy: missing, byPath: policiesByPath(options) },
    shorten: overflow === 'shorten',
    reserveBytes,
    fcmTarget,
    // A JSON vector carries the date as text.
    now: now === undefined ? undefined : new Date(now),
    gateways: new Set(gateways),
  };
}

const POLICIES = "'refuse', 'empty', 'fail' or { fallback: text }";

function isPolicy(value: unknown): value is MissingPolicy {
  if (typeof value !== 'object' || value === null) return value === 'refuse' || value === 'empty' || value === 'fail';
  return 'fallback' in value && typeof value.fallback === 'string';
}

function policiesByPath({ missingByField = {}, defaults = {} }: TemplateOptions): Map<string, MissingPolicy> {
  if (!isRecord(missingByField) || !Object.values(missingByField).every(isPolicy)) {
    throw invalid('missingByField', `must hold one policy by field: ${POLICIES}`);
  }
  if (!isRecord(defaults) || !Object.values(defaults).every((text) => typeof text === 'string')) {
    throw invalid('defaults', 'must hold one text by field');
  }
  return new Map([...Object.entries(missingByField), ...Object.entries(defaults).map(([path, fallback]): [string, MissingPolicy] => [path, { fallback }])]);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(option: string, problem: string): PushError {
  return new PushError('invalid-option', `The option '${option}' ${problem}.`, 'Correct the option.', { field: option });
}
