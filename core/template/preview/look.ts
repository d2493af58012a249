/** Colours of the two systems, light and dark. */
import type { PreviewTheme, Surface, TextStyle } from './surfaces';

export interface Look {
  /** The picture behind everything, from its top to its bottom. */
  wallpaper: readonly [string, string, string];
  /** Letters on the wallpaper. */
  onWallpaper: string;
  card: string;
  text: string;
  /** The body: Android sets it back, iOS does not. */
  body: string;
  faint: string;
  /** Ground of the arrow of Android. */
  control: string;
  /** Letters of action buttons. */
  action: string;
}

export const LOOKS: Readonly<Record<Surface['platform'], Readonly<Record<PreviewTheme, Look>>>> = {
  ios: {
    light: { wallpaper: ['#7d9fd6', '#b3a5d8', '#eab8ad'], onWallpaper: '#ffffff', card: '#f2f1f6', text: '#000000', body: '#000000', faint: '#7c7c84', control: '#e2e1e8', action: '#007aff' },
    dark: { wallpaper: ['#141c36', '#2a2148', '#46273f'], onWallpaper: '#ffffff', card: '#2b2a33', text: '#ffffff', body: '#ffffff', faint: '#9d9ca6', control: '#3b3a43', action: '#0a84ff' },
  },
  android: {
    light: { wallpaper: ['#dfe5f1', '#e4e3f0', '#e9e2ee'], onWallpaper: '#1b1b1f', card: '#fdfbff', text: '#1b1b1f', body: '#45464f', faint: '#5d5e67', control: '#e2e2ec', action: '#3f5aa9' },
    dark: { wallpaper: ['#0e1116', '#111218', '#14121a'], onWallpaper: '#e3e2e6', card: '#25262b', text: '#e3e2e6', body: '#c5c6d0', faint: '#9b9ca6', control: '#3c3d45', action: '#b4c5ff' },
  },
};

/** Colours of the app's icon and of the stand-in for the message's picture. */
export const ICON = ['#4f7cff', '#2f52d9'] as const;
export const PICTURE = { sky: '#a9c8f5', sun: '#ffd66b', far: '#6f9f8b', near: '#3f7a68' } as const;

/** Letters that are not the message's. */
export const CHROME = {
  iosDay: { typeface: 'ios', bold: true, size: 20, lineHeight: 24, tracking: 0 },
  iosClock: { typeface: 'ios', bold: true, size: 82, lineHeight: 90, tracking: -1.5 },
  androidClock: { typeface: 'android', bold: false, size: 34, lineHeight: 40, tracking: 0 },
  androidDay: { typeface: 'android', bold: true, size: 14, lineHeight: 20, tracking: 0 },
  icon: { typeface: 'ios', bold: true, size: 21, lineHeight: 24, tracking: 0 },
  smallIcon: { typeface: 'android', bold: true, size: 13, lineHeight: 16, tracking: 0 },
} as const satisfies Record<string, TextStyle>;
