import fc from 'fast-check';
import Handlebars from 'handlebars';
import { PushError } from '../../../core/errors';
import { compileTemplate, templateVariables, type Template, type TemplateOptions } from '../../../core/template';
import { countGraphemes } from '../../../core/template/graphemes';

const write = (body: string, view: object, options: TemplateOptions = {}): string | undefined =>
  compileTemplate({ title: 'T', body }, options)(view).message.body;

function errorOf(action: () => unknown): PushError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof PushError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('the template language, against Handlebars itself', () => {
  const view = {
    a: 'A', n: 3, zero: 0, yes: true, no: false, empty: '', none: [], deep: { b: { c: 'C' } }, list: ['x', 'y', 'z'],
    rows: [{ k: 1, sub: [{ v: 'p' }, { v: 'q' }] }, { k: 2, sub: [] }], map: { one: 1, two: 2 }, 'with space': 'S',
  };
  const plain = (body: string): string => Handlebars.compile(body, { noEscape: true })(view);
  const templates = [
    '{{a}} {{n}} {{zero}} {{yes}} {{no}} {{deep.b.c}} {{[with space]}} {{this.a}} {{./a}}',
    '{{#if a}}1{{else}}0{{/if}}{{#if zero}}1{{else}}0{{/if}}{{#if none}}1{{else}}0{{/if}}{{#if zero includeZero=true}}1{{/if}}',
    '{{#unless no}}1{{else}}0{{/unless}}{{^if yes}}1{{else}}0{{/if}}',
    '{{#each list}}{{@index}}{{this}}{{#if @first}}!{{/if}}{{#unless @last}}, {{/unless}}{{/each}}',
    '{{#each map}}{{@key}}={{.}};{{/each}}',
    '{{#each rows}}{{k}}{{#each sub}}{{../k}}{{v}}{{../../a}}{{@../index}}{{else}}-{{/each}}{{/each}}',
    '{{#each rows as |row i|}}{{i}}:{{row.k}}{{#each row.sub as |s|}}{{s.v}}{{row.k}}{{/each}}{{/each}}',
    '{{#with deep}}{{b.c}}{{../a}}{{@root.n}}{{#with b}}{{c}}{{../../a}}{{/with}}{{/with}}',
    '{{#with missing}}x{{else}}none{{/with}}{{#each missing}}x{{else}}none{{/each}}',
    '{{#if no}}1{{else if zero}}2{{else if a}}3{{else}}4{{/if}}',
    'a {{~a~}} b\n{{#if a}}\n  line\n{{/if}}\nend {{! note }}{{!-- {{x}} --}}',
    '\\{{a}} {{{a}}} {{&a}} {"json": "{{a}}"}',
  ];

  it.each(templates)('%s', (body) => {
    expect(write(body, view)).toBe(plain(body));
  });

  // Without escaping, Handlebars adds neighbouring numbers and booleans up (0 and true give 1): a text keeps them apart.
  it('agrees on any nesting of blocks, fields and text', () => {
    const name = fc.constantFrom('a', 'n', 'yes', 'deep.b.c', 'this.a', '@root.a');
    const subject = fc.constantFrom('a', 'zero', 'none', 'missing', 'deep', 'yes');
    const { body: bodies } = fc.letrec<{ body: string; node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.stringMatching(/^[a-z <&'"\n]{0,6}$/),
        name.map((field) => `<{{${field}}}>`),
        fc.tuple(fc.constantFrom('if', 'unless'), subject, tie('body'), tie('body'))
          .map(([block, field, then, otherwise]) => `{{#${block} ${field}}}${then}{{else}}${otherwise}{{/${block}}}`),
        tie('body').map((inner) => `{{#each list}}<{{@index}}>{{#with @root}}${inner}{{/with}}{{/each}}`),
      ),
      body: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
    }));
    fc.assert(fc.property(bodies, (body) => {
      const expected = plain(body);
      fc.pre(expected.length < 1500);
      expect(write(body, view) ?? '').toBe(expected.trim() === '' ? '' : expected);
    }), { numRuns: 200 });
  });
});

describe('a mistake in a template', () => {
  it.each([
    ['Hi {{name', 1, 6],
    ['ok\n  {{#if a}} {{/each}}', 2, 6],
    ['{{#if a}}', 1, 10],
    ['x {{> part}}', 1, 3],
    ['{{#> part}}{{/part}}', 1, 1],
    ['{{#*inline "p"}}{{/inline}}', 1, 1],
    ['{{* deco}}', 1, 1],
    ['\n{{shout name}}', 2, 1],
    ['{{#section}}{{/section}}', 1, 1],
    ['{{{{raw}}}} {{{{/raw}}}}', 1, 1],
    ['{{truncate name}}', 1, 1],
    ['{{date day colour="red"}}', 1, 12],
    ['{{../name}}', 1, 3],
    ['{{@index}}', 1, 3],
    ['{{log "x"}}', 1, 1],
    ['{{upper (helperMissing a)}}', 1, 9],
    ['{{if a}}', 1, 1],
    ['{{"text"}}', 1, 1],
    ['{{#if a b}}{{/if}}', 1, 1],
  ])('%j is refused with its line and column', (body, line, column) => {
    const { code, fields } = errorOf(() => compileTemplate({ title: 'T', body }));
    expect({ code, fields }).toEqual({ code: 'template-syntax', fields: { field: 'body', line, column } });
  });

  it('names the language that it is in', () => {
    const template: Template = { title: 'Hi', body: 'B', locales: { fr: { title: '{{' } } };
    expect(errorOf(() => compileTemplate(template)).fields['field']).toBe('locales.fr.title');
  });

  it('refuses a ready-made tree instead of a text', () => {
    const tree = Handlebars.parse('{{a}}') as unknown as string;
    expect(errorOf(() => compileTemplate({ title: tree })).code).toBe('invalid-template');
  });

  it('refuses a text of more than 64 kB and blocks nested without end', () => {
    expect(errorOf(() => compileTemplate({ title: 'x'.repeat(65_537) })).code).toBe('invalid-template');
    const nested = '{{#if a}}'.repeat(3000) + '{{/if}}'.repeat(3000);
    expect(errorOf(() => compileTemplate({ title: 'T', body: nested })).code).toBe('template-syntax');
    const parentheses = `{{not ${'(not '.repeat(5000)}a${')'.repeat(5000)}}}`;
    expect(errorOf(() => compileTemplate({ title: 'T', body: parentheses })).code).toBe('template-syntax');
    expect(write(`${'('.repeat(500)}{{#if a}}${'{{#if b}}{{^}}x{{/if}}'.repeat(200)}{{/if}}`, { a: 1 })).toBe('('.repeat(500) + 'x'.repeat(200));
  });
});

describe('hostile data', () => {
  it('reaches own properties only', () => {
    for (const path of ['constructor', '__proto__', 'a.constructor', 'a.__proto__.toString', 'toString', 'list.map', 'a.b.constructor.name']) {
      expect(errorOf(() => write(`{{${path}}}`, { a: { b: 'x' }, list: [1] })).code).toBe('missing-value');
      expect(write(`[{{default ${path} "-"}}]`, { a: { b: 'x' }, list: [1] })).toBe('[-]');
    }
    expect(write('[{{default (lookup a "constructor") "-"}}]', { a: {} })).toBe('[-]');
    expect(write('{{#each a}}{{@key}}{{/each}}', { a: Object.create({ inherited: 1 }) as object })).toBeUndefined();
  });

  it('never calls a function that the data holds', () => {
    const trap = (): never => {
      throw new Error('called');
    };
    expect(errorOf(() => write('{{a}}', { a: trap })).code).toBe('unprintable-value');
    expect(write('{{#if a}}yes{{/if}}', { a: trap })).toBe('yes');
  });

  it('never compiles what a value holds', () => {
    expect(write('{{a}}', { a: '{{b}}', b: 'secret' })).toBe('{{b}}');
  });

  it('stops loops that would never end', () => {
    const list = Array.from({ length: 1000 }, (_, index) => index);
    const loops = '{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}';
    expect(errorOf(() => write(loops, { list })).code).toBe('text-too-long');
    expect(errorOf(() => write('{{#each list}}{{@root.text}}{{/each}}', { list, text: 'x'.repeat(60_000) })).code).toBe('text-too-long');
  });

  it('counts work on long values like turns, so that a short loop cannot go on for minutes', () => {
    const view = { list: Array.from({ length: 2000 }, () => 0), story: 'word '.repeat(200_000) };
    const began = Date.now();
    expect(errorOf(() => write('{{#each list}}{{#if (eq (upper ../story) "x")}}y{{/if}}{{/each}}', view)).code).toBe('text-too-long');
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it('tells a stand-in of a loop once', () => {
    const items = Array.from({ length: 500 }, () => ({}));
    const { warnings, fallbacks } = compileTemplate({ title: 'T', body: '{{#each items}}{{name}}{{/each}}' }, { missing: { fallback: '-' } })({ items });
    expect([warnings.filter(({ code }) => code === 'fallback-used').length, fallbacks]).toEqual([1, ['items[].name']]);
  });

  it('refuses a field of a megabyte where it is printed, and cuts it where the template says so', () => {
    const story = 'word '.repeat(200_000);
    expect(errorOf(() => write('{{story}}', { story }, { overflow: 'shorten' })).code).toBe('text-too-long');
    expect(write('{{truncate story 10}}', { story })).toBe('word word…');
    expect(errorOf(() => write('{{truncate story 10}}', { story: story + story })).code).toBe('text-too-long');
  });

  it('tells a helper that fails from a value that it cannot use', () => {
    const broken = new Proxy(['a'], { get: (_, name) => { throw new Error(`no ${String(name)}`); } });
    const { code, fields } = errorOf(() => write('x {{list names}}', { names: broken }));
    expect({ code, fields }).toEqual({ code: 'helper-failed', fields: { field: 'body', helper: 'list', line: 1, column: 3 } });
    expect(errorOf(() => write('x {{list names}}', { names: 'a' })).code).toBe('bad-value');
  });

  it('stays usable after a person who cannot be written to', () => {
    const personalize = compileTemplate({ title: 'Hi {{name}}' });
    expect(errorOf(() => personalize({})).code).toBe('missing-value');
    expect(errorOf(() => personalize(null as unknown as object)).code).toBe('not-an-object');
    expect(errorOf(() => personalize({ get name(): string { throw new Error('no'); } })).code).toBe('unexpected');
    expect(personalize({ name: 'Ada' }).message.title).toBe('Hi Ada');
  });
});

describe('templateVariables', () => {
  it('lists the fields of the person that any text of any language names', () => {
    const template: Template = {
      title: '{{firstName}} {{default nickname "x"}}',
      body: '{{#each order.items as |item|}}{{item.name}}{{@index}}{{../city}}{{price}}{{@root.vip}}{{/each}}{{#with address}}{{street}}{{/with}}',
      data: { id: '{{id}}' },
      locales: { fr: { title: '{{prenom}}' } },
    };
    expect(templateVariables(template)).toEqual(['firstName', 'nickname', 'order.items', 'order.items[].name', 'city',
      'order.items[].price', 'vip', 'address', 'address.street', 'id', 'prenom']);
  });
});

describe('characters as people see them', () => {
  it('are counted as the segmenter counts them, also where a quick look is enough', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ unit: fc.constantFrom('a', 'é', '\u00ad', '©', '…', '€', '’', '\u0301', '\u200d', '\r', '\n', '️'), maxLength: 20 }));
    fc.assert(fc.property(text, fc.nat({ max: 25 }), (value, most) => {
      const all = [...segmenter.segment(value)].length;
      expect(countGraphemes(value)).toBe(all);
      expect(countGraphemes(value, most)).toBe(Math.min(all, most + 1));
    }), { numRuns: 1000 });
  });
});
