/** Messages written for one person: templates, languages, payloads of both gateways, byte budget. */
export { compileTemplate, templateVariables } from './compile-template';
export { kindPreset, KIND_PRESETS, MESSAGE_KINDS, type KindPreset, type MessageKind } from './kinds';
export { PAYLOAD_LIMIT_BYTES } from './parse-options';
export { LONGEST_TTL_SECONDS } from './rules';
export {
  INTERRUPTION_LEVELS,
  PRIORITIES,
  type ApnsMessage,
  type Button,
  type ButtonTemplate,
  type CompiledTemplate,
  type InterruptionLevel,
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
