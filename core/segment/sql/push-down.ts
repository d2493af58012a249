/**
 * Pushes a condition down to a database as far as it can be said there.
 *
 * Of a rule that the database cannot answer exactly, two approximations are known: one that all who match pass
 * (upper), and one that only those who match pass (lower). Under a `not` they change places; so a filter that loses
 * nobody exists for every condition, and it is the condition itself where all its rules are exact.
 */
import type { Clock } from '../clock';
import { rulesOf, type Condition, type Rule } from '../condition';
import type { Dialect, Source } from './dialect';
import { and, FALSE, not, or, sql, TRUE, type Fragment } from './fragment';
import type { Lookup } from './lookup';
import { answerPerson } from './person';
import { approximately, casesOf, exactly, isNameable } from './values';

/** More rules than that are evaluated after: databases bound the length of a query and the number of its parameters. */
const MOST_RULES = 1000;
const MOST_PARAMETERS = 20_000;

/** Parts of a person that are not in the attributes, or not only: the database keeps them elsewhere. */
const ELSEWHERE = new Set(['id', 'locale', 'timezone', 'consent', 'devices', 'push']);

const PEOPLE: Source = {
  columns: { locale: { value: sql`people.locale`, type: 'text' }, timezone: { value: sql`people.timezone`, type: 'text' } },
  json: sql`people.attributes`,
};

/** How a condition becomes SQL. */
export interface Way {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly lookup: Lookup;
}

type Side = 'upper' | 'lower';

interface Answer {
  filter: Fragment;
  exact: boolean;
}

/** The filter, and what remains to be asked of those who pass it. */
export function pushDown(condition: Condition, way: Way): { filter: Fragment; residual?: Condition } {
  const rules = [...rulesOf(condition)].length;
  const parts = condition.kind === 'and' ? condition.conditions : [condition];
  if (rules > MOST_RULES) return { filter: TRUE, residual: condition };
  const answers = parts.map((part) => answer(part, 'upper', way));
  const filter = and(answers.map((one) => one.filter));
  if (filter.values.length > MOST_PARAMETERS) return { filter: TRUE, residual: condition };
  const open = parts.filter((_, index) => answers[index]?.exact === false);
  const [only] = open;
  if (only === undefined) return { filter };
  return { filter, residual: open.length === 1 ? only : { kind: 'and', conditions: open } };
}

function answer(condition: Condition, side: Side, way: Way): Answer {
  switch (condition.kind) {
    case 'rule':
      return answerRule(condition, side, way);
    case 'person': {
      const filter = answerPerson(condition.test, way.dialect, way.clock, way.lookup);
      return filter === undefined ? unknown(side) : { filter, exact: true };
    }
    case 'named':
      return answer(condition.condition, side, way);
    case 'not': {
      const { filter, exact } = answer(condition.condition, side === 'upper' ? 'lower' : 'upper', way);
      return { filter: not(filter), exact };
    }
    default: {
      const answers = condition.conditions.map((part) => answer(part, side, way));
      const join = condition.kind === 'and' ? and : or;
      return { filter: join(answers.map((one) => one.filter)), exact: answers.every((one) => one.exact) };
    }
  }
}

function answerRule(rule: Rule, side: Side, { dialect, clock }: Way): Answer {
  const { field, test } = rule;
  if (field === undefined) return unknown(side);
  if (field.path === 'id') return answerId(rule, dialect) ?? unknown(side);
  const elsewhere = ELSEWHERE.has(field.parts[0] ?? '') && !Object.hasOwn(PEOPLE.columns, field.path);
  if (elsewhere || !isNameable(field)) return unknown(side);
  const exact = exactly(test, field, PEOPLE, dialect);
  if (exact !== undefined) return { filter: exact, exact: true };
  if (side === 'lower') return unknown(side);
  const wider = approximately(test, field, PEOPLE, dialect, clock);
  return wider === undefined ? unknown(side) : { filter: wider, exact: false };
}

function unknown(side: Side): Answer {
  return { filter: side === 'upper' ? TRUE : FALSE, exact: false };
}

/** The id is always there and always a text; said plainly, so that the primary key answers. */
function answerId({ test }: Rule, dialect: Dialect): Answer | undefined {
  const cases = casesOf(test, dialect);
  if (cases === undefined) return undefined;
  return { filter: cases.string?.(sql`people.id`) ?? FALSE, exact: true };
}
