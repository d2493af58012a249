/** Runs a node over its input items: new items with pairedItem out, one item's failure kept from the others. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { CompiledStage, Item } from '../../core';
import { failedItem, nodeError } from './problem';

/** Items handled between two looks at other work and at the stop button. */
const SLICE = 1000;

export interface Placed {
  output: number;
  item: Item;
}

/**
 * Hands each input item to `run` and collects what it gives by output.
 *
 * A failing item stops the node, or, where the node's setting is to continue, goes to the last output: never to the
 * first, since n8n's Retry On Fail takes an `error` there for a failure of the whole node.
 */
export async function runItems(
  context: IExecuteFunctions, outputs: number, run: (item: Item, index: number) => Placed[] | Promise<Placed[]>,
): Promise<INodeExecutionData[][]> {
  const result: INodeExecutionData[][] = Array.from({ length: outputs }, () => []);
  const input = context.getInputData();
  const proceed = context.continueOnFail();
  for (const [index, { json, binary }] of input.entries()) {
    if (index % SLICE === SLICE - 1) await breathe(context);
    try {
      for (const { output, item } of await run(json as Item, index)) {
        result[output]?.push({ json: item as IDataObject, ...(binary && { binary }), pairedItem: { item: index } });
      }
    } catch (thrown) {
      if (!proceed) throw nodeError(context.getNode(), thrown, index);
      result.at(-1)?.push(failedItem(thrown, index));
    }
  }
  return result;
}

/** A stage of the campaign over the input items; a person to one output, an audience reference to each. */
export function runStage(context: IExecuteFunctions, stage: CompiledStage): Promise<INodeExecutionData[][]> {
  return runItems(context, stage.outputs.length, (item) => stage.apply(item));
}

/** Lets n8n do other things, and stops where somebody pressed stop. */
async function breathe(context: IExecuteFunctions): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  context.getExecutionCancelSignal()?.throwIfAborted();
}
