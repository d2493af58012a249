/** Reads the rules about a person as conditions; what cannot be read goes on as it is, so that core says what is wrong. */
import { isJsonObject, OPERAND_PARTS, type JsonObject, type JsonValue, type OperatorInfo, type PartKind } from '../../core';
import type { PanelCondition, PanelPart } from './panel-names';
import { PERSON_OPERATORS, title, titleOf } from './person-properties';

type Entry = Record<string, unknown>;

/** @param rules the value of the collection: entries by the operator's name without its `$` */
export function readPersonRules(rules: Record<string, Entry[] | undefined>): PanelCondition[] {
  return PERSON_OPERATORS.flatMap((operator) => {
    const entries = rules[operator.name.slice(1)] ?? [];
    const title = `Rule '${titleOf(operator)}'`;
    return entries.map((entry, index) => readPersonRule(operator, entry, entries.length === 1 ? title : `${title} ${index + 1}`));
  });
}

function readPersonRule({ name, group, operand }: OperatorInfo, entry: Entry, called: string): PanelCondition {
  const { more, field, list, ...required } = entry;
  const { not, ...optional } = (more ?? {}) as Entry;
  const taken = operand === 'list' ? named(list) as JsonValue : readParts(name, { ...required, ...optional });
  const path = group === 'person' ? [] : [String(field ?? '').trim()];
  const rule = path.reduceRight<JsonObject>((inner, key) => ({ [key]: inner }), { [name]: taken });
  const place = [...(not === true ? ['$not'] : []), ...path, name].join('.');
  const parts = (OPERAND_PARTS[name] ?? []).map((part) => [`${place}.${part.name}`, { name: `${called}, ${title(part.name)}`, json: part.takes === 'condition' }] as const);
  return {
    condition: not === true ? { $not: rule } : rule,
    // A list may hold a condition: what is wrong inside is said with its place.
    names: new Map<string, PanelPart>([['', { name: called }], [place, { name: called, json: operand === 'list' }], ...parts]),
  };
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
