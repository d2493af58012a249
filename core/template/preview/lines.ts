/** A text in a box: where its lines break, and where it is cut off. Characters as people see them are never split. */
import { countGraphemes, graphemes } from '../graphemes';
import type { TextBox, TextStyle } from './surfaces';
import { graphemeWidth } from './widths';

export const ELLIPSIS = '…';

/** A text as a screen shows it. */
export interface ShownText {
  /** The lines as read, the last with an ellipsis where the text was cut. */
  lines: string[];
  /** Characters (as people see them) of the text that stand nowhere on this screen. */
  hidden: number;
}

/** What a phone makes of a text before it shows it: no lone surrogates, no control characters but line ends. */
export function readableText(text: string): string {
  return text.toWellFormed().replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '').replaceAll('\t', ' ').trim();
}

interface Character {
  text: string;
  width: number;
  /** Place behind it in the text. */
  end: number;
}

/**
 * @param text as {@link readableText} gives it
 * @returns at most `box.lines` lines, none wider than the box; lines that were joined again with the blanks between them
 *   are the beginning of the text
 */
export function fitText(text: string, box: TextBox): ShownText {
  const characters = Array.from(graphemes(box.lineEnds === 'kept' ? text : text.replaceAll('\n', ' ')), ({ segment, index }): Character => (
    { text: segment, width: graphemeWidth(segment, box.style), end: index + segment.length }));
  const lines: string[] = [];
  let from = 0;
  while (from < characters.length) {
    const width = lines.length === 0 ? (box.firstWidth ?? box.width) : box.width;
    const { end, next } = nextLine(characters, from, width);
    if (lines.length === box.lines - 1 && next < characters.length) {
      const last = cutLine(characters, from, width, box.style);
      lines.push(textOf(characters, from, last).trimEnd() + ELLIPSIS);
      return { lines, hidden: countGraphemes(text.slice(characters[last - 1]?.end ?? 0).trimStart()) };
    }
    lines.push(textOf(characters, from, end));
    from = next;
  }
  return { lines, hidden: 0 };
}

/** The line that begins at `from`: `end` without the blanks behind it, `next` where the next line begins. */
function nextLine(characters: readonly Character[], from: number, width: number): { end: number; next: number } {
  let left = width;
  let breakAt: number | undefined;
  for (let at = from; at < characters.length; at += 1) {
    const { text, width: own } = characters[at] as Character;
    if (text === '\n') return { end: at, next: at + 1 };
    if (isBlank(text)) breakAt = at + 1;
    else if (at > from && mayBreakBefore(characters[at - 1]?.text ?? '', text)) breakAt = at;
    left -= own;
    // Blanks at the end of a line may hang over.
    if (left < 0 && !isBlank(text)) return lineUpTo(characters, from, breakAt ?? Math.max(at, from + 1));
  }
  return { end: characters.length, next: characters.length };
}

function lineUpTo(characters: readonly Character[], from: number, next: number): { end: number; next: number } {
  let end = next;
  while (end > from && isBlank(characters[end - 1]?.text ?? '')) end -= 1;
  return { end, next };
}

/** Where the last line ends, so that an ellipsis has room behind it; phones cut within words. */
function cutLine(characters: readonly Character[], from: number, width: number, style: TextStyle): number {
  let left = width - graphemeWidth(ELLIPSIS, style);
  let at = from;
  while (at < characters.length && characters[at]?.text !== '\n') {
    left -= characters[at]?.width ?? 0;
    if (left < 0) break;
    at += 1;
  }
  return at;
}

function textOf(characters: readonly Character[], from: number, end: number): string {
  return characters.slice(from, end).map(({ text }) => text).join('');
}

function isBlank(character: string): boolean {
  return /^\p{Zs}/u.test(character) && character !== '\u00A0' && character !== '\u202F';
}

const IDEOGRAPH = /^[\u2E80-\u2FFF\u3003-\u3007\u3012-\u3400\u3041-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\u{20000}-\u{3FFFF}]/u;
/** Closing brackets, stops and small kana begin no line; opening brackets end none. */
const NOT_FIRST = /^[、。，．・：；？！）」』】〉》〕｝ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…%％)\]},.!?:;]/u;
const NOT_LAST = /^[（「『【〈《〔｛([{]/u;

function mayBreakBefore(before: string, character: string): boolean {
  if (before === '-' || before === '\u2010') return !isBlank(character);
  return (IDEOGRAPH.test(before) || IDEOGRAPH.test(character)) && !NOT_FIRST.test(character) && !NOT_LAST.test(before);
}
