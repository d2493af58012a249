/** Reads the rows of campaigns a page at a time: a reader never holds the whole ledger. */
import type { Row } from '../rows';
import type { KpiSelection } from '../store';

/** What the rows come in the order of: an index of the table begins with it. */
const ORDER = {
  deliveries: ['campaign', 'occurrence', 'recipient', 'id'],
  participations: ['campaign', 'occurrence', 'recipient'],
} as const;

const PAGE = 5000;

export interface PageQuery {
  sql: string;
  /** Of the first page, or of the one after the row `last`. */
  parameters(last?: Row): string[];
  /** Whether a page so long may have others behind it. */
  isFull(rows: readonly Row[]): boolean;
}

/** What the selection fixes is not looked for: one small campaign costs no look at the others. */
export function pageQuery(table: keyof typeof ORDER, { campaign, occurrence }: KpiSelection): PageQuery {
  const fixed = campaign === undefined ? [] : occurrence === undefined ? [campaign] : [campaign, occurrence];
  const filter = campaign === undefined && occurrence !== undefined ? [occurrence] : [];
  const order = ORDER[table].slice(fixed.length);
  let number = 0;
  const next = () => `$${++number}`;
  const conditions = [
    ...ORDER[table].slice(0, fixed.length).map((column) => `${column} = ${next()}`),
    ...filter.map(() => `occurrence = ${next()}`),
    `(${order.join(', ')}) > (${order.map(next).join(', ')})`,
  ];
  return {
    sql: `SELECT * FROM ${table} WHERE ${conditions.join(' AND ')} ORDER BY ${order.join(', ')} LIMIT ${PAGE}`,
    parameters: (last) => [...fixed, ...filter, ...order.map((column) => (last === undefined ? '' : String(last[column])))],
    isFull: (rows) => rows.length === PAGE,
  };
}
