/** Reads a condition at the border: what is not understood is refused with the place where it stands. */
import { PushError } from '../errors';
import type { JsonObject, JsonValue } from '../json';
import { SEGMENT_EVENTS, type Condition, type Test } from './condition';
import { parseField, type Field } from './field';
import { parseInstant } from './instant';
import { parseTest } from './operands';
import { findOperator, SEGMENT_OPERATORS, testsValue, type OperatorInfo } from './operators';
import { readParts, type PartContext } from './parts';
import { campaignCondition, parsePersonTest } from './person-operands';
import { describe, MAX_DEPTH, onlyOfPerson, readJson, refuse, tooDeep, unknownOperator } from './refusals';
import { at, deeper, join, part, type SavedLists, type Scope } from './scope';

const LISTS: Readonly<Record<string, 'and' | 'or'>> = { $and: 'and', $or: 'or', $nor: 'or' };

/** What a condition is read with; both only help to refuse what cannot be meant. */
export interface ParseOptions {
  /** Names of a program's own events, beside those of `SEGMENT_EVENTS`. */
  events?: Iterable<string>;
  /**
   * The saved lists by name. A list with a condition is dynamic: its condition is asked in its place. Without this
   * every name is taken for a static list.
   */
  lists?: SavedLists;
}

/**
 * Reads a condition as a person or a program wrote it.
 *
 * @throws PushError with the rule's place in the text and in `fields.place` (for example `$or[1].country.$in`):
 * `condition-invalid`, `condition-too-deep`, `unknown-operator`, `operand-invalid`, `field-invalid`, `regex-invalid`,
 * `regex-unsafe`, `bounds-mixed`, `operators-mixed`, `dollar-missing`, `unknown-event`, `unknown-list`, `list-cycle`
 */
export function parseCondition(value: unknown, { events, lists }: ParseOptions = {}): Condition {
  const known = { events: new Set([...SEGMENT_EVENTS, ...(events ?? [])]), ...(lists && { lists }) };
  return parseNode(value, { place: '', depth: 0, about: 'person', known, within: [] });
}

function parseNode(value: unknown, scope: Scope): Condition {
  const { place, depth } = scope;
  if (depth > MAX_DEPTH) throw tooDeep(place);
  if (!isPlainObject(value)) {
    throw new PushError('condition-invalid', `${saying(place)} must be an object with rules; it is ${describe(value)}.`,
      'Write for example { "country": "FR" }.', { place });
  }
  return all(Object.entries(value).map(([key, operand]) => {
    const own = at(scope, join(place, key));
    return key.startsWith('$') ? parseOperator(key, operand, own) : parseFieldRule(key, operand, own);
  }));
}

/** An operator that stands beside the fields. */
function parseOperator(name: string, operand: unknown, scope: Scope): Condition {
  const { place } = scope;
  const operator = findOperator(name);
  if (operator === undefined) throw unknownOperator(name, place);
  if (operator.group === 'person') return parsePersonRule(operator, operand, scope);
  if (operator.group !== 'logic') {
    throw new PushError('unknown-operator', `${name} at ${place} tests a field, but stands beside the fields.`,
      `Put it under a field: ${JSON.stringify(operator.example)}.`, { place, operator: name });
  }
  if (name === '$not') return { kind: 'not', condition: parseNode(operand, deeper(scope)) };
  if (!Array.isArray(operand) || operand.length === 0) throw refuse(operator, operand, place);
  const conditions = operand.map((one: unknown, index) => parseNode(one, deeper(scope, `${place}[${index}]`)));
  const joined: Condition = { kind: LISTS[name] ?? 'and', conditions };
  return name === '$nor' ? { kind: 'not', condition: joined } : joined;
}

function parseFieldRule(path: string, operand: unknown, scope: Scope): Condition {
  return parseValue(parseField(path, scope.place), operand, deeper(scope));
}

/** What is asked of one value: a plain value stands for `$eq`, an object of operators for all of them. */
function parseValue(field: Field | undefined, operand: unknown, scope: Scope): Condition {
  const { place, depth } = scope;
  if (depth > MAX_DEPTH) throw tooDeep(place);
  if (!isPlainObject(operand) || !hasOperators(operand, place)) {
    return parseRule({ field, operator: EQ, operand, scope, fold: undefined });
  }
  const fold = parseOptions(operand, place);
  const names = Object.keys(operand).filter((name) => name !== '$options');
  const rules = names.map((name): Condition => {
    const own = join(place, name);
    const operator = findOperator(name);
    if (operator === undefined) throw unknownOperator(name, own);
    if (!testsValue(operator)) {
      throw new PushError('unknown-operator',
        `${name} at ${own} ${operator.group === 'logic' ? 'joins conditions' : 'asks something of the person'} and cannot stand under a field.`,
        `Put it beside the fields: ${JSON.stringify(operator.example)}.`, { place: own, operator: name });
    }
    if (name === '$not') return { kind: 'not', condition: parseValue(field, operand[name], deeper(scope, own)) };
    if (name === '$anniversary') return parseAnniversary(field, operator, operand[name], at(scope, own));
    return parseRule({ field, operator, operand: operand[name], scope: at(scope, own), fold });
  });
  checkBounds(operand, place);
  return all(rules);
}

const EQ: OperatorInfo = SEGMENT_OPERATORS.find(({ name }) => name === '$eq') as OperatorInfo;

interface RuleSource {
  field: Field | undefined;
  operator: OperatorInfo;
  operand: unknown;
  scope: Scope;
  fold: true | undefined;
}

function parseRule({ field, operator, operand, scope, fold }: RuleSource): Condition {
  const { place, depth } = scope;
  const name = operator.opposite ?? operator.name;
  if (operator.name === '$exists' && operand === false) {
    return { kind: 'not', condition: parseRule({ field, operator, operand: true, scope, fold }) };
  }
  const nested = {
    value: (inner: unknown): Condition => parseValue(undefined, inner, part(scope)),
    condition: (inner: unknown): Condition => parseNode(inner, part(scope)),
  };
  const test: Test = parseTest(operator, operand, { place, depth, fold: fold === true, nested });
  const written: JsonObject = { [name]: readJson(operand as JsonValue, place, depth), ...(fold && { $options: 'i' }) };
  const condition: Condition = {
    kind: 'rule', test, place, source: field === undefined ? written : { [field.path]: written }, ...(field && { field }),
  };
  return operator.opposite === undefined ? condition : { kind: 'not', condition };
}

/** Asks for the person's zone, and so is a question to the person. */
function parseAnniversary(field: Field | undefined, operator: OperatorInfo, operand: unknown, scope: Scope): Condition {
  if (field === undefined || scope.about !== 'person') throw onlyOfPerson(operator, scope.place);
  const { from, to, timezone } = readParts(operator, operand, partContext(scope));
  if (from === undefined) throw refuse(operator, operand, scope.place);
  const last = to ?? from;
  const [first, end] = [from, last].map((day) => ('fromToday' in day ? day.fromToday : undefined));
  if ((first === undefined) !== (end === undefined) || (first !== undefined && end !== undefined && first > end)) {
    throw new PushError('operand-invalid', `The days at ${scope.place} make no range: "from" must come before "to", both from today or both days of the year.`,
      `For example ${JSON.stringify(operator.example)}.`, { place: scope.place, operator: operator.name });
  }
  const source = { [field.path]: { [operator.name]: readJson(operand as JsonValue, scope.place, scope.depth) } };
  return {
    kind: 'person', place: scope.place, source,
    test: { operator: '$anniversary', field, from, to: last, ...(timezone !== undefined && { timezone }) },
  };
}

function parsePersonRule(operator: OperatorInfo, operand: unknown, scope: Scope): Condition {
  const { place, depth } = scope;
  if (scope.about !== 'person') throw onlyOfPerson(operator, place);
  const name = operator.opposite ?? operator.name;
  const written = { place, source: { [name]: readJson(operand as JsonValue, place, depth) } };
  const condition = parsePersonCondition(operator, operand, scope, written);
  return operator.opposite === undefined ? condition : { kind: 'not', condition };
}

function parsePersonCondition(operator: OperatorInfo, operand: unknown, scope: Scope, written: Written): Condition {
  const context = partContext(scope);
  switch (operator.name) {
    case '$inList':
      return parseList(operator, operand, scope, written);
    case '$campaign':
      return { kind: 'named', condition: parseNode(campaignCondition(operator, operand, context), deeper(scope)), ...written };
    default:
      return { kind: 'person', test: parsePersonTest(operator, operand, context), ...written };
  }
}

function partContext(scope: Scope): PartContext {
  return {
    place: scope.place,
    events: scope.known.events,
    comparison: (inner, place) => parseValue(undefined, inner, part(scope, place)),
    where: (inner, place) => parseNode(inner, part(scope, place)),
  };
}

interface Written {
  place: string;
  source: JsonObject;
}

/** A dynamic list is read in its place; the lists around it must not hold it. */
function parseList(operator: OperatorInfo, operand: unknown, scope: Scope, written: Written): Condition {
  const { place, known: { lists }, within } = scope;
  if (typeof operand !== 'string' || operand.trim() === '') throw refuse(operator, operand, place);
  const saved = lists?.get(operand);
  if (lists !== undefined && saved === undefined) {
    throw new PushError('unknown-list', `There is no list '${operand}' (at ${place}).`,
      lists.size === 0 ? 'Save the list first.' : `Save it first, or use one of ${[...lists.keys()].slice(0, 20).join(', ')}.`, { place, list: operand });
  }
  if (saved?.condition === undefined) return { kind: 'person', test: { operator: '$inList', list: operand }, ...written };
  if (within.includes(operand)) {
    throw new PushError('list-cycle', `The list '${operand}' holds itself: ${[...within, operand].join(' -> ')}.`,
      'Take it out of one of these lists.', { place, list: operand });
  }
  const inner: Scope = { ...deeper(scope, `${place}(${operand})`), within: [...within, operand] };
  return { kind: 'named', condition: parseNode(saved.condition, inner), ...written };
}

/** True for an object of operators, false for a value; an object that is a bit of both is a mistake. */
function hasOperators(operand: Record<string, unknown>, place: string): boolean {
  const names = Object.keys(operand);
  const dollars = names.filter((name) => name.startsWith('$'));
  if (dollars.length === names.length) return names.length > 0;
  if (dollars.length > 0) {
    throw new PushError('operators-mixed', `${saying(place)} mixes operators (${dollars.join(', ')}) with fields.`,
      'Use operators only; a field inside the field is named by its path, such as "address.city".', { place });
  }
  if (names.every((name) => findOperator(`$${name}`) !== undefined)) {
    throw new PushError('dollar-missing', `${saying(place)} has operators without a $: ${names.join(', ')}.`,
      `Write ${names.map((name) => `$${name}`).join(', ')}; where the object itself is meant, use $eq.`, { place });
  }
  return false;
}

function parseOptions(operand: Record<string, unknown>, place: string): true | undefined {
  if (!Object.hasOwn(operand, '$options')) return undefined;
  const own = join(place, '$options');
  const operator = findOperator('$options') as OperatorInfo;
  if (operand['$options'] !== 'i') throw refuse(operator, operand['$options'], own);
  if (!Object.keys(operand).some((name) => findOperator(name)?.folds)) {
    const folding = SEGMENT_OPERATORS.filter((one: OperatorInfo) => one.folds).map(({ name }) => name);
    throw new PushError('operand-invalid', `$options at ${own} stands beside no operator that compares text.`,
      `Put it beside one of ${folding.join(', ')}.`, { place: own, operator: '$options' });
  }
  return true;
}

/** Two bounds of different kinds can never both hold; so it is a mistake and not a question. */
function checkBounds(operand: Record<string, unknown>, place: string): void {
  const bounds = ['$gt', '$gte', '$lt', '$lte'].flatMap((name) => (Object.hasOwn(operand, name) ? [operand[name]] : []));
  const kinds = new Set(bounds.map((bound) =>
    typeof bound === 'string' ? (parseInstant(bound) === undefined ? 'a word' : 'a date') : 'a number'));
  if (kinds.size > 1) {
    throw new PushError('bounds-mixed', `The bounds at ${place} are of different kinds: ${[...kinds].join(' and ')}.`,
      'Give both as numbers, both as words, or use $after and $before for dates.', { place });
  }
}

function all(conditions: Condition[]): Condition {
  const [only] = conditions;
  return only !== undefined && conditions.length === 1 ? only : { kind: 'and', conditions };
}

function saying(place: string): string {
  return place === '' ? 'The condition' : `The condition at ${place}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
