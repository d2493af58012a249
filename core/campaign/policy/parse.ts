/** Reads the policies that a user declared, with hours as `22:00` and spans in hours and minutes. */
import { PushError } from '../../errors';
import { requireShort, storableName } from '../../names';
import { isTimezone, type GatewayType } from '../../recipient';
import { kindPreset, MESSAGE_KINDS, type KindPreset, type MessageKind } from '../../template';
import { CONSENT_RULES, type ConsentRule, type Rules } from './policy';

/** Each is optional; without any a campaign asks consent, the suppression list and the devices. */
export interface PolicyOptions {
  /** IANA zone of the campaign, for people whose zone is not known and for its own days; `UTC` if not given. */
  zone?: string;
  /** People whose zone is not known: as if they lived in the campaign's (the default), or skipped. Only asked with quiet hours or a local time. */
  unknownZone?: 'campaign' | 'skip';
  /**
   * From and to as HH:MM on the person's clocks, over midnight too. `then`: `hold` to the edge, `skip`, or send `silent`; what
   * the kind of the message says if not given, else `hold`. Kinds that ignore quiet hours always do.
   */
  quietHours?: { from: string; to: string; then?: 'hold' | 'skip' | 'silent' };
  /**
   * Sent at this time (HH:MM) on the person's clocks, on `date` (YYYY-MM-DD) or on the campaign's own first day. Where that
   * is more than an hour ago: `send` (the default), on the `next-day`, or `skip`.
   */
  localTime?: { time: string; date?: string; past?: 'send' | 'next-day' | 'skip' };
  /** At most so many messages in so many hours, of all campaigns or of one consent category; all rules hold. Up to 720 hours. */
  caps?: readonly { most: number; hours: number; category?: string }[];
  /** At least so many minutes since the last message: else `skip` (the default) or `hold` until then. */
  gap?: { minutes: number; then?: 'hold' | 'skip' };
  /** A message that waits lives so much shorter and is not sent after its end; true if not given. */
  shortenTtl?: boolean;
  /** People of an occurrence at most; first come, first served. */
  audienceCap?: number;
  /**
   * First to this share (0 to 1) of the people, to the others so many minutes after the start of the occurrence; and not
   * before no more than this share (0.2 if not given) of those tried had a message that failed.
   */
  canary?: { share: number; minutes: number; mostFailed?: number };
}

export interface CampaignRules {
  category?: string;
  consent?: ConsentRule;
  /** Says what the campaign leaves open. */
  kind?: MessageKind;
  onUnknown?: 'skip' | 'send-again';
  gateways: ReadonlySet<GatewayType>;
  policies?: PolicyOptions;
}

const HOUR = 3_600_000;
const MOST_HOURS = 720;
const MOST_CAPS = 10;
/** Of a canary's messages: beyond, something is wrong with more than some old devices. */
const MOST_FAILED = 0.2;

/** Messages of no kind. */
const PLAIN: Pick<KindPreset, 'category' | 'consent' | 'quietHours' | 'capped' | 'onUnknown'> = {
  category: 'marketing', consent: 'not-opted-out', quietHours: 'wait', capped: true, onUnknown: 'skip',
};
const IN_QUIET_HOURS = { wait: 'hold', drop: 'skip', ignore: undefined } as const;

/** @throws PushError `bad-policy` that names the policy, `unknown-consent-rule`, `unknown-message-kind` */
export function parsePolicies({ kind, gateways, policies = {}, ...asked }: CampaignRules): Rules {
  const preset = kind === undefined ? PLAIN : kindPreset(kind);
  if (preset === undefined) {
    throw new PushError('unknown-message-kind', `'${String(kind)}' is no kind of message.`, `Use ${MESSAGE_KINDS.join(', ')}.`);
  }
  const { category = preset.category, consent: rule = preset.consent, onUnknown = preset.onUnknown } = asked;
  if (!CONSENT_RULES.includes(rule)) {
    throw new PushError('unknown-consent-rule', `'${String(rule)}' is no consent rule.`, `Use ${CONSENT_RULES.join(', ')}.`);
  }
  const { zone = 'UTC', unknownZone = 'campaign', quietHours, localTime, caps = [], gap, shortenTtl = true, audienceCap, canary } = policies;
  check('zone', isTimezone(zone), 'an IANA name such as Europe/Paris');
  check('unknownZone', oneOf(unknownZone, 'campaign', 'skip'), 'campaign or skip');
  check('caps', Array.isArray(caps) && caps.length <= MOST_CAPS, `a list of at most ${MOST_CAPS}`);
  if (audienceCap !== undefined) check('audienceCap', isWhole(audienceCap), 'a whole number from 1');
  return {
    category: requireShort(storableName(category), 'consent category'), consent: rule, capped: preset.capped, onUnknown, gateways, zone, unknownZone, shortenTtl,
    caps: caps.map(parseCap),
    ...(quietHours !== undefined && preset.quietHours !== 'ignore' && {
      quietHours: parseQuietHours({ then: IN_QUIET_HOURS[preset.quietHours], ...quietHours }),
    }),
    ...(localTime !== undefined && { localTime: parseLocalTime(localTime) }),
    ...(gap !== undefined && { gap: parseGap(gap) }),
    ...(audienceCap !== undefined && { audienceCap }),
    ...(canary !== undefined && { canary: parseCanary(canary) }),
  };
}

function parseQuietHours({ from, to, then }: Required<NonNullable<PolicyOptions['quietHours']>>): NonNullable<Rules['quietHours']> {
  const rule = { from: parseTime('quietHours.from', from), to: parseTime('quietHours.to', to), then };
  check('quietHours', rule.from !== rule.to, 'two different times: the day needs an hour that is not quiet');
  check('quietHours.then', oneOf(then, 'hold', 'skip', 'silent'), 'hold, skip or silent');
  return rule;
}

function parseLocalTime({ time, date, past = 'send' }: NonNullable<PolicyOptions['localTime']>): NonNullable<Rules['localTime']> {
  check('localTime.date', date === undefined || isDate(date), 'a date such as 2026-01-31');
  check('localTime.past', oneOf(past, 'send', 'next-day', 'skip'), 'send, next-day or skip');
  return { minute: parseTime('localTime.time', time), past, ...(date !== undefined && { date }) };
}

function parseCap({ most, hours, category }: { most: number; hours: number; category?: string }): Rules['caps'][number] {
  check('caps.most', isWhole(most), 'a whole number from 1');
  check('caps.hours', hours > 0 && hours <= MOST_HOURS, `a number of hours up to ${MOST_HOURS}`);
  return { most, ms: hours * HOUR, ...(category !== undefined && category !== '' && { category: storableName(category) }) };
}

function parseGap({ minutes, then = 'skip' }: NonNullable<PolicyOptions['gap']>): NonNullable<Rules['gap']> {
  check('gap.minutes', minutes > 0 && minutes <= MOST_HOURS * 60, `a number of minutes up to ${MOST_HOURS * 60}`);
  check('gap.then', oneOf(then, 'hold', 'skip'), 'hold or skip');
  return { ms: minutes * 60_000, then };
}

function parseCanary({ share, minutes, mostFailed = MOST_FAILED }: NonNullable<PolicyOptions['canary']>): NonNullable<Rules['canary']> {
  check('canary.share', share > 0 && share < 1, 'a number between 0 and 1');
  check('canary.minutes', minutes > 0 && minutes <= MOST_HOURS * 60, `a number of minutes up to ${MOST_HOURS * 60}`);
  check('canary.mostFailed', mostFailed >= 0 && mostFailed <= 1, 'a number from 0 to 1');
  return { share, ms: minutes * 60_000, mostFailed };
}

function parseTime(policy: string, text: unknown): number {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)(?::00)?$/.exec(String(text).trim()) ?? [];
  check(policy, hours !== undefined, 'a time such as 08:30');
  return Number(hours) * 60 + Number(minutes);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).getTime() >= 0 && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1;
}

function oneOf(value: string, ...allowed: string[]): boolean {
  return allowed.includes(value);
}

function check(policy: string, holds: boolean, expected: string): void {
  if (!holds) throw new PushError('bad-policy', `The policy '${policy}' cannot be read.`, `Give ${expected}.`, { policy, expected });
}
