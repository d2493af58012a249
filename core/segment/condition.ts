/** A condition after parsing: and, or, not over rules. A rule tests one field; opposites are already a `not`. */
import type { JsonObject, JsonValue } from '../json';
import type { Field } from './field';
import type { Moment } from './instant';

export const VALUE_TYPES = ['string', 'number', 'boolean', 'array', 'object', 'null'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

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
  | { operator: '$before' | '$after'; moment: Moment };

export interface Rule {
  readonly kind: 'rule';
  /** Absent inside `$elemMatch` and `$size`, where the value itself is tested. */
  readonly field?: Field;
  readonly test: Test;
  /** Where the rule stands, for example `$or[1].country.$in`. */
  readonly place: string;
  /** The rule as it was written, a condition by itself. */
  readonly source: JsonObject;
}

export type Condition =
  | Rule
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

/** The condition as JSON again; means the same as what was parsed, opposites written as `$not`. */
export function formatCondition(condition: Condition): JsonObject {
  switch (condition.kind) {
    case 'rule':
      return condition.source;
    case 'not':
      return { $not: formatCondition(condition.condition) };
    default:
      if (condition.conditions.length === 0) return {};
      return { [`$${condition.kind}`]: condition.conditions.map(formatCondition) };
  }
}

/** Every rule of the condition, in the order in which they were written. */
export function* rulesOf(condition: Condition): Generator<Rule> {
  if (condition.kind === 'rule') yield condition;
  else if (condition.kind === 'not') yield* rulesOf(condition.condition);
  else for (const part of condition.conditions) yield* rulesOf(part);
}
