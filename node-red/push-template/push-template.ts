import type { Node, NodeAPI, NodeDef } from 'node-red';
import {
  compileStage, TemplateSummary,
  type CopyCheck, type CopyMode, type LiveActivityTemplate, type MessageKind, type MissingPolicy, type TemplateStage,
} from '../../core';
import { runStageNode } from '../shared/stage-node';
import { servePreview } from './preview';

type Texts = Record<'title' | 'subtitle' | 'body' | 'image' | 'link', string>;

interface Definition extends NodeDef, Texts {
  property: string;
  kind: string;
  data: { key: string; value: string }[];
  buttons: { id: string; title: string; link: string }[];
  fragments: { name: string; text: string }[];
  locales: (Texts & { locale: string; fragments?: string })[];
  defaultLocale: string;
  missing: Exclude<MissingPolicy, object> | 'fallback';
  fallback: string;
  defaults: { field: string; policy?: string; text: string }[];
  overflow: 'refuse' | 'shorten';
  copyCheck: CopyMode;
  copySample: string;
  fallbackShare: string;
  options: Record<string, string | number | boolean>;
}

/** Writes to each person in their language. */
export default function (RED: NodeAPI): void {
  servePreview(RED, readStage);
  RED.nodes.registerType('push-template', function (this: Node, definition: Definition) {
    RED.nodes.createNode(this, definition);
    runStageNode(RED, this, definition.property, () => compileStage({ template: readStage(definition) }, { now: new Date() }),
      () => new TemplateSummary(readCopyCheck(definition)));
  });
}

const NUMBERS = ['ttlSeconds', 'relevanceScore'];

function readStage(definition: Definition): TemplateStage {
  const { kind, data = [], buttons = [], fragments = [], locales = [], defaultLocale, missing, fallback, defaults = [], overflow, options = {} } = definition;
  const { liveActivity, ...settings } = options;
  const rows = Object.fromEntries(data.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]));
  const languages = Object.fromEntries(locales.filter(({ locale }) => locale !== '')
    .map(({ locale, fragments: own, ...texts }) => [locale, { ...textsOf(texts as Texts), ...fragmentsOf(fragmentLines(own)) }]));
  const actions = buttons.filter(({ id, title }) => id !== '' || title !== '').map(({ id, title, link }) => ({ id, title, ...(link && { link }) }));
  const extras = Object.entries(settings).filter(([, value]) => value !== '' && value !== false && value !== undefined && value !== null)
    .map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]);
  return {
    template: {
      ...textsOf(definition),
      ...(kind && { kind: kind as MessageKind }),
      ...(actions.length > 0 && { buttons: actions }),
      ...fragmentsOf(fragments),
      ...(typeof liveActivity === 'string' && liveActivity.trim() !== '' && { liveActivity: readLiveActivity(liveActivity) }),
      ...(Object.keys(rows).length > 0 && { data: rows }),
      ...(Object.keys(languages).length > 0 && { locales: languages }),
      ...(defaultLocale && { defaultLocale }),
      ...Object.fromEntries(extras),
    },
    missing: policyOf(missing ?? 'refuse', fallback),
    missingByField: Object.fromEntries(defaults.filter(({ field }) => field !== '').map(({ field, policy, text }) => [field, policyOf(policy ?? 'fallback', text)])),
    overflow: overflow ?? 'refuse',
    copyCheck: readCopyCheck(definition),
  };
}

function readCopyCheck({ copyCheck, copySample, fallbackShare }: Definition): CopyCheck {
  return {
    mode: copyCheck ?? 'warn',
    ...(copySample && { sample: Number(copySample) / 100 }),
    ...(fallbackShare && { fallbackShare: Number(fallbackShare) / 100 }),
  };
}

function policyOf(policy: string, fallback: string): MissingPolicy {
  return policy === 'fallback' ? { fallback } : (policy as Exclude<MissingPolicy, object>);
}

function fragmentsOf(rows: readonly { name: string; text: string }[]): { fragments?: Record<string, string> } {
  const named = rows.filter(({ name }) => name !== '');
  return named.length === 0 ? {} : { fragments: Object.fromEntries(named.map(({ name, text }) => [name, text])) };
}

/** A language's own fragments are written one a line: `shipped: est en route`. */
function fragmentLines(text = ''): { name: string; text: string }[] {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? { name: line.trim(), text: '' } : { name: line.slice(0, colon).trim(), text: line.slice(colon + 1).trim() };
  });
}

/** Core says what is wrong with a value that is JSON; for what is none it gets the text. */
function readLiveActivity(text: string): LiveActivityTemplate {
  try {
    return JSON.parse(text) as LiveActivityTemplate;
  } catch {
    return text as unknown as LiveActivityTemplate;
  }
}

function textsOf({ title, subtitle, body, image, link }: Texts): Partial<Texts> {
  return Object.fromEntries(Object.entries({ title, subtitle, body, image, link }).filter(([, text]) => typeof text === 'string' && text !== ''));
}
