/** Puts the node's fields together to the template stage of the campaign. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { PushError, type CopyMode, type MissingPolicy, type Template, type TemplateStage } from '../../core';
import { jsonValue, optionsParameter, withoutBlanks } from '../shared/configuration';

type Entry = Record<string, string>;
/** A language's own texts, and its data and fragments as collections within the row. */
type LanguageRow = Entry & { locale?: string; data?: unknown; fragments?: unknown };

export function readTemplateStage(context: IExecuteFunctions): TemplateStage {
  const { overflow, reserveBytes, buttons, fragments, liveActivity, copyCheck, copySample, fallbackShare, ...settings } = optionsParameter(
    context, ['relevanceScore', 'reserveBytes', 'ttlSeconds', 'copySample', 'fallbackShare'],
  );
  const text = (name: string) => context.getNodeParameter(name, 0, '') as string;
  const locales = entries(context.getNodeParameter('locales', 0, {})) as LanguageRow[];
  const actions = entries(buttons).map((button) => withoutBlanks(button));
  const missing = text('missing');
  const template = withoutBlanks({
    ...settings,
    title: text('title'),
    body: text('body'),
    link: text('link'),
    image: text('image'),
    kind: text('kind'),
    defaultLocale: text('defaultLocale').trim(),
    ...fragmentsOf(fragments),
    ...(liveActivity !== undefined && { liveActivity: jsonValue(liveActivity, 'liveActivity', 'Live Activity') }),
    ...dataOf(context.getNodeParameter('data', 0, {})),
    ...(actions.length > 0 && { buttons: actions }),
    ...(locales.length > 0 && {
      locales: byName('Other Languages', locales.map(({ locale = '', data, fragments: own, ...texts }) => [locale, { ...withoutBlanks(texts), ...dataOf(data), ...fragmentsOf(own) }])),
    }),
  }) as Template;
  const defaults = entries(context.getNodeParameter('defaults', 0, {}));
  return {
    template,
    missing: policyOf(missing, text('fallback')),
    ...(defaults.length > 0 && {
      missingByField: byName('Defaults', defaults.map(({ field = '', policy = 'fallback', text: standIn = '' }) => [field, policyOf(policy, standIn)])),
    }),
    ...(overflow !== undefined && { overflow: overflow as 'refuse' | 'shorten' }),
    ...(reserveBytes !== undefined && { reserveBytes: reserveBytes as number }),
    copyCheck: {
      mode: (copyCheck ?? 'warn') as CopyMode,
      ...(typeof copySample === 'number' && { sample: copySample / 100 }),
      ...(typeof fallbackShare === 'number' && { fallbackShare: fallbackShare / 100 }),
    },
  };
}

function policyOf(policy: string, fallback: string): MissingPolicy {
  return policy === 'fallback' ? { fallback } : (policy as Exclude<MissingPolicy, object>);
}

function dataOf(collection: unknown): Pick<Template, 'data'> {
  const rows = entries(collection);
  return rows.length === 0 ? {} : { data: byName('Data', rows.map(({ key = '', value = '' }) => [key, value])) };
}

function fragmentsOf(collection: unknown): Pick<Template, 'fragments'> {
  const rows = entries(collection);
  return rows.length === 0 ? {} : { fragments: byName('Fragments', rows.map(({ name = '', text = '' }) => [name, text])) };
}

/** The rows of a fixed collection. */
function entries(collection: unknown): Entry[] {
  return ((collection as { values?: Entry[] } | undefined)?.values ?? []);
}

/** Rows as one object; of two rows with one name the first would be lost without a word. */
function byName<T>(parameter: string, rows: [name: string, value: T][]): Record<string, T> {
  const names = rows.map(([name]) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new PushError('named-twice', `'${parameter}' has two entries named '${twice}'.`, 'Remove one of them.', { field: parameter });
  return Object.fromEntries(rows.map(([name, value]) => [name.trim(), value]));
}
