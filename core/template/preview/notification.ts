/** Draws one notification as its system does: the card with the app's icon, the time and the texts. */
import { firstGraphemes } from '../graphemes';
import { fitText, readableText, type ShownText } from './lines';
import { CHROME, ICON, LOOKS, PICTURE, type Look } from './look';
import { previewSurface, type PreviewMessage, type SurfacePreview } from './preview';
import { ANDROID_HEADER, IOS_TIME, SURFACES, type PreviewSurface, type PreviewTheme, type Surface, type TextStyle } from './surfaces';
import { element, rect, round, type Box, type TextPainter } from './svg';
import { textWidth } from './widths';

/** What stands on a phone beside the message. */
export interface Surroundings {
  /** Name of the app; its first letter is its icon. */
  app: string;
  /** How long ago the message came: "now", "5m". */
  time: string;
}

export interface Drawing {
  height: number;
  /** SVG with its top left corner at 0, 0. */
  svg: string;
}

/** A card of the width of its surface. */
export function drawNotification(
  message: PreviewMessage, surface: PreviewSurface, theme: PreviewTheme, surroundings: Surroundings, paint: TextPainter,
): Drawing {
  const { platform, width } = SURFACES[surface];
  const shown = previewSurface(message, SURFACES[surface], surroundings.time);
  const look = LOOKS[platform][theme];
  const pen = new Pen(width, shown.direction, paint);
  const around = { app: readableText(surroundings.app), time: readableText(surroundings.time) };
  const draw = platform === 'ios' ? drawIos : surface === 'android-collapsed' ? drawCollapsed : drawExpanded;
  const height = draw(pen, shown, SURFACES[surface], look, around, message.image !== undefined);
  return { height, svg: rect({ x: 0, y: 0, width, height }, platform === 'ios' ? 24 : 28, look.card) + pen.svg };
}

type Draw = (pen: Pen, shown: SurfacePreview, surface: Surface, look: Look, around: Surroundings, hasImage: boolean) => number;

const drawIos: Draw = (pen, shown, surface, look, { app, time }, hasImage) => {
  const { style } = surface.title;
  const room = hasImage && surface.image.kind === 'thumbnail' ? surface.image.size + surface.image.gap : 0;
  // Without a title iOS puts the name of the app there.
  const title = shown.title.lines.length > 0 ? shown.title.lines : fitText(app, surface.title).lines;
  const rows = title.length + (shown.subtitle?.lines.length ?? 0) + shown.body.lines.length;
  const height = Math.max(66, 26 + rows * style.lineHeight);
  pen.appIcon({ x: 14, y: (height - 38) / 2, width: 38, height: 38 }, app, 9, CHROME.icon);
  let y = (height - rows * style.lineHeight) / 2 + 15;
  pen.line(time, surface.width - 14 - room - textWidth(time, IOS_TIME), y, IOS_TIME, look.faint);
  for (const [lines, box] of [[title, surface.title], [shown.subtitle?.lines ?? [], surface.title], [shown.body.lines, surface.body]] as const) {
    for (const text of lines) {
      pen.line(text, 62, y, box.style, look.text);
      y += style.lineHeight;
    }
  }
  if (room > 0) pen.picture({ x: surface.width - 14 - 38, y: (height - 38) / 2, width: 38, height: 38 }, 6);
  return height;
};

const drawCollapsed: Draw = (pen, shown, surface, look, { app, time }, hasImage) => {
  const height = 68;
  const [title] = shown.title.lines;
  const [body = ''] = shown.body.lines;
  pen.appIcon({ x: 16, y: 22, width: 24, height: 24 }, app, 12, CHROME.smallIcon);
  const top = body === '' ? 39 : 29;
  if (title === undefined) header(pen, `${app} · ${time}`, top, surface, look);
  else {
    pen.line(title, 52, top, surface.title.style, look.text);
    pen.line(`${surface.title.time?.before ?? ''}${time}`, 52 + textWidth(title, surface.title.style), top, ANDROID_HEADER, look.faint);
  }
  if (body !== '') pen.line(body, 52, 49, surface.body.style, look.body);
  if (hasImage) pen.picture({ x: surface.width - 56 - 40, y: 14, width: 40, height: 40 }, 8);
  pen.arrow(surface.width - 30, 34, look, 'down');
  return height;
};

const drawExpanded: Draw = (pen, shown, surface, look, { app, time }, hasImage) => {
  pen.appIcon({ x: 16, y: 16, width: 24, height: 24 }, app, 12, CHROME.smallIcon);
  header(pen, `${app} · ${time}`, 32, surface, look);
  pen.arrow(surface.width - 30, 28, look, 'up');
  let y = 56;
  for (const text of shown.title.lines) {
    pen.line(text, 52, y, surface.title.style, look.text);
    y += surface.title.style.lineHeight;
  }
  for (const text of shown.body.lines) {
    pen.line(text, 52, y, surface.body.style, look.body);
    y += surface.body.style.lineHeight;
  }
  let end = y + 2;
  if (hasImage && surface.image.kind === 'large') {
    pen.picture({ x: 52, y: y - 6, width: surface.width - 52 - 16, height: surface.image.height }, 14);
    end = y + surface.image.height + 10;
  }
  return end + buttons(pen, shown.buttons ?? [], end, surface, look);
};

/** @returns the height that they take */
function buttons(pen: Pen, titles: readonly ShownText[], top: number, { buttons: room }: Surface, look: Look): number {
  if (room === undefined || titles.length === 0) return 0;
  let x = 52;
  for (const { lines: [title = ''] } of titles) {
    pen.line(title, x, top + room.height / 2, room.style, look.action);
    x += textWidth(title, room.style) + room.gap;
  }
  return room.height;
}

function header(pen: Pen, text: string, y: number, surface: Surface, look: Look): void {
  const [line = ''] = fitText(text, { style: ANDROID_HEADER, width: surface.width - 52 - 56, lines: 1, lineEnds: 'blank' }).lines;
  pen.line(line, 52, y, ANDROID_HEADER, look.faint);
}

/** Draws on a card; on one for right to left readers everything stands on the other side. */
class Pen {
  svg = '';

  constructor(private readonly width: number, private readonly direction: 'ltr' | 'rtl', private readonly paint: TextPainter) {}

  /** @param x from the side on which reading begins */
  line(text: string, x: number, y: number, style: TextStyle, fill: string): void {
    this.svg += this.paint({ text, x: this.direction === 'rtl' ? this.width - x : x, y, style, fill, direction: this.direction });
  }

  appIcon(box: Box, app: string, radius: number, style: TextStyle): void {
    const place = this.placed(box);
    const centre = { x: place.x + place.width / 2, y: place.y + place.height / 2 + style.size * 0.36 };
    this.svg += rect(place, radius, ICON[1]) + rect({ ...place, height: place.height * 0.98 }, radius, ICON[0], { opacity: 0.85 })
      + this.paint({ text: firstGraphemes(app, 1).toUpperCase(), ...centre, style, fill: '#ffffff', direction: 'ltr', centred: true });
  }

  /** The message's own picture is never loaded: a preview asks nobody for anything. */
  picture(box: Box, radius: number): void {
    const { x, y, width, height } = this.placed(box);
    const at = (right: number, down: number): string => `${round(x + width * right)} ${round(y + height * down)}`;
    this.svg += rect({ x, y, width, height }, radius, PICTURE.sky)
      + element('circle', { cx: x + width * 0.72, cy: y + height * 0.3, r: height * 0.11, fill: PICTURE.sun })
      + element('path', { d: `M${at(0.06, 0.86)}L${at(0.36, 0.42)}L${at(0.66, 0.86)}Z`, fill: PICTURE.far })
      + element('path', { d: `M${at(0.4, 0.86)}L${at(0.65, 0.56)}L${at(0.92, 0.86)}Z`, fill: PICTURE.near });
  }

  arrow(x: number, y: number, look: Look, to: 'up' | 'down'): void {
    const middle = this.direction === 'rtl' ? this.width - x : x;
    const rise = to === 'down' ? 2.5 : -2.5;
    this.svg += rect({ x: middle - 14, y: y - 12, width: 28, height: 24 }, 12, look.control)
      + element('path', {
        d: `M${round(middle - 5)} ${round(y - rise)}L${round(middle)} ${round(y + rise)}L${round(middle + 5)} ${round(y - rise)}`,
        fill: 'none', stroke: look.text, 'stroke-width': 1.8, 'stroke-linecap': 'round', 'stroke-linejoin': 'round',
      });
  }

  private placed(box: Box): Box {
    return this.direction === 'rtl' ? { ...box, x: this.width - box.x - box.width } : box;
  }
}
