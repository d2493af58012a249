/** The people of the demo: the committed files are what the script writes, and what their README says of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isJsonObject, type JsonObject } from '../../core/json';
import { isTimezone, parseRecipient, toView, type Device, type Recipient } from '../../core/recipient';

const ROOT = join(__dirname, '../..');
const DATA = join(ROOT, 'examples/data');
const DEVICE_COLUMNS = ['token', 'gateway', 'platform', 'environment', 'appVersion', 'permission', 'lastSeenAt'] as const;

const csv = readFileSync(join(DATA, 'people.csv'), 'utf8');
const json = readFileSync(join(DATA, 'people.json'), 'utf8');
const readme = readFileSync(join(DATA, 'README.md'), 'utf8');
const people = (JSON.parse(json) as unknown[]).filter(isJsonObject);
const recipients = people.map((person) => parseRecipient(person).recipient);
const devices = recipients.flatMap((recipient) => recipient.devices);
const rows: Record<string, string>[] = parse(csv, { columns: true });

const count = <T>(list: readonly T[], test: (item: T) => boolean): number => list.filter(test).length;
const speaks = (language: string) => (recipient: Recipient) => recipient.locale?.startsWith(`${language}-`) === true;

/** `unregistered`, `quota-once` ... of a token to which the sandbox answers in a special way. */
function specialName(token: string): string | undefined {
  const digits: Record<string, string> = {
    '01': 'unregistered', '03': 'wrong-environment', '06': 'quota-once',
    '0e': 'refused-once', '10': 'expired-token',
  };
  const apns = /^facade(..)/.exec(token)?.[1];
  return apns === undefined ? /^magic-([a-z-]+):/.exec(token)?.[1] : digits[apns] ?? `facade${apns}`;
}
const isSpecial = (...names: string[]) => (device: Device) => names.includes(specialName(device.token) ?? '');

/** What the README's table of counts must say, in its words. */
const COUNTS = {
  people: people.length,
  'speak French': count(recipients, speaks('fr')),
  'speak English': count(recipients, speaks('en')),
  'speak another language': count(recipients, (recipient) => !speaks('fr')(recipient) && !speaks('en')(recipient)),
  countries: new Set(people.map((person) => person['country'])).size,
  'time zones': new Set(recipients.map((recipient) => recipient.timezone)).size,
  'marketing consent: opted-in': count(recipients, ({ consent }) => consent?.['marketing'] === 'opted-in'),
  'marketing consent: subscribed': count(recipients, ({ consent }) => consent?.['marketing'] === 'subscribed'),
  'marketing consent: opted-out': count(recipients, ({ consent }) => consent?.['marketing'] === 'opted-out'),
  'never ordered (no `lastOrderAt`)': count(people, (person) => person['orders'] === 0),
  'people without a device': count(recipients, (recipient) => recipient.devices.length === 0),
  'people with one device': count(recipients, (recipient) => recipient.devices.length === 1),
  'people with two devices': count(recipients, (recipient) => recipient.devices.length === 2),
  'people with three devices': count(recipients, (recipient) => recipient.devices.length === 3),
  'people with both Android and iOS':
    count(recipients, (recipient) => new Set(recipient.devices.map((device) => device.platform)).size === 2),
  devices: devices.length,
  'Android through FCM': count(devices, (device) => device.platform === 'android' && device.gateway === 'fcm'),
  'iOS through APNs': count(devices, (device) => device.platform === 'ios' && device.gateway === 'apns'),
  'iOS through FCM': count(devices, (device) => device.platform === 'ios' && device.gateway === 'fcm'),
  'permission granted': count(devices, (device) => device.permission === 'granted'),
  'permission denied': count(devices, (device) => device.permission === 'denied'),
  'permission unknown': count(devices, (device) => device.permission === 'unknown'),
  'dead tokens: unregistered': count(devices, isSpecial('unregistered')),
  'dead tokens: expired': count(devices, isSpecial('expired-token')),
  'tokens of a wrong environment': count(devices, isSpecial('wrong-environment')),
  'tokens that work at the second try':
    count(devices, isSpecial('quota-once', 'refused-once')),
};

/** The rows of one person as the JSON form has them. */
function toCsvRows(person: JsonObject): Record<string, string>[] {
  const { devices: own, consent, ...fields } = person;
  const marketing = isJsonObject(consent) ? consent['marketing'] : undefined;
  const flat = { lastOrderAt: '', ...fields, 'consent.marketing': marketing };
  const text = (value: unknown): string => (value === undefined ? '' : String(value));
  return (Array.isArray(own) && own.length > 0 ? own : [{}]).map((device) => {
    const cells = isJsonObject(device) ? device : {};
    const columns = DEVICE_COLUMNS.map((column) => [column, cells[column]]);
    return Object.fromEntries([...Object.entries(flat), ...columns].map(([column, value]) => [String(column), text(value)]));
  });
}

describe('the made-up people of the demo', () => {
  it('are the bytes that scripts/people.mjs writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'people-'));
    try {
      execFileSync(process.execPath, [join(ROOT, 'scripts/people.mjs'), folder]);
      expect(readFileSync(join(folder, 'people.csv'), 'utf8') === csv).toBe(true);
      expect(readFileSync(join(folder, 'people.json'), 'utf8') === json).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are as many, and of the kinds, that their README says', () => {
    const table = [...readme.matchAll(/^\| (.+?) \| ([\d,]+) \|/gm)];
    const said = Object.fromEntries(table.map(([, name, number]) => [name, Number(number?.replaceAll(',', ''))]));
    expect(said).toEqual(COUNTS);
  });

  it('are enough for a demo in which both the French and the English text matter', () => {
    expect(people.length).toBeGreaterThanOrEqual(1000);
    expect(COUNTS['speak French'] / people.length).toBeGreaterThanOrEqual(0.35);
    expect(COUNTS['speak English'] / people.length).toBeGreaterThanOrEqual(0.35);
  });

  it('say the same in CSV and in JSON, in the columns that the README lists', () => {
    expect(rows).toEqual(people.flatMap(toCsvRows));
    const listed = [...readme.matchAll(/^- `([\w.]+)`/gm)].map(([, column]) => column);
    expect(csv.slice(0, csv.indexOf('\n')).split(',')).toEqual(listed);
  });

  it('are read without a warning, and nothing of them is lost', () => {
    for (const person of people) {
      const { recipient, warnings } = parseRecipient(person);
      expect(warnings).toEqual([]);
      expect(toView(recipient)).toEqual(person);
    }
  });

  it('have an id, a full name and a token each that nobody else has', () => {
    const distinct = (values: unknown[]): number => new Set(values).size;
    expect(distinct(people.map((person) => person['id']))).toBe(people.length);
    expect(distinct(people.map((person) => `${String(person['firstName'])} ${String(person['lastName'])}`))).toBe(people.length);
    expect(distinct(devices.map((device) => device.token))).toBe(devices.length);
  });

  it('live in time zones that exist and have moments in the right order', () => {
    for (const person of people) {
      expect(isTimezone(String(person['timezone']))).toBe(true);
      const [signedUp, ordered] = [String(person['signedUpAt']), person['lastOrderAt']];
      expect(signedUp >= '2026-01-01' && signedUp < '2026-10-01').toBe(true);
      expect(ordered === undefined).toBe(person['orders'] === 0);
      if (ordered !== undefined) expect(String(ordered) >= signedUp && String(ordered) < '2026-11-15').toBe(true);
    }
    for (const [index, recipient] of recipients.entries()) {
      for (const device of recipient.devices) {
        const seen = String(device.lastSeenAt);
        expect(seen >= String(people[index]?.['signedUpAt']) && seen < '2026-11-15').toBe(true);
      }
    }
  });

  it('have tokens in the form of their gateway, special ones apart', () => {
    for (const device of devices.filter(({ token }) => specialName(token) === undefined)) {
      expect(device.token).toMatch(device.gateway === 'fcm' ? /^[\w-]{22}:APA91b[\w-]{100}$/ : /^[0-9a-f]{64}$/);
    }
    for (const device of devices) expect(device.environment).toBe(device.gateway === 'apns' ? 'production' : undefined);
  });

  it('hold special tokens only where a campaign would write, of kinds that end at once and always in the same way', () => {
    const special = recipients.flatMap((recipient, index) =>
      recipient.devices.filter(({ token }) => specialName(token) !== undefined).map((device) => ({ recipient, index, device })));
    const kinds = ['unregistered', 'expired-token', 'wrong-environment', 'quota-once', 'refused-once'];
    expect(new Set(special.map(({ device }) => specialName(device.token)))).toEqual(new Set(kinds));
    expect(special.length / devices.length).toBeGreaterThan(0.025);
    expect(special.length / devices.length).toBeLessThan(0.035);
    for (const { recipient, index, device } of special) {
      expect(recipient.consent?.['marketing']).not.toBe('opted-out');
      expect(device.permission).toBe('granted');
      expect(device.token).toMatch(device.gateway === 'fcm' ? /^magic-[a-z-]+:[\w-]{24}$/ : /^facade[0-9a-f]{58}$/);
      // A campaign that met several of these first could take its credentials for wrong and stop.
      expect(index).toBeGreaterThanOrEqual(150);
    }
  });
});
