/** Many questions to all people in one pass, as one query for either database. */
import type { Formula } from '../segment';
import type { Row } from './rows';
import type { AnswerCount, PeopleTally, SqlFilter } from './store';

/**
 * The answers of a person are the bits of one number. `fence` ends each inner query with what keeps the database from
 * copying its text into the query around it, so that each question is asked once a person.
 * @param bind keeps the parameters of a piece, and gives its text; called in the order in which the pieces stand
 */
export function tallySql({ columns, questions, when, more }: PeopleTally, fence: string, bind: (piece: SqlFilter) => string): string {
  const further = `CASE WHEN ${formulaSql(when)} THEN ${bitsOf(more, bind)} ELSE 0 END AS more`;
  const asked = `${bitsOf(questions, bind)} AS answers`;
  const values = columns.map((column, index) => `, ${bind(column)} AS v${index}`).join('');
  return `SELECT answers, more, count(*) AS people FROM (
    SELECT answers, ${further} FROM (
      SELECT people.id, ${asked} FROM (
        SELECT id, locale, timezone, attributes${values} FROM people ${fence}
      ) AS people ${fence}
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

function bitsOf(questions: readonly SqlFilter[], bind: (piece: SqlFilter) => string): string {
  return questions.map((question, bit) => `CASE WHEN ${bind(question)} THEN ${2 ** bit} ELSE 0 END`).join(' + ') || '0';
}

function readBits(bits: number, length: number): boolean[] {
  return Array.from({ length }, (_, bit) => Math.floor(bits / 2 ** bit) % 2 === 1);
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
