/** The copy rules as one table; docs/copy.md lists the same codes and says why. */
import { countGraphemes, graphemes } from '../graphemes';
import type { Message } from '../template';
import { readingEase, sentencesOf, wordsOf, type LintLanguage } from './readability';
import { SURFACES } from './surfaces';
import { VOCABULARY } from './vocabulary';

/** What is read: the message, and the language of its words where the lint knows that one. */
export interface Copy {
  message: Message;
  language: LintLanguage | undefined;
}

export interface CopyRule {
  code: string;
  /** What to do about it. */
  advice: string;
  /** Up to this share of people it is not worth a finding. */
  tolerated: number;
  /** What gave offence, or nothing. */
  check(copy: Copy): string | undefined;
}

export const MOST_EXCLAMATION_MARKS = 1;
export const MOST_EMOJI = 1;
/** UK government content design: a sentence of more than 25 words is hard to follow. */
export const LONGEST_SENTENCE_WORDS = 25;
/** Below 50 is "difficult" in Flesch's own table. */
export const LEAST_READING_EASE = 50;
/** Kinds of messages that need not ask for anything. */
const WITHOUT_CALL: ReadonlySet<string | undefined> = new Set(['news', 'alert', 'transaction']);

const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;
const PLACEHOLDER = /\{\{.*?\}\}|\$\{.*?\}|%[A-Z][A-Z_]{2,}%|\*\|.*?\|\*|\[(?:first ?name|name|city|nom|prénom|ville|insert[^\]]*)\]|\[object Object\]|<(?:name|nom|prénom)>|\blorem ipsum\b/iu;
/** As programs and drafts write them; Mr Null is a person. */
const LEFT_OVER = /(?<!\p{L})(?:undefined|null|NaN|TODO|TBD|XXX)(?!\p{L})/u;
/** French puts a blank before ; : ! and ?, English none. */
const HOLE: Readonly<Record<LintLanguage, RegExp>> = { en: / [,.;:!?](?:\s|$)| {2,}|^\s*[,;:!?]/u, fr: / [,.](?:\s|$)| {2,}|^\s*[,;:!?]|, [!?]/u };

export const COPY_RULES: readonly CopyRule[] = [
  ...SURFACES.map(({ id, field, characters, tolerated }): CopyRule => ({
    code: `cut-${id}`,
    advice: `Keep the ${field} within ${characters} characters.`,
    tolerated,
    check: ({ message }) => (lengthWithin(message[field], characters) ? undefined : message[field]),
  })),
  { code: 'no-call-to-action', advice: 'Begin one sentence with the verb that says what to do, or add a button.', tolerated: 0.05, check: missingCall },
  { code: 'vague-call-to-action', advice: 'Say what happens after the tap: "See the shoes", "Choose a time".', tolerated: 0, check: vagueCall },
  { code: 'capitals', advice: 'Write words in small letters; capitals shout.', tolerated: 0, check: capitals },
  {
    code: 'exclamation-marks',
    advice: `At most ${MOST_EXCLAMATION_MARKS} in title and body together.`,
    tolerated: 0,
    check: ({ message }) => over(textOf(message).match(/[!¡！]/gu) ?? [], MOST_EXCLAMATION_MARKS),
  },
  { code: 'emoji', advice: `At most ${MOST_EMOJI}, and none that carries meaning.`, tolerated: 0, check: ({ message }) => over(emoji(textOf(message)), MOST_EMOJI) },
  { code: 'jargon', advice: 'Use the plain word.', tolerated: 0, check: jargon },
  {
    code: 'long-sentence',
    advice: `Cut it in two: at most ${LONGEST_SENTENCE_WORDS} words.`,
    tolerated: 0.05,
    check: ({ message }) => sentencesOf(textOf(message)).find((sentence) => wordsOf(sentence).length > LONGEST_SENTENCE_WORDS)?.trim(),
  },
  {
    code: 'hard-to-read',
    advice: `Use shorter words and sentences: reading ease below ${LEAST_READING_EASE}.`,
    tolerated: 0.05,
    check: ({ message, language }) => {
      const ease = language === undefined ? undefined : readingEase(textOf(message), language);
      return ease === undefined || ease >= LEAST_READING_EASE ? undefined : `reading ease ${Math.round(ease)}`;
    },
  },
  { code: 'placeholder', advice: 'Fill it in, or take it away.', tolerated: 0, check: ({ message }) => (PLACEHOLDER.exec(textOf(message)) ?? LEFT_OVER.exec(textOf(message)))?.[0] },
  {
    code: 'hole',
    advice: 'A value is missing in the middle of the text: give it a stand-in that fits the sentence.',
    tolerated: 0,
    // Where the language is not known, the rule that lets more pass.
    check: ({ message, language = 'fr' }) => [message.title, message.body].find((text) => text !== undefined && HOLE[language].test(text)),
  },
  { code: 'address-in-text', advice: 'Put it into the link; nobody can tap it in a notification.', tolerated: 0, check: ({ message }) => /\bhttps?:\/\/\S+/i.exec(textOf(message))?.[0] },
  {
    code: 'insecure-link',
    advice: 'Use https, or the scheme of the app.',
    tolerated: 0,
    check: ({ message }) => [message.link, ...(message.buttons ?? []).map(({ link }) => link)].find((link) => /^http:/i.test(link ?? '')),
  },
];

function textOf({ title, body }: Message): string {
  return [title, body].filter((text) => text !== undefined).join('\n');
}

/** A character has at least one UTF-16 unit: most texts need no counting. */
function lengthWithin(text: string | undefined, most: number): boolean {
  return text === undefined || text.length <= most || countGraphemes(text, most) <= most;
}

function over(found: readonly string[], most: number): string | undefined {
  return found.length > most ? found.join(' ') : undefined;
}

function emoji(text: string): string[] {
  // Most texts have none, and taking them apart is slow.
  if (!/[\u203c-\u{10ffff}]/u.test(text)) return [];
  return [...graphemes(text)].map(({ segment }) => segment).filter((segment) => EMOJI.test(segment) || /^\p{RI}{2}$/u.test(segment));
}

function missingCall({ message, language }: Copy): string | undefined {
  const { title = '', body = '', buttons, kind } = message;
  if (language === undefined || buttons !== undefined || WITHOUT_CALL.has(kind)) return undefined;
  return beginsWithAction(language).test(`${title}\n${body}`) ? undefined : (message.body ?? message.title);
}

function vagueCall({ message, language }: Copy): string | undefined {
  if (language === undefined) return undefined;
  return phrase(language, 'vague', VOCABULARY[language].vague).exec([textOf(message), ...(message.buttons ?? []).map(({ title }) => title)].join('\n'))?.[0];
}

function jargon({ message, language }: Copy): string | undefined {
  if (language === undefined) return undefined;
  const found = phrase(language, 'jargon', Object.keys(VOCABULARY[language].jargon)).exec(textOf(message))?.[0];
  if (found === undefined) return undefined;
  const plain = VOCABULARY[language].jargon[found.toLowerCase()];
  return plain === undefined || plain === '' ? found : `${found} (${plain})`;
}

/** Two words next to each other, or one long one: a short one alone is rather an abbreviation. */
function capitals({ message }: Copy): string | undefined {
  return /(?<!\p{L})(?:\p{Lu}{3,}(?:[\s'’-]+\p{Lu}{2,})+|\p{Lu}{6,})(?!\p{L})/u.exec(textOf(message))?.[0];
}

const patterns = new Map<string, RegExp>();

/** Any of the phrases as whole words; typographic apostrophes count as plain ones. */
function phrase(language: LintLanguage, name: string, phrases: readonly string[]): RegExp {
  return remembered(`${language} ${name}`, () =>
    new RegExp(`(?<!\\p{L})(?:${phrases.map((one) => one.replaceAll("'", "['’]").replaceAll(' ', '\\s+')).sort((a, b) => b.length - a.length).join('|')})(?!\\p{L})`, 'iu'));
}

function beginsWithAction(language: LintLanguage): RegExp {
  return remembered(`${language} actions`, () =>
    new RegExp(`(?:^|[.!?:;,…–—«“"(]\\s*|\\s-\\s+|\\b(?:and|then|please|et|puis)\\s+)(?:${VOCABULARY[language].actions.join('|')})(?!\\p{L})`, 'imu'));
}

function remembered(key: string, make: () => RegExp): RegExp {
  const known = patterns.get(key);
  if (known !== undefined) return known;
  const made = make();
  patterns.set(key, made);
  return made;
}
