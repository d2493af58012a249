/** Text -> tree, by Handlebars' own parser. What the language leaves out is refused here with line and column. */
import type Handlebars from 'handlebars';
import { PushError } from '../../errors';

export type Program = hbs.AST.Program;
export type Statement =
  | hbs.AST.ContentStatement
  | hbs.AST.CommentStatement
  | hbs.AST.MustacheStatement
  | hbs.AST.BlockStatement;
export type Path = hbs.AST.PathExpression;
export type Call = hbs.AST.SubExpression;
export type Literal =
  | hbs.AST.StringLiteral
  | hbs.AST.NumberLiteral
  | hbs.AST.BooleanLiteral
  | hbs.AST.UndefinedLiteral
  | hbs.AST.NullLiteral;
export type Expression = Path | Call | Literal;

/** Longest template text, in UTF-16 units. */
export const LONGEST_TEMPLATE = 65_536;

const LEFT_OUT: Readonly<Record<string, string>> = {
  PartialStatement: 'partials ({{> name}})',
  PartialBlockStatement: 'partials ({{#> name}})',
  Decorator: 'decorators ({{* name}})',
  DecoratorBlock: 'decorators ({{#* name}})',
};

/**
 * Parses one text.
 * @param field which field of the template it is, for the error
 * @throws PushError `template-syntax` with field, line and column (both from 1); `invalid-template` for what is no text
 */
export function parseText(text: unknown, field: string): Program {
  // Handlebars also takes a ready-made tree, which would be foreign code's way in (CVE-2026-33937).
  if (typeof text !== 'string') {
    throw new PushError('invalid-template', `${field} must be a text.`, 'Write it as a text.', { field });
  }
  if (text.length > LONGEST_TEMPLATE) {
    throw new PushError('invalid-template', `${field} is ${text.length} characters long; the most is ${LONGEST_TEMPLATE}.`,
      'Shorten the text.', { field });
  }
  refuseDeepNesting(text, field);
  try {
    return handlebars().parse(text);
  } catch (thrown) {
    throw parseError(thrown, field);
  }
}

/** Loaded here and not above: a host lists our nodes without ever writing a message. */
function handlebars(): typeof Handlebars {
  return require('handlebars') as typeof Handlebars;
}

/** The parser's time grows with the square of the depth (8 s for 5000 parentheses): a quick look comes first. */
const DEEPEST_PARSED = 100;

function refuseDeepNesting(text: string, field: string): void {
  let blocks = 0;
  let calls = 0;
  let inside = false;
  for (const { 0: sign, index } of text.matchAll(/\{\{~?(?:[#/]|\^(?!~?\s*\}\}))?|\}\}|[()]/g)) {
    if (sign === '(' || sign === ')') {
      // Outside of braces a parenthesis is plain text.
      calls += inside ? (sign === '(' ? 1 : -1) : 0;
    } else {
      inside = sign !== '}}';
      calls = 0;
      if (/[#^]$/.test(sign)) blocks += 1;
      if (sign.endsWith('/')) blocks -= 1;
    }
    if (Math.max(blocks, calls) <= DEEPEST_PARSED) continue;
    const before = text.slice(0, index).split('\n');
    throw syntaxError(field, { line: before.length, column: before.at(-1)?.length ?? 0 },
      `Blocks or parentheses are nested deeper than ${DEEPEST_PARSED}.`, 'Make the template simpler.');
  }
}

/** A mistake at a place of the text. `at` counts columns from 0, as Handlebars does. */
export function syntaxError(field: string, at: { line: number; column: number }, message: string, hint: string): PushError {
  const column = at.column + 1;
  return new PushError('template-syntax', `${field}, line ${at.line}, column ${column}: ${message}`, hint,
    { field, line: at.line, column });
}

/** Narrows a statement of the tree to those that the language has. */
export function asStatement(node: hbs.AST.Statement, field: string): Statement {
  const what = LEFT_OUT[node.type];
  if (what !== undefined) {
    throw syntaxError(field, node.loc.start, `${what} are not part of the template language.`,
      'Write the text itself in this place.');
  }
  return node as Statement;
}

/** The parser throws its own exception for unmatched blocks, and a plain error, without a place, for the rest. */
function parseError(thrown: unknown, field: string): PushError {
  const error = thrown as { message?: unknown; lineNumber?: unknown; column?: unknown };
  const message = String(error.message);
  if (typeof error.lineNumber === 'number' && typeof error.column === 'number') {
    const at = { line: error.lineNumber, column: error.column };
    return syntaxError(field, at, `${message.replace(/ - \d+:\d+$/, '')}.`, 'Close every block with its own name.');
  }
  const { yylloc } = (handlebars() as unknown as { Parser: { lexer: { yylloc: LexerPlace } } }).Parser.lexer;
  const got = /got '(\w+)'/.exec(message)?.[1];
  const what = got === 'EOF' ? 'the text ends before everything is closed.' : 'this cannot be read as a template.';
  return syntaxError(field, { line: yylloc.first_line, column: yylloc.first_column }, what,
    'Close every {{ with }} and every block with {{/...}}; write a text in quotes.');
}

interface LexerPlace {
  first_line: number;
  first_column: number;
}
