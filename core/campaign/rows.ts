/** Reads people out of CSV and JSON text, row by row: a row that cannot be read is named, and costs no other. */
import { asPushError, PushError } from '../errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';

/** One row of an import: what it holds or what is wrong with it, and where it stands in words. */
export interface ImportRow {
  place: string;
  value?: JsonObject;
  error?: PushError;
}

export type RowSource = { format: 'csv' | 'json'; text: string; delimiter?: string } | { items: readonly unknown[] };

/** @throws PushError `import-unreadable` where the text as a whole is no CSV or JSON of people */
export function readRows(source: RowSource): ImportRow[] {
  if ('items' in source) return source.items.map((item, index) => row(`item ${index + 1}`, item));
  return source.format === 'csv' ? readCsv(source.text, source.delimiter) : readJson(source.text);
}

function readJson(text: string): ImportRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw unreadable(`The text is not JSON: ${asPushError(thrown).message}.`);
  }
  if (isJsonObject(value) && Array.isArray(value['people'])) value = value['people'];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item, index) => row(`item ${index + 1}`, item));
}

/**
 * The first line names the columns; a dotted name (`consent.marketing`) makes a nested field. Empty cells are left
 * out. Numbers and true / false become such where writing them again gives the same text (so `007` stays text).
 */
function readCsv(text: string, delimiter?: string): ImportRow[] {
  // Loaded at first use: a host that imports nothing does not pay for it.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  const rows: ImportRow[] = [];
  const records = parse(text, {
    bom: true,
    delimiter: delimiter ?? guessDelimiter(text),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      rows.push({ place: `line ${Number(error?.['lines'] ?? 0)}`, error: brokenLine(error?.message ?? 'unreadable') });
    },
  }) as unknown as { record: string[]; info: { lines: number } }[];
  const header = records.shift();
  if (header === undefined) throw unreadable('The text has no line.');
  for (const { record, info } of records) {
    const place = `line ${info.lines}`;
    if (record.length !== header.record.length) {
      rows.push({ place, error: brokenLine(`${record.length} cells where the first line names ${header.record.length} columns`) });
    } else {
      rows.push({ place, value: nest(header.record, record) });
    }
  }
  return rows.sort((a, b) => lineOf(a) - lineOf(b));
}

function lineOf({ place }: ImportRow): number {
  return Number(place.slice(place.indexOf(' ') + 1));
}

function nest(columns: readonly string[], cells: readonly string[]): JsonObject {
  const value: JsonObject = {};
  columns.forEach((column, index) => {
    const cell = cells[index];
    if (cell === undefined || cell === '') return;
    const path = column.trim().split('.');
    const last = path.pop() ?? column;
    let target = value;
    for (const part of path) {
      const inner = Object.hasOwn(target, part) ? target[part] : undefined;
      const next: JsonObject = isJsonObject(inner) ? inner : {};
      define(target, part, next);
      target = next;
    }
    define(target, last, typed(cell));
  });
  return value;
}

/** A column may be named `__proto__`: it becomes a field like any other and never a prototype. */
function define(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function typed(cell: string): JsonValue {
  if (cell === 'true') return true;
  if (cell === 'false') return false;
  return /^-?\d/.test(cell) && String(Number(cell)) === cell ? Number(cell) : cell;
}

/** The one of comma, semicolon and tab that the first line holds most of. */
function guessDelimiter(text: string): string {
  const [first = ''] = text.split('\n', 1);
  const count = (delimiter: string) => first.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

function row(place: string, value: unknown): ImportRow {
  if (isJsonObject(value)) return { place, value };
  return { place, error: new PushError('not-an-object', 'A person must be an object with fields.', 'Hand over one object a person.') };
}

function brokenLine(reason: string): PushError {
  return new PushError('broken-line', `The line cannot be read: ${reason}.`, 'Mend the line and import it again.', { reason });
}

function unreadable(message: string): PushError {
  return new PushError('import-unreadable', message, 'Give CSV with a first line of column names, or a JSON list of people.');
}
