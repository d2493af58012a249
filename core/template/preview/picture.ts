/** Pictures of a message: one screen, or all of them side by side, light and dark. */
import { firstGraphemes } from '../graphemes';
import { isShown } from '../template';
import { fitText, readableText } from './lines';
import { CHROME, LOOKS } from './look';
import { drawNotification, type Drawing, type Surroundings } from './notification';
import { JUST_NOW, previewMessage, type MessagePreview, type PreviewMessage } from './preview';
import { PREVIEW_THEMES, SURFACES, type PreviewSurface, type PreviewTheme, type Surface, type TextStyle } from './surfaces';
import { element, rect, svgDocument, svgText, type TextPainter } from './svg';

export interface PictureOptions extends Partial<Surroundings> {
  /** What the clock and the line beside it show. */
  clock?: string;
  day?: string;
  /** How texts become SVG; as text if not given. */
  paint?: TextPainter;
}

export interface SheetOptions extends PictureOptions {
  /** Stands over the sheet: for whom it is. */
  heading?: string;
}

const SCREEN_WIDTH = 412;
const GAP = 28;
const CARD_GAP = 12;
const PLAIN_MARGIN = 16;
/** Characters of the message in the text for those who cannot see the picture. */
const LONGEST_LABEL = 300;
/** Corners: those of a phone, and of a piece cut out of its screen. */
const RADIUS = { phone: 36, piece: 18 } as const;
const MARGIN = 32;
const SHEET = { ground: '#f4f5f7', text: '#20242b', faint: '#656c78' } as const;
const HEADING: TextStyle = { typeface: 'ios', bold: true, size: 20, lineHeight: 26, tracking: -0.2 };
const CAPTION: TextStyle = { typeface: 'ios', bold: true, size: 14, lineHeight: 20, tracking: -0.1 };
const NOTE: TextStyle = { typeface: 'ios', bold: false, size: 13, lineHeight: 18, tracking: -0.08 };

const NAMES: Readonly<Record<PreviewSurface, string>> = {
  'ios-lock-screen': 'iOS lock screen',
  'android-collapsed': 'Android collapsed',
  'android-expanded': 'Android expanded',
};

const PANELS: readonly { platform: Surface['platform']; surfaces: readonly PreviewSurface[] }[] = [
  { platform: 'ios', surfaces: ['ios-lock-screen'] },
  { platform: 'android', surfaces: ['android-collapsed', 'android-expanded'] },
];

/** One notification on its ground, without a clock, as an SVG document. */
export function drawPreview(message: PreviewMessage, surface: PreviewSurface, theme: PreviewTheme, options: PictureOptions = {}): string {
  const screen = new Screen(SURFACES[surface].platform, theme, options);
  const { height, svg } = screen.draw(message, [surface], { height: PLAIN_MARGIN, svg: '' }, PLAIN_MARGIN);
  return svgDocument(SCREEN_WIDTH, height, labelOf(message), screen.framed({ height, svg }, { x: 0, y: 0, radius: RADIUS.piece, id: 'w' }));
}

/** All screens of a message, light above dark, as one SVG document. */
export function drawPreviewSheet(message: PreviewMessage, options: SheetOptions = {}): string {
  const { heading = '', paint = svgText } = options;
  const width = 2 * SCREEN_WIDTH + GAP + 2 * MARGIN;
  const write = (text: string, x: number, y: number, style: TextStyle, fill: string): string => {
    const [line] = fitText(readableText(text), { style, width: x === MARGIN && style === HEADING ? width - 2 * MARGIN : SCREEN_WIDTH, lines: 1, lineEnds: 'blank' }).lines;
    return line === undefined ? '' : paint({ text: line, x, y, style, fill, direction: 'ltr' });
  };
  const shown = previewMessage(message, options.time);
  let content = '';
  let y = MARGIN;
  if (heading !== '') {
    content += write(heading, MARGIN, y + 14, HEADING, SHEET.text);
    y += HEADING.lineHeight + 14;
  }
  for (const theme of PREVIEW_THEMES) {
    const screens = PANELS.map(({ platform, surfaces }) => {
      const screen = new Screen(platform, theme, options);
      return { screen, surfaces, drawn: screen.draw(message, surfaces, screen.clock(), platform === 'ios' ? 32 : 20) };
    });
    const height = Math.max(...screens.map(({ drawn }) => drawn.height));
    screens.forEach(({ screen, surfaces, drawn }, index) => {
      const x = MARGIN + index * (SCREEN_WIDTH + GAP);
      content += screen.framed({ ...drawn, height }, { x, y, radius: RADIUS.phone, id: `w-${theme}-${index}` });
      if (theme !== PREVIEW_THEMES.at(-1)) return;
      surfaces.forEach((surface, row) => {
        const noteY = y + height + 26 + row * 42;
        content += write(NAMES[surface], x + 4, noteY, CAPTION, SHEET.text) + write(noteOn(shown, surface), x + 4, noteY + 18, NOTE, SHEET.faint);
      });
    });
    y += height + GAP;
  }
  const height = y + 2 * 42 + MARGIN - 10;
  return svgDocument(width, height, labelOf(message), rect({ x: 0, y: 0, width, height }, 0, SHEET.ground) + content);
}

/** In words: what a screen leaves out. */
function noteOn(shown: MessagePreview, surface: PreviewSurface): string {
  const one = shown[surface];
  if (one === undefined) return 'Nothing is shown.';
  const cut = (['title', 'subtitle', 'body'] as const).flatMap((field) => {
    const hidden = one[field]?.hidden ?? 0;
    return hidden === 0 ? [] : [`${hidden} of the ${field}`];
  });
  const ofButtons = (one.buttons ?? []).reduce((sum, { hidden }) => sum + hidden, 0);
  if (ofButtons > 0) cut.push(`${ofButtons} of the buttons`);
  return cut.length === 0 ? 'Everything is shown.' : `Hidden characters: ${cut.join(', ')}.`;
}

function labelOf({ title, body }: PreviewMessage): string {
  return firstGraphemes([title, body].filter((text) => text !== undefined).join('. '), LONGEST_LABEL);
}

/** A phone's screen with the time on it and one or more cards. */
class Screen {
  constructor(
    private readonly platform: Surface['platform'], private readonly theme: PreviewTheme, private readonly options: PictureOptions,
  ) {}

  /** @param top what stands above the cards */
  draw(message: PreviewMessage, surfaces: readonly PreviewSurface[], top: Drawing, below: number): Drawing {
    const { app = 'Your app', time = JUST_NOW, paint = svgText } = this.options;
    const cards = isShown(message) ? surfaces : [];
    let { svg, height } = top;
    for (const [index, surface] of cards.entries()) {
      if (index > 0) height += CARD_GAP;
      const card = drawNotification(message, surface, this.theme, { app, time }, paint);
      svg += element('g', { transform: `translate(${(SCREEN_WIDTH - SURFACES[surface].width) / 2} ${height})` }, card.svg);
      height += card.height;
    }
    return { height: height + below, svg };
  }

  /** The screen at its place, its corners rounded. */
  framed({ height, svg }: Drawing, { x, y, radius, id }: { x: number; y: number; radius: number; id: string }): string {
    const [top, middle, bottom] = LOOKS[this.platform][this.theme].wallpaper;
    const stops = [[0, top], [0.55, middle], [1, bottom]].map(([offset = 0, colour = '']) => element('stop', { offset, 'stop-color': colour })).join('');
    const gradient = element('linearGradient', { id, x1: 0, y1: 0, x2: 0.35, y2: 1 }, stops);
    return element('g', { transform: `translate(${x} ${y})` },
      element('defs', {}, gradient) + rect({ x: 0, y: 0, width: SCREEN_WIDTH, height }, radius, `url(#${id})`) + svg);
  }

  clock(): Drawing {
    const { clock = '9:41', day = 'Monday 9 June', paint = svgText } = this.options;
    const fill = LOOKS[this.platform][this.theme].onWallpaper;
    if (this.platform === 'ios') {
      const middle = { x: SCREEN_WIDTH / 2, fill, direction: 'ltr', centred: true } as const;
      return {
        height: 172,
        svg: paint({ ...middle, text: day, y: 52, style: CHROME.iosDay }) + paint({ ...middle, text: clock, y: 130, style: CHROME.iosClock }),
      };
    }
    const side = { x: 32, fill, direction: 'ltr' } as const;
    return {
      height: 96,
      svg: paint({ ...side, text: clock, y: 54, style: CHROME.androidClock }) + paint({ ...side, text: day, y: 76, style: CHROME.androidDay }),
    };
  }
}
