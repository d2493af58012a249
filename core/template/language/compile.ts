/**
 * Tree -> function. The tree is Handlebars' own; it becomes closures rather than generated code: own properties only,
 * every loop counted, a mistake told with its place, nothing that an environment without `eval` would refuse.
 * (Measured against Handlebars' compiled code in bench/template.)
 */
import { PushError } from '../../errors';
import { compileBlock } from './blocks';
import { compileCall, compileExpression } from './expressions';
import type { JsonValue } from '../../json';
import { print, withinLength, type Run } from './run';
import type { Evaluate, Place, Scope } from './scope';
import { asStatement, parseText, syntaxError, type Program, type Statement } from './syntax';

export type Write = (scope: Scope, run: Run) => string;

export interface CompiledText {
  /** Writes the text for `run.view`; well-formed UTF-16 and not blank-checked. */
  write(run: Run): string;
  /** The text itself, where no value stands in it. */
  constant?: string;
  /** Paths of the person that it names. */
  variables: readonly string[];
}

/** A text of which a single {{field}} keeps the kind of its value, where that is a number or a yes/no. */
export interface CompiledValue {
  evaluate(run: Run): JsonValue;
  variables: readonly string[];
}

const NO_FRAGMENTS: ReadonlySet<string> = new Set();

function outermost(source: string, fragments: ReadonlySet<string>): Place {
  return { field: source, up: undefined, path: '', names: [], depth: 0, loops: 0, variables: new Set(), fragments };
}

/**
 * Compiles one text of a template.
 * @param source where it stands in the template, for mistakes in it: `locales.fr.title`
 * @param field what it is of the message, for mistakes with one person: `title`, `data.orderId`
 * @param fragments the names that {{t "name"}} may give
 * @throws PushError `template-syntax` with field, line and column; `invalid-template`
 */
export function compileText(text: unknown, source: string, field: string, fragments = NO_FRAGMENTS): CompiledText {
  const program = parseText(text, source);
  const place = outermost(source, fragments);
  const write = compileProgram(program, place);
  const compiled: CompiledText = {
    variables: [...place.variables],
    write: (run) => {
      run.field = field;
      return withinLength(run, write({ self: run.view, up: undefined, turn: undefined }, run)).toWellFormed();
    },
  };
  if (program.body.every((node) => node.type === 'ContentStatement' || node.type === 'CommentStatement')) {
    const constant = program.body.map((node) => ('value' in node && node.type === 'ContentStatement' ? String(node.value) : ''))
      .join('').toWellFormed();
    compiled.constant = constant;
    compiled.write = () => constant;
  }
  return compiled;
}

/** @throws PushError as {@link compileText} */
export function compileValue(text: unknown, source: string, field: string, fragments = NO_FRAGMENTS): CompiledValue {
  const { body: [only, second] } = parseText(text, source);
  const whole = compileText(text, source, field, fragments);
  const { variables } = whole;
  if (only?.type !== 'MustacheStatement' || second !== undefined) return { evaluate: (run) => whole.write(run), variables };
  const { evaluate } = compileExpressionOf(only as hbs.AST.MustacheStatement, outermost(source, fragments));
  return {
    variables,
    evaluate: (run) => {
      run.field = field;
      const value = evaluate({ self: run.view, up: undefined, turn: undefined }, run);
      if (typeof value === 'boolean') return value;
      // JSON has no negative zero.
      return typeof value === 'number' && Number.isFinite(value) ? value + 0 : whole.write(run);
    },
  };
}

/** The statements of a block, or of a whole text. */
export function compileProgram(program: Program | undefined, place: Place): Write {
  if (program === undefined) return () => '';
  const writers = program.body.map((node) => compileStatement(asStatement(node, place.field), place))
    .filter((writer) => writer !== undefined);
  const [first, second] = writers;
  if (first === undefined) return () => '';
  if (second === undefined) return first;
  return (scope, run) => {
    let text = '';
    for (const write of writers) text += write(scope, run);
    return text;
  };
}

function compileStatement(node: Statement, place: Place): Write | undefined {
  switch (node.type) {
    case 'CommentStatement':
      return undefined;
    case 'ContentStatement': {
      const { value } = node;
      return () => value;
    }
    case 'BlockStatement':
      return compileBlock(node, place, compileProgram);
    case 'MustacheStatement':
      return compileMustache(node, place);
    default:
      throw new PushError('template-syntax', `${place.field}: a part of it is unknown to the template language.`, '',
        { field: place.field });
  }
}

/** `{{name}}` is always a field of the person, also where a helper has the same name; `{{name x}}` is a helper. */
function compileMustache(node: hbs.AST.MustacheStatement, place: Place): Write {
  const { evaluate, name, literal } = compileExpressionOf(node, place);
  return (scope, run) => {
    const value = evaluate(scope, run);
    // {{default name ""}} and a helper that has nothing to say mean it.
    if (literal && value === '') return '';
    return print(run, value, name);
  };
}

function compileExpressionOf(node: hbs.AST.MustacheStatement, place: Place): { evaluate: Evaluate; name: string; literal: boolean } {
  const path = node.path as hbs.AST.PathExpression;
  if (path.type !== 'PathExpression') {
    throw syntaxError(place.field, node.loc.start, 'A text or a number alone has no place in {{ }}.',
      'Write it outside the braces.');
  }
  const isCall = node.params.length > 0 || (node.hash as hbs.AST.Hash | undefined) !== undefined;
  return isCall
    ? compileCall({ ...node, type: 'SubExpression', path }, place)
    : { ...compileExpression(path, place), literal: false };
}
