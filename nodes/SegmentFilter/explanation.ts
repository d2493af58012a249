/** What the node tells beside its outputs: counts as a hint, and an explanation where it is switched on. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import {
  explainAudience, explainItem, explainItems, explainPerson, isAudienceReference, isJsonObject,
  type Item, type SegmentExplanation, type SegmentStage, type SegmentTrace, type Store,
} from '../../core';
import { tellHint } from '../shared/hints';

export interface Explained extends SegmentExplanation {
  /** Name of the segment, where there are several. */
  segment?: string;
  person?: SegmentTrace & { id: string };
}

export interface ExplainSettings {
  category?: string;
  /** Id of a person to explain. */
  person?: string;
  idField: string;
}

/**
 * One a condition, over the people at hand, or over all of the store where the input is an audience reference.
 * @param store absent where people bring their history along
 */
export async function explainStage(
  items: readonly Item[], stage: SegmentStage, store: Store | undefined, { category, person, idField }: ExplainSettings,
): Promise<Explained[]> {
  const conditions = 'segments' in stage ? stage.segments.map(({ name, condition }) => ({ segment: name, condition })) : [stage];
  const options = { now: new Date(), idField, ...(store && { store }), ...(category !== undefined && { category }) };
  const people = items.filter((item) => isJsonObject(item) && !isAudienceReference(item));
  const stored = people.length === 0 && store !== undefined;
  const result: Explained[] = [];
  for (const { condition, ...name } of conditions) {
    const counts = stored ? await explainAudience(store, condition, options) : await explainItems(people, condition, options);
    const at = person === undefined ? undefined : people.find((item) => String(item[idField]) === person);
    const trace = person === undefined ? undefined
      : at !== undefined ? await explainItem(at, condition, options)
      : store !== undefined ? await explainPerson(store, condition, person, options.now) : undefined;
    result.push({ ...name, ...counts, ...(trace && { person: { id: person ?? '', ...trace } }) });
  }
  return result;
}

export function explanationItems(explained: readonly Explained[]): INodeExecutionData[] {
  return explained.map((json) => ({ json: json as unknown as IDataObject, pairedItem: { item: 0 } }));
}

/** Says how many went where; of references it cannot know, and says nothing. */
export function tellCounts(context: IExecuteFunctions, names: readonly string[], outputs: readonly INodeExecutionData[][]): void {
  const people = context.getInputData().filter(({ json }) => !isAudienceReference(json as Item)).length;
  if (people === 0) return;
  const counts = names.map((name, index) => `${name}: ${share(outputs[index]?.length ?? 0, people)}`);
  tell(context, `${people} people. ${counts.join(', ')}.`);
}

/** The funnel of each explained condition in a line. */
export function tellExplanation(context: IExecuteFunctions, explained: readonly Explained[]): void {
  for (const { segment, people, matched, rules, reach, person } of explained) {
    const funnel = rules.filter(({ depth, words }) => depth > 0 || rules.length === 1 || !words.endsWith(':'))
      .map(({ words, passed }) => `${words.replace(/:$/, '')}: ${share(passed, people)}`);
    const { people: reached, ...platforms } = reach;
    const by = Object.entries(platforms).map(([platform, count]) => `${platform} ${count}`).join(', ');
    tell(context, [
      `${segment === undefined ? 'Segment' : `Segment '${segment}'`}: ${share(matched, people)} of ${people} people.`,
      `Passed ${funnel.join('; ')}.`, `Can be reached: ${reached} (${by}).`,
    ].join(' '));
    if (person !== undefined) tell(context, `'${person.id}': ${person.text}`);
  }
}

function share(count: number, of: number): string {
  return of === 0 ? String(count) : `${count} (${Number(((100 * count) / of).toFixed(1))} %)`;
}

function tell(context: IExecuteFunctions, message: string): void {
  tellHint(context, { message, type: 'info', location: 'outputPane' });
}
