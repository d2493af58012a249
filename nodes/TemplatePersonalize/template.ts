/** Puts the node's fields together to the template stage of the campaign. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Template, TemplateStage } from '../../core';
import { optionsParameter, withoutBlanks } from '../shared/configuration';

type Entry = Record<string, string>;

export function readTemplateStage(context: IExecuteFunctions): TemplateStage {
  const { overflow, reserveBytes, buttons, ...settings } = optionsParameter(context);
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
    ...(data.length > 0 && { data: Object.fromEntries(data.map(({ key = '', value = '' }) => [key.trim(), value])) }),
    ...(actions.length > 0 && { buttons: actions }),
    ...(locales.length > 0 && {
      locales: Object.fromEntries(locales.map(({ locale = '', ...texts }) => [locale.trim(), withoutBlanks(texts)])),
    }),
  }) as Template;
  const defaults = entries(context.getNodeParameter('defaults', 0, {}));
  return {
    template,
    missing: missing === 'fallback' ? { fallback: text('fallback') } : (missing as 'refuse' | 'empty'),
    ...(defaults.length > 0 && { defaults: Object.fromEntries(defaults.map(({ field = '', text: standIn = '' }) => [field.trim(), standIn])) }),
    ...(overflow !== undefined && { overflow: overflow as 'refuse' | 'shorten' }),
    ...(typeof reserveBytes === 'number' && { reserveBytes }),
  };
}

/** The rows of a fixed collection. */
function entries(collection: unknown): Entry[] {
  return ((collection as { values?: Entry[] } | undefined)?.values ?? []);
}
