/** Characters as people see them (grapheme clusters, UAX #29): a family emoji is one, an accent belongs to its letter. */

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The characters of a text, one after the other, with their place in UTF-16 units. */
export function graphemes(text: string): Iterable<{ segment: string; index: number }> {
  return segmenter.segment(text);
}

/** Latin letters, digits and usual signs: each is a character of its own, whatever stands beside it. */
const PLAIN = /^[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u20ac]*$/;

/** How many characters a person sees; stops counting at `most` + 1. */
export function countGraphemes(text: string, most = Infinity): number {
  if (PLAIN.test(text)) return Math.min(text.length, most + 1);
  const characters = graphemes(text)[Symbol.iterator]();
  let count = 0;
  while (count <= most && characters.next().done !== true) count += 1;
  return count;
}

/** The longest beginning of at most `most` characters. */
export function firstGraphemes(text: string, most: number): string {
  if (text.length <= most) return text;
  let count = 0;
  for (const { index } of graphemes(text)) {
    if (count === most) return text.slice(0, index);
    count += 1;
  }
  return text;
}
