/** What segment, split and template have in common: each person of a message goes to one output. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { isAudienceReference, RunStopper, type CompiledStage, type Item, type Route, type TemplateSummary } from '../../core';
import { onMessage, valueOf, withValue } from './input';
import { flowError, reportConfiguration } from './problem';
import { tellWhy } from './why';

/** A stage that knows the time ("3 days ago") is compiled anew when it is older than this (ms). */
const STALE_MS = 60_000;
/** People of a list that are prepared together. */
const PAGE = 500;

type Compile = () => CompiledStage | Promise<CompiledStage>;

/**
 * A payload that is a list gives one message an output with the list of its people (none where it has nobody); a payload
 * that is one person gives one message. A bad person of a list goes to Catch nodes alone.
 * @param summarize makes the summary of one message, which goes along as `msg.summary`
 */
export function runStageNode(RED: NodeAPI, node: Node, property: string, compile: Compile, summarize?: () => TemplateSummary): void {
  const stage = freshStage(compile);
  const inTurn = queue();
  const ready = stage().then(() => node.status({}), (thrown: unknown) => void reportConfiguration(RED, node, thrown));
  onMessage(RED, node, async (message, send) => {
    await ready;
    const compiled = await stage();
    const value = valueOf(RED, message, property);
    const route = () => (Array.isArray(value) ? routeList(RED, node, compiled, value as Item[], message, property) : routeOne(RED, compiled, value as Item));
    const outputs = compiled.prepare === undefined ? await route() : await inTurn(route);
    const figures = summaryOf(outputs, summarize);
    send(outputs.map((content) => (content === undefined ? null : { ...withValue(RED, message, property, content), ...(figures && { summary: figures }) })));
    const counts = outputs.map((content) => (Array.isArray(content) ? content.length : content === undefined ? 0 : 1)).join(' / ');
    const rules = [...new Set(figures?.copy?.findings.map(({ rule }) => rule))];
    node.status(rules.length > 0
      ? { fill: 'yellow', shape: 'dot', text: `${counts} (${rules.join(', ')})` }
      : { fill: 'green', shape: 'dot', text: counts });
  });
}

/** @throws RunStopper where the texts do not pass a gate: nobody of the message goes on */
function summaryOf(outputs: readonly unknown[], summarize: (() => TemplateSummary) | undefined): ReturnType<TemplateSummary['toJSON']> | undefined {
  if (summarize === undefined) return undefined;
  const summary = summarize();
  const people = outputs.flat().filter((item) => item !== undefined && !isAudienceReference(item as Item));
  if (people.length === 0) return undefined;
  for (const item of people) summary.add(item as Item);
  summary.hold();
  return summary.toJSON();
}

async function routeOne(RED: NodeAPI, stage: CompiledStage, item: Item): Promise<unknown[]> {
  if (stage.prepare !== undefined) await stage.prepare([item]);
  const outputs: unknown[] = stage.outputs.map(() => undefined);
  for (const route of stage.apply(item)) outputs[route.output] = tell(RED, route);
  return outputs;
}

async function routeList(RED: NodeAPI, node: Node, stage: CompiledStage, items: Item[], message: NodeMessageInFlow, property: string): Promise<unknown[]> {
  const outputs: (Item[] | undefined)[] = stage.outputs.map(() => undefined);
  for (const [index, item] of items.entries()) {
    if (stage.prepare !== undefined && index % PAGE === 0) await stage.prepare(items.slice(index, index + PAGE));
    try {
      for (const route of stage.apply(item)) (outputs[route.output] ??= []).push(tell(RED, route));
    } catch (thrown) {
      if (thrown instanceof RunStopper) throw thrown;
      node.error(flowError(RED, thrown), withValue(RED, message, property, item));
    }
  }
  return outputs;
}

function tell(RED: NodeAPI, route: Route): Item {
  return route.error === undefined ? route.item : tellWhy(RED, route);
}

/** One after the other: what is prepared for the people of one message must stay until all of them are through. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function freshStage(compile: Compile): () => Promise<CompiledStage> {
  let stage: CompiledStage | undefined;
  let since = 0;
  return async () => {
    // Either way: the clock may have been set back.
    if (stage === undefined || Math.abs(Date.now() - since) > STALE_MS) {
      stage = await compile();
      since = Date.now();
    }
    return stage;
  };
}
