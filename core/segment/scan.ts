/** Questions to all stored people, page by page: what a person's own row tells is tested here, the rest is asked of the database. */
import { hasBit } from '../bits';
import type { JsonObject } from '../json';
import { compileParsed, type SegmentOptions } from './compile';
import type { ExplainPlan } from './explain';
import { rulesOf, type Condition } from './condition';
import { fieldsOf } from './fields';
import { answerToSql, type SqlDialect, type SqlText } from './sql';

export interface ScanPlan {
  /** For the database. */
  readonly asked: readonly SqlText[];
  /** Whether a question needs the person's row. */
  readonly readsRows: boolean;
  /** What it needs beside id and attributes. */
  readonly columns: readonly ('locale' | 'timezone')[];
  /**
   * The answers to all questions as the bits of one number, the first question lowest.
   * `answers` of the database to `asked` are bits too.
   */
  read(row: { id: string; answers: number; attributes: string; locale: string | null; timezone: string | null }): number;
}

/** Parts of a view that are not in the person's row. */
const ELSEWHERE = new Set(['consent', 'devices', 'push']);

/** Undefined where neither the row nor the database can answer one of the questions. */
export function planScan(
  { questions, excludes }: Pick<ExplainPlan, 'questions' | 'excludes'>, dialect: SqlDialect, options: SegmentOptions,
): ScanPlan | undefined {
  const asked: SqlText[] = [];
  const own: ((view: object) => number)[] = [];
  const foreign: [bit: number, position: number][] = [];
  const excluded = new Set(excludes.values());
  const bitOf = (index: number): ((view: object) => number) => {
    const [bit, test, other] = [2 ** index, compileParsed(questions[index] as Condition, options), excludes.get(index)];
    const otherwise = other === undefined ? () => 0 : bitOf(other);
    return (view) => (test(view) ? bit : otherwise(view));
  };
  for (const [index, condition] of questions.entries()) {
    const bit = 2 ** index;
    if (isOfRow(condition)) {
      if (!excluded.has(index)) own.push(bitOf(index));
      continue;
    }
    const sql = answerToSql(condition, dialect, options);
    if (sql === undefined) return undefined;
    foreign.push([bit, asked.length]);
    asked.push(sql);
  }
  const fields = new Set(questions.flatMap(fieldsOf));
  const columns = (['locale', 'timezone'] as const).filter((name) => fields.has(name));
  const withId = fields.has('id');
  return {
    asked,
    readsRows: own.length > 0,
    columns,
    read(row) {
      const { answers } = row;
      let bits = 0;
      const view = own.length === 0 ? {} : (JSON.parse(row.attributes) as JsonObject);
      if (withId) view['id'] = row.id;
      for (const name of columns) if (row[name] !== null) view[name] = row[name];
      for (const ask of own) bits += ask(view);
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
