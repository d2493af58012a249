/** A line of text -> pieces in the order in which they stand from left to right, each in one direction and one font. */
import type { Letters } from './fonts';

export interface Piece {
  text: string;
  direction: 'ltr' | 'rtl';
  /** Undefined where no font has these characters. */
  letters: Letters | undefined;
}

/** The embedding level of each UTF-16 unit: even from left to right, odd from right to left (UAX #9). */
export type Levels = (text: string, direction: 'ltr' | 'rtl') => Uint8Array;

/**
 * @param levels the bidirectional algorithm
 * @param choose the font of a character as people see it
 */
export function visualPieces(
  text: string, direction: 'ltr' | 'rtl', levels: Levels, choose: (grapheme: string) => Letters | undefined,
): Piece[] {
  const found = levels(text, direction);
  const pieces: (Piece & { level: number })[] = [];
  for (const { segment, index } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)) {
    const level = found[index] ?? 0;
    const letters = choose(segment);
    const last = pieces.at(-1);
    if (last?.level === level && last.letters === letters) last.text += segment;
    else pieces.push({ text: segment, level, letters, direction: level % 2 === 0 ? 'ltr' : 'rtl' });
  }
  return reordered(pieces);
}

/** Rule L2: from the highest level down to the lowest odd one, what stands together at that level or above is turned round. */
function reordered<T extends { level: number }>(pieces: readonly T[]): T[] {
  const result = [...pieces];
  const highest = Math.max(0, ...pieces.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < result.length; from += 1) {
      let to = from;
      while (to < result.length && (result[to]?.level ?? 0) >= level) to += 1;
      if (to > from + 1) result.splice(from, to - from, ...result.slice(from, to).reverse());
      from = to;
    }
  }
  return result;
}
