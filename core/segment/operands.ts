/** Reads what an operator takes. */
import type { PushError } from '../errors';
import type { JsonValue } from '../json';
import { VALUE_TYPES, type Condition, type Test, type ValueType } from './condition';
import { parseDuration, parseMoment } from './instant';
import type { OperatorInfo } from './operators';
import { readParts } from './parts';
import { MAX_DEPTH, readJson, refuse } from './refusals';
import { compileRegex } from './regex';
import { sortableVersion } from './version';

export interface OperandContext {
  place: string;
  depth: number;
  /** `$options: "i"` stands beside the operator. */
  fold: boolean;
  /** Parses what is asked of an item: of the item itself, or of its fields. */
  nested: { value(inner: unknown): Condition; condition(inner: unknown): Condition };
}

type Name<T> = T extends { operator: infer N } ? N : never;

/**
 * The test that the operator and its operand make; of an operator with an opposite, the opposite's test.
 * @throws PushError `operand-invalid`, `regex-invalid`, `regex-unsafe`
 */
export function parseTest(operator: OperatorInfo, operand: unknown, context: OperandContext): Test {
  const { place, depth, fold } = context;
  const name = (operator.opposite ?? operator.name) as Name<Test>;
  const wrong = (): PushError => refuse(operator, operand, place);
  const list = (): JsonValue[] => {
    if (!Array.isArray(operand)) throw wrong();
    return readJson(operand, place, depth) as JsonValue[];
  };
  switch (name) {
    case '$eq':
      return { operator: name, value: readJson(operand, place, depth), fold };
    case '$in':
      return { operator: name, values: list(), fold };
    case '$all': {
      const values = list();
      if (values.length === 0) throw wrong();
      return { operator: name, values, fold };
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (typeof operand !== 'string' && !Number.isFinite(operand)) throw wrong();
      return { operator: name, bound: operand as number | string };
    case '$exists':
      if (operand !== true) throw wrong();
      return { operator: name };
    case '$type':
      if (!(VALUE_TYPES as readonly unknown[]).includes(operand)) throw wrong();
      return { operator: name, type: operand as ValueType };
    case '$elemMatch': {
      if (!isObject(operand)) throw wrong();
      const objects = !asksOfItself(operand);
      const condition = objects ? context.nested.condition(operand) : context.nested.value(operand);
      return { operator: name, objects, condition };
    }
    case '$size':
      if (isObject(operand) ? !asksOfItself(operand) : !(Number.isInteger(operand) && (operand as number) >= 0)) throw wrong();
      return { operator: name, condition: context.nested.value(operand) };
    case '$startsWith':
    case '$endsWith':
    case '$contains':
      if (typeof operand !== 'string') throw wrong();
      return { operator: name, text: operand, fold };
    case '$regex':
      if (typeof operand !== 'string') throw wrong();
      return { operator: name, pattern: compileRegex(operand, fold, place) };
    case '$mod': {
      const [divisor, remainder] = Array.isArray(operand) && operand.length === 2 ? (operand as unknown[]) : [];
      if (!Number.isInteger(divisor) || !Number.isInteger(remainder) || divisor === 0) throw wrong();
      return { operator: name, divisor: divisor as number, remainder: remainder as number };
    }
    case '$veq':
    case '$vgt':
    case '$vgte':
    case '$vlt':
    case '$vlte': {
      const version = sortableVersion(operand);
      if (version === undefined) throw wrong();
      return { operator: name, version };
    }
    case '$within': {
      const milliseconds = typeof operand === 'string' ? parseDuration(operand) : undefined;
      if (milliseconds === undefined) throw wrong();
      return { operator: name, milliseconds };
    }
    case '$before':
    case '$after': {
      const moment = parseMoment(operand);
      if (moment === undefined) throw wrong();
      return { operator: name, moment };
    }
    case '$near': {
      const { latitude, longitude, radius } = readParts(operator, operand, { place });
      if (latitude === undefined || longitude === undefined || radius === undefined) throw wrong();
      return { operator: name, latitude, longitude, radius };
    }
  }
}

/** True for an object of operators that test the value itself; false for a condition on its fields. */
function asksOfItself(operand: object, depth = 0): boolean {
  // Too deep to matter: parsing will refuse it.
  if (depth > MAX_DEPTH) return true;
  const entries = Object.entries(operand);
  return entries.length > 0 && entries.every(([name, inner]: [string, unknown]) =>
    name === '$not'
      ? !isObject(inner) || asksOfItself(inner, depth + 1)
      : name.startsWith('$') && !['$and', '$or', '$nor'].includes(name));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
