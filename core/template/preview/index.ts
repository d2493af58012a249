/** What a person sees of a message on the screen of a phone: as JSON, and as a picture in SVG. */
export { fitText, readableText, type ShownText } from './lines';
export type { Surroundings } from './notification';
export { drawPreview, drawPreviewSheet, type PictureOptions, type SheetOptions } from './picture';
export { previewMessage, type MessagePreview, type PreviewMessage, type SurfacePreview } from './preview';
export { textWidth } from './widths';
export { PREVIEW_SURFACES, PREVIEW_THEMES, SURFACES, type PreviewSurface, type PreviewTheme, type TextStyle } from './surfaces';
export { svgText, type TextPainter, type TextRun } from './svg';
