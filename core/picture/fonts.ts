/** The letters that come with this package: HarfBuzz and the fonts are loaded when the first picture is made. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { loadHarfBuzz, type HarfBuzz } from './shipped';

type HarfBuzzFont = InstanceType<HarfBuzz['Font']>;

/** One font, ready to shape text. */
export interface Letters {
  font: HarfBuzzFont;
  /** Units of the font that make one letter size. */
  unitsPerEm: number;
  characters: ReadonlySet<number>;
  /** Colours of a font of pictograms, as `#rrggbb` with their opacity. */
  palette?: readonly { colour: string; opacity: number }[];
}

/** First the fonts of the two systems, by typeface and boldness; then one for each other script (fonts/README.md). */
const OWN = {
  ios: { regular: 'inter-400', bold: 'inter-600' },
  android: { regular: 'roboto-400', bold: 'roboto-500' },
} as const;
const OTHERS = [
  'noto-sans-arabic', 'noto-sans-hebrew', 'noto-sans-devanagari', 'noto-sans-thai', 'noto-sans-sc', 'noto-sans-kr',
] as const;
const PICTOGRAMS = 'twemoji';

export interface Typefaces {
  harfbuzz: HarfBuzz;
  ios: Record<'regular' | 'bold', Letters>;
  android: Record<'regular' | 'bold', Letters>;
  others: readonly Letters[];
  pictograms: Letters;
}

let loading: Promise<Typefaces> | undefined;

/** The fonts; read once a process. */
export function typefaces(): Promise<Typefaces> {
  loading ??= load().catch((thrown: unknown) => {
    loading = undefined;
    throw thrown;
  });
  return loading;
}

async function load(): Promise<Typefaces> {
  const harfbuzz = await loadHarfBuzz();
  const letters = (name: string): Promise<Letters> => loadLetters(harfbuzz, name);
  const pair = async ({ regular, bold }: { regular: string; bold: string }) => ({ regular: await letters(regular), bold: await letters(bold) });
  return {
    harfbuzz,
    ios: await pair(OWN.ios),
    android: await pair(OWN.android),
    others: await Promise.all(OTHERS.map(letters)),
    pictograms: await letters(PICTOGRAMS),
  };
}

async function loadLetters({ Blob, Face, Font }: HarfBuzz, name: string): Promise<Letters> {
  const bytes = await promisify(brotliDecompress)(await readFile(join(__dirname, 'fonts', `${name}.ttf.br`)));
  const face = new Face(new Blob(new Uint8Array(bytes).buffer));
  return {
    font: new Font(face),
    unitsPerEm: face.upem,
    characters: new Set(face.collectUnicodes()),
    ...(face.hasColorPalettes() && {
      palette: face.getColorPalettes()[0]?.colors.map(({ red, green, blue, alpha }) => ({
        colour: `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`, opacity: alpha / 255,
      })) ?? [],
    }),
  };
}
