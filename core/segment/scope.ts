/** Where the reader of a condition stands. */
import type { JsonObject } from '../json';

/** The saved lists by name; one with a condition is dynamic. */
export type SavedLists = ReadonlyMap<string, { readonly condition?: JsonObject }>;

export interface Scope {
  readonly place: string;
  readonly depth: number;
  /** What the fields are fields of. Only a person has a zone, an id, a history. */
  readonly about: 'person' | 'part';
  readonly known: { readonly events: ReadonlySet<string>; readonly lists?: SavedLists };
  /** The saved lists around. */
  readonly within: readonly string[];
}

export function at(scope: Scope, place: string): Scope {
  return { ...scope, place };
}

export function deeper(scope: Scope, place = scope.place): Scope {
  return { ...scope, place, depth: scope.depth + 1 };
}

/** Inside a list's item or an event. */
export function part(scope: Scope, place = scope.place): Scope {
  return { ...deeper(scope, place), about: 'part' };
}

export function join(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}
