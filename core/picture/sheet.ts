/** The sheet that shows a message on both systems, as PNG. Everything heavy is loaded when the first one is made. */
import { drawPreviewSheet, type PreviewMessage, type SheetOptions } from '../template/preview';
import { typefaces } from './fonts';
import { outlinePainter } from './outlines';
import { svgToPng } from './png';
import { loadBidi } from './shipped';

/** Pixels for each unit: letters stay sharp on a dense screen and in a chat. */
const SCALE = 1.5;

/**
 * How a message looks on iOS and Android, light and dark, as one PNG.
 * @param message what one person gets
 */
export async function renderPreviewSheet(message: PreviewMessage, options: Omit<SheetOptions, 'paint'> = {}): Promise<Buffer> {
  const fonts = await typefaces();
  return svgToPng(drawPreviewSheet(message, { ...options, paint: outlinePainter(fonts, loadBidi()) }), SCALE);
}
