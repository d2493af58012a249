/** Reads a condition at the border: what is not understood is refused with the place where it stands. */
import { PushError } from '../errors';
import type { JsonObject, JsonValue } from '../json';
import type { Condition, Test } from './condition';
import { parseField, type Field } from './field';
import { describe, MAX_DEPTH, parseTest, readJson, refuse } from './operands';
import { findOperator, SEGMENT_OPERATORS, testsValue, type OperatorInfo } from './operators';
import { parseInstant } from './instant';

const LISTS: Readonly<Record<string, 'and' | 'or'>> = { $and: 'and', $or: 'or', $nor: 'or' };

/**
 * Reads a condition as a person or a program wrote it.
 *
 * @throws PushError with the rule's place in the text and in `fields.place` (for example `$or[1].country.$in`):
 * `condition-invalid`, `condition-too-deep`, `unknown-operator`, `operand-invalid`, `field-invalid`, `regex-invalid`,
 * `regex-unsafe`, `bounds-mixed`, `operators-mixed`, `dollar-missing`
 */
export function parseCondition(value: unknown): Condition {
  return parseNode(value, '', 0);
}

function parseNode(value: unknown, place: string, depth: number): Condition {
  if (depth > MAX_DEPTH) throw tooDeep(place);
  if (!isPlainObject(value)) {
    throw new PushError('condition-invalid', `${at(place)} must be an object with rules; it is ${describe(value)}.`,
      'Write for example { "country": "FR" }.', { place });
  }
  return all(Object.entries(value).map(([key, operand]) =>
    key.startsWith('$')
      ? parseLogic(key, operand, join(place, key), depth)
      : parseFieldRule(key, operand, join(place, key), depth)));
}

function parseLogic(name: string, operand: unknown, place: string, depth: number): Condition {
  const operator = findOperator(name);
  if (operator === undefined) throw unknownOperator(name, place);
  if (operator.group !== 'logic') {
    throw new PushError('unknown-operator', `${name} at ${place} tests a field, but stands beside the fields.`,
      `Put it under a field: ${JSON.stringify(operator.example)}.`, { place, operator: name });
  }
  if (name === '$not') return { kind: 'not', condition: parseNode(operand, place, depth + 1) };
  if (!Array.isArray(operand) || operand.length === 0) throw refuse(operator, operand, place);
  const conditions = operand.map((one: unknown, index) => parseNode(one, `${place}[${index}]`, depth + 1));
  const joined: Condition = { kind: LISTS[name] ?? 'and', conditions };
  return name === '$nor' ? { kind: 'not', condition: joined } : joined;
}

function parseFieldRule(path: string, operand: unknown, place: string, depth: number): Condition {
  return parseValue(parseField(path, place), operand, place, depth + 1);
}

/** What is asked of one value: a plain value stands for `$eq`, an object of operators for all of them. */
function parseValue(field: Field | undefined, operand: unknown, place: string, depth: number): Condition {
  if (depth > MAX_DEPTH) throw tooDeep(place);
  if (!isPlainObject(operand) || !hasOperators(operand, place)) {
    return parseRule({ field, operator: EQ, operand, place, depth, fold: undefined });
  }
  const fold = parseOptions(operand, place);
  const names = Object.keys(operand).filter((name) => name !== '$options');
  const rules = names.map((name): Condition => {
    const own = join(place, name);
    const operator = findOperator(name);
    if (operator === undefined) throw unknownOperator(name, own);
    if (!testsValue(operator)) {
      throw new PushError('unknown-operator', `${name} at ${own} joins conditions and cannot stand under a field.`,
        `Put it beside the fields: ${JSON.stringify(operator.example)}.`, { place: own, operator: name });
    }
    if (name === '$not') return { kind: 'not', condition: parseValue(field, operand[name], own, depth + 1) };
    return parseRule({ field, operator, operand: operand[name], place: own, depth, fold });
  });
  checkBounds(operand, place);
  return all(rules);
}

const EQ: OperatorInfo = SEGMENT_OPERATORS.find(({ name }) => name === '$eq') as OperatorInfo;

interface RuleSource {
  field: Field | undefined;
  operator: OperatorInfo;
  operand: unknown;
  place: string;
  depth: number;
  fold: true | undefined;
}

function parseRule({ field, operator, operand, place, depth, fold }: RuleSource): Condition {
  const name = operator.opposite ?? operator.name;
  if (operator.name === '$exists' && operand === false) {
    return { kind: 'not', condition: parseRule({ field, operator, operand: true, place, depth, fold }) };
  }
  const nested = {
    value: (inner: unknown): Condition => parseValue(undefined, inner, place, depth + 1),
    condition: (inner: unknown): Condition => parseNode(inner, place, depth + 1),
  };
  const test: Test = parseTest(operator, operand, { place, depth, fold: fold === true, nested });
  const written: JsonObject = { [name]: readJson(operand as JsonValue, place, depth), ...(fold && { $options: 'i' }) };
  const condition: Condition = {
    kind: 'rule', test, place, source: field === undefined ? written : { [field.path]: written }, ...(field && { field }),
  };
  return operator.opposite === undefined ? condition : { kind: 'not', condition };
}

/** True for an object of operators, false for a value; an object that is a bit of both is a mistake. */
function hasOperators(operand: Record<string, unknown>, place: string): boolean {
  const names = Object.keys(operand);
  const dollars = names.filter((name) => name.startsWith('$'));
  if (dollars.length === names.length) return names.length > 0;
  if (dollars.length > 0) {
    throw new PushError('operators-mixed', `${at(place)} mixes operators (${dollars.join(', ')}) with fields.`,
      'Use operators only; a field inside the field is named by its path, such as "address.city".', { place });
  }
  if (names.every((name) => findOperator(`$${name}`) !== undefined)) {
    throw new PushError('dollar-missing', `${at(place)} has operators without a $: ${names.join(', ')}.`,
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

function tooDeep(place: string): PushError {
  const head = place.length > 60 ? `${place.slice(0, 60)}...` : place;
  return new PushError('condition-too-deep', `The condition nests deeper than ${MAX_DEPTH} levels at ${head}.`,
    'Say it with fewer levels; $and and $or take many conditions each.', { place: head });
}

/** Operators of related languages, and what stands for them here. */
const RELATED: Readonly<Record<string, string>> = {
  $ini: '$in with "$options": "i"', $nini: '$nin with "$options": "i"', $alli: '$all with "$options": "i"',
  $regexi: '$regex with "$options": "i"', $inGroup: '$in', $notInGroup: '$nin', $between: '$gte with $lte',
  $like: '$contains',
};

function unknownOperator(name: string, place: string): PushError {
  const related = Object.hasOwn(RELATED, name) ? RELATED[name] : undefined;
  return new PushError('unknown-operator', `There is no operator ${name} (at ${place}).`,
    related === undefined ? `Use one of ${SEGMENT_OPERATORS.map((one) => one.name).join(', ')}.` : `Use ${related}.`,
    { place, operator: name });
}

function at(place: string): string {
  return place === '' ? 'The condition' : `The condition at ${place}`;
}

function join(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
