/** SQLite: attributes are JSON text, read by json_type and json_extract. */
import type { Field } from '../field';
import type { Cases, Cell, Comparison, Dialect } from './dialect';
import { caseOf, FALSE, sql, type Fragment } from './fragment';
import { columnOf } from './values';

const OPERATORS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`, '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=`,
};

export const sqlite: Dialect = {
  placeholder: () => '?',

  cell(field, source) {
    const column = columnOf(field, source)?.value;
    const { json } = source;
    if (json === undefined) return { type: sql`typeof(${column ?? NULL})`, value: column ?? NULL };
    const type = lookUp(sql`json_type`, field, json);
    const value = lookUp(sql`json_extract`, field, json);
    if (column === undefined) return { type, value };
    return { type: sql`CASE WHEN ${column} IS NULL THEN ${type} ELSE 'text' END`, value: sql`coalesce(${column}, ${value})` };
  },

  isThere: (field, source) => sql`${sqlite.cell(field, source).value} IS NOT NULL`,
  cases: byType,

  someItem: (field, { json }, passes) => (json === undefined ? FALSE : sql`EXISTS (SELECT 1 FROM json_each(${json}, ${pathOf(field, json)}) AS item WHERE ${
    passes({ type: sql`item.type`, value: sql`item.value` })})`),

  listLength: ({ value }) => sql`json_array_length(${value})`,
  compareNumber: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} ${bound}`,
  numberIn: (value, numbers) => (numbers.length <= FEW && numbers.length > 0 ? sql`${value} IN (${listOf(numbers)})` : sql`${value} IN (SELECT CAST(value AS REAL) FROM json_each(${JSON.stringify(numbers)}))`),
  compareText: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} ${bound}`,
  textIn: (value, texts) => (texts.length <= FEW && texts.length > 0 ? sql`${value} IN (${listOf(texts)})` : sql`${value} IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`),
  // As bytes: SQLite counts the characters of a text only up to a NUL. IS: substr of nothing is NULL.
  startsWith: (value, text) => sql`substr(CAST(${value} AS BLOB), 1, ${Buffer.byteLength(text)}) IS CAST(${text} AS BLOB)`,
  endsWith: (value, text) => sql`substr(CAST(${value} AS BLOB), -${Buffer.byteLength(text)}) IS CAST(${text} AS BLOB)`,
  contains: (value, text) => sql`coalesce(instr(CAST(${value} AS BLOB), CAST(${text} AS BLOB)), 0) > 0`,
  figure: (value) => value,
  compareFigure: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} ${bound}`,
  float: ({ value }) => sql`CAST(${value} AS REAL)`,
  joinDelivery: sql`JOIN delivery_ids AS named ON named.start = substr(event.delivery, 1, 8)
    JOIN deliveries AS delivery ON delivery.number = named.number AND delivery.id = event.delivery`,
  instant: (iso) => sql`${iso}`,
};

const NULL = sql`NULL`;

function byType({ type, value }: Cell, { string, number, array, object, null: none, ...flags }: Cases): Fragment {
  const whens: Fragment[] = [];
  if (string !== undefined) whens.push(sql`WHEN 'text' THEN ${string(value)}`);
  if (number !== undefined) {
    // Cast, since a whole number is compared exactly with a float, and JavaScript has floats only.
    const test = number(sql`CAST(${value} AS REAL)`);
    whens.push(sql`WHEN 'integer' THEN ${test}`, sql`WHEN 'real' THEN ${test}`);
  }
  if (array !== undefined) whens.push(sql`WHEN 'array' THEN ${array}`);
  if (object !== undefined) whens.push(sql`WHEN 'object' THEN ${object}`);
  if (flags.true !== undefined) whens.push(sql`WHEN 'true' THEN ${flags.true}`);
  if (flags.false !== undefined) whens.push(sql`WHEN 'false' THEN ${flags.false}`);
  const base = none === undefined ? type : sql`coalesce(${type}, 'null')`;
  if (none !== undefined) whens.push(sql`WHEN 'null' THEN ${none}`);
  return caseOf(base, whens);
}

/** Up to here values stand in the query one by one. */
const FEW = 8;

function listOf(values: readonly (string | number)[]): Fragment {
  return values.map((value) => sql`${value}`).reduce((all, one) => sql`${all}, ${one}`);
}

/** The path of a field in the JSON, as a bound value. */
function pathOf({ path, parts }: Field, json: Fragment): Fragment {
  const { own, nested } = pathsOf(path, parts);
  return nested === undefined ? sql`${own}` : sql`CASE WHEN json_type(${json}, ${own}) IS NULL THEN ${nested} ELSE ${own} END`;
}

/** The field whose name holds the dots where the person has it, else the nested one. */
function lookUp(name: Fragment, { path, parts }: Field, json: Fragment): Fragment {
  const { own, nested } = pathsOf(path, parts);
  if (nested === undefined) return sql`${name}(${json}, ${own})`;
  return sql`CASE WHEN json_type(${json}, ${own}) IS NULL THEN ${name}(${json}, ${nested}) ELSE ${name}(${json}, ${own}) END`;
}

function pathsOf(path: string, parts: readonly string[]): { own: string; nested?: string } {
  const own = `$.${label(path)}`;
  return parts.length === 1 ? { own } : { own, nested: `$.${parts.map(label).join('.')}` };
}

function label(part: string): string {
  return `"${part}"`;
}
