/** Whether a person can be reached: a living device of the asked kind, and consent. */
import { isJsonObject, type JsonObject } from '../json';
import type { Clock } from './clock';
import type { DeviceSelection, PersonTest } from './condition';
import type { PersonFacts } from './facts';
import { parseInstant } from './instant';

type ReachTest = Extract<PersonTest, { operator: '$reachable' }>;

export function reaches({ devices, category, consent }: ReachTest, clock: Clock): (view: object, facts: PersonFacts) => boolean {
  return (view, { suppressed, dead }) => {
    if (suppressed) return false;
    if (category !== undefined && !consents(own(view, 'consent'), category, consent)) return false;
    const list = own(view, 'devices');
    const now = clock();
    return Array.isArray(list) && list.some((device) =>
      isJsonObject(device) && !dead.has(String(own(device, 'token'))) && isWanted(device, devices, now));
  };
}

function consents(states: unknown, category: string, asked: ReachTest['consent']): boolean {
  const state = isJsonObject(states) ? own(states, category) : undefined;
  return asked === 'opted-in' ? state === 'opted-in' : state !== 'opted-out';
}

const EXACT = ['gateway', 'platform', 'environment'] as const;

function isWanted(device: JsonObject, { permission, seenWithin, ...wanted }: DeviceSelection, now: number): boolean {
  const said = own(device, 'permission') ?? 'unknown';
  if (permission === undefined ? said === 'denied' : said !== permission) return false;
  if (EXACT.some((name) => wanted[name] !== undefined && own(device, name) !== wanted[name])) return false;
  if (seenWithin === undefined) return true;
  const seen = parseInstant(own(device, 'lastSeenAt'));
  return seen !== undefined && seen >= now - seenWithin && seen <= now;
}

function own(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as JsonObject)[name] : undefined;
}
