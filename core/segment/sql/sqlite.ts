/** SQLite: attributes are JSON text, read by json_type and json_extract. */
import type { Field } from '../field';
import type { Cases, Comparison, Dialect } from './dialect';
import { caseOf, FALSE, sql, type Fragment } from './fragment';

const OPERATORS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`, '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=`,
};

export const sqlite: Dialect = {
  placeholder: () => '?',

  cell(field, source) {
    const column = Object.hasOwn(source.columns, field.path) ? source.columns[field.path] : undefined;
    const { json } = source;
    if (json === undefined) return { type: sql`typeof(${column ?? NULL})`, value: column ?? NULL };
    const path = pathOf(field, json);
    const type = sql`json_type(${json}, ${path})`;
    const value = sql`json_extract(${json}, ${path})`;
    if (column === undefined) return { type, value };
    return { type: sql`CASE WHEN ${column} IS NULL THEN ${type} ELSE 'text' END`, value: sql`coalesce(${column}, ${value})` };
  },

  cases({ type, value }, { string, number, array, object, null: none, ...flags }: Cases) {
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
  },

  someItem: (field, { json }, passes) => (json === undefined ? FALSE : sql`EXISTS (SELECT 1 FROM json_each(${json}, ${pathOf(field, json)}) AS item WHERE ${
    passes({ type: sql`item.type`, value: sql`item.value` })})`),

  listLength: ({ value }) => sql`json_array_length(${value})`,
  compareNumber: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} ${bound}`,
  numberIn: (value, numbers) => sql`${value} IN (SELECT CAST(value AS REAL) FROM json_each(${JSON.stringify(numbers)}))`,
  compareText: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} ${bound}`,
  textIn: (value, texts) => sql`${value} IN (SELECT value FROM json_each(${JSON.stringify(texts)}))`,
  // As bytes: SQLite counts the characters of a text only up to a NUL. IS: substr of nothing is NULL.
  startsWith: (value, text) => sql`substr(CAST(${value} AS BLOB), 1, ${Buffer.byteLength(text)}) IS CAST(${text} AS BLOB)`,
  endsWith: (value, text) => sql`substr(CAST(${value} AS BLOB), -${Buffer.byteLength(text)}) IS CAST(${text} AS BLOB)`,
  contains: (value, text) => sql`coalesce(instr(CAST(${value} AS BLOB), CAST(${text} AS BLOB)), 0) > 0`,
  figure: (value) => value,
  float: ({ value }) => sql`CAST(${value} AS REAL)`,
  instant: (iso) => sql`${iso}`,
};

const NULL = sql`NULL`;

/** The JSON path as a bound value: the field whose name holds the dots where the person has it, else the nested one. */
function pathOf({ path, parts }: Field, json: Fragment): Fragment {
  const own = `$.${label(path)}`;
  if (parts.length === 1) return sql`${own}`;
  const nested = `$.${parts.map(label).join('.')}`;
  return sql`CASE WHEN json_type(${json}, ${own}) IS NULL THEN ${nested} ELSE ${own} END`;
}

function label(part: string): string {
  return `"${part}"`;
}
