/** Many questions to all people in one pass, as one query for either database. */
import { readBits } from '../bits';
import type { Formula } from '../segment';
import type { Row } from './rows';
import type { AnswerCount, PeopleTally, SqlFilter } from './store';

/**
 * The answers of a person are the bits of one number. `fence` ends each inner query with what keeps the database from
 * copying its text into the query around it, so that each question is asked once a person.
 * @param people the table, or what stands for it
 * @param bind keeps the parameters of a piece, and gives its text; called in the order in which the pieces stand
 */
export function tallySql({ questions, when, more }: PeopleTally, people: SqlFilter, fence: string, bind: (piece: SqlFilter) => string): string {
  const further = more.length === 0 ? '0 AS more' : `CASE WHEN ${formulaSql(when)} THEN ${bitsSql(more, bind)} ELSE 0 END AS more`;
  return `SELECT answers, more, count(*) AS people FROM (
    SELECT answers, ${further} FROM (
      SELECT people.id, ${bitsSql(questions, bind)} AS answers FROM ${bind(people)} ${fence}
    ) AS people ${fence}
  ) AS people GROUP BY answers, more`;
}

/** The rows of {@link tallySql}. */
export function toAnswers(rows: readonly Row[], { questions, more }: PeopleTally): AnswerCount[] {
  return rows.map((row) => ({
    answers: readBits(Number(row['answers']), questions.length),
    more: readBits(Number(row['more']), more.length),
    people: Number(row['people']),
  }));
}

/** The answers to the questions as one number, the first one its lowest bit. */
export function bitsSql(questions: readonly SqlFilter[], bind: (piece: SqlFilter) => string): string {
  return questions.map((question, bit) => `CASE WHEN ${bind(question)} THEN ${2 ** bit} ELSE 0 END`).join(' + ') || '0';
}

function formulaSql(formula: Formula): string {
  if (typeof formula === 'number') return `(answers & ${2 ** formula}) <> 0`;
  if ('all' in formula) return formula.all.map(inBrackets).join(' AND ') || 'TRUE';
  if ('any' in formula) return formula.any.map(inBrackets).join(' OR ') || 'FALSE';
  return `NOT (${formula.none.map(inBrackets).join(' OR ') || 'FALSE'})`;
}

function inBrackets(formula: Formula): string {
  return `(${formulaSql(formula)})`;
}
