import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { COPY_RULES, CopyReport, readingEase, SURFACES, type Message } from '../../../core/template';

/** Codes of the rules that one message breaks, whatever share is tolerated. */
const broken = (message: Message): string[] => COPY_RULES
  .filter(({ check }) => check({ message, language: message.locale?.startsWith('fr') ? 'fr' : message.locale?.startsWith('en') ? 'en' : undefined }) !== undefined)
  .map(({ code }) => code).filter((code) => !['cut-android-collapsed', 'cut-ios-banner'].includes(code));
const en = (title: string, body: string, more: Message = {}): Message => ({ locale: 'en', title, body, ...more });
const fr = (title: string, body: string, more: Message = {}): Message => ({ locale: 'fr', title, body, ...more });

describe('the copy rules', () => {
  it.each([
    en('20% off new running shoes', 'In your size, until Sunday. See the shoes'),
    en('Your free trial ends Friday', 'Keep your training plans: choose a plan.'),
    en('Your parcel arrives at 18:00', 'Open the app to change the time.'),
    en('Your yoga class is back 🧘', 'Monday at 7, ten places left. Book yours!'),
    en('Ms Null, your NATO badge is ready', 'Collect it at gate B, until 6 p.m.'),
    en('Parcel delivered', 'It waits at your door.', { kind: 'transaction' }),
    fr('20 % de moins en running', "Dans votre pointure, jusqu'à dimanche. Voir les chaussures"),
    fr('Votre essai finit vendredi', 'Gardez vos séances : choisissez une formule.'),
    fr('Votre colis arrive à 18 h', "Ouvrez l'application pour changer l'heure."),
    fr('Bonjour Zoé !', 'Le yoga reprend lundi. Réservez votre place.'),
    { locale: 'de', title: 'Todo: alles klar?', body: 'Ihr Paket ist da' },
  ])('find nothing wrong with $title / $body', (message) => {
    expect(broken(message)).toEqual([]);
  });

  it.each<[string, Message]>([
    ['cut-title', en('x'.repeat(51), 'See it')],
    ['cut-ios-lock-screen', en('T', `See it ${'y'.repeat(110)}`)],
    ['cut-anywhere', en('T', `See it ${'y'.repeat(150)}`)],
    ['cut-android-expanded', en('T', `See it ${'y '.repeat(300)}`)],
    ['no-call-to-action', en('Autumn sale', 'Our prices are lower than ever.')],
    ['no-call-to-action', fr('Soldes', 'Nos prix sont plus bas que jamais.')],
    ['vague-call-to-action', en('Autumn sale', 'Click here')],
    ['vague-call-to-action', en('Autumn sale', 'See the shoes', { buttons: [{ id: 'a', title: 'Learn more' }] })],
    ['vague-call-to-action', en('Last days', "Don’t miss out")],
    ['vague-call-to-action', fr('Soldes', 'Cliquez  ici')],
    ['capitals', en('BIG NEWS', 'See the shoes')],
    ['capitals', fr('GRANDE vente', 'Voir les chaussures')],
    ['exclamation-marks', en('Hello!', 'See the shoes!')],
    ['emoji', en('Sale 🎉', 'See the shoes 👨‍👩‍👧')],
    ['emoji', en('Bonjour 🇫🇷🇫🇷', 'See it')],
    ['jargon', en('A seamless checkout', 'Try it')],
    ['jargon', fr('Une offre incontournable', 'Voir le prix')],
    ['long-sentence', en('T', `See ${'the '.repeat(26)}shoes`)],
    ['hard-to-read', en('T', 'Organisational accountability necessitates comprehensive administrative documentation regarding international telecommunications infrastructure; see accompanying explanatory communication.')],
    ['hard-to-read', fr('T', "L'administration communique une réglementation particulièrement contraignante concernant l'organisation internationale ; consulter la documentation explicative complémentaire.")],
    ['placeholder', en('Hi {{firstName}}', 'See it')],
    ['placeholder', en('Hi [First Name]', 'See it')],
    ['placeholder', en('Hi *|FNAME|*', 'See it')],
    ['placeholder', en('Hi undefined', 'See it')],
    ['placeholder', en('TODO', 'See it')],
    ['hole', en('Hello ,', 'see it. See')],
    ['hole', en('Hello !', 'See it')],
    ['hole', fr('Bonjour , voici', 'Voir')],
    ['hole', en('Your  order', 'See it')],
    ['address-in-text', en('Sale', 'See https://shop.example')],
    ['insecure-link', en('Sale', 'See it', { link: 'http://127.0.0.1/' })],
  ])('%s: %j', (code, message) => {
    expect(broken(message)).toContain(code);
  });

  it('keep words out of it where the language is not known', () => {
    expect(broken({ title: 'Click here', body: 'A seamless checkout' })).toEqual([]);
  });

  it('never fail, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('en', 'fr', undefined), (text, language) => {
      for (const { check } of COPY_RULES) check({ message: { title: text, body: text }, language });
    }), { numRuns: 300 });
  });

  it('take a time that grows no faster than the text', () => {
    const message = (size: number): Message => en('T', `${'Aa '.repeat(size)}${' '.repeat(size)}${'{{'.repeat(size)}`);
    expect(broken(message(10_000))).toContain('cut-android-expanded');
  });
});

describe('reading ease', () => {
  it('is Flesch’s for English, and Kandel and Moles’s for French', () => {
    // 12 words, 2 sentences, 12 syllables: 206.835 - 1.015 * 6 - 84.6
    expect(readingEase('The cat sat on the mat. The dog ran to the sun.', 'en')).toBeCloseTo(116.145, 3);
    // 12 words, 2 sentences, 12 syllables: 207 - 1.015 * 6 - 73.6
    expect(readingEase('Le chat dort sur le lit. Le chien court dans la cour.', 'fr')).toBeCloseTo(127.31, 2);
    expect(readingEase('See the shoes', 'en')).toBeUndefined();
  });

  it('counts syllables: make 1, table 2, beautiful 3; nation 2, chantent 1, maïs 2', () => {
    const ease = (words: string, language: 'en' | 'fr') => readingEase(`${words} `.repeat(12).trim(), language) ?? NaN;
    const syllables = (word: string, language: 'en' | 'fr') => Math.round((language === 'en' ? (206.835 - 1.015 * 12 - ease(word, 'en')) / 84.6 : (207 - 1.015 * 12 - ease(word, 'fr')) / 73.6));
    expect(['make', 'table', 'beautiful', 'see', 'the', 'jumped'].map((word) => syllables(word, 'en'))).toEqual([1, 2, 3, 1, 1, 1]);
    expect(['nation', 'chantent', 'maïs', 'été', 'porte'].map((word) => syllables(word, 'fr'))).toEqual([2, 1, 2, 2, 1]);
  });
});

describe('the report on an audience', () => {
  it('gives lengths as people see them, and how many are cut on each surface', () => {
    const report = new CopyReport();
    for (let n = 1; n <= 100; n++) report.add(en('👨‍👩‍👧‍👦', 'é'.repeat(n)));
    const { people, lengths, surfaces } = report.toJSON();
    expect([people, lengths]).toEqual([100, { title: { p50: 1, p95: 1, max: 1 }, body: { p50: 50, p95: 95, max: 100 } }]);
    expect(surfaces.map(({ surface, cut, share }) => [surface, cut, share])).toEqual([
      ['title', 0, 0], ['android-collapsed', 51, 0.51], ['ios-banner', 38, 0.38], ['ios-lock-screen', 0, 0], ['anywhere', 0, 0], ['android-expanded', 0, 0],
    ]);
  });

  it('lets a rare long name pass, and says who when it is not rare', () => {
    const report = (long: number) => {
      const made = new CopyReport();
      for (let n = 0; n < 100; n++) made.add(en(n < long ? `${'Long'.repeat(20)} ${n}` : 'Ada', 'See the shoes'), [], `p${n}`);
      return made.toJSON().findings;
    };
    expect(report(5)).toEqual([]);
    expect(report(6)).toMatchObject([{ rule: 'cut-title', people: 6, share: 0.06, examples: [{ id: 'p0' }, { id: 'p1' }, { id: 'p2' }] }]);
  });

  it('finds a field that falls back for more than the set share', () => {
    const report = (options: object, of: number) => {
      const made = new CopyReport(options);
      for (let n = 0; n < 10; n++) made.add(en('Hello there', 'See the shoes'), n < of ? ['firstName'] : []);
      return made.toJSON().findings;
    };
    expect(report({}, 2)).toEqual([]);
    expect(report({}, 3)).toMatchObject([{ rule: 'fallbacks', field: 'firstName', people: 3, share: 0.3 }]);
    expect(report({ fallbackShare: 0 }, 1)).toHaveLength(1);
    expect(() => new CopyReport({ fallbackShare: 2 })).toThrow(RangeError);
  });

  it('of nobody is empty', () => {
    expect(new CopyReport().toJSON()).toMatchObject({ people: 0, lengths: {}, findings: [] });
  });
});

describe('docs/copy.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/copy.md'), 'utf8');

  const [english = '', french = ''] = page.split('\n## Français\n');

  it.each([['English', english], ['French', french]])('lists every rule in %s', (_, part) => {
    const first = part.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|')[1] ?? '');
    const codes = first.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code));
    expect(codes.sort()).toEqual([...COPY_RULES.map(({ code }) => code), 'fallbacks'].sort());
  });

  it('says in both languages how long a text may be, and has as many pieces of advice', () => {
    for (const { characters } of SURFACES) expect([english, french].map((part) => part.includes(String(characters)))).toEqual([true, true]);
    const advice = (part: string) => part.match(/^\d+\. \*\*/gm)?.length;
    expect([advice(english), advice(french)]).toEqual([9, 9]);
  });

  it('shows the figures of every surface with their source', () => {
    for (const { id, characters, source } of SURFACES) {
      const row = page.split('\n').find((line) => line.includes(`\`cut-${id}\``));
      expect(row).toContain(` ${characters} `);
      expect(page).toContain(source);
    }
  });
});
