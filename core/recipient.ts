/** The one shape of a person who may get messages, and of the devices that reach them. The ground of the house. */
import { createHash } from 'node:crypto';
import { PushError } from './errors';
import { isJsonObject, type JsonObject, type JsonValue } from './json';

export const GATEWAY_TYPES = ['fcm', 'apns'] as const;
export type GatewayType = (typeof GATEWAY_TYPES)[number];

export const PLATFORMS = ['android', 'ios', 'web'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const ENVIRONMENTS = ['production', 'development'] as const;
/** Which of Apple's two worlds a device token belongs to. */
export type Environment = (typeof ENVIRONMENTS)[number];

export const PERMISSIONS = ['granted', 'denied', 'unknown'] as const;
/** What the phone's own settings say; a fact apart from consent. */
export type Permission = (typeof PERMISSIONS)[number];

export const CONSENT_STATES = ['opted-in', 'subscribed', 'opted-out'] as const;
/** `opted-in`: said yes. `subscribed`: never asked, never refused. `opted-out`: said no. */
export type ConsentState = (typeof CONSENT_STATES)[number];

export interface Device {
  token: string;
  gateway: GatewayType;
  platform: Platform;
  environment?: Environment;
  appVersion?: string;
  permission?: Permission;
  /** ISO 8601 instant. */
  lastSeenAt?: string;
}

export interface Recipient {
  id: string;
  /** BCP 47 language tag. */
  locale?: string;
  /** IANA time zone. */
  timezone?: string;
  attributes: JsonObject;
  /** Consent by message category, for example `{ marketing: 'opted-in' }`. */
  consent?: Record<string, ConsentState>;
  devices: Device[];
  /** What the steps of a campaign wrote. */
  push?: JsonObject;
}

/**
 * One person as conditions, templates and both hosts see them: the attributes at the top level beside `id`,
 * `locale`, `timezone`, `consent`, `devices`, and what the steps wrote under `push`.
 */
export type PersonView = JsonObject;

/** Where the user's own rows keep the fields of a {@link Recipient}; each may be a dotted path. */
export interface FieldMap {
  id?: string;
  token?: string;
  gateway?: string;
  platform?: string;
  environment?: string;
  locale?: string;
  timezone?: string;
  consent?: string;
  devices?: string;
}

export const DEFAULT_FIELDS: Required<FieldMap> = {
  id: 'id',
  token: 'token',
  gateway: 'gateway',
  platform: 'platform',
  environment: 'environment',
  locale: 'locale',
  timezone: 'timezone',
  consent: 'consent',
  devices: 'devices',
};

/** A token as it may be shown and logged: enough to tell two apart, useless for sending. */
export function tokenFingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}
