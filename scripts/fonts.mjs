// Makes the letters of core/picture/fonts anew: takes the fonts out of their npm packages, keeps the characters that
// messages are written in, and packs them. Needed only where a font or the choice of characters changes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TextDecoder } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

const TARGET = join(dirname(fileURLToPath(import.meta.url)), '../core/picture/fonts');
const GOOGLE = '@expo-google-fonts';
const PACKAGES = [
  'subset-font@2.9.0', 'twemoji-colr-font@15.0.3', `${GOOGLE}/inter@0.4.2`, `${GOOGLE}/roboto@0.4.3`, `${GOOGLE}/noto-sans-arabic@0.4.3`,
  `${GOOGLE}/noto-sans-hebrew@0.4.1`, `${GOOGLE}/noto-sans-devanagari@0.4.1`, `${GOOGLE}/noto-sans-thai@0.4.2`,
  `${GOOGLE}/noto-sans-sc@0.4.3`, `${GOOGLE}/noto-sans-kr@0.4.3`,
];

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)).join('');
/** Characters of the rows of a two-byte encoding: its everyday ideographs stand together. */
function rows(encoding, firstRow, lastRow, firstCell = 0xa1, lastCell = 0xfe) {
  const decoder = new TextDecoder(encoding);
  let text = '';
  for (let row = firstRow; row <= lastRow; row += 1) {
    for (let cell = firstCell; cell <= lastCell; cell += 1) text += decoder.decode(Uint8Array.of(row, cell));
  }
  return text.replaceAll('\uFFFD', '');
}

const LATIN = range(0x20, 0x7e) + range(0xa0, 0x24f) + range(0x1e80, 0x1ef9) + range(0x2010, 0x2044) + range(0x20a0, 0x20c0) + '™←↑→↓−×≈≠≤≥';
const GREEK_CYRILLIC = range(0x370, 0x3ff) + range(0x400, 0x52f) + range(0x300, 0x345);
const ASIAN = range(0x3000, 0x303f) + range(0x3041, 0x30ff) + range(0xff01, 0xff60) + range(0xffe0, 0xffe6);
/** Signs that messages are decorated with and that are no pictograms. */
const SIGNS = '←↑→↓★☆✓✗✘•●○◆◇■□▲△▶▷▼▽◀◁♀♂♪♫※';
// Level 1 of GB 2312 (simplified Chinese) and of JIS X 0208 (Japanese, in EUC-JP).
const HAN = rows('gb2312', 0xb0, 0xd7) + rows('euc-jp', 0xb0, 0xcf);
const HANGUL = rows('euc-kr', 0xb0, 0xc8) + range(0x3131, 0x318e);

const FONTS = [
  { file: 'inter-400', source: [`${GOOGLE}/inter`, '400Regular/Inter_400Regular.ttf'], text: LATIN + GREEK_CYRILLIC },
  { file: 'inter-600', source: [`${GOOGLE}/inter`, '600SemiBold/Inter_600SemiBold.ttf'], text: LATIN + GREEK_CYRILLIC },
  { file: 'roboto-400', source: [`${GOOGLE}/roboto`, '400Regular/Roboto_400Regular.ttf'], text: LATIN + GREEK_CYRILLIC },
  { file: 'roboto-500', source: [`${GOOGLE}/roboto`, '500Medium/Roboto_500Medium.ttf'], text: LATIN + GREEK_CYRILLIC },
  { file: 'noto-sans-arabic', source: [`${GOOGLE}/noto-sans-arabic`, '400Regular/NotoSansArabic_400Regular.ttf'], text: range(0x600, 0x6ff) + range(0xfdf0, 0xfdfd) + range(0x200c, 0x200f) },
  { file: 'noto-sans-hebrew', source: [`${GOOGLE}/noto-sans-hebrew`, '400Regular/NotoSansHebrew_400Regular.ttf'], text: range(0x590, 0x5ff) },
  { file: 'noto-sans-devanagari', source: [`${GOOGLE}/noto-sans-devanagari`, '400Regular/NotoSansDevanagari_400Regular.ttf'], text: range(0x900, 0x97f) + '\u200c\u200d' },
  { file: 'noto-sans-thai', source: [`${GOOGLE}/noto-sans-thai`, '400Regular/NotoSansThai_400Regular.ttf'], text: range(0xe00, 0xe7f) },
  { file: 'noto-sans-sc', source: [`${GOOGLE}/noto-sans-sc`, '400Regular/NotoSansSC_400Regular.ttf'], text: ASIAN + SIGNS + HAN },
  { file: 'noto-sans-kr', source: [`${GOOGLE}/noto-sans-kr`, '400Regular/NotoSansKR_400Regular.ttf'], text: HANGUL },
  { file: 'twemoji', source: ['twemoji-colr-font', 'twemoji.woff2'] },
];

const folder = mkdtempSync(join(tmpdir(), 'fonts-'));
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES], { cwd: folder, stdio: 'inherit' });
  const require = createRequire(join(folder, 'package.json'));
  const subsetFont = require('subset-font');
  const { convert } = require('fontverter');
  mkdirSync(TARGET, { recursive: true });
  for (const { file, source, text } of FONTS) {
    const original = readFileSync(join(folder, 'node_modules', ...source));
    const letters = text === undefined ? await convert(original, 'sfnt') : await subsetFont(original, text, { targetFormat: 'sfnt' });
    const packed = brotliCompressSync(letters, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } });
    writeFileSync(join(TARGET, `${file}.ttf.br`), packed);
    console.log(`${file}: ${original.length} -> ${letters.length} -> ${packed.length} bytes`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
