/** Helpers that change a text: case, length, addresses, lists. */
import { countGraphemes, firstGraphemes } from '../graphemes';
import { isMissing } from '../language/run';
import { BadArgument, needCount, needText, type Helper } from './helper';

const MOST_LISTED = 1000;

/**
 * First letters in capitals. Inner capitals stay (McDonald) unless the whole text shouts; a name such as O'Neil has
 * two first letters, a word such as don't one.
 */
function titleCase(text: string, locale: string): string {
  const base = text === text.toLocaleUpperCase(locale) ? text.toLocaleLowerCase(locale) : text;
  return base.replace(/\p{L}[\p{L}\p{M}]*/gu, (word: string, at: number) => {
    const afterApostrophe = /['’]/.test(base.charAt(at - 1));
    const initialBefore = /(^|[^\p{L}\p{M}])\p{L}$/u.test(base.slice(Math.max(0, at - 4), Math.max(0, at - 1)));
    if (afterApostrophe && !initialBefore) return word;
    const [first = ''] = word;
    return first.toLocaleUpperCase(locale) + word.slice(first.length);
  });
}

export const textHelpers = {
  upper: {
    takes: [1, 1],
    run: ([value], _, { locale }) => needText(value).toLocaleUpperCase(locale),
  },
  lower: {
    takes: [1, 1],
    run: ([value], _, { locale }) => needText(value).toLocaleLowerCase(locale),
  },
  title: {
    takes: [1, 1],
    run: ([value], _, { locale }) => titleCase(needText(value), locale),
  },
  truncate: {
    takes: [2, 3],
    run: ([value, length, ellipsis = '…']) => {
      const text = needText(value);
      const most = needCount(length, 'the length', 1, 10_000);
      const end = needText(ellipsis, 'the ellipsis');
      if (text.length <= most || countGraphemes(text, most) <= most) return text;
      const room = most - countGraphemes(end);
      if (room < 0) throw new BadArgument('the ellipsis is longer than the length');
      return firstGraphemes(text, room).trimEnd() + end;
    },
  },
  /** A fragment of the template in the person's language. Its name may be a value, such as the state of an order. */
  t: {
    takes: [1, 1],
    tolerant: true,
    named: ([name]) => `fragments[${name}]`,
    run: ([name], _, run) => (isMissing(name) ? undefined : run.fragments.get(needText(name, 'the name of the fragment'))?.(run)),
  },
  urlEncode: {
    takes: [1, 1],
    run: ([value]) => encodeURIComponent(needText(value).toWellFormed()),
  },
  list: {
    takes: [1, 1],
    options: ['type'],
    run: ([value], { type = 'and' }, run) => {
      if (!Array.isArray(value)) throw new BadArgument('its value is not a list');
      if (value.length > MOST_LISTED) throw new BadArgument(`its list holds more than ${MOST_LISTED} entries`);
      if (type !== 'and' && type !== 'or') throw new BadArgument("its type is neither 'and' nor 'or'");
      const texts = value.filter((entry) => !isMissing(entry)).map((entry: unknown) => needText(entry, 'an entry of its list'));
      const format = run.formats.get(`list ${run.locale} ${type}`, () =>
        new Intl.ListFormat(run.locale, { type: type === 'and' ? 'conjunction' : 'disjunction' }));
      return format.format(texts);
    },
  },
} satisfies Record<string, Helper>;
