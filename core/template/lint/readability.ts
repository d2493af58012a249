/** Readability of English (Flesch reading ease, 1948) and French (Kandel and Moles, 1958), both from 0, hard, to 100, easy. */

export const LINT_LANGUAGES = ['en', 'fr'] as const;
export type LintLanguage = (typeof LINT_LANGUAGES)[number];

interface Measure {
  constant: number;
  perWordOfSentence: number;
  perSyllableOfWord: number;
  syllables(word: string): number;
}

const MEASURES: Readonly<Record<LintLanguage, Measure>> = {
  en: { constant: 206.835, perWordOfSentence: 1.015, perSyllableOfWord: 84.6, syllables: englishSyllables },
  fr: { constant: 207, perWordOfSentence: 1.015, perSyllableOfWord: 73.6, syllables: frenchSyllables },
};

/** Fewer words say nothing about a style. */
const FEWEST_WORDS = 12;

/** @returns the measure, or undefined for a text too short to be measured */
export function readingEase(text: string, language: LintLanguage): number | undefined {
  const { constant, perWordOfSentence, perSyllableOfWord, syllables } = MEASURES[language];
  const words = wordsOf(text);
  if (words.length < FEWEST_WORDS) return undefined;
  const sentences = sentencesOf(text).length;
  const spoken = words.reduce((sum, word) => sum + syllables(word.toLowerCase()), 0);
  return constant - perWordOfSentence * (words.length / sentences) - perSyllableOfWord * (spoken / words.length);
}

export function wordsOf(text: string): string[] {
  return text.match(/\p{L}[\p{L}\p{M}]*/gu) ?? [];
}

/** A full stop ends a sentence where a blank or the end follows: 18.30 and shop.example are none. */
export function sentencesOf(text: string): string[] {
  return text.split(/[.!?…]+(?=\s|$)|\n+/u).filter((sentence) => wordsOf(sentence).length > 0);
}

/** Groups of vowels; a final e is silent, but not after l with a consonant before it (table), and so is that of -es and -ed. */
function englishSyllables(word: string): number {
  const spoken = word.replace(/(?:[^laeiouy]|[aeiouy]l)e[sd]?$/, (end) => end.replace(/e[sd]?$/, ''));
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}

/** Groups of vowels, apart where a diaeresis says so; a final e, es or the ent of a verb is silent. */
function frenchSyllables(word: string): number {
  const spoken = word.length > 3 ? word.replace(/(?<=[^aeiouyàâéèêëîïôöùûü])(?:e|es|ent)$/, '') : word;
  return Math.max(1, spoken.match(/[aeiouyàâéèêîôöùûüœæ]+|[ëï]/g)?.length ?? 0);
}
