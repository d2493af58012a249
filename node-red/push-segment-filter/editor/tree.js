/*
 * A condition as the dialog draws it, and back: groups of parts, where a part is a rule, a group, or JSON that rows have no
 * form for. Both ways keep the meaning; JSON that nobody changed is kept to the letter by the dialog.
 *
 *   group { join: '$and' | '$or' | '$nor', parts }
 *   rule  { not, field?, operator, value, fold }     field is absent where the operator asks something of the person
 *   json  { json }
 */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const JOINS = ['$and', '$or', '$nor'];

/** Levels of JSON; core refuses a condition of more than 100 levels of its own, each of which takes two at most. */
const DEEPEST = 250;

/** Whether a condition nests deeper than rows can be drawn. */
function nestsTooDeep(condition) {
  let level = [condition];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** @param operators core's table by name */
function treeOf(condition, operators) {
  const part = partOf(condition, operators);
  return part.join === undefined ? { join: '$and', parts: [part] } : part;
}

function partOf(condition, operators) {
  if (!isObject(condition)) return { json: condition };
  const entries = Object.entries(condition);
  if (entries.length !== 1) return { join: '$and', parts: entries.map(([name, inner]) => partOf({ [name]: inner }, operators)) };
  const [[name, inner]] = entries;
  if (JOINS.includes(name)) return Array.isArray(inner) ? { join: name, parts: inner.map((one) => partOf(one, operators)) } : { json: condition };
  if (name === '$not') return turned(partOf(inner, operators), condition);
  if (!name.startsWith('$')) return fieldPart(name, inner, operators);
  return operators[name]?.group === 'person' ? { not: false, operator: name, value: inner, fold: false } : { json: condition };
}

function turned(part, condition) {
  if (part.json !== undefined) return { json: condition };
  return part.operator !== undefined && !part.not ? { ...part, not: true } : { join: '$nor', parts: [part] };
}

function fieldPart(field, test, operators) {
  if (!isObject(test) || !Object.keys(test).some((name) => name.startsWith('$'))) return { not: false, field, operator: '$eq', value: test, fold: false };
  const { $options, ...tests } = test;
  const names = Object.keys(tests);
  const whole = { json: { [field]: test } };
  if (($options !== undefined && $options !== 'i') || names.length === 0) return whole;
  const folds = (name) => $options === 'i' && operators[name]?.folds === true;
  if ($options === 'i' && !names.some(folds)) return whole;
  const parts = names.map((name) => {
    if (name === '$not') return turned(fieldPart(field, tests.$not, operators), { [field]: { $not: tests.$not } });
    const operator = operators[name];
    if (operator === undefined || ['logic', 'person', 'option'].includes(operator.group)) return undefined;
    return { not: false, field, operator: name, value: tests[name], fold: folds(name) };
  });
  if (parts.includes(undefined)) return whole;
  return parts.length === 1 ? parts[0] : { join: '$and', parts };
}

function conditionOf(part) {
  if (part.json !== undefined) return part.json;
  if (part.join !== undefined) return part.parts.length === 0 ? {} : { [part.join]: part.parts.map(conditionOf) };
  const test = { [part.operator]: part.value, ...(part.fold && { $options: 'i' }) };
  const rule = part.field === undefined ? { [part.operator]: part.value } : { [part.field]: test };
  return part.not ? { $not: rule } : rule;
}

/** Rules and pieces of JSON from the top down, each with its place as core names it. */
function* leavesOf(part, place = '') {
  if (part.join === undefined) {
    yield { part, place: part.not ? `${place}.$not` : place };
    return;
  }
  for (const [index, inner] of part.parts.entries()) {
    yield* leavesOf(inner, `${place === '' ? '' : `${place}.`}${part.join}[${index}]`);
  }
}
