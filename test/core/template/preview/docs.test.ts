import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTemplate } from '../../../../core/template';
import { PREVIEW_SURFACES, previewMessage, SURFACES } from '../../../../core/template/preview';

const page = readFileSync(join(__dirname, '../../../../docs/messages.md'), 'utf8');
const section = page.split(/^## /m).find((part) => part.startsWith('Preview\n')) ?? '';
const rows = new Map(section.split('\n').filter((line) => /^\| `/.test(line)).map((line) => {
  const [screen = '', ...cells] = line.split('|').slice(1, -1).map((cell) => cell.trim());
  return [screen.replaceAll('`', ''), cells] as const;
}));
const AVERAGE = 'The autumn sale has started and everything that you liked last week is up to thirty per cent cheaper until Sunday evening, with free delivery for members and free returns for thirty days. '.repeat(6).trim();
const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;

describe('docs/messages.md, "Preview"', () => {
  it('lists every screen', () => {
    expect([...rows.keys()]).toEqual([...PREVIEW_SURFACES]);
  });

  it.each(PREVIEW_SURFACES)('gives the figures of %s', (screen) => {
    const { title, body, image } = SURFACES[screen];
    const [titleLines, bodyLines, withImage = '', characters = ''] = rows.get(screen) ?? [];
    expect([titleLines, bodyLines]).toEqual([lines(title.lines), lines(body.lines)]);
    expect(withImage).toContain(image.kind === 'large' ? `the body has ${lines(image.bodyLines)}` : 'a small one');
    const shown = previewMessage({ title: AVERAGE, body: AVERAGE })[screen];
    expect([...characters.matchAll(/\d+/g)].map(Number)).toEqual([shown?.title, shown?.body].map((text) => AVERAGE.length - (text?.hidden ?? 0)));
  });

  it('shows the true preview of its example', () => {
    const { message } = compileTemplate({ title: 'Hello {{firstName}}', body: 'Your order is here' })({ firstName: 'Ada' });
    const example = JSON.parse(/```json preview\n([^]*?)```/.exec(section)?.[1] ?? '') as object;
    expect(previewMessage(message)).toMatchObject(example);
  });
});
