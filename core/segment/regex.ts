/**
 * Regular expressions that cannot hang the host.
 *
 * JavaScript's engine tries one way after another, and some patterns have more ways than there are atoms. The rule
 * here: count the ways. Where two alternatives, or going round a repeat once more and leaving it, can begin with the
 * same character, the engine may have to try both, and the ways multiply; inside an unlimited repeat there must be
 * no such choice at all, and outside the product must stay below a budget. Back references and look-around are
 * refused, since they cannot be counted. Texts are tested up to {@link LONGEST_SUBJECT} characters.
 */
import { PushError } from '../errors';
import { parsePattern, type Characters, type PatternNode } from './regex-syntax';

export const LONGEST_PATTERN = 200;
export const LONGEST_SUBJECT = 500;

/**
 * The product of the ways and of the places where a match can start: so one unlimited repeat with a choice is allowed,
 * two where the pattern begins with `^`. The worst that passes takes 45 ms for a text (`[a-z].*x[a-z]*9` on 500 x).
 */
const BUDGET = LONGEST_SUBJECT ** 2;

/**
 * @throws PushError `regex-invalid` for a pattern that does not parse, `regex-unsafe` for one that could hang
 */
export function compileRegex(source: string, fold: boolean, place: string): RegExp {
  if (source.length > LONGEST_PATTERN) {
    throw new PushError('regex-unsafe', `The regular expression at ${place} is longer than ${LONGEST_PATTERN} characters.`,
      'Use $in, $startsWith or several shorter expressions.', { place });
  }
  let regex: RegExp;
  try {
    regex = new RegExp(source, fold ? 'i' : '');
  } catch (error) {
    throw new PushError('regex-invalid', `The regular expression at ${place} cannot be read: ${(error as Error).message}.`,
      'Correct the expression; a special character that stands for itself needs a backslash.', { place });
  }
  const pattern = parsePattern(source, fold);
  if (pattern === undefined) {
    throw new PushError('regex-unsafe', `The regular expression at ${place} uses a back reference or look-around.`,
      'Write it without; $and, $or and $not can join simpler expressions.', { place });
  }
  const starts = beginsAtStart(pattern) ? 1 : LONGEST_SUBJECT;
  if (ways(pattern, 0n) * starts > BUDGET) {
    throw new PushError('regex-unsafe', `The regular expression at ${place} could take very long on some texts.`,
      'Avoid repeats inside repeats, such as (a+)+, and several that match the same characters, such as .*.*; begin with ^.',
      { place });
  }
  return regex;
}

/** True where the regular expression is found in the text; texts that are too long are not searched. */
export function foundIn(regex: RegExp, text: string): boolean {
  return text.length <= LONGEST_SUBJECT && regex.test(text);
}

/** How many ways through the node one text can have at most, given the characters that may follow it. */
function ways(node: PatternNode, follow: Characters): number {
  switch (node.kind) {
    case 'characters':
    case 'assertion':
      return 1;
    case 'sequence': {
      let product = 1;
      let after = follow;
      for (const part of node.parts.toReversed()) {
        product *= ways(part, after);
        after = firstOf(part, after);
      }
      return product;
    }
    case 'choice': {
      const each = node.options.map((option) => ways(option, follow));
      const firsts = node.options.map((option) => firstOf(option, follow));
      const apart = firsts.every((first, index) => firsts.slice(index + 1).every((other) => (first & other) === 0n));
      const severalEmpty = node.options.filter(isNullable).length > 1;
      return apart && !severalEmpty ? Math.max(...each) : each.reduce((sum, one) => sum + one, 0);
    }
    case 'repeat': {
      const { body, min, max } = node;
      if (max === 0) return 1;
      const first = firstOf(body, 0n);
      const inside = ways(body, max > 1 ? first | follow : follow);
      if (isNullable(body) && max > 1) return Infinity;
      const leaving = min !== max && ((first & follow) !== 0n || isNullable(body))
        ? Math.min(max - min + 1, LONGEST_SUBJECT)
        : 1;
      return leaving * (inside === 1 ? 1 : inside ** max);
    }
  }
}

/** The characters with which the node, or what follows it where it can be empty, may begin. */
function firstOf(node: PatternNode, follow: Characters): Characters {
  switch (node.kind) {
    case 'characters':
      return node.set;
    case 'assertion':
      return node.atEnd ? 0n : follow;
    case 'sequence':
      return node.parts.reduceRight((after, part) => firstOf(part, after), follow);
    case 'choice':
      return node.options.reduce((set, option) => set | firstOf(option, follow), 0n);
    case 'repeat':
      return node.max === 0 ? follow : firstOf(node.body, follow) | (node.min === 0 ? follow : 0n);
  }
}

function isNullable(node: PatternNode): boolean {
  switch (node.kind) {
    case 'characters':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return node.parts.every(isNullable);
    case 'choice':
      return node.options.some(isNullable);
    case 'repeat':
      return node.min === 0 || isNullable(node.body);
  }
}

function beginsAtStart(node: PatternNode): boolean {
  if (node.kind === 'assertion') return node.atStart;
  if (node.kind === 'choice') return node.options.every(beginsAtStart);
  if (node.kind === 'repeat') return node.min > 0 && beginsAtStart(node.body);
  return node.kind === 'sequence' && node.parts[0] !== undefined && beginsAtStart(node.parts[0]);
}
