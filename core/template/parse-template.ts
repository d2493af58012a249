/** The border: whatever a face, a file or a program hands over as a template, read field by field. */
import { PushError } from '../errors';
import { kindPreset, MESSAGE_KINDS } from './kinds';
import { canonicalLocale } from './locale';
import { invalid, oneOf, own, record, refuseUnknown, text, wholeNumber, yesOrNo, type Fields, type Reader } from './parse-fields';
import { parseLiveActivity } from './parse-live-activity';
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
  voip: yesOrNo,
  web: yesOrNo,
  liveActivity: parseLiveActivity,
};

const LANGUAGES = ['locales', 'defaultLocale'] as const;
const TEXT_PARTS: readonly string[] = [...TEXT_FIELDS, 'data', 'buttons', 'fragments'];

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

/** What the kind of the message sets. A message that shows nothing interrupts nobody; a call is for now or never. */
function presetSettings({ kind, silent, voip, liveActivity }: Record<string, unknown>): ParsedTemplate['settings'] {
  const { priority, ttlSeconds, interruptionLevel } = kindPreset(kind) ?? {};
  const isNotification = silent !== true && voip !== true && liveActivity === undefined;
  return {
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    ...(priority !== undefined && silent !== true && { priority }),
    ...(interruptionLevel !== undefined && isNotification && { interruptionLevel }),
    ...(voip === true && { ttlSeconds: 0 }),
  };
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
  const fragments = own(fields, 'fragments');
  if (fragments !== undefined) texts.fragments = parseFragments(fragments, `${prefix}fragments`);
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

function parseFragments(value: unknown, field: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value, field)).map(([name, entry]) => {
    if (!/^[\w.-]{1,64}$/.test(name) || name === '__proto__') throw invalid(`${field}.${name}`, 'must be named with 1 to 64 letters, digits, or _ . -');
    return [name, text(entry, `${field}.${name}`)];
  }));
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

/** What has no place in a message that the app alone sees. Apple: a background notification holds no alert, sound or badge. */
const SEEN = ['title', 'subtitle', 'body', 'image', 'sound', 'buttons', 'badge'] as const;
/** What has no place in a Live Activity, which shows its own state. */
const NOT_LIVE = ['subtitle', 'image', 'link', 'category', 'thread', 'channel', 'buttons', 'data', 'badge', 'web', 'webIcon',
  'contentAvailable', 'mutableContent', 'interruptionLevel', 'analyticsLabel'] as const;

function refuseNothingToShow({ common, settings, locales }: ParsedTemplate): void {
  const all = [common, ...locales.map(({ texts }) => texts)];
  const names = (name: string): boolean => [settings, ...all].some((texts) => (texts as Fields)[name] !== undefined);
  const [ways, second] = (['silent', 'voip', 'liveActivity'] as const).filter((way) => settings[way] !== undefined && settings[way] !== false);
  if (second !== undefined) throw invalid(second, `cannot be together with ${ways}`);
  const misplaced = ways === undefined ? undefined : (ways === 'liveActivity' ? NOT_LIVE : SEEN).find(names);
  if (misplaced !== undefined) {
    throw invalid(misplaced, `cannot be part of a ${{ silent: 'silent message', voip: 'call (voip)', liveActivity: 'Live Activity' }[ways ?? 'silent']}`);
  }
  const needsText = ways === undefined || settings.liveActivity?.event === 'start';
  if (!needsText || names('title') || names('body')) return;
  throw new PushError('nothing-to-show', 'The template has neither a title nor a body.',
    "Write one of them, or set 'silent' for a message that nobody sees.", { field: 'body' });
}
