import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTemplate, type WarningCode } from '../../../core/template';
import { HELPERS } from '../../../core/template/helpers';
import { TEXT_FIELDS } from '../../../core/template/template';

const page = readFileSync(join(__dirname, '../../../docs/messages.md'), 'utf8');
const block = (name: string): unknown => JSON.parse(new RegExp(`\`\`\`json ${name}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '');
const section = (heading: string): string => page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
const rows = (heading: string): string[][] => section(heading).split('\n').filter((line) => /^\| `/.test(line))
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
const codes = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

describe('docs/messages.md', () => {
  it('lists exactly the helpers that there are', () => {
    expect(rows('Helpers').flatMap(([name]) => codes(name)).sort()).toEqual([...HELPERS.keys()].sort());
  });

  it.each(rows('Helpers').map(([, example, gives]) => [codes(example)[0] ?? '', gives ?? '']))('says what %s gives', (example, gives) => {
    const write = compileTemplate({ title: example, body: '.', fragments: { gold: 'valued member' } }, { now: '2026-03-02T22:00:00Z' });
    expect(write(block('person') as object).message.title).toBe(gives);
  });

  it('names every option of every helper', () => {
    const table = new Map(rows('Helpers').map((cells) => [codes(cells[0])[0], cells.join(' ')]));
    for (const [name, { options = [] }] of HELPERS) {
      for (const option of options) expect(`${name}: ${table.get(name)}`).toContain(option);
    }
  });

  it('lists every field', () => {
    const fields = rows('Fields').flatMap(([name]) => codes(name));
    expect(fields).toEqual(expect.arrayContaining([...TEXT_FIELDS, 'data', 'buttons', 'badge', 'ttlSeconds', 'priority',
      'interruptionLevel', 'relevanceScore', 'mutableContent', 'contentAvailable', 'silent', 'voip', 'web', 'liveActivity', 'kind']));
  });

  it('shows the true result of its example', () => {
    const write = compileTemplate({ title: 'Hello {{firstName}}', body: 'Your order is here', link: 'https://shop.example/o/1' });
    expect(write({ firstName: 'Ada' })).toEqual(block('result'));
  });

  it('lists every error code that the sources can throw', () => {
    const root = join(__dirname, '../../../core/template');
    const sources = globSync('**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const thrown = new Set([...sources.matchAll(/new (?:PushError|RunStopper)\(\s*'([a-z-]+)'/g)].map(([, code]) => code));
    expect(rows('What can go wrong').flatMap(([code]) => codes(code)).sort()).toEqual([...thrown, 'unexpected'].sort());
  });

  it('lists every warning', () => {
    const known: Record<WarningCode, true> = {
      'long-title': true, 'long-body': true, 'no-body': true, 'buttons-without-category': true, 'http-link': true, shortened: true,
      'fallback-used': true,
    };
    expect(rows('What comes out').flatMap(([code]) => codes(code)).sort()).toEqual(Object.keys(known).sort());
  });
});
