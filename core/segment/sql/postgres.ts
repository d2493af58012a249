/** PostgreSQL: attributes are jsonb. */
import type { Field } from '../field';
import type { Cases, Comparison, Dialect } from './dialect';
import { caseOf, FALSE, or, sql, type Fragment } from './fragment';
import { pathOf } from './json-path';
import { columnOf } from './values';

const OPERATORS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`, '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=`,
};

export const postgres: Dialect = {
  placeholder: (position) => `$${position}`,

  cell(field, source) {
    const column = columnOf(field, source)?.value;
    const places = [...(column === undefined ? [] : [sql`to_jsonb(${column})`]), ...(source.json === undefined ? [] : [attributeOf(field, source.json)])];
    const [first = sql`NULL::jsonb`, second] = places;
    const value = second === undefined ? first : sql`coalesce(${first}, ${second})`;
    return { type: sql`jsonb_typeof(${value})`, value };
  },

  isThere(field, source) {
    const column = columnOf(field, source);
    return or([
      ...(column === undefined ? [] : [sql`${column.value} IS NOT NULL`]),
      ...(source.json === undefined ? [] : [sql`${textOf(field, source.json)} IS NOT NULL`]),
    ]);
  },

  testJson(test, { path, parts }, json) {
    const own = pathOf(test, [path]);
    const nested = pathOf(test, parts);
    if (own === undefined || nested === undefined) return undefined;
    const ask = (way: string): Fragment => sql`(${json} @@ ${way}::jsonpath) IS TRUE`;
    return parts.length === 1 ? ask(own) : sql`CASE WHEN ${json} ? ${path}::text THEN ${ask(own)} ELSE ${ask(nested)} END`;
  },

  cases({ type, value }, { string, number, array, object, null: none, ...flags }: Cases) {
    const whens: Fragment[] = [];
    if (string !== undefined) whens.push(sql`WHEN 'string' THEN ${string(sql`(${value} #>> '{}')`)}`);
    if (number !== undefined) whens.push(sql`WHEN 'number' THEN ${number(value)}`);
    if (array !== undefined) whens.push(sql`WHEN 'array' THEN ${array}`);
    if (object !== undefined) whens.push(sql`WHEN 'object' THEN ${object}`);
    if (flags.true !== undefined || flags.false !== undefined) {
      const flag = sql`CASE WHEN ${value} = 'true'::jsonb THEN ${flags.true ?? FALSE} ELSE ${flags.false ?? FALSE} END`;
      whens.push(sql`WHEN 'boolean' THEN ${flag}`);
    }
    const base = none === undefined ? type : sql`coalesce(${type}, 'null')`;
    if (none !== undefined) whens.push(sql`WHEN 'null' THEN ${none}`);
    return caseOf(base, whens);
  },

  someItem(field, { json }, passes) {
    if (json === undefined) return FALSE;
    const list = attributeOf(field, json);
    const items = sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${list}) = 'array' THEN ${list} ELSE '[]'::jsonb END)`;
    const test = passes({ type: sql`jsonb_typeof(item.value)`, value: sql`item.value` });
    return sql`EXISTS (SELECT 1 FROM ${items} AS item(value) WHERE ${test})`;
  },

  listLength: ({ value }) => sql`jsonb_array_length(${value})`,
  // Both sides in their shortest decimal form, which orders as the floats do.
  compareNumber: (value, comparison, bound) => sql`${value} ${OPERATORS[comparison]} to_jsonb(${bound}::float8)`,
  numberIn: (value, numbers) => sql`${value} IN (SELECT jsonb_array_elements(${JSON.stringify(numbers)}::jsonb))`,
  compareText: (value, comparison, bound) => sql`${value} COLLATE "C" ${OPERATORS[comparison]} ${bound}::text`,
  textIn: (value, texts) => sql`${value} IN (SELECT jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb))`,
  startsWith: (value, text) => sql`starts_with(${value}, ${text}::text)`,
  endsWith: (value, text) => sql`right(${value}, length(${text}::text)) = ${text}::text`,
  contains: (value, text) => sql`strpos(${value}, ${text}::text) > 0`,
  figure: (value) => sql`to_jsonb(${value})`,
  compareFigure: (value, comparison, bound) => sql`${value}::float8 ${OPERATORS[comparison]} ${bound}::float8`,
  float: ({ value }) => sql`(${value} #>> '{}')::float8`,
  joinDelivery: sql`JOIN deliveries AS delivery ON delivery.id = event.delivery`,
  instant: (iso) => sql`${iso}::text`,
};

/** The field whose name holds the dots where the person has it, else the nested one. */
function attributeOf({ path, parts }: Field, json: Fragment): Fragment {
  const own = sql`(${json} -> ${path}::text)`;
  if (parts.length === 1) return own;
  const nested = parts.reduce((inner, part) => sql`${inner} -> ${part}::text`, json);
  return sql`coalesce(${own}, ${nested})`;
}

/** What is there as text: SQL NULL where the field is missing or null. */
function textOf({ path, parts }: Field, json: Fragment): Fragment {
  const own = sql`${json} ->> ${path}::text`;
  if (parts.length === 1) return sql`(${own})`;
  const above = parts.slice(0, -1).reduce((inner, part) => sql`${inner} -> ${part}::text`, json);
  return sql`CASE WHEN ${json} ? ${path}::text THEN ${own} ELSE ${above} ->> ${parts.at(-1)}::text END`;
}
