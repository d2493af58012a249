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

/** After so many broken lines a file is not CSV, or not with this delimiter. */
const MOST_BROKEN_LINES = 1000;

/**
 * The first line names the columns; a dotted name (`consent.marketing`) makes a nested field. Empty cells are left
 * out. Numbers and true / false become such where writing them again gives the same text (so `007` stays text).
 */
function readCsv(text: string, delimiter = guessDelimiter(text)): ImportRow[] {
  const rows: ImportRow[] = [];
  let columns: readonly string[] | undefined;
  let broken = 0;
  const reject = (line: number, reason: string) => {
    if (++broken > MOST_BROKEN_LINES) {
      throw unreadable(`More than ${MOST_BROKEN_LINES} lines cannot be read as CSV with the delimiter '${delimiter}'.`);
    }
    rows.push({ place: `line ${line}`, error: brokenLine(reason) });
  };
  for (const { line, cells, reason } of csvRecords(text, delimiter)) {
    if (cells === undefined) reject(line, reason);
    else if (columns === undefined) columns = cells;
    else if (cells.length !== columns.length) reject(line, `${cells.length} cells where the first line names ${columns.length} columns`);
    else rows.push({ place: `line ${line}`, value: nest(columns, cells) });
  }
  if (columns === undefined) throw unreadable('The text has no line of column names.');
  return rows;
}

type CsvRecord = { line: number; cells: string[]; reason?: undefined } | { line: number; cells?: undefined; reason: string };

/**
 * Records with the line on which they end; empty ones are left out. A quote that is never closed costs its own line,
 * not the rest of the text.
 */
function* csvRecords(text: string, delimiter: string): Generator<CsvRecord> {
  // Loaded at first use: a host that imports nothing does not pay for it.
  const { parse } = require('csv-parse/sync') as typeof import('csv-parse/sync');
  let rest = Buffer.from(text.replace(/^\uFEFF/, ''));
  let line = 1;
  while (rest.length > 0) {
    const records: CsvRecord[] = [];
    let read = 0;
    try {
      parse(rest, {
        delimiter,
        // Named, since lines that were added later may end otherwise than the first.
        record_delimiter: ['\r\n', '\n', '\r'],
        relax_column_count: true,
        skip_empty_lines: true,
        on_record: (cells: string[], { bytes }) => {
          // Counted here: the parser takes a Windows line end within quotes for two.
          const breaks = lineBreaks(rest, read, bytes);
          if (cells.some((cell) => cell.trim() !== '')) records.push({ line: line + breaks - Number(isBreak(rest[bytes - 1])), cells });
          line += breaks;
          read = bytes;
          return null;
        },
      });
      yield* records;
      return;
    } catch (thrown) {
      yield* records;
      // Go on behind the line on which the broken record began.
      let end = lineEnd(rest, read);
      for (; end < rest.length && rest.subarray(read, end).toString().trim() === ''; end = lineEnd(rest, read)) {
        read = end;
        line++;
      }
      yield { line, reason: asPushError(thrown).message.replace(/ at line \d+/, '') };
      rest = rest.subarray(end);
      line++;
    }
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function isBreak(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** Where the next line begins. */
function lineEnd(text: Buffer, from: number): number {
  let end = from;
  while (end < text.length && !isBreak(text[end])) end++;
  return Math.min(text.length, end + (text[end] === CARRIAGE_RETURN && text[end + 1] === LINE_FEED ? 2 : 1));
}

function lineBreaks(text: Buffer, from: number, to: number): number {
  let breaks = 0;
  for (let index = from; index < to; index++) {
    if (isBreak(text[index]) && !(text[index] === LINE_FEED && text[index - 1] === CARRIAGE_RETURN)) breaks++;
  }
  return breaks;
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

/** The one of comma, semicolon and tab that the first line (that is not empty) holds most of. */
function guessDelimiter(text: string): string {
  const first = /[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? '';
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
