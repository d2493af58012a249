/** What a person sees of a message on the screen of a phone: as JSON, and as a picture in SVG. */
export { readableText, type ShownText } from './lines';
export { drawPreview, drawPreviewSheet, type PictureOptions, type SheetOptions } from './picture';
export { previewMessage, type MessagePreview, type PreviewMessage, type SurfacePreview } from './preview';
export { PREVIEW_SURFACES, PREVIEW_THEMES, SURFACES, type PreviewSurface, type PreviewTheme } from './surfaces';
export { round, type TextPainter, type TextRun } from './svg';
export { textWidth } from './widths';
