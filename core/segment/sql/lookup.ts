/** How a question about a person asks for what stands in other tables: their events, lists, devices and consents. */
import { literal, sql, type Fragment } from './fragment';

/** Rows of other tables, each of one person. */
export interface Rows {
  readonly from: Fragment;
  /** Where a row names its person. */
  readonly owner: Fragment;
  readonly where: Fragment;
}

export interface Lookup {
  /** Whether one of the rows is the person's; never SQL NULL. */
  some(rows: Rows): Fragment;
  /** A figure (a count, a sum) over the rows of the person, 0 where there are none. */
  figure(figure: Fragment, rows: Rows): Fragment;
}

/** Person by person, by an index: the way to a few people. */
export const byPerson: Lookup = {
  some: ({ from, owner, where }) => sql`EXISTS (SELECT 1 FROM ${from} WHERE ${owner} = people.id AND ${where})`,
  figure: (figure, { from, owner, where }) => sql`coalesce((SELECT ${figure} FROM ${from} WHERE ${owner} = people.id AND ${where}), 0)`,
};

/**
 * The rows of everybody, put together by person and joined to the people: the way to all of them. A query with
 * subqueries by person keeps PostgreSQL to one core.
 */
export class ByJoin implements Lookup {
  /** To be put behind the people, in this order. */
  readonly joins: Fragment[] = [];

  some(rows: Rows): Fragment {
    return sql`${this.join(sql`1`, rows)}.recipient IS NOT NULL`;
  }

  figure(figure: Fragment, rows: Rows): Fragment {
    return sql`coalesce(${this.join(figure, rows)}.figure, 0)`;
  }

  /** The name of the joined rows, one a person. */
  private join(figure: Fragment, { from, owner, where }: Rows): Fragment {
    const name = literal(`lookup_${this.joins.length + 1}`);
    this.joins.push(sql`LEFT JOIN (SELECT ${owner} AS recipient, ${figure} AS figure FROM ${from} WHERE ${where} GROUP BY ${owner}) AS ${name}
      ON ${name}.recipient = people.id`);
    return name;
  }
}
