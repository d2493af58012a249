/** Messages written for one person: templates, languages, payloads of both gateways, byte budget. */
export { compileTemplate, templateVariables } from './compile-template';
export { kindPreset, KIND_PRESETS, MESSAGE_KINDS, type KindPreset, type MessageKind } from './kinds';
export * from './lint';
export { CHANNEL_LIMIT_BYTES, PAYLOAD_LIMIT_BYTES, payloadLimits, TOPIC_LIMIT_BYTES, VOIP_LIMIT_BYTES } from './limits';
export { markTest } from './mark';
export {
  drawPreview, drawPreviewSheet, PREVIEW_SURFACES, PREVIEW_THEMES, previewMessage,
  type MessagePreview, type PictureOptions, type PreviewMessage, type PreviewSurface, type PreviewTheme, type SheetOptions,
  type ShownText, type SurfacePreview,
} from './preview';
export { LONGEST_TTL_SECONDS } from './rules';
export {
  ACTIVITY_EVENTS,
  FCM_TARGETS,
  INTERRUPTION_LEVELS,
  PRIORITIES,
  type ActivityEvent,
  type ApnsMessage,
  type Button,
  type ButtonTemplate,
  type CompiledTemplate,
  type FcmTarget,
  type InterruptionLevel,
  type LiveActivity,
  type LiveActivityTemplate,
  type Message,
  type MissingPolicy,
  type PersonalizedMessage,
  type Priority,
  type Template,
  type TemplateOptions,
  type TemplateTexts,
  type TemplateWarning,
  type TextField,
  type WarningCode,
} from './template';
