/** Reads the rules about a person as conditions; what cannot be read goes on as it is, so that core says what is wrong. */
import { isJsonObject, OPERAND_PARTS, type JsonObject, type JsonValue, type PartKind } from '../../core';
import { PERSON_OPERATORS } from './person-properties';

type Entry = Record<string, unknown>;

/** @param rules the value of the collection: entries by the operator's name without its `$` */
export function readPersonRules(rules: Record<string, Entry[] | undefined>): JsonObject[] {
  return PERSON_OPERATORS.flatMap(({ name, group, operand }) => (rules[name.slice(1)] ?? []).map((entry) => {
    const { more, field, list, ...required } = entry;
    const { not, ...optional } = (more ?? {}) as Entry;
    const taken = operand === 'list' ? named(list) as JsonValue : readParts(name, { ...required, ...optional });
    const rule = group === 'person' ? { [name]: taken } : { [String(field ?? '').trim()]: { [name]: taken } };
    return not === true ? { $not: rule } : rule;
  }));
}

function readParts(operator: string, given: Entry): JsonObject {
  return Object.fromEntries((OPERAND_PARTS[operator] ?? []).flatMap(({ name, takes }) => {
    const value = takes === 'event' ? named(given[name]) : given[name];
    return value === undefined || value === null || value === '' ? [] : [[name, readPart(takes, value)]];
  }));
}

/** A name that was chosen or typed comes in a wrapper, one out of an expression as it is. */
function named(value: unknown): unknown {
  return typeof value === 'object' && value !== null && '__rl' in value ? (value as { value?: unknown }).value : (value ?? '');
}

const COMPARISON = /^(>=|<=|>|<|=)?\s*(-?\d+(?:\.\d+)?)$/;
const COMPARISONS: Readonly<Record<string, string>> = { '>=': '$gte', '<=': '$lte', '>': '$gt', '<': '$lt', '=': '$eq' };

function readPart(kind: PartKind, value: unknown): JsonValue {
  const text = typeof value === 'string' ? value.trim() : undefined;
  if (text === undefined) return isJsonObject(value) || typeof value !== 'object' ? (value as JsonValue) : JSON.parse(JSON.stringify(value)) as JsonValue;
  if (kind === 'comparison') {
    const [, sign = '=', figure] = COMPARISON.exec(text) ?? [];
    return figure === undefined ? parsed(text) : { [COMPARISONS[sign] ?? sign]: Number(figure) };
  }
  if (kind === 'range') return parsed(text.startsWith('[') ? text : `[${text}]`, text);
  if (kind === 'condition') return parsed(text);
  return text;
}

function parsed(text: string, otherwise = text): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return otherwise;
  }
}
