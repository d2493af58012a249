import type { Node, NodeAPI, NodeDef } from 'node-red';
import { compileStage, type TemplateStage } from '../../core';
import { runStageNode } from '../shared/stage-node';

type Texts = Record<'title' | 'subtitle' | 'body' | 'image' | 'link', string>;

interface Definition extends NodeDef, Texts {
  property: string;
  data: { key: string; value: string }[];
  locales: (Texts & { locale: string })[];
  defaultLocale: string;
  missing: 'refuse' | 'empty' | 'fallback';
  fallback: string;
  defaults: { field: string; text: string }[];
  overflow: 'refuse' | 'shorten';
  options: Record<string, string | number | boolean>;
}

/** Writes to each person in their language. */
export default function (RED: NodeAPI): void {
  RED.nodes.registerType('push-template', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    runStageNode(RED, this, definition.property, () => compileStage({ template: readStage(definition) }, { now: new Date() }));
  });
}

const NUMBERS = ['ttlSeconds', 'relevanceScore'];

function readStage(definition: Definition): TemplateStage {
  const { data = [], locales = [], defaultLocale, missing, fallback, defaults = [], overflow, options = {} } = definition;
  const rows = Object.fromEntries(data.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]));
  const languages = Object.fromEntries(locales.filter(({ locale }) => locale !== '').map(({ locale, ...texts }) => [locale, textsOf(texts as Texts)]));
  const extras = Object.entries(options).filter(([, value]) => value !== '' && value !== false && value !== undefined && value !== null)
    .map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]);
  return {
    template: {
      ...textsOf(definition),
      ...(Object.keys(rows).length > 0 && { data: rows }),
      ...(Object.keys(languages).length > 0 && { locales: languages }),
      ...(defaultLocale && { defaultLocale }),
      ...Object.fromEntries(extras),
    },
    missing: missing === 'fallback' ? { fallback } : (missing ?? 'refuse'),
    defaults: Object.fromEntries(defaults.filter(({ field }) => field !== '').map(({ field, text }) => [field, text])),
    overflow: overflow ?? 'refuse',
  };
}

function textsOf({ title, subtitle, body, image, link }: Texts): Partial<Texts> {
  return Object.fromEntries(Object.entries({ title, subtitle, body, image, link }).filter(([, text]) => typeof text === 'string' && text !== ''));
}
