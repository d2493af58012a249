/** The segment stage: who goes on by which output. One condition, or many named segments. */
import { asPushError, PushError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import { compileSegment, conditionFacts, type FactsOf, type ParseOptions, type SegmentOptions } from '../segment';
import { withPush, type Item, type Route } from './item';

export interface NamedSegment {
  name: string;
  condition: JsonObject;
}

export type SegmentStage = { condition: JsonObject } | {
  segments: readonly NamedSegment[];
  /** `first` (if not given): a person goes to the first segment that fits. `all`: to each that fits. */
  match?: 'first' | 'all';
};

export interface SegmentContext {
  now?: Date;
  /** What is known of names: saved lists, own events. */
  known?: ParseOptions;
  /** What people did and which lists they are in; left out, people bring it along under `push`. */
  facts?: FactsOf;
}

export const MATCHED_OUTPUT = 'matched';
export const NOT_MATCHED_OUTPUT = 'notMatched';
const MOST_SEGMENTS = 50;

export interface SegmentRouting {
  outputs: readonly string[];
  stage: JsonObject;
  route(item: Item): Route[];
}

/**
 * Outputs of one condition: matched, notMatched. Of named segments: one each, then notMatched for people in none of
 * them; a person in one has its name under `push.segment`.
 * @throws PushError `no-condition`, `bad-segments`, and what the condition's parser says, with the segment's name
 */
export function compileSegmentStage(segment: SegmentStage, { now, known, facts }: SegmentContext): SegmentRouting {
  const options: SegmentOptions = { ...known, ...(now !== undefined && { now }), ...(facts !== undefined && { facts }) };
  if (typeof segment !== 'object' || segment === null) throw noCondition();
  if ('segments' in segment) return compileNamed(segment.segments, segment.match ?? 'first', options);
  if (!isJsonObject(segment.condition)) throw noCondition();
  const matches = compileSegment(segment.condition, options);
  return {
    outputs: [MATCHED_OUTPUT, NOT_MATCHED_OUTPUT],
    stage: { segment: { condition: segment.condition } },
    route: (item) => [{ output: matches(item) ? 0 : 1, item }],
  };
}

function noCondition(): PushError {
  return new PushError('no-condition', 'The segment has no condition.', 'Give a condition such as { "country": "FR" }.');
}

function compileNamed(segments: readonly NamedSegment[], match: unknown, options: SegmentOptions): SegmentRouting {
  checkNames(segments);
  if (match !== 'first' && match !== 'all') {
    throw new PushError('bad-segments', `Segments match 'first' or 'all', and not '${String(match)}'.`, "Use 'first' or 'all'.");
  }
  const compiled = segments.map(({ name, condition }) => ({ name, matches: compileOne(name, condition, options) }));
  const none = compiled.length;
  return {
    outputs: [...compiled.map(({ name }) => name), NOT_MATCHED_OUTPUT],
    stage: { segment: { segments: segments.map(({ name, condition }) => ({ name, condition })), match } },
    route(item) {
      const routes: Route[] = [];
      for (const [output, { name, matches }] of compiled.entries()) {
        if (!matches(item)) continue;
        routes.push({ output, item: withPush(item, { segment: name }) });
        if (match === 'first') break;
      }
      return routes.length > 0 ? routes : [{ output: none, item }];
    },
  };
}

function compileOne(name: string, condition: unknown, options: SegmentOptions): (view: object) => boolean {
  try {
    return compileSegment(condition as object, options);
  } catch (thrown) {
    const { code, message, hint, fields } = asPushError(thrown);
    throw new PushError(code, `Segment '${name}': ${message}`, hint, { ...fields, segment: name }, { cause: thrown });
  }
}

function checkNames(segments: unknown): asserts segments is readonly NamedSegment[] {
  if (!Array.isArray(segments) || segments.length === 0 || segments.length > MOST_SEGMENTS) {
    throw new PushError('bad-segments', `There must be 1 to ${MOST_SEGMENTS} segments.`, 'Give a list of { "name": ..., "condition": ... }.');
  }
  const names = new Set<string>();
  for (const [index, segment] of (segments as unknown[]).entries()) {
    const name = isJsonObject(segment) ? segment['name'] : undefined;
    if (typeof name !== 'string' || name.trim() === '' || name === NOT_MATCHED_OUTPUT) {
      throw new PushError('bad-segments', `Segment ${index + 1} has no name of its own.`, 'Name it, such as "new customers".', { number: index + 1 });
    }
    if (names.has(name)) throw new PushError('bad-segments', `Two segments are named '${name}'.`, 'Give each its own name.', { name });
    names.add(name);
  }
}

/** Names of the events that a stage asks people's history for; undefined where it needs no facts. */
export function eventsOfStage(stage: JsonObject, known: ParseOptions): string[] | undefined {
  const segment = stage['segment'];
  if (!isJsonObject(segment)) return undefined;
  const list = Array.isArray(segment['segments']) ? segment['segments'].map((one) => (isJsonObject(one) ? one['condition'] : undefined)) : [segment['condition']];
  const asked = list.flatMap((condition) => {
    const one = isJsonObject(condition) ? conditionFacts(condition, known) : undefined;
    return one === undefined ? [] : [one];
  });
  return asked.length === 0 ? undefined : [...new Set(asked.flatMap(({ events }) => events))];
}
