/** Where a path leads: the person, or within {{#each}} and {{#with}} the thing that is looked at. */
import { syntaxError, type Path } from './syntax';
import type { Run } from './run';

/** The turn of a loop. */
export interface Turn {
  key: string | number;
  index: number;
  first: boolean;
  last: boolean;
  up: Turn | undefined;
}

/** At run time: what `this` is, and what is around it. */
export interface Scope {
  self: unknown;
  up: Scope | undefined;
  turn: Turn | undefined;
}

export type Evaluate = (scope: Scope, run: Run) => unknown;

/** At compile time: how the same scope is named. */
export interface Place {
  field: string;
  up: Place | undefined;
  /** Path of `this` as seen from the person ('' for the person), or undefined where it has no name. */
  path: string | undefined;
  /** `as |item key|` */
  names: readonly string[];
  /** How many blocks and calls there are around. */
  depth: number;
  /** Loops around. */
  loops: number;
  /** Paths of the person that were named; shared by all places of a text. */
  variables: Set<string>;
  /** Names that {{t "name"}} may give; none within a fragment itself. */
  fragments: ReadonlySet<string>;
}

export interface CompiledPath {
  evaluate: Evaluate;
  /** As seen from the person: `firstName`, `items[].name`; for messages and stand-ins. */
  name: string;
}

const TURN_VALUES: Readonly<Record<string, (turn: Turn) => unknown>> = {
  index: (turn) => turn.index,
  key: (turn) => turn.key,
  first: (turn) => turn.first,
  last: (turn) => turn.last,
};

/** An own property; never one that comes from a prototype (`constructor`, `__proto__`). */
export function ownProperty(from: unknown, name: string): unknown {
  if (from === null || from === undefined || typeof from === 'function') return undefined;
  return Object.hasOwn(from, name) ? (from as Readonly<Record<string, unknown>>)[name] : undefined;
}

/** Blocks and calls within one another; far more than a sentence needs, and few enough for every stack. */
const DEEPEST = 50;

/** The same place, one level further in. */
export function deeper(place: Place, at: { line: number; column: number }): Place {
  if (place.depth < DEEPEST) return { ...place, depth: place.depth + 1 };
  throw syntaxError(place.field, at, `Blocks or parentheses are nested deeper than ${DEEPEST}.`, 'Make the template simpler.');
}

/** @throws PushError `template-syntax` for a path that leads out of the person */
export function compilePath(path: Path, place: Place): CompiledPath {
  if (path.data) return compileDataPath(path, place);
  const named = path.depth === 0 && !/^(\.|this\b)/.test(path.original) ? findName(path.parts[0], place) : undefined;
  if (named !== undefined) return named.isKey ? keyOf(named.steps, path) : from(named.place, named.steps, path.parts.slice(1), path);
  let target: Place | undefined = place;
  for (let steps = 0; steps < path.depth; steps += 1) target = target?.up;
  if (target === undefined) {
    throw syntaxError(place.field, path.loc.start, `'${path.original}' leads above the person.`, 'Take away a "../".');
  }
  return from(target, path.depth, path.parts, path);
}

/** The path of a thing within another: `items[]` and `name` give `items[].name`. */
export function joinPath(base: string | undefined, parts: readonly string[]): string | undefined {
  if (base === undefined) return undefined;
  return [base, ...parts].filter((part) => part !== '').join('.');
}

function from(place: Place, steps: number, parts: readonly string[], path: Path): CompiledPath {
  const name = joinPath(place.path, parts);
  if (name !== undefined && name !== '') place.variables.add(name);
  return { evaluate: walk(steps, parts), name: name === undefined || name === '' ? path.original : name };
}

function walk(steps: number, parts: readonly string[]): Evaluate {
  const [only] = parts;
  if (steps === 0 && parts.length === 1 && only !== undefined) return (scope) => ownProperty(scope.self, only);
  return (scope) => {
    let value = above(scope, steps)?.self;
    for (const part of parts) value = ownProperty(value, part);
    return value;
  };
}

function above(scope: Scope, steps: number): Scope | undefined {
  let target: Scope | undefined = scope;
  for (let step = 0; step < steps; step += 1) target = target?.up;
  return target;
}

/** Looks a block parameter up, inside out. */
function findName(name: string | undefined, place: Place): { place: Place; steps: number; isKey: boolean } | undefined {
  let steps = 0;
  for (let at: Place | undefined = place; at !== undefined; at = at.up, steps += 1) {
    const index = name === undefined ? -1 : at.names.indexOf(name);
    if (index >= 0) return { place: at, steps, isKey: index === 1 };
  }
  return undefined;
}

function keyOf(steps: number, path: Path): CompiledPath {
  return { evaluate: (scope) => above(scope, steps)?.turn?.key, name: path.original };
}

function compileDataPath(path: Path, place: Place): CompiledPath {
  const [head = '', ...rest] = path.parts;
  if (head === 'root') {
    let root = place;
    let steps = 0;
    for (; root.up !== undefined; root = root.up) steps += 1;
    return from(root, steps, rest, path);
  }
  const read = Object.hasOwn(TURN_VALUES, head) ? TURN_VALUES[head] : undefined;
  if (read === undefined || rest.length > 0 || place.loops <= path.depth) {
    throw syntaxError(place.field, path.loc.start, `There is no '${path.original}' here.`,
      'Inside {{#each}} there are @index, @key, @first and @last; everywhere there is @root.');
  }
  const evaluate: Evaluate = (scope) => {
    let turn = scope.turn;
    for (let step = 0; step < path.depth; step += 1) turn = turn?.up;
    return turn === undefined ? undefined : read(turn);
  };
  return { evaluate, name: path.original };
}
