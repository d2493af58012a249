/** Values within {{ }}: paths, literals and helper calls. */
import { PushError } from '../../errors';
import { BadArgument, type Helper, type HelperOptions } from '../helpers/helper';
import { BLOCKS, HELPERS } from '../helpers';
import { isMissing, standIn, takeValue, type Run } from './run';
import { compilePath, deeper, type Evaluate, type Place, type Scope } from './scope';
import { syntaxError, type Call, type Expression } from './syntax';

export interface CompiledExpression {
  evaluate: Evaluate;
  /** What it is called in errors and in the table of stand-ins. */
  name: string;
}

export interface CompiledCall extends CompiledExpression {
  /** An empty text that comes out of it is meant, and no missing value. */
  literal: boolean;
}

/** @throws PushError `template-syntax` */
export function compileExpression(node: Expression, place: Place): CompiledExpression {
  switch (node.type) {
    case 'PathExpression':
      return compilePath(node, place);
    case 'SubExpression':
      return compileCall(node, place);
    case 'UndefinedLiteral':
    case 'NullLiteral':
      return { evaluate: () => undefined, name: 'nothing' };
    default: {
      const { value } = node;
      return { evaluate: () => value, name: JSON.stringify(value) };
    }
  }
}

/**
 * `helper a b name=c`. Arguments of a helper that is not tolerant follow the policy for missing values; where that
 * leaves nothing, the helper is not called and its text is empty.
 */
export function compileCall(node: Call, outer: Place): CompiledCall {
  const helperName = node.path.original;
  const helper = findHelper(node, outer);
  const place = deeper(outer, node.loc.start);
  const values = node.params.map((param) => compileExpression(param as Expression, place));
  const options = compileOptions(node, helper, place);
  refuseUnknownFragment(node, outer);
  const { line, column } = node.loc.start;
  const [first] = values;
  const last = node.params.at(-1)?.type ?? '';

  const call = (arguments_: readonly unknown[], given: HelperOptions, run: Run): unknown => {
    try {
      return helper.run(arguments_, given, run);
    } catch (thrown) {
      throw helperError(thrown, run.field, helperName, { line, column: column + 1 });
    }
  };
  return {
    name: helper.named?.(values.map(({ name }) => name)) ?? lastField(node, values) ?? helperName,
    literal: !(helper.tolerant ?? false) || last.endsWith('Literal'),
    evaluate: (scope, run) => {
      const given = options === undefined ? NO_OPTIONS : options(scope, run);
      if (given === undefined) return '';
      const arguments_: unknown[] = [];
      for (const { evaluate, name } of values) {
        const value = argument(evaluate(scope, run), name, helper, run);
        if (value === '' && !(helper.tolerant ?? false)) return '';
        arguments_.push(value);
      }
      if (helper.standsIn === true && first !== undefined && isMissing(arguments_[0])) {
        run.standIns.push({ field: run.field, path: first.name, by: 'template' });
      }
      return call(arguments_, given, run);
    },
  };
}

/** {{t "name"}} with a name that the template does not have is a slip of the pen; a name out of the data may be missing. */
function refuseUnknownFragment(node: Call, place: Place): void {
  const [name] = node.params;
  if (node.path.original !== 't' || name?.type !== 'StringLiteral') return;
  const { value } = name as hbs.AST.StringLiteral;
  if (place.fragments.has(value)) return;
  throw syntaxError(place.field, node.loc.start, `There is no fragment '${value}' here.`,
    place.fragments.size === 0 ? "Write it under 'fragments'; a fragment cannot take in another one." : `There are: ${[...place.fragments].join(', ')}.`);
}

const NO_OPTIONS: HelperOptions = {};

function lastField(node: Call, values: readonly CompiledExpression[]): string | undefined {
  return values.findLast((_, index) => !node.params[index]?.type.endsWith('Literal'))?.name;
}

function argument(value: unknown, name: string, helper: Helper, run: Run): unknown {
  if (typeof value === 'string') takeValue(run, value);
  if (helper.tolerant !== true && isMissing(value)) return standIn(run, name);
  return value;
}

function compileOptions(node: Call, helper: Helper, place: Place):
  ((scope: Scope, run: Run) => HelperOptions | undefined) | undefined {
  const pairs = (node.hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  if (pairs.length === 0) return undefined;
  const compiled = pairs.map(({ key, value, loc }) => {
    if (!(helper.options ?? []).includes(key)) {
      throw syntaxError(place.field, loc.start, `The helper '${node.path.original}' has no option '${key}'.`,
        helper.options === undefined ? 'Take it away.' : `It has: ${helper.options.join(', ')}.`);
    }
    return { key, isLiteral: value.type.endsWith('Literal'), ...compileExpression(value as Expression, place) };
  });
  return (scope, run) => {
    const options: Record<string, unknown> = {};
    for (const { key, isLiteral, evaluate, name } of compiled) {
      const value = isLiteral ? evaluate(scope, run) : argument(evaluate(scope, run), name, helper, run);
      if (value === '' && !isLiteral) return undefined;
      options[key] = value;
    }
    return options;
  };
}

function findHelper(node: Call, place: Place): Helper {
  const name = node.path.original;
  const helper = node.path.type === 'PathExpression' ? HELPERS.get(name) : undefined;
  if (helper === undefined) {
    const isBlock = (BLOCKS as readonly string[]).includes(name);
    throw syntaxError(place.field, node.loc.start,
      isBlock ? `'${name}' is a block: {{#${name} ...}} ... {{/${name}}}.` : `There is no helper '${name}'.`,
      isBlock ? 'Write it as a block.' : `The helpers are: ${[...HELPERS.keys()].join(', ')}.`);
  }
  const [fewest, most] = helper.takes;
  if (node.params.length < fewest || node.params.length > most) {
    const takes = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
    throw syntaxError(place.field, node.loc.start,
      `The helper '${name}' takes ${takes} value${takes === '1' ? '' : 's'} and got ${node.params.length}.`,
      'Texts with spaces need quotes.');
  }
  return helper;
}

function helperError(thrown: unknown, field: string, helper: string, at: { line: number; column: number }): PushError {
  if (thrown instanceof PushError) return thrown;
  const where = `${field}, line ${at.line}, column ${at.column}`;
  if (thrown instanceof BadArgument) {
    return new PushError('bad-value', `${where}: the helper '${helper}' cannot work for this person: ${thrown.message}.`,
      'Correct the value in the data, or test it with {{#if}} first.', { field, helper, ...at });
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new PushError('helper-failed', `${where}: the helper '${helper}' failed: ${detail}.`, '',
    { field, helper, ...at }, { cause: thrown });
}
