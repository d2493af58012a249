/** Puts the node's fields together to the template stage of the campaign. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { CopyMode, MissingPolicy, Template, TemplateStage } from '../../core';
import { jsonValue, optionsParameter, withoutBlanks } from '../shared/configuration';

type Entry = Record<string, string>;
/** A language's own texts, and its fragments as a collection within the row. */
type LanguageRow = Entry & { locale?: string; fragments?: unknown };

export function readTemplateStage(context: IExecuteFunctions): TemplateStage {
  const { overflow, reserveBytes, buttons, fragments, liveActivity, copyCheck, copySample, fallbackShare, ...settings } = optionsParameter(context);
  const text = (name: string) => context.getNodeParameter(name, 0, '') as string;
  const locales = entries(context.getNodeParameter('locales', 0, {})) as LanguageRow[];
  const data = entries(context.getNodeParameter('data', 0, {}));
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
    ...(data.length > 0 && { data: Object.fromEntries(data.map(({ key = '', value = '' }) => [key.trim(), value])) }),
    ...(actions.length > 0 && { buttons: actions }),
    ...(locales.length > 0 && {
      locales: Object.fromEntries(locales.map(({ locale = '', fragments: own, ...texts }) => [locale.trim(), { ...withoutBlanks(texts), ...fragmentsOf(own) }])),
    }),
  }) as Template;
  const defaults = entries(context.getNodeParameter('defaults', 0, {}));
  return {
    template,
    missing: policyOf(missing, text('fallback')),
    ...(defaults.length > 0 && {
      missingByField: Object.fromEntries(defaults.map(({ field = '', policy = 'fallback', text: standIn = '' }) => [field.trim(), policyOf(policy, standIn)])),
    }),
    ...(overflow !== undefined && { overflow: overflow as 'refuse' | 'shorten' }),
    ...(typeof reserveBytes === 'number' && { reserveBytes }),
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

function fragmentsOf(collection: unknown): Pick<Template, 'fragments'> {
  const rows = entries(collection);
  return rows.length === 0 ? {} : { fragments: Object.fromEntries(rows.map(({ name = '', text = '' }) => [name.trim(), text])) };
}

/** The rows of a fixed collection. */
function entries(collection: unknown): Entry[] {
  return ((collection as { values?: Entry[] } | undefined)?.values ?? []);
}
