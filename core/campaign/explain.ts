/** Explains a segment: over stored people by their database where it can, over items one by one, for one person in words. */
import { readBits } from '../bits';
import { PushError } from '../errors';
import type { JsonObject } from '../json';
import { toView } from '../recipient';
import {
  conditionFacts, conditionToSql, explainer, planExplanation, planScan, reachToSql, tallyToSql, traceSegment,
  type ExplainOptions, type ExplainPlan, type ScanPlan, type SegmentExplanation, type SegmentTrace,
} from '../segment';
import type { SqlFilter, Store } from '../store';
import { FactsAtHand, knownToStore } from './facts';
import type { Item } from './item';
import { selectPeople, streamPeople } from './run-plan';

export type AudienceExplainOptions = Pick<ExplainOptions, 'category' | 'sample'> & { now?: Date };

/** More than that in one pass is asked person by person. */
const MOST_QUESTIONS = 50;

/** Counts exactly; the sample are the first who match in the order of ids. @throws PushError as `parseCondition` says */
export async function explainAudience(store: Store, condition: JsonObject, options: AudienceExplainOptions = {}): Promise<SegmentExplanation> {
  const fixed: ExplainOptions = { ...options, now: options.now ?? new Date(), ...(await knownToStore(store)) };
  const plan = planExplanation(condition, fixed);
  const reach = reachToSql(fixed.category, store.dialect);
  if (reach === undefined || plan.questions.length > MOST_QUESTIONS) return explainByPerson(store, condition, fixed);
  const scan = planScan(plan, store.dialect, fixed);
  // PostgreSQL counts in processes of its own. SQLite works in this one, where reading a row is the shorter way to its fields.
  const tally = store.dialect === 'postgres' || scan?.readsRows === false ? tallyToSql(plan.questions, store.dialect, fixed) : undefined;
  if (tally === undefined) return scan === undefined ? explainByPerson(store, condition, fixed) : explainByRow(store, plan, scan, reach, fixed.sample);
  for (const { answers, platforms, people } of await store.tallyPeople({ ...tally, excludes: plan.excludes, when: plan.matched })) {
    plan.count(answers, people);
    plan.countReach(platforms, people);
  }
  const explanation = plan.result([]);
  return { ...explanation, sample: await firstIds(store, condition, Math.min(fixed.sample ?? 10, explanation.matched), fixed) };
}

async function explainByRow(store: Store, plan: ExplainPlan, scan: ScanPlan, reach: SqlFilter, most = 10): Promise<SegmentExplanation> {
  const counts = new Map<number, { people: number; answers: boolean[]; matched: boolean }>();
  const sample: string[] = [];
  for await (const page of store.scanPeople(scan.asked, scan.columns)) {
    const among: string[] = [];
    for (const row of page) {
      const bits = scan.read(row);
      let count = counts.get(bits);
      if (count === undefined) {
        const read = readBits(bits, plan.questions.length);
        counts.set(bits, (count = { people: 0, answers: read, matched: plan.matches(read) }));
      }
      count.people++;
      if (count.matched) among.push(row.id);
    }
    sample.push(...among.slice(0, most - sample.length));
    if (among.length === 0) continue;
    for (const { platforms, people } of await store.tallyReach(among, reach)) plan.countReach(platforms, people);
  }
  for (const { answers, people } of counts.values()) plan.count(answers, people);
  return plan.result(sample);
}

/** @param most not more than there are: the database stops at the last of them */
async function firstIds(store: Store, condition: JsonObject, most: number, options: ExplainOptions): Promise<string[]> {
  const { residual: _, ...filter } = conditionToSql(condition, store.dialect, options);
  const ids: string[] = [];
  if (most < 1) return ids;
  for await (const { id } of store.people({ filter, pageSize: most })) {
    ids.push(id);
    if (ids.length === most) break;
  }
  return ids;
}

async function explainByPerson(store: Store, condition: JsonObject, options: ExplainOptions): Promise<SegmentExplanation> {
  // Reach always asks for facts.
  const facts = new FactsAtHand(store, conditionFacts(condition, options)?.events ?? []);
  const { add, result } = explainer(condition, { ...options, facts: facts.of });
  for await (const person of facts.around(streamPeople(store))) add(person);
  return result();
}

/** Explains a segment by people at hand; with a store, what it knows of them counts, else what they bring along. */
export async function explainItems(
  items: readonly Item[], condition: JsonObject, { store, idField, ...options }: AudienceExplainOptions & { store?: Store; idField?: string } = {},
): Promise<SegmentExplanation> {
  const fixed: ExplainOptions = { ...options, now: options.now ?? new Date() };
  if (store === undefined) {
    const { add, result } = explainer(condition, fixed);
    items.forEach(add);
    return result();
  }
  const known = { ...fixed, ...(await knownToStore(store)) };
  const facts = new FactsAtHand(store, conditionFacts(condition, known)?.events ?? [], idField);
  const { add, result } = explainer(condition, { ...known, facts: facts.of });
  for await (const item of facts.around(each(items))) add(item);
  return result();
}

async function* each(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Why this stored person is in the segment, or is not. @throws PushError `person-unknown`, and as `parseCondition` says */
export async function explainPerson(store: Store, condition: JsonObject, id: string, now = new Date()): Promise<SegmentTrace> {
  const person = await store.getPerson(id);
  if (person === undefined) throw new PushError('person-unknown', `Nobody with the id '${id}' is in the store.`, 'Import the person first.', { id });
  return explainItem(toView(person), condition, { store, now });
}

/** The same of a person at hand; with a store, what it knows of them counts, else what they bring along. */
export async function explainItem(
  item: Item, condition: JsonObject, { store, idField, now = new Date() }: { store?: Store; idField?: string; now?: Date } = {},
): Promise<SegmentTrace> {
  if (store === undefined) return traceSegment(condition, item, { now });
  const known = { now, ...(await knownToStore(store)) };
  const facts = new FactsAtHand(store, conditionFacts(condition, known)?.events ?? [], idField);
  await facts.load([item]);
  return traceSegment(condition, item, { ...known, facts: facts.of });
}

/** How many stored people match, and nothing else. @throws PushError as `parseCondition` says */
export async function countAudience(store: Store, condition: JsonObject, now = new Date()): Promise<number> {
  const { residual, ...filter } = conditionToSql(condition, store.dialect, { now, ...(await knownToStore(store)) });
  if (residual === undefined) return store.countPeople(filter);
  const matching = selectPeople(store, { condition, now });
  let people = 0;
  while ((await matching.next()).done !== true) people++;
  return people;
}
