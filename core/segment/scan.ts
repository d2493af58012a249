/** Questions to all stored people, page by page: what a person's own row tells is tested here, the rest is asked of the database. */
import { hasBit } from '../bits';
import type { JsonObject } from '../json';
import { compileParsed, type SegmentOptions } from './compile';
import { rulesOf, type Condition } from './condition';
import { fieldsOf } from './fields';
import { answerToSql, type SqlDialect, type SqlText } from './sql';

export interface ScanPlan {
  /** For the database. */
  readonly asked: readonly SqlText[];
  /** Whether a question needs the person's row. */
  readonly readsRows: boolean;
  /**
   * The answers to all questions as the bits of one number, the first question lowest.
   * `answers` of the database to `asked` are bits too.
   */
  read(row: { id: string; answers: number; locale: string | null; timezone: string | null; attributes: string }): number;
}

/** Parts of a view that are not in the person's row. */
const ELSEWHERE = new Set(['consent', 'devices', 'push']);

/** Undefined where neither the row nor the database can answer one of the questions. */
export function planScan(questions: readonly Condition[], dialect: SqlDialect, options: SegmentOptions): ScanPlan | undefined {
  const asked: SqlText[] = [];
  const own: [bit: number, test: (view: object) => boolean][] = [];
  const foreign: [bit: number, position: number][] = [];
  for (const [index, condition] of questions.entries()) {
    const bit = 2 ** index;
    if (isOfRow(condition)) {
      own.push([bit, compileParsed(condition, options)]);
      continue;
    }
    const sql = answerToSql(condition, dialect, options);
    if (sql === undefined) return undefined;
    foreign.push([bit, asked.length]);
    asked.push(sql);
  }
  const fields = new Set(questions.flatMap(fieldsOf));
  const named = (['id', 'locale', 'timezone'] as const).filter((name) => fields.has(name));
  return {
    asked,
    readsRows: own.length > 0,
    read(row) {
      const { answers } = row;
      let bits = 0;
      const view = own.length === 0 ? {} : (JSON.parse(row.attributes) as JsonObject);
      for (const name of named) if (row[name] !== null) view[name] = row[name];
      for (const [bit, test] of own) if (test(view)) bits += bit;
      for (const [bit, position] of foreign) if (hasBit(answers, position)) bits += bit;
      return bits;
    },
  };
}

function isOfRow(condition: Condition): boolean {
  return [...rulesOf(condition)].every((rule) => {
    const field = rule.kind === 'rule' ? rule.field : rule.test.operator === '$anniversary' ? rule.test.field : undefined;
    if (field === undefined) return rule.kind === 'person' && rule.test.operator === '$bucket';
    return !ELSEWHERE.has(field.parts[0] ?? '');
  });
}
