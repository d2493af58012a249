/** The screens on which a push message is read, as data: how wide, how many lines, in which letters. */
import type { Typeface } from './widths';

export const PREVIEW_SURFACES = ['ios-lock-screen', 'android-collapsed', 'android-expanded'] as const;
export type PreviewSurface = (typeof PREVIEW_SURFACES)[number];

export const PREVIEW_THEMES = ['light', 'dark'] as const;
export type PreviewTheme = (typeof PREVIEW_THEMES)[number];

/** Letters of one kind; sizes in points (iOS) or dp (Android), both one unit of the picture. */
export interface TextStyle {
  typeface: Typeface;
  bold: boolean;
  size: number;
  lineHeight: number;
  /** Space added after each character, in units; Apple sets its system font tighter the smaller it is. */
  tracking: number;
}

/** Room for one text of the message. */
export interface TextBox {
  style: TextStyle;
  width: number;
  lines: number;
  /** Width of the first line, where it has less room than the others. */
  firstWidth?: number;
  /** What a line end in the text does: begins a new line, or counts as a blank. */
  lineEnds: 'kept' | 'blank';
}

/** How long ago the message came, which takes a part of the title's line. */
export interface TimeLabel {
  style: TextStyle;
  /** Stands between the title and the time. */
  before: string;
  gap: number;
}

export interface Surface {
  platform: 'ios' | 'android';
  /** Width of the notification itself. */
  width: number;
  title: TextBox & { time?: TimeLabel };
  /** Undefined where the surface shows none. */
  subtitle?: TextBox;
  body: TextBox;
  /** How a picture changes the room: a small one stands beside the texts, a large one below them. */
  image: { kind: 'thumbnail'; size: number; gap: number } | { kind: 'large'; height: number; bodyLines: number };
  /** Room for the action buttons side by side; undefined where they are shown only when the message is pressed. */
  buttons?: { style: TextStyle; width: number; gap: number; height: number };
}

const ios = (bold: boolean): TextStyle => ({ typeface: 'ios', bold, size: 15, lineHeight: 20, tracking: -0.24 });
const android = (bold: boolean): TextStyle => ({ typeface: 'android', bold, size: 14, lineHeight: 20, tracking: 0 });

export const IOS_TIME: TextStyle = { typeface: 'ios', bold: false, size: 13, lineHeight: 18, tracking: -0.08 };
export const ANDROID_HEADER: TextStyle = { typeface: 'android', bold: false, size: 12, lineHeight: 16, tracking: 0 };

/**
 * Where the figures come from, and what was found on phones, stands in docs/messages.md, "Preview".
 *
 * iOS: a phone of 393 points; the notification leaves 8 at both sides; 14 to the app's icon of 38, 10 from there to
 * the texts, 14 behind them. Android: a phone of 412 dp, 16 at both sides; texts
 * begin at 52 (an icon of 24 with 16 before it and 12 behind); collapsed, the arrow takes the last 56.
 */
export const SURFACES: Readonly<Record<PreviewSurface, Surface>> = {
  'ios-lock-screen': {
    platform: 'ios',
    width: 377,
    title: { style: ios(true), width: 301, lines: 1, lineEnds: 'blank', time: { style: IOS_TIME, before: '', gap: 12 } },
    subtitle: { style: ios(true), width: 301, lines: 1, lineEnds: 'blank' },
    body: { style: ios(false), width: 301, lines: 4, lineEnds: 'kept' },
    image: { kind: 'thumbnail', size: 38, gap: 8 },
  },
  'android-collapsed': {
    platform: 'android',
    width: 380,
    title: { style: android(true), width: 272, lines: 1, lineEnds: 'blank', time: { style: ANDROID_HEADER, before: ' · ', gap: 2 } },
    body: { style: android(false), width: 272, lines: 1, lineEnds: 'blank' },
    image: { kind: 'thumbnail', size: 40, gap: 12 },
  },
  'android-expanded': {
    platform: 'android',
    width: 380,
    title: { style: android(true), width: 312, lines: 1, lineEnds: 'blank' },
    body: { style: android(false), width: 312, lines: 10, lineEnds: 'kept' },
    image: { kind: 'large', height: 156, bodyLines: 1 },
    buttons: { style: android(true), width: 312, gap: 24, height: 40 },
  },
};
