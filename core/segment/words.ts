/** Conditions in plain words. */
import type { Day } from './calendar';
import type { CampaignResult, Condition, DeviceSelection, EventSelection, NamedRule, PersonRule, PersonTest, Rule } from './condition';
import type { Moment } from './instant';
import { findOperator, SEGMENT_OPERATORS, type OperatorInfo } from './operators';
import type { Window } from './window';

const LONGEST_VALUE = 80;

/** What a condition asks, for example `country is one of "FR", "BE"`. */
export function wordsOf(condition: Condition): string {
  switch (condition.kind) {
    case 'rule':
    case 'person':
    case 'named':
      return ruleWords(condition, false);
    case 'not':
      return isRule(condition.condition) ? ruleWords(condition.condition, true) : `not (${wordsOf(condition.condition)})`;
    default:
      if (condition.conditions.length === 0) return 'everyone';
      return condition.conditions.map(partWords).join(condition.kind === 'and' ? ' and ' : ' or ');
  }
}

function partWords(part: Condition): string {
  return part.kind === 'and' || part.kind === 'or' ? `(${wordsOf(part)})` : wordsOf(part);
}

export type AnyRule = Rule | PersonRule | NamedRule;

export function isRule(condition: Condition): condition is AnyRule {
  return condition.kind === 'rule' || condition.kind === 'person' || condition.kind === 'named';
}

/** The operator and what it was given, as the rule was written; the field first where there is one. */
function written(rule: AnyRule): { field?: string; name: string; operand: unknown; fold: boolean } {
  const [key = '', inner] = Object.entries(rule.source)[0] ?? [];
  if (key.startsWith('$')) return { name: key, operand: inner, fold: Object.hasOwn(rule.source, '$options') };
  const [name = '', operand] = Object.entries(inner as object)[0] ?? [];
  return { field: key, name, operand, fold: Object.hasOwn(inner as object, '$options') };
}

const OPPOSITES: ReadonlyMap<string, OperatorInfo> = new Map(
  SEGMENT_OPERATORS.flatMap((operator: OperatorInfo) => (operator.opposite === undefined ? [] : [[operator.opposite, operator] as const])),
);

function ruleWords(rule: AnyRule, negated: boolean): string {
  const { field, name, operand, fold } = written(rule);
  const opposite = negated ? OPPOSITES.get(name) : undefined;
  const phrase = (opposite ?? findOperator(name))?.words ?? name;
  const given = rule.kind === 'person' ? personWords(rule.test) : rule.kind === 'rule' ? testWords(rule, operand) : namedWords(name, operand);
  const text = [field, phrase.replace('{}', () => given), ...(fold ? ['(in whatever case)'] : [])].filter((part) => part !== undefined).join(' ');
  return negated && opposite === undefined ? `not: ${text}` : text;
}

function testWords({ test }: Rule, operand: unknown): string {
  switch (test.operator) {
    case '$elemMatch':
      return wordsOf(test.condition);
    case '$size':
      return figureWords(test.condition);
    case '$mod':
      return `by ${test.divisor} leaves ${test.remainder}`;
    case '$near':
      return `${test.radius} m of ${test.latitude}, ${test.longitude}`;
    default:
      return valueWords(operand);
  }
}

function namedWords(name: string, operand: unknown): string {
  return name === '$inList' ? valueWords(operand) : campaignWords(operand as Record<string, string>);
}

const RESULT_WORDS: Readonly<Record<CampaignResult, string>> = {
  sent: 'was sent', received: 'received', opened: 'opened', clicked: 'clicked', converted: 'converted after', unsubscribed: 'unsubscribed after', ignored: 'ignored',
};
const CAMPAIGN_PARTS = { arm: 'arm', occurrence: 'occurrence', within: 'in the last', after: 'after', before: 'before' } as const;

function campaignWords({ result, campaign, ...operand }: Record<string, unknown>): string {
  const more = Object.entries(CAMPAIGN_PARTS).flatMap(([name, words]) => (operand[name] === undefined ? [] : [`${words} ${String(operand[name])}`]));
  return [`${RESULT_WORDS[result as CampaignResult]} ${campaign === undefined ? 'any campaign' : `the campaign ${valueWords(campaign)}`}`, ...more].join(', ');
}

/** A value as a reader knows it; long ones are cut. */
export function valueWords(value: unknown): string {
  if (Array.isArray(value)) return cut(value.map(valueWords).join(', '));
  return cut(JSON.stringify(value) ?? 'nothing');
}

function cut(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text;
}

function personWords(test: PersonTest): string {
  switch (test.operator) {
    case '$anniversary': {
      const [from, to] = [test.from, test.to].map(dayWords);
      return `${from === to ? `on ${from}` : `from ${from} to ${to}`}${test.timezone === undefined ? '' : ` in ${test.timezone}`}`;
    }
    case '$bucket':
      return `${round(test.from * 100)} % to ${round(test.to * 100)} % of the draw "${test.salt}"`;
    case '$inList':
      return valueWords(test.list);
    case '$performed':
      return eventWords(test.events, `, times: ${figureWords(test.count)}`);
    case '$firstPerformed':
    case '$lastPerformed':
      return eventWords(test.events);
    case '$spent':
      return eventWords(test.events, `, ${test.currency}: ${figureWords(test.amount)}`);
    case '$reachable':
      return reachWords(test.devices, test.category, test.consent);
  }
}

function eventWords({ event, window, where }: EventSelection, more = ''): string {
  return `"${event}"${more}${windowWords(window)}${where === undefined ? '' : `, where ${wordsOf(where)}`}`;
}

/** A condition on a number. */
function figureWords(condition: Condition): string {
  return wordsOf(condition).replace(/\bis /g, '');
}

function windowWords({ within, after, before }: Window): string {
  return [
    ...(within === undefined ? [] : [` in the last ${durationWords(within)}`]),
    ...(after === undefined ? [] : [` after ${momentWords(after)}`]),
    ...(before === undefined ? [] : [` before ${momentWords(before)}`]),
  ].join('');
}

const DEVICE_WORDS: Readonly<Record<Exclude<keyof DeviceSelection, 'seenWithin'>, string>> = {
  gateway: 'through', platform: 'on', environment: 'in', permission: 'with permission',
};

function reachWords({ seenWithin, ...devices }: DeviceSelection, category: string | undefined, consent: string): string {
  return [
    ...Object.entries(devices).map(([name, value]: [string, unknown]) => `${DEVICE_WORDS[name as keyof typeof DEVICE_WORDS]} ${String(value)}`),
    ...(seenWithin === undefined ? [] : [`seen in the last ${durationWords(seenWithin)}`]),
    ...(category === undefined ? [] : [`with consent to ${category} (${consent})`]),
  ].join(', ') || 'on any device';
}

function momentWords(moment: Moment): string {
  if ('at' in moment) return new Date(moment.at).toISOString();
  if (moment.fromNow === 0) return 'now';
  return `${durationWords(Math.abs(moment.fromNow))} ${moment.fromNow < 0 ? 'ago' : 'from now'}`;
}

function dayWords(day: Day): string {
  if ('fromToday' in day) return day.fromToday === 0 ? 'today' : `today ${day.fromToday > 0 ? '+' : '-'}${Math.abs(day.fromToday)} d`;
  return `${String(Math.trunc(day.monthDay / 100)).padStart(2, '0')}-${String(day.monthDay % 100).padStart(2, '0')}`;
}

const LENGTHS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's'], [1, 'ms']] as const;

/** In the largest unit that leaves no rest. */
export function durationWords(milliseconds: number): string {
  const [length, unit] = LENGTHS.find(([one]) => milliseconds % one === 0) ?? [1, 'ms'];
  return `${milliseconds / length} ${unit}`;
}

function round(share: number): number {
  return Number(share.toFixed(4));
}
