/** What a template did for its people, in words under the node. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { percent, type TemplateSummaryJson } from '../../core';
import { tellHint } from './hints';

/** Findings of the copy check that are told under the node; all of them are in the item. */
const MOST_TOLD = 5;

/** @param whose people they are, at the beginning of the sentence */
export function tellWritten(context: IExecuteFunctions, { people, ready, notWritten, locales, fields, copy }: TemplateSummaryJson, whose = ''): void {
  const missing = Object.entries(fields).map(([field, { fallback, missing: lacking }]) =>
    `${field} (${[fallback > 0 ? `${fallback} with a stand-in` : '', lacking > 0 ? `${lacking} not written` : ''].filter((part) => part !== '').join(', ')})`);
  tellHint(context, {
    message: `${whose}${people} people: ${ready} written${listed(locales)}, ${people - ready} not${listed(notWritten)}.${missing.length > 0 ? ` Missing: ${missing.join(', ')}.` : ''}`,
    type: ready < people ? 'warning' : 'info',
    location: 'outputPane',
  });
  for (const { rule, field, share, advice, examples } of copy?.findings.slice(0, MOST_TOLD) ?? []) {
    const example = examples[0] === undefined ? '' : ` For example: "${examples[0].text}"`;
    tellHint(context, {
      message: `Copy check, ${rule}${field === undefined ? '' : ` of ${field}`}: ${percent(share)} of people. ${advice}${example}`,
      type: 'warning',
      location: 'outputPane',
    });
  }
}

function listed(counts: Record<string, number>): string {
  const entries = Object.entries(counts);
  return entries.length === 0 ? '' : ` (${entries.map(([name, count]) => `${count} ${name}`).join(', ')})`;
}
