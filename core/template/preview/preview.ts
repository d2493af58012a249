/** A person's message -> what they read of it on each screen. Pure: no font, no clock. */
import { isShown, type Button, type Message } from '../template';
import { fitText, readableText, type ShownText } from './lines';
import { PREVIEW_SURFACES, SURFACES, type PreviewSurface, type Surface, type TextBox } from './surfaces';
import { textWidth } from './widths';

export type PreviewMessage = Pick<Message, 'title' | 'subtitle' | 'body' | 'image' | 'silent' | 'voip'> & { buttons?: readonly Pick<Button, 'title'>[] };

/** What one screen shows of a message. */
export interface SurfacePreview {
  title: ShownText;
  /** On iOS only, and only where the message has one. */
  subtitle?: ShownText;
  body: ShownText;
  /** Titles of the action buttons, where the screen shows them and the message has some. */
  buttons?: ShownText[];
  /** True where any text is not shown in full. */
  cut: boolean;
  /** Right to left where the first letter is Arabic, Hebrew or the like: the phone of such a person is the other way round. */
  direction: 'ltr' | 'rtl';
}

/** By screen; empty where nothing is shown: a silent message, or a call (VoIP). */
export type MessagePreview = { [surface in PreviewSurface]?: SurfacePreview };

const NOTHING: ShownText = { lines: [], hidden: 0 };

/** What stands on a screen when a message has just come. */
export const JUST_NOW = 'now';

/**
 * What a person reads on each screen.
 * @param time how long ago it came, in the words of the phone: a long word leaves less room for the title
 */
export function previewMessage(message: PreviewMessage, time: string = JUST_NOW): MessagePreview {
  if (!isShown(message)) return {};
  return Object.fromEntries(PREVIEW_SURFACES.map((surface) => [surface, previewSurface(message, SURFACES[surface], time)]));
}

/** What a person reads on one screen. */
export function previewSurface({ title, subtitle, body, image, buttons = [] }: PreviewMessage, surface: Surface, time: string): SurfacePreview {
  const boxes = boxesOf(surface, image !== undefined, time);
  const shown = {
    title: show(title, boxes.title),
    ...(subtitle !== undefined && boxes.subtitle !== undefined && { subtitle: show(subtitle, boxes.subtitle) }),
    body: show(body, boxes.body),
  };
  const actions = surface.buttons === undefined ? [] : fitButtons(buttons.map(({ title: text }) => readableText(text)), surface.buttons);
  return {
    ...shown,
    ...(actions.length > 0 && { buttons: actions }),
    cut: [...Object.values(shown), ...actions].some(({ hidden }) => hidden > 0),
    direction: directionOf(`${title ?? ''} ${body ?? ''}`),
  };
}

/** Side by side; where they have not enough room together, the long ones share what the short ones leave. */
function fitButtons(titles: readonly string[], { style, width, gap }: NonNullable<Surface['buttons']>): ShownText[] {
  let room = width - gap * (titles.length - 1);
  let share = room;
  const wanted = titles.map((title) => textWidth(title.replaceAll('\n', ' '), style)).sort((a, b) => a - b);
  for (const [index, own] of wanted.entries()) {
    share = room / (titles.length - index);
    room -= Math.min(own, share);
  }
  return titles.map((title) => fitText(title, { style, width: share, lines: 1, lineEnds: 'blank' }));
}

function show(text: string | undefined, box: TextBox): ShownText {
  return text === undefined ? NOTHING : fitText(readableText(text), box);
}

/** The rooms for the texts; the time and a picture take some of them. */
function boxesOf({ title, subtitle, body, image }: Surface, hasImage: boolean, time: string): Pick<Surface, 'title' | 'subtitle' | 'body'> {
  const taken = hasImage && image.kind === 'thumbnail' ? image.size + image.gap : 0;
  const narrower = (box: TextBox): TextBox => ({ ...box, width: box.width - taken });
  const firstLine = narrower(title);
  if (title.time !== undefined) {
    const { before, style, gap } = title.time;
    firstLine.firstWidth = firstLine.width - textWidth(before + readableText(time), style) - gap;
  }
  const long: TextBox = hasImage && image.kind === 'large' ? { ...body, lines: image.bodyLines, lineEnds: 'blank' } : body;
  return { title: firstLine, body: narrower(long), ...(subtitle && { subtitle: narrower(subtitle) }) };
}

/** The direction of the first letter that has one (rules P2 and P3 of UAX #9). */
function directionOf(text: string): 'ltr' | 'rtl' {
  const [first = ''] = /[\p{L}\u200E\u200F]/u.exec(text) ?? [];
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\u200F]/u.test(first) ? 'rtl' : 'ltr';
}
