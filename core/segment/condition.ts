/** A condition after parsing: and, or, not over rules. Opposites are already a `not`. */
import type { JsonObject, JsonValue } from '../json';
import type { Day } from './calendar';
import type { Field } from './field';
import type { Moment } from './instant';
import type { Window } from './window';

export const VALUE_TYPES = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Events that every store keeps; `sent` is a delivery that its gateway accepted. Other names are a program's own. */
export const SEGMENT_EVENTS = ['sent', 'received', 'opened', 'clicked', 'converted', 'unsubscribed'] as const;

/** What can have become of a campaign; `ignored`: sent, and since then neither opened nor clicked. */
export const CAMPAIGN_RESULTS = ['sent', 'received', 'opened', 'clicked', 'converted', 'unsubscribed', 'ignored'] as const;
export type CampaignResult = (typeof CAMPAIGN_RESULTS)[number];

/** Which consent `$reachable` asks for. */
export const REACH_CONSENTS = ['opted-in', 'not-opted-out'] as const;
export type ReachConsent = (typeof REACH_CONSENTS)[number];

/** What a rule asks of a value. `fold`: upper and lower case are one. */
export type Test =
  | { operator: '$eq'; value: JsonValue; fold: boolean }
  | { operator: '$in'; values: readonly JsonValue[]; fold: boolean }
  | { operator: '$gt' | '$gte' | '$lt' | '$lte'; bound: number | string }
  | { operator: '$exists' }
  | { operator: '$type'; type: ValueType }
  | { operator: '$all'; values: readonly JsonValue[]; fold: boolean }
  | { operator: '$elemMatch'; condition: Condition; objects: boolean }
  | { operator: '$size'; condition: Condition }
  | { operator: '$startsWith' | '$endsWith' | '$contains'; text: string; fold: boolean }
  | { operator: '$regex'; pattern: RegExp }
  | { operator: '$mod'; divisor: number; remainder: number }
  | { operator: '$veq' | '$vgt' | '$vgte' | '$vlt' | '$vlte'; version: string }
  | { operator: '$within'; milliseconds: number }
  | { operator: '$before' | '$after'; moment: Moment }
  /** Degrees, and metres over the ground. */
  | { operator: '$near'; latitude: number; longitude: number; radius: number };

/** Some of a person's events: of one name, in a window of time, with fields that pass. */
export interface EventSelection {
  readonly event: string;
  readonly window: Window;
  readonly where?: Condition;
}

/** The devices that count as a way to reach a person. */
export interface DeviceSelection {
  readonly gateway?: string;
  readonly platform?: string;
  readonly environment?: string;
  readonly permission?: string;
  /** Milliseconds. */
  readonly seenWithin?: number;
}

/** What a rule asks of the person as a whole. */
export type PersonTest =
  | { operator: '$anniversary'; field: Field; from: Day; to: Day; timezone?: string }
  | { operator: '$bucket'; salt: string; from: number; to: number }
  | { operator: '$inList'; list: string }
  | { operator: '$performed'; events: EventSelection; count: Condition }
  | { operator: '$firstPerformed' | '$lastPerformed'; events: EventSelection }
  | { operator: '$spent'; events: EventSelection; amount: Condition; currency: string }
  | { operator: '$reachable'; devices: DeviceSelection; category?: string; consent: ReachConsent };

interface Written {
  /** Where the rule stands, for example `$or[1].country.$in`. */
  readonly place: string;
  /** The rule as it was written, a condition by itself. */
  readonly source: JsonObject;
}

export interface Rule extends Written {
  readonly kind: 'rule';
  /** Absent inside `$elemMatch` and `$size`, where the value itself is tested. */
  readonly field?: Field;
  readonly test: Test;
}

export interface PersonRule extends Written {
  readonly kind: 'person';
  readonly test: PersonTest;
}

/** One rule as it was written that stands for a condition: a saved list, a campaign's result. */
export interface NamedRule extends Written {
  readonly kind: 'named';
  readonly condition: Condition;
}

export type Condition =
  | Rule
  | PersonRule
  | NamedRule
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

/** The condition as JSON again; means the same as what was parsed, opposites written as `$not`, saved lists in full. */
export function formatCondition(condition: Condition): JsonObject {
  switch (condition.kind) {
    case 'rule':
    case 'person':
      return condition.source;
    case 'named':
      return formatCondition(condition.condition);
    case 'not':
      return { $not: formatCondition(condition.condition) };
    default:
      if (condition.conditions.length === 0) return {};
      return { [`$${condition.kind}`]: condition.conditions.map(formatCondition) };
  }
}

/** Every rule of the condition, in the order in which they were written. */
export function* rulesOf(condition: Condition): Generator<Rule | PersonRule> {
  if (condition.kind === 'rule' || condition.kind === 'person') yield condition;
  else if (condition.kind === 'not' || condition.kind === 'named') yield* rulesOf(condition.condition);
  else for (const part of condition.conditions) yield* rulesOf(part);
}
