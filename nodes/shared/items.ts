/** Runs a node over its input items: new items with pairedItem out, one item's failure kept from the others. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { RunStopper, type CompiledStage, type Item } from '../../core';
import { failedItem, nodeError } from './problem';

/** Items handled between two looks at other work and at the stop button. */
const SLICE = 1000;

export interface Placed {
  output: number;
  item: Item;
}

/**
 * Runs the whole of a node. Where it fails and its setting is to continue, every input item comes out as failed.
 *
 * n8n itself would hand all input on through the first output, that is: everybody would match a segment whose
 * condition cannot be read.
 * @param failures output for them; never the first where there are several, since n8n's Retry On Fail takes an
 *   `error` there for a failure of the whole node
 */
export async function runNode(
  context: IExecuteFunctions, outputs: number, failures: number, run: () => Promise<INodeExecutionData[][]>,
): Promise<INodeExecutionData[][]> {
  try {
    return await run();
  } catch (thrown) {
    if (!context.continueOnFail()) throw nodeError(context.getNode(), thrown);
    const result = emptyOutputs(outputs);
    result[failures] = context.getInputData().map((_item, index) => failedItem(thrown, index));
    return result;
  }
}

/** Hands each input item to `run` and collects what it gives by output; failures go to the last one. */
export async function runItems(
  context: IExecuteFunctions, outputs: number, run: (item: Item, index: number) => Placed[] | Promise<Placed[]>,
): Promise<INodeExecutionData[][]> {
  const result = emptyOutputs(outputs);
  const proceed = context.continueOnFail();
  for (const [index, { json, binary }] of context.getInputData().entries()) {
    if (index % SLICE === SLICE - 1) await breathe(context);
    try {
      for (const { output, item } of await run(json as Item, index)) {
        result[output]?.push({ json: item as IDataObject, ...(binary && { binary }), pairedItem: { item: index } });
      }
    } catch (thrown) {
      if (!proceed || thrown instanceof RunStopper) throw nodeError(context.getNode(), thrown, index);
      result.at(-1)?.push(failedItem(thrown, index));
    }
  }
  return result;
}

/** A stage of the campaign over the input items: a person goes to one output, an audience reference to each. */
export function runStage(context: IExecuteFunctions, outputs: number, compile: () => CompiledStage): Promise<INodeExecutionData[][]> {
  return runNode(context, outputs, outputs - 1, () => applyStage(context, outputs, compile()));
}

/** {@link runStage} for a stage that is compiled already. */
export function applyStage(context: IExecuteFunctions, outputs: number, stage: CompiledStage): Promise<INodeExecutionData[][]> {
  if (stage.prepare === undefined) return runItems(context, outputs, (item) => stage.apply(item));
  const people = context.getInputData().map(({ json }) => json as Item);
  return runItems(context, outputs, async (item, index) => {
    if (index % SLICE === 0) await stage.prepare?.(people.slice(index, index + SLICE));
    return stage.apply(item);
  });
}

function emptyOutputs(count: number): INodeExecutionData[][] {
  return Array.from({ length: count }, () => []);
}

/** Lets n8n do other things, and stops where somebody pressed stop. */
async function breathe(context: IExecuteFunctions): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  context.getExecutionCancelSignal()?.throwIfAborted();
}
