/** Puts the node's fields together to the template stage of the campaign. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { PushError, type Template, type TemplateStage } from '../../core';
import { optionsParameter, withoutBlanks } from '../shared/configuration';

type Entry = Record<string, string>;

export function readTemplateStage(context: IExecuteFunctions): TemplateStage {
  const { overflow, reserveBytes, buttons, ...settings } = optionsParameter(context, ['relevanceScore', 'reserveBytes', 'ttlSeconds']);
  const text = (name: string) => context.getNodeParameter(name, 0, '') as string;
  const locales = entries(context.getNodeParameter('locales', 0, {}));
  const data = entries(context.getNodeParameter('data', 0, {}));
  const actions = entries(buttons).map((button) => withoutBlanks(button));
  const missing = text('missing');
  const template = withoutBlanks({
    ...settings,
    title: text('title'),
    body: text('body'),
    link: text('link'),
    image: text('image'),
    defaultLocale: text('defaultLocale').trim(),
    ...(data.length > 0 && { data: byName('Data', data.map(({ key = '', value = '' }) => [key, value])) }),
    ...(actions.length > 0 && { buttons: actions }),
    ...(locales.length > 0 && {
      locales: byName('Other Languages', locales.map(({ locale = '', ...texts }) => [locale, withoutBlanks(texts)])),
    }),
  }) as Template;
  const defaults = entries(context.getNodeParameter('defaults', 0, {}));
  return {
    template,
    missing: missing === 'fallback' ? { fallback: text('fallback') } : (missing as 'refuse' | 'empty'),
    ...(defaults.length > 0 && { defaults: byName('Defaults', defaults.map(({ field = '', text: standIn = '' }) => [field, standIn])) }),
    ...(overflow !== undefined && { overflow: overflow as 'refuse' | 'shorten' }),
    ...(reserveBytes !== undefined && { reserveBytes: reserveBytes as number }),
  };
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
