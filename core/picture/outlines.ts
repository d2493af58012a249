/** Paints a line of text as outlines of its letters, so that the picture is the same on every machine. */
import type { Bidi } from 'bidi-js';
import { round, textWidth, type TextPainter, type TextRun } from '../template/preview';
import type { Letters, Typefaces } from './fonts';
import { visualPieces, type Levels, type Piece } from './runs';

/** The box that stands for a character without a font, in letter sizes. */
const BOX = { width: 0.62, height: 0.7 };

/** Phones draw pictograms larger than letters; the table of widths has the same figure. */
const PICTOGRAM = { scale: 1.18, advance: 1.25 };

interface Shaped {
  /** SVG in units of the letter size times 1000, upwards. */
  svg: string;
  /** In units of the picture. */
  advance: number;
}

/** A painter for {@link drawPreviewSheet}. */
export function outlinePainter(fonts: Typefaces, bidi: Bidi): TextPainter {
  const levels: Levels = (text, direction) => bidi.getEmbeddingLevels(text, direction).levels;
  return (run) => {
    const { style, fill, x, y, centred } = run;
    const pieces = visualPieces(run.text, run.direction, levels, (grapheme) => chooseLetters(grapheme, fonts, style));
    const shaped = pieces.map((piece) => shape(piece, fonts, run));
    const width = shaped.reduce((sum, { advance }) => sum + advance, 0);
    // The lines were broken by the table of widths: letters that are wider than it says are narrowed to fit.
    const squeeze = Math.min(1, textWidth(run.text, style) / Math.max(width, 0.01));
    let left = x - (centred === true ? (width * squeeze) / 2 : run.direction === 'rtl' ? width * squeeze : 0);
    return shaped.map(({ svg, advance }) => {
      const scale = style.size / 1000;
      const group = `<g transform="translate(${round(left)} ${round(y)}) scale(${round(scale * squeeze, 5)} ${round(-scale, 5)})" fill="${fill}">${svg}</g>`;
      left += advance * squeeze;
      return group;
    }).join('');
  };
}

function chooseLetters(grapheme: string, { pictograms, others, ...own }: Typefaces, { typeface, bold }: TextRun['style']): Letters | undefined {
  const main = own[typeface][bold ? 'bold' : 'regular'];
  const isPictogram = /^\p{Emoji_Presentation}|\uFE0F|^\p{Extended_Pictographic}/u.test(grapheme);
  const candidates = isPictogram ? [pictograms, main, ...others] : [main, ...others, pictograms];
  const needed = [...grapheme].filter((character) => !/[\p{Cf}\p{Mn}\uFE0F]/u.test(character)).map((character) => character.codePointAt(0) ?? 0);
  return candidates.find(({ characters }) => needed.every((code) => characters.has(code)));
}

function shape({ text, letters, direction }: Piece, { harfbuzz, ...fonts }: Typefaces, { style, fill }: TextRun): Shaped {
  if (letters === undefined) return boxes(text, style.size);
  const buffer = new harfbuzz.Buffer();
  buffer.addText(text);
  buffer.guessSegmentProperties();
  buffer.setDirection(direction === 'rtl' ? harfbuzz.Direction.RTL : harfbuzz.Direction.LTR);
  harfbuzz.shape(letters.font, buffer);
  const isPictogram = letters === fonts.pictograms;
  const unit = (1000 / letters.unitsPerEm) * (isPictogram ? PICTOGRAM.scale : 1);
  const tracking = (style.tracking * 1000) / style.size;
  // Scripts that come in one weight only are drawn bolder by an outline.
  const bolder = style.bold && fonts.others.includes(letters) ? ` stroke="${fill}" stroke-width="35"` : '';
  let pen = 0;
  let svg = '';
  for (const { codepoint: glyph, xAdvance = 0, xOffset = 0, yOffset = 0 } of buffer.getGlyphInfosAndPositions()) {
    svg += `<g transform="translate(${round(pen + xOffset * unit)} ${round(yOffset * unit)}) scale(${round(unit, 5)})"${bolder}>${outline(letters, glyph, fill)}</g>`;
    pen += isPictogram && xAdvance > 0 ? PICTOGRAM.advance * 1000 : xAdvance * unit + (xAdvance === 0 ? 0 : tracking);
  }
  return { svg, advance: (pen * style.size) / 1000 };
}

function outline({ font, palette }: Letters, glyph: number, fill: string): string {
  const layers = palette === undefined ? [] : font.face.getGlyphColorLayers(glyph);
  if (layers.length === 0) return path(font.glyphToPath(glyph), '');
  return layers.map(({ glyph: part, colorIndex }) => {
    const { colour, opacity } = palette?.[colorIndex ?? -1] ?? { colour: fill, opacity: 1 };
    return path(font.glyphToPath(part), ` fill="${colour}"${opacity < 1 ? ` fill-opacity="${round(opacity)}"` : ''}`);
  }).join('');
}

const path = (d: string, attributes: string): string => (d === '' ? '' : `<path d="${d}"${attributes}/>`);

function boxes(text: string, size: number): Shaped {
  const count = [...new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text)].length;
  const side = BOX.width * 1000;
  const svg = Array.from({ length: count }, (_, index) =>
    `<rect x="${round(index * side + 60)}" y="0" width="${side - 120}" height="${BOX.height * 1000}" rx="60" fill="none" stroke="#888" stroke-width="50"/>`).join('');
  return { svg, advance: count * BOX.width * size };
}
