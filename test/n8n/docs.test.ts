import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { ApnsApi } from '../../credentials/ApnsApi.credentials';
import { FcmApi } from '../../credentials/FcmApi.credentials';
import { PushStoreApi } from '../../credentials/PushStoreApi.credentials';
import { PushTrackingApi } from '../../credentials/PushTrackingApi.credentials';
import { AbSplit } from '../../nodes/AbSplit/AbSplit.node';
import { KpiAggregate } from '../../nodes/KpiAggregate/KpiAggregate.node';
import { PushAudience } from '../../nodes/PushAudience/PushAudience.node';
import { PushEventTrigger } from '../../nodes/PushEventTrigger/PushEventTrigger.node';
import { PushSend } from '../../nodes/PushSend/PushSend.node';
import { SegmentFilter } from '../../nodes/SegmentFilter/SegmentFilter.node';
import { TemplatePersonalize } from '../../nodes/TemplatePersonalize/TemplatePersonalize.node';

const page = readFileSync(join(__dirname, '../../docs/n8n.md'), 'utf8');
const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
/** Where a section says 'as in', that one counts too. */
const REFERS_TO: Record<string, string[]> = { 'Push Send': ['Push Audience', 'Push Template Personalize'] };
const nodes: INodeType[] = [PushAudience, SegmentFilter, AbSplit, TemplatePersonalize, PushSend, PushEventTrigger, KpiAggregate].map((Node) => new Node());

type Nested = INodePropertyOptions | INodeProperties | INodePropertyCollection;

/** What a person sees of a parameter: its name, those inside it, and its choices. */
function names(property: INodeProperties | INodePropertyCollection): string[] {
  if ('values' in property) return property.values.flatMap(names);
  if (property.type === 'notice') return [];
  const inner = (property.options ?? []).flatMap((option: Nested) => ('displayName' in option ? names(option) : [option.name]));
  return [...(property.name === 'options' ? [] : [property.displayName]), ...inner];
}

describe('docs/n8n.md', () => {
  it.each(nodes.map(({ description }) => [description.displayName, description] as const))('names every parameter and choice of %s', (title, { properties }) => {
    const text = [title, ...(REFERS_TO[title] ?? [])].map(section).join('');
    expect(properties.flatMap(names).filter((name) => !text.includes(name))).toEqual([]);
  });

  it.each(nodes.flatMap(({ description }) => (description.outputNames ?? []).map((name) => [description.displayName, name])))('names the output of %s: %s', (title, name) => {
    expect(section(title)).toContain(`\`${name}\``);
  });

  it.each([new FcmApi(), new ApnsApi(), new PushStoreApi(), new PushTrackingApi()].map(({ displayName }) => [displayName]))('names the credential %s', (name) => {
    expect(section('Credentials')).toContain(name);
  });
});
