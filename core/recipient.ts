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

/** Something about one person that was put right or left out while reading them; the person is kept. */
export interface RecipientWarning {
  code: 'unknown-timezone' | 'unknown-locale' | 'bad-device' | 'bad-consent';
  message: string;
}

export interface ParsedRecipient {
  recipient: Recipient;
  warnings: RecipientWarning[];
}

/**
 * Reads a person out of the user's own row or item.
 *
 * Fields that the map names become the person's own; every other top-level field is an attribute. A flat row with
 * a `token` is a person with one device; without an id they are named after that device. Whatever is wrong with a
 * part (a time zone that does not exist, a device without a token) is left out with a warning and costs nothing else.
 *
 * @throws PushError `no-id` where there is neither an id nor a token to stand for one; `not-an-object`.
 */
export function parseRecipient(view: unknown, fields: FieldMap = {}): ParsedRecipient {
  if (!isJsonObject(view)) {
    throw new PushError('not-an-object', 'A person must be an object with fields.', 'Hand over one object a person.');
  }
  const map = { ...DEFAULT_FIELDS, ...fields };
  const warnings: RecipientWarning[] = [];
  const devices = parseDevices(view, map, warnings);
  const recipient: Recipient = {
    id: parseId(readPath(view, map.id), devices, map.id),
    attributes: attributesOf(view, map),
    devices,
  };
  const locale = parseLocale(readPath(view, map.locale), warnings);
  if (locale !== undefined) recipient.locale = locale;
  const timezone = parseTimezone(readPath(view, map.timezone), warnings);
  if (timezone !== undefined) recipient.timezone = timezone;
  const consent = parseConsent(readPath(view, map.consent), warnings);
  if (consent !== undefined) recipient.consent = consent;
  if (isJsonObject(view['push'])) recipient.push = view['push'];
  return { recipient, warnings };
}

/** A person as items, conditions and templates see them; the inverse of {@link parseRecipient} with default fields. */
export function toView(recipient: Recipient): PersonView {
  const { attributes, id, locale, timezone, consent, devices, push } = recipient;
  return {
    ...attributes,
    id,
    ...(locale !== undefined && { locale }),
    ...(timezone !== undefined && { timezone }),
    ...(consent !== undefined && { consent }),
    devices: devices.map((device) => ({ ...device })),
    ...(push !== undefined && { push }),
  };
}

/** True for a name of the IANA time zone database that this machine knows. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The value at a dotted path; own properties only. A field whose own name holds the dots is found first. */
export function readPath(view: JsonObject, path: string): JsonValue | undefined {
  if (Object.hasOwn(view, path)) return view[path];
  let value: JsonValue | undefined = view;
  for (const part of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

function parseId(value: JsonValue | undefined, devices: Device[], field: string): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  const [first] = devices;
  if (first !== undefined && (value === undefined || value === null || value === '')) {
    return `device:${tokenFingerprint(first.token)}`;
  }
  throw new PushError('no-id', `A person has no id: the field '${field}' is missing or empty.`,
    `Give each person a text or a number in '${field}', or name the field that holds it.`, { field });
}

function parseLocale(value: JsonValue | undefined, warnings: RecipientWarning[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  try {
    return Intl.getCanonicalLocales(String(value).replaceAll('_', '-'))[0];
  } catch {
    warnings.push({
      code: 'unknown-locale',
      message: `'${String(value)}' is not a language tag; the person is kept without one. Use 'fr' or 'pt-BR'.`,
    });
    return undefined;
  }
}

function parseTimezone(value: JsonValue | undefined, warnings: RecipientWarning[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && isTimezone(value)) return value;
  warnings.push({
    code: 'unknown-timezone',
    message: `'${String(value)}' is not a time zone; the person is kept without one. Use a name such as 'Europe/Paris'.`,
  });
  return undefined;
}

function parseConsent(value: JsonValue | undefined, warnings: RecipientWarning[]): Recipient['consent'] {
  if (value === undefined || value === null || value === '') return undefined;
  const consent: Record<string, ConsentState> = {};
  if (!isJsonObject(value)) {
    warnings.push({ code: 'bad-consent', message: `Consent must be an object such as { "marketing": "opted-in" }.` });
    return undefined;
  }
  for (const [category, state] of Object.entries(value)) {
    if (state === '' || state === null || state === undefined) continue;
    if (oneOf(CONSENT_STATES, state)) consent[category] = state;
    else {
      // An unreadable answer must never count as a yes.
      consent[category] = 'opted-out';
      warnings.push({
        code: 'bad-consent',
        message: `'${String(state)}' is no consent state for '${category}'; it counts as opted-out. Use ${CONSENT_STATES.join(', ')}.`,
      });
    }
  }
  return consent;
}

function parseDevices(view: JsonObject, map: Required<FieldMap>, warnings: RecipientWarning[]): Device[] {
  const list = readPath(view, map.devices);
  const raw: JsonObject[] = [];
  if (Array.isArray(list)) raw.push(...list.map((device) => (isJsonObject(device) ? device : { token: device })));
  else if (list !== undefined && list !== null && list !== '') {
    warnings.push({ code: 'bad-device', message: `'${map.devices}' must be a list of devices; it was left out.` });
  }
  const flat = {
    token: readPath(view, map.token),
    gateway: readPath(view, map.gateway),
    platform: readPath(view, map.platform),
    environment: readPath(view, map.environment),
    appVersion: view['appVersion'],
    permission: view['permission'],
    lastSeenAt: view['lastSeenAt'],
  };
  if (!isBlank(flat.token)) raw.push(flat);
  const devices = new Map<string, Device>();
  for (const candidate of raw) {
    const device = parseDevice(candidate, warnings);
    if (device !== undefined) devices.set(device.token, device);
  }
  return [...devices.values()];
}

function parseDevice(raw: JsonObject, warnings: RecipientWarning[]): Device | undefined {
  const warn = (message: string): undefined => void warnings.push({ code: 'bad-device', message });
  const token = raw['token'];
  if (typeof token !== 'string' || token.trim() === '') return warn('A device without a token was left out.');
  const asked = isBlank(raw['gateway']) ? undefined : raw['gateway'];
  if (asked !== undefined && !oneOf(GATEWAY_TYPES, asked)) {
    return warn(`A device with the gateway '${String(asked)}' was left out; use ${GATEWAY_TYPES.join(' or ')}.`);
  }
  const platform = isBlank(raw['platform']) ? undefined : raw['platform'];
  if (platform !== undefined && !oneOf(PLATFORMS, platform)) {
    return warn(`A device with the platform '${String(platform)}' was left out; use ${PLATFORMS.join(', ')}.`);
  }
  // An APNs token is 32 bytes or more in hexadecimal; an FCM token holds a colon and other letters.
  const gateway = asked ?? (platform !== 'android' && /^[0-9a-f]{64,200}$/i.test(token.trim()) ? 'apns' : 'fcm');
  const device: Device = { token: token.trim(), gateway, platform: platform ?? (gateway === 'apns' ? 'ios' : 'android') };
  if (oneOf(ENVIRONMENTS, raw['environment'])) device.environment = raw['environment'];
  if (oneOf(PERMISSIONS, raw['permission'])) device.permission = raw['permission'];
  if (!isBlank(raw['appVersion'])) device.appVersion = String(raw['appVersion']);
  const seen = raw['lastSeenAt'];
  if (typeof seen === 'string' && !Number.isNaN(Date.parse(seen))) device.lastSeenAt = new Date(seen).toISOString();
  return device;
}

/** Every field that the map does not name. A dotted path claims its first part only where it stands for itself. */
function attributesOf(view: JsonObject, map: Required<FieldMap>): JsonObject {
  const claimed = new Set<string>([...Object.values(map), 'push']);
  if (!isBlank(readPath(view, map.token))) for (const key of ['appVersion', 'permission', 'lastSeenAt']) claimed.add(key);
  return Object.fromEntries(Object.entries(view).filter(([key]) => !claimed.has(key)));
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function oneOf<T extends string>(list: readonly T[], value: unknown): value is T {
  return (list as readonly unknown[]).includes(value);
}
