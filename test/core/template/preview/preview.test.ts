import fc from 'fast-check';
import {
  drawPreview, drawPreviewSheet, PREVIEW_SURFACES, PREVIEW_THEMES, previewMessage, readableText, SURFACES, textWidth,
  type PreviewMessage, type ShownText, type SurfacePreview,
} from '../../../../core/template/preview';
import { readSvg } from './svg';

const onScreen = (message: PreviewMessage, surface: (typeof PREVIEW_SURFACES)[number]): SurfacePreview => {
  const shown = previewMessage(message)[surface];
  if (shown === undefined) throw new Error('Nothing is shown.');
  return shown;
};

describe('what a person reads', () => {
  it('shows a short message in full everywhere', () => {
    const preview = previewMessage({ title: 'Hello Anna', body: 'Your order is on its way.' });
    for (const surface of PREVIEW_SURFACES) {
      expect(preview[surface]).toEqual({
        title: { lines: ['Hello Anna'], hidden: 0 }, body: { lines: ['Your order is on its way.'], hidden: 0 }, cut: false, direction: 'ltr',
      });
    }
  });

  it.each([['ios-lock-screen', 4, 150], ['android-collapsed', 1, 35], ['android-expanded', 10, 400]] as const)(
    'on %s keeps %i lines of a body, which is some %i characters', (surface, lines, characters) => {
      const body = 'All the words of this long text come again and again. '.repeat(20);
      const { body: shown, cut } = onScreen({ title: 'T', body }, surface);
      expect(shown.lines).toHaveLength(lines);
      expect(shown.lines.join(' ').length).toBeGreaterThan(characters * 0.9);
      expect(shown.lines.join(' ').length).toBeLessThan(characters * 1.25);
      expect(shown.lines.at(-1)).toMatch(/…$/);
      expect(cut).toBe(true);
    });

  it('counts hidden characters as people see them', () => {
    const family = '👨‍👩‍👧‍👦';
    const { body } = onScreen({ body: family.repeat(40) }, 'android-collapsed');
    const seen = [...new Intl.Segmenter().segment(body.lines.join(''))].length - 1;
    expect(seen + body.hidden).toBe(40);
  });

  it('begins a new line at a line end where the screen has several, and nowhere else', () => {
    const message = { title: 'T', body: 'One\nTwo' };
    expect(onScreen(message, 'android-expanded').body.lines).toEqual(['One', 'Two']);
    expect(onScreen(message, 'android-collapsed').body.lines).toEqual(['One Two']);
  });

  it('breaks between ideographs, but puts no full stop at the beginning of a line', () => {
    const { body } = onScreen({ body: '秋のセールが始まりました。'.repeat(12) }, 'android-expanded');
    expect(body.lines.length).toBeGreaterThan(4);
    for (const line of body.lines) expect(line).not.toMatch(/^[。、]/);
  });

  it('shows the subtitle on iOS only', () => {
    const preview = previewMessage({ title: 'T', subtitle: 'S', body: 'B' });
    expect(PREVIEW_SURFACES.filter((surface) => preview[surface]?.subtitle !== undefined)).toEqual(['ios-lock-screen']);
  });

  it('shows action buttons on Android where the message is expanded; long titles share the room that short ones leave', () => {
    const buttons = ['Yes', 'A title that is far too long for a button', 'Another one that is much too long for it'].map((title) => ({ title }));
    const preview = previewMessage({ title: 'T', body: 'B', buttons });
    expect(PREVIEW_SURFACES.filter((surface) => preview[surface]?.buttons !== undefined)).toEqual(['android-expanded']);
    const { buttons: [short, ...long] = [], cut } = onScreen({ title: 'T', body: 'B', buttons }, 'android-expanded');
    expect(short).toEqual({ lines: ['Yes'], hidden: 0 });
    for (const { lines, hidden } of long) expect([lines[0]?.at(-1), hidden > 0]).toEqual(['…', true]);
    expect(cut).toBe(true);
    expect(onScreen({ title: 'T', buttons: [{ title: 'Oui' }, { title: 'Plus tard' }] }, 'android-expanded').cut).toBe(false);
    expect(onScreen({ title: 'T', buttons: [{ title: 'Later' }] }, 'android-expanded')).toMatchObject({ buttons: [{ lines: ['Later'], hidden: 0 }], cut: false });
  });

  it('has less room for text where there is a picture', () => {
    const body = 'All the words of this long text come again and again. '.repeat(4);
    for (const surface of PREVIEW_SURFACES) {
      expect(onScreen({ title: 'T', body, image: 'https://a.example/b.jpg' }, surface).body.hidden)
        .toBeGreaterThan(onScreen({ title: 'T', body }, surface).body.hidden);
    }
  });

  it('turns round where the first letter is Arabic or Hebrew', () => {
    expect(onScreen({ title: '5 שלום Anna', body: 'B' }, 'ios-lock-screen').direction).toBe('rtl');
    expect(onScreen({ title: 'Anna שלום', body: 'B' }, 'ios-lock-screen').direction).toBe('ltr');
  });

  it('leaves a title less room where "now" is a longer word', () => {
    const message = { title: 'A title that is longer than the line that it has', body: 'B' };
    const hidden = (time?: string) => previewMessage(message, time)['ios-lock-screen']?.title.hidden ?? 0;
    expect(hidden('maintenant')).toBeGreaterThan(hidden());
  });

  it('shows nothing of a silent message', () => {
    expect(previewMessage({ silent: true })).toEqual({});
    expect(readSvg(drawPreviewSheet({ silent: true })).map(({ text }) => text)).toContain('Nothing is shown.');
  });
});

describe('the picture', () => {
  it('puts the name of the app where an iPhone puts it when there is no title', () => {
    const texts = readSvg(drawPreview({ body: 'Ready' }, 'ios-lock-screen', 'light', { app: 'Shop' })).map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(['Shop', 'Ready']));
  });

  it('shows all screens, light and dark, on one sheet', () => {
    const texts = readSvg(drawPreviewSheet({ title: 'Hello', body: 'There' }, { heading: 'anna' })).map(({ text }) => text);
    expect(texts.filter((text) => text === 'Hello')).toHaveLength(6);
    expect(texts).toEqual(expect.arrayContaining(['anna', 'iOS lock screen', 'Android collapsed', 'Android expanded']));
  });
});

const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('word ', 'longer words ', ' ', '\n', '.', '-', 'é', 'e\u0301', '👨‍👩‍👧‍👦', '👩🏽‍🚀', '🇫🇷', '❤️', '漢字', 'かな', '。', 'שלום ', 'مرحبا ', 'नि', 'ไทย', '\u202e', '\u200f') },
  fc.constantFrom('<script>', '</text>', '"', "'", '&', '&amp;', ']]>', '<!--', '\u0000', '\u001b', '\ufffe', '\ud800', 'javascript:alert(1)', 'url(https://a.example)'),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const text = fc.array(part, { maxLength: 80 }).map((parts) => parts.join(''));
const buttons = fc.array(fc.record({ title: text }), { maxLength: 3 });
const message = fc.record<PreviewMessage>({ title: text, subtitle: text, body: text, image: fc.constant('https://a.example/b.jpg'), buttons }, { requiredKeys: [] });

/** The text without blanks: those at the end of a line are not shown. */
const dense = (value: string): string => value.replace(/[\p{Zs}\n]/gu, '');

function expectBeginning(shown: ShownText, original: string): void {
  const whole = readableText(original);
  const borders = new Set([0, whole.length, ...Array.from(new Intl.Segmenter().segment(whole), ({ index }) => index)]);
  const joined = shown.lines.join('');
  const read = dense(shown.hidden > 0 ? joined.replace(/…$/u, '') : joined);
  expect(dense(whole).startsWith(read)).toBe(true);
  if (shown.hidden === 0) expect(read).toBe(dense(whole));
  // Some border of characters of the text has exactly this before it.
  expect([...borders].some((border) => dense(whole.slice(0, border)) === read)).toBe(true);
}

describe('whatever the text', () => {
  it('lines fit their room, and are the beginning of the text up to a border of characters', () => {
    fc.assert(fc.property(message, fc.constantFrom(...PREVIEW_SURFACES), (made, surface) => {
      const shown = onScreen(made, surface);
      for (const field of ['title', 'subtitle', 'body'] as const) {
        const box = SURFACES[surface][field];
        if (box === undefined || shown[field] === undefined || made[field] === undefined) continue;
        expect(shown[field].lines.length).toBeLessThanOrEqual(box.lines);
        for (const line of shown[field].lines) {
          // One character alone may be wider than a line; phones show it all the same.
          if ([...new Intl.Segmenter().segment(line)].length > 1) expect(textWidth(line, box.style)).toBeLessThanOrEqual(box.width + 0.001);
        }
        expectBeginning(shown[field], made[field]);
      }
    }), { numRuns: 400 });
  });

  it('a picture is well-formed, made of shapes and texts only, and leads nowhere', () => {
    fc.assert(fc.property(message, text, fc.constantFrom(...PREVIEW_SURFACES), fc.constantFrom(...PREVIEW_THEMES), (made, other, surface, theme) => {
      readSvg(drawPreview(made, surface, theme, { app: other, time: other }));
      readSvg(drawPreviewSheet(made, { heading: other, app: other, clock: other, day: other }));
    }), { numRuns: 150 });
  });

  it('every text of a picture stands inside of it', () => {
    fc.assert(fc.property(message, fc.constantFrom(...PREVIEW_SURFACES), (made, surface) => {
      for (const { attributes, text: line } of readSvg(drawPreview(made, surface, 'light'))) {
        const x = Number(attributes['x']);
        const width = Number(attributes['textLength']);
        if (attributes['text-anchor'] === 'middle' || line.length < 3) continue;
        const [from, to] = attributes['direction'] === 'rtl' ? [x - width, x] : [x, x + width];
        expect([line, from >= 0, to <= 412]).toEqual([line, true, true]);
      }
    }), { numRuns: 200 });
  });
});
