/** Pictures of messages as PNG, made without a browser. */
export { renderPreviewSheet } from './sheet';
