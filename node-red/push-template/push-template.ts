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
  /** `data` and `fragments` of a language: one a line, `shipped: est en route`. */
  locales: (Texts & { locale: string; data?: string; fragments?: string })[];
  defaultLocale: string;
  missing: Exclude<MissingPolicy, object> | 'fallback';
  fallback: string;
  defaults: { field: string; policy?: string; text: string }[];
  overflow: 'refuse' | 'shorten';
  copyCheck: CopyMode;
  copySample: string;
  fallbackShare: string;
  reserveBytes: string;
  options: Record<string, string | number | boolean | object>;
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
  const { kind, data = [], buttons = [], fragments = [], locales = [], defaultLocale, missing, fallback, defaults = [], overflow, reserveBytes, options = {} } = definition;
  const { liveActivity, ...settings } = options;
  const languages = Object.fromEntries(locales.filter(({ locale }) => locale !== '')
    .map(({ locale, data: ownData, fragments: own, ...texts }) => [locale, { ...textsOf(texts as Texts), ...dataOf(linesOf(ownData)), ...fragmentsOf(linesOf(own)) }]));
  const actions = buttons.filter(({ id, title }) => id !== '' || title !== '').map(({ id, title, link }) => ({ id, title, ...(link && { link }) }));
  const extras = Object.entries(settings).filter(([, value]) => isSet(value))
    .map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : value]);
  return {
    template: {
      ...textsOf(definition),
      ...(kind && { kind: kind as MessageKind }),
      ...(actions.length > 0 && { buttons: actions }),
      ...fragmentsOf(fragments),
      ...(isSet(liveActivity) && { liveActivity: readLiveActivity(liveActivity) }),
      ...dataOf(data.map(({ key, value }) => ({ name: key, text: value }))),
      ...(Object.keys(languages).length > 0 && { locales: languages }),
      ...(defaultLocale && { defaultLocale }),
      ...Object.fromEntries(extras),
    },
    missing: policyOf(missing ?? 'refuse', fallback),
    missingByField: Object.fromEntries(defaults.filter(({ field }) => field !== '').map(({ field, policy, text }) => [field, policyOf(policy ?? 'fallback', text)])),
    overflow: overflow ?? 'refuse',
    ...(isSet(reserveBytes) && { reserveBytes: Number(reserveBytes) }),
    copyCheck: readCopyCheck(definition),
  };
}

function readCopyCheck({ copyCheck, copySample, fallbackShare }: Definition): CopyCheck {
  return {
    mode: copyCheck ?? 'warn',
    ...(isSet(copySample) && { sample: Number(copySample) / 100 }),
    ...(isSet(fallbackShare) && { fallbackShare: Number(fallbackShare) / 100 }),
  };
}

function policyOf(policy: string, fallback: string): MissingPolicy {
  return policy === 'fallback' ? { fallback } : (policy as Exclude<MissingPolicy, object>);
}

type Line = { name: string; text: string };

function dataOf(rows: readonly Line[]): { data?: Record<string, string> } {
  const { fragments: data } = fragmentsOf(rows);
  return data === undefined ? {} : { data };
}

function fragmentsOf(rows: readonly Line[]): { fragments?: Record<string, string> } {
  const named = rows.filter(({ name }) => name !== '');
  return named.length === 0 ? {} : { fragments: Object.fromEntries(named.map(({ name, text }) => [name, text])) };
}

/** What a language has of its own by name, one a line: `shipped: est en route`. */
function linesOf(text = ''): Line[] {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? { name: line.trim(), text: '' } : { name: line.slice(0, colon).trim(), text: line.slice(colon + 1).trim() };
  });
}

/** Core says what is wrong with a value that is JSON; for what is none it gets the text. */
function readLiveActivity(value: unknown): LiveActivityTemplate {
  try {
    return (typeof value === 'string' ? JSON.parse(value) : value) as LiveActivityTemplate;
  } catch {
    return value as LiveActivityTemplate;
  }
}

/** What a dialog leaves empty is not there. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');
}

function textsOf({ title, subtitle, body, image, link }: Texts): Partial<Texts> {
  return Object.fromEntries(Object.entries({ title, subtitle, body, image, link }).filter(([, text]) => typeof text === 'string' && text !== ''));
}
