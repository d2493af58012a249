/** PostgreSQL: attributes are jsonb. */
import type { Field } from '../field';
import type { Cases, Comparison, Dialect } from './dialect';
import { caseOf, FALSE, sql, type Fragment } from './fragment';

const OPERATORS: Readonly<Record<Comparison, Fragment>> = {
  '=': sql`=`, '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=`,
};
const COLUMNS: Readonly<Record<string, Fragment>> = { locale: sql`people.locale`, timezone: sql`people.timezone` };

export const postgres: Dialect = {
  placeholder: (position) => `$${position}`,

  cell(field) {
    const column = Object.hasOwn(COLUMNS, field.path) ? COLUMNS[field.path] : undefined;
    const attribute = attributeOf(field);
    const value = column === undefined ? attribute : sql`coalesce(to_jsonb(${column}), ${attribute})`;
    return { type: sql`jsonb_typeof(${value})`, value };
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

  someItem(field, passes) {
    const list = attributeOf(field);
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
};

/** The field whose name holds the dots where the person has it, else the nested one. */
function attributeOf({ path, parts }: Field): Fragment {
  const own = sql`(people.attributes -> ${path}::text)`;
  if (parts.length === 1) return own;
  const nested = parts.reduce((inner, part) => sql`${inner} -> ${part}::text`, sql`people.attributes`);
  return sql`coalesce(${own}, ${nested})`;
}
