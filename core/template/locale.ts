/** Which language a person is written to in. */

/** Locales come from data; only so many are remembered. */
const MOST_REMEMBERED = 1000;
const LAST_RESORT = 'en';

export interface LocaleChoice {
  /** Index into the catalogue, -1 for the common texts. */
  entry: number;
  /** Language of the chosen texts, where the template says one. */
  textLocale: string | undefined;
  /** Language of numbers and dates. */
  formatLocale: string;
}

/** A language tag in its canonical form (`fr_fr` -> `fr-FR`), or undefined for what is none. */
export function canonicalLocale(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  try {
    return Intl.getCanonicalLocales(value.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/** The tag, then the tag with its last parts taken off one by one (RFC 4647 section 3.4, lookup). */
export function lookupChain(locale: string): string[] {
  const parts = locale.split('-');
  const chain: string[] = [];
  while (parts.length > 0) {
    chain.push(parts.join('-'));
    parts.pop();
    // A single letter only introduces what came after it.
    if (parts.at(-1)?.length === 1) parts.pop();
  }
  return chain;
}

/**
 * Chooses for each person exact -> language -> default. Numbers and dates follow the person's region where the text is
 * in their language, else the language of the text.
 * @param tags canonical tags of the catalogue
 */
export function localeChooser(tags: readonly string[], defaultLocale: string | undefined): (locale: unknown) => LocaleChoice {
  const remembered = new Map<unknown, LocaleChoice>();
  const fallback = defaultLocale === undefined ? -1 : tags.indexOf(defaultLocale);

  const choose = (value: unknown): LocaleChoice => {
    const person = canonicalLocale(value);
    const chain = person === undefined ? [] : lookupChain(person);
    const found = chain.map((tag) => tags.indexOf(tag)).find((index) => index >= 0);
    const entry = found ?? fallback;
    const textLocale = entry >= 0 ? tags[entry] : defaultLocale;
    return { entry, textLocale, formatLocale: formatLocale(person, textLocale) };
  };
  return (value) => {
    const known = remembered.get(value);
    if (known !== undefined) return known;
    const choice = choose(value);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(value, choice);
    return choice;
  };
}

function formatLocale(person: string | undefined, text: string | undefined): string {
  if (person === undefined) return text ?? LAST_RESORT;
  if (text === undefined) return person;
  return person.split('-')[0] === text.split('-')[0] ? person : text;
}
