/** The border: whatever a face, a file or a program hands over as a template, read field by field. */
import { PushError } from '../errors';
import { kindPreset, MESSAGE_KINDS } from './kinds';
import { canonicalLocale } from './locale';
import { checkDataKey, LONGEST_TTL_SECONDS, MOST_BUTTONS } from './rules';
import {
  INTERRUPTION_LEVELS, PRIORITIES, TEXT_FIELDS, type ButtonTemplate, type Template, type TemplateTexts,
} from './template';

/** A template as the rest reads it: only known fields, none of them blank, locales in canonical form. */
export interface ParsedTemplate {
  common: TemplateTexts;
  settings: Omit<Template, keyof TemplateTexts | 'locales' | 'defaultLocale'>;
  locales: { tag: string; texts: TemplateTexts }[];
  defaultLocale: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;
type Reader = (value: unknown, field: string) => unknown;

const SETTINGS: Readonly<Record<string, Reader>> = {
  kind: oneOf(MESSAGE_KINDS),
  badge: (value, field) => (typeof value === 'string' ? value : wholeNumber(0, 2_147_483_647)(value, field)),
  ttlSeconds: wholeNumber(0, LONGEST_TTL_SECONDS),
  priority: oneOf(PRIORITIES),
  interruptionLevel: oneOf(INTERRUPTION_LEVELS),
  relevanceScore: (value, field) => {
    if (typeof value === 'number' && value >= 0 && value <= 1) return value;
    throw invalid(field, 'must be a number from 0 to 1');
  },
  mutableContent: yesOrNo,
  contentAvailable: yesOrNo,
  silent: yesOrNo,
};

const LANGUAGES = ['locales', 'defaultLocale'] as const;
const TEXT_PARTS: readonly string[] = [...TEXT_FIELDS, 'data', 'buttons'];

/**
 * Reads a template. A field that is null, undefined or '' is not given.
 * @throws PushError `invalid-template` or `forbidden-value`, naming the field
 */
export function parseTemplate(value: unknown): ParsedTemplate {
  const fields = record(value, 'template');
  const known = [...TEXT_PARTS, ...Object.keys(SETTINGS), ...LANGUAGES];
  refuseUnknown(fields, known, '');
  const settings: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(SETTINGS)) {
    const given = own(fields, name);
    if (given !== undefined) settings[name] = read(given, name);
  }
  const parsed: ParsedTemplate = {
    common: parseTexts(fields, ''),
    settings: { ...presetSettings(settings), ...settings },
    locales: parseLocales(own(fields, 'locales')),
    defaultLocale: parseTag(own(fields, 'defaultLocale'), 'defaultLocale'),
  };
  refuseNothingToShow(parsed);
  return parsed;
}

/** What the kind of the message sets. A message that shows nothing interrupts nobody. */
function presetSettings({ kind, silent }: Record<string, unknown>): ParsedTemplate['settings'] {
  const preset = kindPreset(kind);
  if (preset === undefined) return {};
  const { priority, ttlSeconds, interruptionLevel } = preset;
  return silent === true ? { ttlSeconds } : { priority, ttlSeconds, interruptionLevel };
}

function parseTexts(fields: Fields, prefix: string): TemplateTexts {
  const texts: TemplateTexts = {};
  for (const name of TEXT_FIELDS) {
    const value = own(fields, name);
    if (value !== undefined) texts[name] = text(value, prefix + name);
  }
  const data = own(fields, 'data');
  if (data !== undefined) texts.data = parseData(data, `${prefix}data`);
  const buttons = own(fields, 'buttons');
  if (buttons !== undefined) texts.buttons = parseButtons(buttons, `${prefix}buttons`);
  return texts;
}

/** Values of data are texts; a number or a yes/no is taken as its text, since FCM carries nothing else. */
function parseData(value: unknown, field: string): Record<string, string> {
  const data: Record<string, string> = {};
  for (const [key, entry] of Object.entries(record(value, field))) {
    checkDataKey(key, `${field}.${key}`);
    if (entry === undefined || entry === null) continue;
    data[key] = typeof entry === 'number' || typeof entry === 'boolean' ? String(entry) : text(entry, `${field}.${key}`);
  }
  return data;
}

function parseButtons(value: unknown, field: string): ButtonTemplate[] {
  if (!Array.isArray(value)) throw invalid(field, 'must be a list of { id, title, link }');
  if (value.length > MOST_BUTTONS) throw invalid(field, `holds ${value.length} buttons; a push shows ${MOST_BUTTONS}`);
  const buttons = value.map((entry: unknown, index) => {
    const name = `${field}[${index}]`;
    const fields = record(entry, name);
    refuseUnknown(fields, ['id', 'title', 'link'], `${name}.`);
    const link = own(fields, 'link');
    const id = text(own(fields, 'id'), `${name}.id`);
    if (!/^[\w.-]{1,64}$/.test(id)) throw invalid(`${name}.id`, 'must be 1 to 64 letters, digits, or _ . -');
    return { id, title: text(own(fields, 'title'), `${name}.title`), ...(link !== undefined && { link: text(link, `${name}.link`) }) };
  });
  if (new Set(buttons.map(({ id }) => id)).size < buttons.length) throw invalid(field, 'has two buttons with the same id');
  return buttons;
}

function parseLocales(value: unknown): { tag: string; texts: TemplateTexts }[] {
  if (value === undefined) return [];
  const locales = Object.entries(record(value, 'locales')).map(([name, texts]) => {
    const field = `locales.${name}`;
    const tag = parseTag(name, field);
    if (tag === undefined) throw invalid(field, 'is not a language tag');
    const fields = record(texts, field);
    refuseUnknown(fields, TEXT_PARTS, `${field}.`);
    return { tag, texts: parseTexts(fields, `${field}.`) };
  });
  if (new Set(locales.map(({ tag }) => tag)).size < locales.length) throw invalid('locales', 'names the same language twice');
  return locales;
}

function parseTag(value: unknown, field: string): string | undefined {
  if (value === undefined) return undefined;
  const tag = canonicalLocale(value);
  if (tag === undefined) throw invalid(field, "must be a language tag such as 'fr' or 'pt-BR'");
  return tag;
}

function refuseNothingToShow({ common, settings, locales }: ParsedTemplate): void {
  const all = [common, ...locales.map(({ texts }) => texts)];
  if (settings.silent !== true) {
    if (all.some(({ title, body }) => title !== undefined || body !== undefined)) return;
    throw new PushError('nothing-to-show', 'The template has neither a title nor a body.',
      "Write one of them, or set 'silent' for a message that nobody sees.", { field: 'body' });
  }
  // Apple: a background notification holds no alert, no sound and no badge.
  const shown = (['title', 'subtitle', 'body', 'image', 'sound', 'buttons'] as const)
    .find((name) => all.some((texts) => texts[name] !== undefined)) ?? (settings.badge === undefined ? undefined : 'badge');
  if (shown !== undefined) throw invalid(shown, 'cannot be part of a silent message');
}

function own(fields: Fields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === null || value === '' ? undefined : value;
}

function record(value: unknown, field: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(field, 'must be an object with fields');
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw invalid(field, 'must be a text');
}

function refuseUnknown(fields: Fields, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new PushError('invalid-template', `A template has no field '${prefix}${unknown}'.`,
    `It has: ${known.join(', ')}.`, { field: prefix + unknown });
}

function wholeNumber(least: number, most: number): Reader {
  return (value, field) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw invalid(field, `must be a whole number from ${least} to ${most}`);
  };
}

function oneOf(words: readonly string[]): Reader {
  return (value, field) => {
    if (typeof value === 'string' && words.includes(value)) return value;
    throw invalid(field, `must be one of ${words.join(', ')}`);
  };
}

function yesOrNo(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(field, 'must be true or false');
}

function invalid(field: string, problem: string): PushError {
  return new PushError('invalid-template', `${field} ${problem}.`, 'Correct the template.', { field });
}
