/** The four blocks, with Handlebars' own meaning: if, unless, each, with. */
import { asNumber, isTruthy } from '../helpers/helper';
import { BLOCKS, type BlockName } from '../helpers';
import { compileExpression, type CompiledExpression } from './expressions';
import { isMissing, takeTurn, withinLength, type Run } from './run';
import { deeper, type Place, type Scope, type Turn } from './scope';
import { syntaxError, type Expression, type Program } from './syntax';

type Write = (scope: Scope, run: Run) => string;
type CompileProgram = (program: Program | undefined, place: Place) => Write;

/** @throws PushError `template-syntax` for a block that the language does not have */
export function compileBlock(node: hbs.AST.BlockStatement, place: Place, compileProgram: CompileProgram): Write {
  const name = node.path.original;
  const [param] = node.params;
  if (!isBlockName(name)) {
    throw syntaxError(place.field, node.loc.start, `There is no block '${name}'.`,
      `The blocks are ${BLOCKS.join(', ')}: write {{#if ${name}}} ... {{/if}}.`);
  }
  if (param === undefined || node.params.length > 1) {
    throw syntaxError(place.field, node.loc.start, `The block '${name}' takes 1 value and got ${node.params.length}.`,
      `Write {{#${name} value}}, or {{#${name} (helper value)}}.`);
  }
  checkOptions(node, name, place);
  const subject = compileExpression(param as Expression, place);
  const programs = { then: optional(node.program), otherwise: optional(node.inverse) };
  const same = deeper(place, node.loc.start);
  const otherwise = compileProgram(programs.otherwise, same);
  if (name === 'each') return eachBlock(subject, compileProgram(programs.then, inner(node, subject, place, name)), otherwise);
  if (name === 'with') return withBlock(subject, compileProgram(programs.then, inner(node, subject, place, name)), otherwise);
  const then = compileProgram(programs.then, same);
  const includeZero = hasOption(node, 'includeZero');
  return testBlock(subject, includeZero, name === 'if' ? [then, otherwise] : [otherwise, then]);
}

function testBlock({ evaluate }: CompiledExpression, includeZero: boolean, [then, otherwise]: [Write, Write]): Write {
  return (scope, run) => {
    const value = evaluate(scope, run);
    return isTruthy(value) || (includeZero && asNumber(value) === 0) ? then(scope, run) : otherwise(scope, run);
  };
}

function withBlock({ evaluate }: CompiledExpression, then: Write, otherwise: Write): Write {
  return (scope, run) => {
    const self = evaluate(scope, run);
    return isTruthy(self) ? then({ self, up: scope, turn: scope.turn }, run) : otherwise(scope, run);
  };
}

/** Loops over a list, or over an object's own fields. */
function eachBlock({ evaluate }: CompiledExpression, then: Write, otherwise: Write): Write {
  return (scope, run) => {
    const subject = evaluate(scope, run);
    if (typeof subject !== 'object' || isMissing(subject)) return otherwise(scope, run);
    const list = Array.isArray(subject) ? (subject as unknown[]) : undefined;
    const keys = list === undefined ? Object.keys(subject as object) : undefined;
    const length = list?.length ?? keys?.length ?? 0;
    if (length === 0) return otherwise(scope, run);
    let text = '';
    for (let index = 0; index < length; index += 1) {
      takeTurn(run);
      const key = keys?.[index] ?? index;
      const self = list === undefined ? (subject as Record<string | number, unknown>)[key] : list[index];
      const turn: Turn = { key, index, first: index === 0, last: index === length - 1, up: scope.turn };
      text = withinLength(run, text + then({ self, up: scope, turn }, run));
    }
    return text;
  };
}

function inner(node: hbs.AST.BlockStatement, subject: CompiledExpression, place: Place, name: BlockName): Place {
  const [param] = node.params;
  const isPath = param?.type === 'PathExpression' && !subject.name.startsWith('@');
  return {
    ...place,
    up: place,
    path: isPath ? (name === 'each' ? `${subject.name}[]` : subject.name) : undefined,
    names: optional(node.program)?.blockParams ?? [],
    depth: place.depth + 1,
    loops: place.loops + (name === 'each' ? 1 : 0),
  };
}

function checkOptions(node: hbs.AST.BlockStatement, name: BlockName, place: Place): void {
  const pairs = (node.hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  for (const { key, value, loc } of pairs) {
    const known = key === 'includeZero' && (name === 'if' || name === 'unless') && value.type === 'BooleanLiteral';
    if (!known) throw syntaxError(place.field, loc.start, `The block '${name}' has no option '${key}'.`, 'Take it away.');
  }
}

function hasOption(node: hbs.AST.BlockStatement, name: string): boolean {
  const pairs = (node.hash as hbs.AST.Hash | undefined)?.pairs ?? [];
  return pairs.some(({ key, value }) => key === name && (value as hbs.AST.BooleanLiteral).value);
}

function isBlockName(name: string): name is BlockName {
  return (BLOCKS as readonly string[]).includes(name);
}

/** Handlebars' types say that these are always there; {{^if}} has no program and most blocks have no inverse. */
function optional(program: Program): Program | undefined {
  return program as Program | undefined;
}
