/** The few SVG elements that a preview is made of. Every text goes through {@link escapeXml}: nothing of a message is markup. */
import type { TextStyle } from './surfaces';
import { textWidth } from './widths';

/** One line of text at its place. */
export interface TextRun {
  text: string;
  /** Where the line begins: its left end, its right end in right to left, its middle where it is centred. */
  x: number;
  /** The line on which the letters stand. */
  y: number;
  style: TextStyle;
  fill: string;
  direction: 'ltr' | 'rtl';
  centred?: boolean;
}

/** Turns a line of text into SVG. */
export type TextPainter = (run: TextRun) => string;

/** Families as operating systems name them; any other letters are squeezed into the same width. */
const FAMILIES = {
  ios: "-apple-system, 'SF Pro Text', Inter, 'Helvetica Neue', 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif",
  android: "Roboto, 'Noto Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
} as const;

/** Text as text, for whoever has fonts: a browser, a drawing program. */
export const svgText: TextPainter = ({ text, x, y, style, fill, direction, centred }) => {
  const { typeface, bold, size } = style;
  return element('text', {
    x, y, fill,
    'font-family': FAMILIES[typeface],
    'font-size': size,
    ...(bold && { 'font-weight': 600 }),
    ...(direction === 'rtl' && { direction, 'unicode-bidi': 'embed' }),
    ...(centred === true && { 'text-anchor': 'middle' }),
    textLength: textWidth(text, style),
    lengthAdjust: 'spacingAndGlyphs',
    'xml:space': 'preserve',
  }, escapeXml(text));
};

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function rect(box: Box, radius: number, fill: string, more: Attributes = {}): string {
  return element('rect', { ...box, rx: radius, fill, ...more });
}

type Attributes = Record<string, string | number>;

export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`).join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A picture of that size. */
export function svgDocument(width: number, height: number, label: string, content: string): string {
  const size = { width, height, viewBox: `0 0 ${round(width)} ${round(height)}` };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size, role: 'img', 'aria-label': label }, content)}\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as content or attribute; characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, '').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A figure short enough for a file. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
