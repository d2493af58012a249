/** The one shape of a person who may get messages, and of the devices that reach them. The ground of the house. */
import { hash } from 'node:crypto';
import { PushError } from './errors';
import { isJsonObject, storable, type JsonObject, type JsonValue } from './json';
import { requireShort, storableName } from './names';

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
  return hash('sha256', token, 'hex').slice(0, 12);
}

/**
 * Longer ids and tokens (in bytes) are mistakes (a whole file in one cell); both are kept and sent many times over. An index of PostgreSQL
 * takes 2,700 bytes a row, of an id with the names of its campaign and occurrence beside: one that is longer would stop all others.
 */
const LONGEST_ID = 1024;
const LONGEST_TOKEN = 2500;

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
 * @throws PushError `no-id` where there is neither an id nor a token to stand for one; `id-too-long`; `not-an-object`;
 *   `bad-consent` or `name-too-long` where the consent names no categories, or one that cannot be kept: it may be a no, and leaving it
 *   out would turn that into a yes.
 */
export function parseRecipient(view: unknown, fields: FieldMap = {}): ParsedRecipient {
  const map = { ...DEFAULT_FIELDS, ...fields };
  return read(view, map, (person) => flatDevice(person, map));
}

/**
 * A person out of the store's own view ({@link toView}), whatever the user's rows call their fields. Their devices
 * stand under `devices` alone: an attribute that happens to be named `token` is no device.
 * @throws PushError as {@link parseRecipient}
 */
export function fromView(view: PersonView): Recipient {
  return read(view, DEFAULT_FIELDS, () => undefined).recipient;
}

function read(view: unknown, map: Required<FieldMap>, flat: (view: JsonObject) => JsonObject | undefined): ParsedRecipient {
  if (!isJsonObject(view)) {
    throw new PushError('not-an-object', 'A person must be an object with fields.', 'Hand over one object a person.');
  }
  const warnings: RecipientWarning[] = [];
  const device = flat(view);
  const devices = parseDevices(readPath(view, map.devices), device, map.devices, warnings);
  const recipient: Recipient = {
    id: parseId(readPath(view, map.id), devices, map.id),
    attributes: attributesOf(view, map, device !== undefined),
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

/** Names looked up before: asking takes 20 us, which for a million people is 20 seconds. */
const timezones = new Map<string, boolean>();
const MOST_TIMEZONES = 2000;

/** True for a name of the IANA time zone database that this machine knows. */
export function isTimezone(name: string): boolean {
  let known = timezones.get(name);
  if (known === undefined) {
    known = asksForTimezone(name);
    // Only a hostile list holds more; it must not fill the memory.
    if (timezones.size >= MOST_TIMEZONES) timezones.clear();
    if (name.length <= SHOWN) timezones.set(name, known);
  }
  return known;
}

function asksForTimezone(name: string): boolean {
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
  if (!path.includes('.')) return undefined;
  let value: JsonValue | undefined = view;
  for (const part of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/**
 * The one id that a person has, here and in the store; undefined where the value is none.
 * @throws PushError `id-too-long`
 */
export function readId(value: unknown, field: string): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const id = typeof value === 'string' ? storable(value) : '';
  if (id.trim() === '') return undefined;
  const bytes = Buffer.byteLength(id);
  if (bytes <= LONGEST_ID) return id;
  throw new PushError('id-too-long', `The id of a person has ${bytes} bytes; at most ${LONGEST_ID} are taken.`, `Check what stands in '${field}'.`, { field, most: LONGEST_ID });
}

function parseId(value: JsonValue | undefined, devices: Device[], field: string): string {
  const id = readId(value, field);
  if (id !== undefined) return id;
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
    if (typeof value === 'string') return Intl.getCanonicalLocales(value.trim().replaceAll('_', '-'))[0];
  } catch {
    // Not a tag: told below.
  }
  warnings.push({
    code: 'unknown-locale',
    message: `${shown(value)} is not a language tag; the person is kept without one. Use 'fr' or 'pt-BR'.`,
  });
  return undefined;
}

function parseTimezone(value: JsonValue | undefined, warnings: RecipientWarning[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && isTimezone(value.trim())) return value.trim();
  warnings.push({
    code: 'unknown-timezone',
    message: `${shown(value)} is not a time zone; the person is kept without one. Use a name such as 'Europe/Paris'.`,
  });
  return undefined;
}

function parseConsent(value: JsonValue | undefined, warnings: RecipientWarning[]): Recipient['consent'] {
  if (value === undefined || value === null || value === '') return undefined;
  if (!isJsonObject(value)) {
    throw new PushError('bad-consent', `The consent of a person is ${shown(value)}, which does not say for which category of messages.`,
      `Give an object such as { "marketing": "opted-in" }; in CSV a column named 'consent.marketing'.`);
  }
  const consent = new Map<string, ConsentState>();
  for (const [name, given] of Object.entries(value)) {
    if (isBlank(given)) continue;
    const category = requireShort(storableName(name), 'consent category');
    const state = consentState(given);
    // An unreadable answer must never count as a yes, nor one spelling of a category where another says no.
    if (consent.get(category) !== 'opted-out') consent.set(category, state ?? 'opted-out');
    if (state !== undefined) continue;
    warnings.push({
      code: 'bad-consent',
      message: `${shown(given)} is no consent state for ${shown(category)}; it counts as opted-out. Use ${CONSENT_STATES.join(', ')}.`,
    });
  }
  return Object.fromEntries(consent);
}

/** `Opted In`, `opted_in` and `OPTED-IN` are spellings of one state. */
function consentState(value: JsonValue | undefined): ConsentState | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase().replaceAll(/[\s_]+/g, '-') : value;
  return oneOf(CONSENT_STATES, word) ? word : undefined;
}

/** The device that a flat row names beside the person's own fields; its other fields are then the device's. */
function flatDevice(view: JsonObject, map: Required<FieldMap>): JsonObject | undefined {
  const token = readPath(view, map.token);
  if (isBlank(token)) return undefined;
  return {
    token,
    gateway: readPath(view, map.gateway),
    platform: readPath(view, map.platform),
    environment: readPath(view, map.environment),
    appVersion: view['appVersion'],
    permission: view['permission'],
    lastSeenAt: view['lastSeenAt'],
  };
}

function parseDevices(list: JsonValue | undefined, flat: JsonObject | undefined, field: string, warnings: RecipientWarning[]): Device[] {
  const raw: JsonObject[] = [];
  if (Array.isArray(list)) for (const device of list) raw.push(isJsonObject(device) ? device : { token: device });
  else if (!isBlank(list)) {
    warnings.push({ code: 'bad-device', message: `'${field}' must be a list of devices; it was left out.` });
  }
  if (flat !== undefined) raw.push(flat);
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
  if (Buffer.byteLength(token) > LONGEST_TOKEN) return warn(`A device with a token of more than ${LONGEST_TOKEN} bytes was left out.`);
  // One store would keep it, another would keep another token.
  if (token.includes('\0')) return warn('A device with a NUL character in its token was left out.');
  const asked = isBlank(raw['gateway']) ? undefined : raw['gateway'];
  if (asked !== undefined && !oneOf(GATEWAY_TYPES, asked)) {
    return warn(`A device with the gateway ${shown(asked)} was left out; use ${GATEWAY_TYPES.join(' or ')}.`);
  }
  const platform = isBlank(raw['platform']) ? undefined : raw['platform'];
  if (platform !== undefined && !oneOf(PLATFORMS, platform)) {
    return warn(`A device with the platform ${shown(platform)} was left out; use ${PLATFORMS.join(', ')}.`);
  }
  // An APNs token is 32 bytes or more in hexadecimal; an FCM token holds a colon and other letters.
  const gateway = asked ?? (platform !== 'android' && /^[0-9a-f]{64,200}$/i.test(token.trim()) ? 'apns' : 'fcm');
  const device: Device = { token: token.trim().toWellFormed(), gateway, platform: platform ?? (gateway === 'apns' ? 'ios' : 'android') };
  if (oneOf(ENVIRONMENTS, raw['environment'])) device.environment = raw['environment'];
  if (oneOf(PERMISSIONS, raw['permission'])) device.permission = raw['permission'];
  const version = raw['appVersion'];
  if ((typeof version === 'string' && version !== '') || typeof version === 'number') device.appVersion = String(version);
  const seen = raw['lastSeenAt'];
  if (typeof seen === 'string' && !Number.isNaN(Date.parse(seen))) device.lastSeenAt = new Date(seen).toISOString();
  return device;
}

/** Every field that the map does not name. A dotted path claims its first part only where it stands for itself. */
function attributesOf(view: JsonObject, map: Required<FieldMap>, isFlat: boolean): JsonObject {
  const claimed: string[] = [...Object.values(map), 'push', ...(isFlat ? ['appVersion', 'permission', 'lastSeenAt'] : [])];
  return Object.fromEntries(Object.entries(view).filter(([key]) => !claimed.includes(key)));
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '';
}

/** Letters of a value that a message shows at most. */
const SHOWN = 60;

/** A value as a message quotes it: short, and without calling anything that the value brings along. */
function shown(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'an object';
  const text = String(value);
  return `'${text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text}'`;
}

function oneOf<T extends string>(list: readonly T[], value: unknown): value is T {
  return (list as readonly unknown[]).includes(value);
}
