import fc from 'fast-check';
import { PushError } from '../../../core/errors';
import { HELPERS } from '../../../core/template/helpers';
import { compileTemplate, type PersonalizedMessage, type Template, type TemplateOptions } from '../../../core/template';

const LIMIT = 4096;

/** Data as hostile as JSON and programs can make it. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 4000 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt(), fc.date({ noInvalidDate: false }),
  fc.constantFrom('__proto__', 'constructor', 8.64e15, '\u202eabc', '\u0000', 'javascript:alert(1)', '{{x}}', '1e999', '2026-02-30', 'e\u0301'.repeat(900)),
  fc.array(fc.string(), { maxLength: 5 }), fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
);
const person = fc.record({ a: value, b: value, c: value, locale: value, timezone: value }, { requiredKeys: [] });

const template: Template = {
  title: '{{default a "T"}} {{#if b}}{{truncate b 20}}{{/if}}',
  body: 'x{{c}}{{#each a}}{{@key}}{{/each}}{{#if (gt a b)}}{{number a}}{{/if}}{{lookup b "constructor"}}',
  link: 'https://shop.example/{{urlEncode c}}',
  data: { b: '{{default b "-"}}', 'constructor': '{{upper c}}' },
  badge: '{{default b 1}}',
  collapseId: '{{#if a}}{{a}}{{/if}}',
  locales: { fr: { title: '{{date a}}' } },
};
const options = fc.record<TemplateOptions>({
  missing: fc.constantFrom<TemplateOptions['missing']>('refuse', 'empty', { fallback: 'friend' }),
  overflow: fc.constantFrom('refuse', 'shorten'),
  reserveBytes: fc.integer({ min: 0, max: 4000 }),
});

function writeOrRefuse(made: Template, chosen: TemplateOptions, view: object): PersonalizedMessage | undefined {
  try {
    return compileTemplate(made, chosen)(view);
  } catch (thrown) {
    if (thrown instanceof PushError && thrown.code !== 'unexpected') return undefined;
    throw thrown;
  }
}

function expectHonestBudget(written: PersonalizedMessage, reserveBytes = 0, limits = { fcm: LIMIT, apns: LIMIT }): void {
  for (const [payload, bytes, limit] of [[written.fcm, written.bytes.fcm, limits.fcm], [written.apns?.payload, written.bytes.apns, limits.apns]] as const) {
    if (payload === undefined) continue;
    const json = JSON.stringify(payload);
    expect(Buffer.byteLength(json)).toBe(bytes);
    expect(bytes).toBeLessThanOrEqual(limit - reserveBytes);
    expect(JSON.parse(json)).toEqual(payload);
    expect(json.isWellFormed()).toBe(true);
    expect(json).not.toMatch(/\\ud[89a-f]/);
  }
}

describe('whatever the data', () => {
  it('a person gets valid JSON within the budget, or a PushError with a stable code', () => {
    let written = 0;
    fc.assert(fc.property(person, options, (view, chosen) => {
      const result = writeOrRefuse(template, chosen, view);
      if (result === undefined) return;
      written += 1;
      expectHonestBudget(result, chosen.reserveBytes);
      for (const text of Object.values(result.fcm?.['data'] ?? {})) expect(typeof text).toBe('string');
    }), { numRuns: 1000 });
    expect(written).toBeGreaterThan(20);
  });

  const whole: Template = {
    title: '{{default a "T"}}', subtitle: '{{#if b}}{{b}}{{/if}}', body: '{{c}} {{t a}}', badge: '+{{default b 1}}', category: 'C', sound: '{{default a "s"}}',
    image: 'https://img.example/{{urlEncode b}}', webIcon: 'https://img.example/{{urlEncode c}}', web: true, kind: 'promotion', fragments: { x: '{{upper b}}' },
    buttons: [{ id: 'a', title: '{{default a "A"}}', link: 'shop://{{urlEncode b}}' }, { id: 'b', title: '{{#if c}}{{c}}{{/if}}' }],
    locales: { fr: { body: '{{c}}', data: { x: '{{default a "-"}}' } } },
  };
  const kinds: [string, Template, TemplateOptions, { fcm: number; apns: number }][] = [
    ['a whole message', whole, {}, { fcm: 4096, apns: 4096 }],
    ['a message to a topic', whole, { fcmTarget: 'topic' }, { fcm: 2048, apns: 4096 }],
    ['a call', { voip: true, data: { from_: '{{default a "x"}}', b: '{{default b "y"}}' } }, {}, { fcm: 4096, apns: 5120 }],
    ['a Live Activity', {
      title: '{{default a "T"}}', body: '{{default b "B"}}', sound: 's',
      liveActivity: { event: 'start', attributesType: 'A', attributes: { id: '{{a}}' }, contentState: { a: '{{a}}', list: ['{{b}}', { c: 'x {{c}}' }], yes: true, none: null } },
    }, { now: new Date(0) }, { fcm: 4096, apns: 4096 }],
  ];

  it.each(kinds)('%s is valid JSON within its own budget, or a PushError with a stable code', (_, made, fixed, limits) => {
    let written = 0;
    fc.assert(fc.property(person, fc.constantFrom<TemplateOptions['missing']>('refuse', 'empty', { fallback: 'friend' }), fc.constantFrom('refuse', 'shorten'), (view, missing, overflow) => {
      const result = writeOrRefuse(made, { ...fixed, missing, overflow }, view);
      if (result === undefined) return;
      written += 1;
      expectHonestBudget(result, 0, limits);
    }), { numRuns: 250 });
    expect(written).toBeGreaterThan(5);
  });

  it.each([...HELPERS].map(([name, helper]) => [name, helper] as const))('the helper %s gives a text or says what it cannot work with, and never fails of its own', (name, { takes: [least, most], options: names = [] }) => {
    fc.assert(fc.property(fc.tuple(value, value, value, value), person, fc.integer({ min: least, max: Math.min(3, most) }), fc.constantFrom('', ...names), ([a, b, c, o], { locale, timezone }, count, named) => {
      const call = [name, ...['a', 'b', 'c'].slice(0, count), ...(named === '' ? [] : [`${named}=o`])].join(' ');
      for (const title of [`{{${call}}}`, `{{#if (${call})}}yes{{/if}}`]) {
        try {
          compileTemplate({ title, body: 'B' }, { now: new Date(0), missing: 'empty' })({ a, b, c, o, locale, timezone });
        } catch (thrown) {
          expect([thrown instanceof PushError, ['unexpected', 'helper-failed'].includes((thrown as PushError).code) ? (thrown as PushError).message : '']).toEqual([true, '']);
        }
      }
    }), { numRuns: 50 });
  });

  it('the same person gets the same message', () => {
    fc.assert(fc.property(person, options, (view, chosen) => {
      expect(writeOrRefuse(template, chosen, view)).toEqual(writeOrRefuse(template, chosen, structuredClone(view)));
    }), { numRuns: 200 });
  });

  it('a shortened body is a beginning of the text at a border of characters, with an ellipsis, and wastes no room', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    const pieces = fc.constantFrom('a', 'é', 'e\u0301', '"', '\n', ' ', 'mot ', '👩🏽‍🚀', '👨‍👩‍👧‍👦', '🇫🇷', 'नि', '\u0001', 'ﷺ', '漢');
    const text = fc.array(pieces, { minLength: 300, maxLength: 900 }).map((parts) => `x${parts.join('')}`);
    fc.assert(fc.property(text, fc.boolean(), (body, twice) => {
      const made: Template = { title: 'T', body: '{{body}}', ...(twice && { subtitle: 'S' }) };
      const { message, warnings, bytes, ...payloads } = compileTemplate(made, { overflow: 'shorten', reserveBytes: 3500 })({ body });
      expectHonestBudget({ message, warnings, bytes, ...payloads }, 3500);
      if (!warnings.some(({ code }) => code === 'shortened')) {
        expect(message.body).toBe(body);
        return;
      }
      const beginning = message.body?.slice(0, -1) ?? '';
      expect(message.body?.at(-1)).toBe('…');
      expect(body.startsWith(beginning)).toBe(true);
      const borders = new Set([...segmenter.segment(body)].map(({ index }) => index));
      expect(borders.has(beginning.length)).toBe(true);
      // Cut at a word, it keeps at least half; the body stands up to three times in a payload.
      expect(Math.max(bytes.fcm ?? 0, bytes.apns ?? 0)).toBeGreaterThan(300);
    }), { numRuns: 200 });
  });

  it('title and link are never cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
      const made: Template = { title: 'A {{text}}', body: 'B'.repeat(5000), link: 'https://a.example/{{urlEncode text}}' };
      const written = writeOrRefuse(made, { overflow: 'shorten', missing: 'empty' }, { text });
      if (written === undefined || text.trim() === '') return;
      expect(written.message.title).toBe(`A ${text}`);
      expect(written.message.link).toBe(`https://a.example/${encodeURIComponent(text)}`);
    }));
  });
});
