/** What a database must be able to say about a JSON value, so that conditions can be pushed down to it. */
import type { Test } from '../condition';
import type { Field } from '../field';
import type { Fragment } from './fragment';

/** Where fields are kept: some in columns of their own, the others in a column of JSON. */
export interface Source {
  readonly columns: Readonly<Record<string, Column>>;
  readonly json?: Fragment;
}

export interface Column {
  readonly value: Fragment;
  readonly type: 'text' | 'number';
}

/** A value somewhere in the database: a person's field, or an item of a list. */
export interface Cell {
  /** Its JSON type, in the dialect's own words; SQL NULL where the field is missing. */
  readonly type: Fragment;
  readonly value: Fragment;
}

/** What is asked of a value, by its type; a type that is not named fails. */
export interface Cases {
  string?: (value: Fragment) => Fragment;
  number?: (value: Fragment) => Fragment;
  true?: Fragment;
  false?: Fragment;
  object?: Fragment;
  array?: Fragment;
  /** Also asked of a missing field. */
  null?: Fragment;
}

export interface Dialect {
  placeholder(position: number): string;
  /** The field in the row at hand: of its column where that holds something, else of the JSON. */
  cell(field: Field, source: Source): Cell;
  /** Whether the field has a value; never SQL NULL. */
  isThere(field: Field, source: Source): Fragment;
  /**
   * The whole test of a field in JSON in one call, where the database has such and it can say the test; never SQL NULL.
   * A list passes when one of its items does.
   */
  testJson?(test: Test, field: Field, json: Fragment): Fragment | undefined;
  /** Exactly one of the cases; never SQL NULL. */
  cases(cell: Cell, cases: Cases): Fragment;
  /** Whether an item of the list in this field of the JSON passes. */
  someItem(field: Field, source: Source, passes: (item: Cell) => Fragment): Fragment;
  listLength(cell: Cell): Fragment;
  compareNumber(value: Fragment, comparison: Comparison, bound: number): Fragment;
  numberIn(value: Fragment, numbers: readonly number[]): Fragment;
  /** By code points. */
  compareText(value: Fragment, comparison: Comparison, bound: string): Fragment;
  textIn(value: Fragment, texts: readonly string[]): Fragment;
  startsWith(value: Fragment, text: string): Fragment;
  endsWith(value: Fragment, text: string): Fragment;
  contains(value: Fragment, text: string): Fragment;
  /** A number of the database's own (a count, a sum) as `numberIn` takes it. */
  figure(value: Fragment): Fragment;
  compareFigure(value: Fragment, comparison: Comparison, bound: number): Fragment;
  /** A cell that is a number, as a float to calculate with. */
  float(cell: Cell): Fragment;
  /** Joins to the event at hand, named `event`, its delivery, named `delivery`. */
  readonly joinDelivery: Fragment;
  /** An instant as the tables keep it; `iso` is in UTC. */
  instant(iso: string): Fragment;
}

export type Comparison = '=' | '>' | '>=' | '<' | '<=';
