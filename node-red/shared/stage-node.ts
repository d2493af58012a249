/** What segment, split and template have in common: each person of a message goes to one output. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { isAudienceReference, RunStopper, type CompiledStage, type Item, type TemplateSummary } from '../../core';
import { onMessage, valueOf, withValue } from './input';
import { flowError, reportConfiguration } from './problem';

/** A stage that knows the time ("3 days ago") is compiled anew when it is older than this (ms). */
const STALE_MS = 60_000;

/**
 * A payload that is a list gives one message an output with the list of its people (none where it has nobody); a payload
 * that is one person gives one message. A bad person of a list goes to Catch nodes alone.
 * @param summarize makes the summary of one message, which goes along as `msg.summary`
 */
export function runStageNode(
  RED: NodeAPI, node: Node, property: string, compile: () => CompiledStage, summarize?: () => TemplateSummary,
): void {
  const stage = freshStage(compile);
  let wrong: Error | undefined;
  try {
    stage();
    node.status({});
  } catch (thrown) {
    wrong = reportConfiguration(RED, node, thrown);
  }
  onMessage(RED, node, async (message, send) => {
    if (wrong !== undefined) throw wrong;
    const compiled = stage();
    const value = valueOf(RED, message, property);
    const outputs = Array.isArray(value)
      ? routeList(RED, node, compiled, value as Item[], message, property)
      : routeOne(compiled, value as Item);
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

function routeOne(stage: CompiledStage, item: Item): unknown[] {
  const outputs: unknown[] = stage.outputs.map(() => undefined);
  for (const route of stage.apply(item)) outputs[route.output] = route.item;
  return outputs;
}

function routeList(RED: NodeAPI, node: Node, stage: CompiledStage, items: Item[], message: NodeMessageInFlow, property: string): unknown[] {
  const outputs: (Item[] | undefined)[] = stage.outputs.map(() => undefined);
  for (const item of items) {
    try {
      for (const route of stage.apply(item)) (outputs[route.output] ??= []).push(route.item);
    } catch (thrown) {
      if (thrown instanceof RunStopper) throw thrown;
      node.error(flowError(RED, thrown), withValue(RED, message, property, item));
    }
  }
  return outputs;
}

function freshStage(compile: () => CompiledStage): () => CompiledStage {
  let stage: CompiledStage | undefined;
  let since = 0;
  return () => {
    if (stage === undefined || Date.now() - since > STALE_MS) {
      stage = compile();
      since = Date.now();
    }
    return stage;
  };
}
