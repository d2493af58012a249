/** Reads the rows of an import out of the node's input: items themselves, or a text or a file of each item. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PushError, readRows, type ImportRow } from '../../core';
import { optionsParameter } from '../shared/configuration';
import { failedItem, nodeError } from '../shared/problem';

export interface InputRow extends ImportRow {
  /** Position of the input item that it came out of. */
  input: number;
}

export interface Inputs {
  rows: InputRow[];
  /** What stands for the input items whose text or file could not be read, where the node's setting is to continue. */
  unreadable: INodeExecutionData[];
}

export async function readInputs(context: IExecuteFunctions, source: string): Promise<Inputs> {
  const items = context.getInputData();
  if (source === 'items') {
    return { rows: readRows({ items: items.map(({ json }) => json) }).map((row, input) => ({ ...row, input })), unreadable: [] };
  }
  const inputs: Inputs = { rows: [], unreadable: [] };
  // A text that does not depend on the item is the same for all of them.
  const known = new Set<string>();
  for (const input of items.keys()) {
    try {
      const { text, format } = source === 'text' ? readText(context, input) : await readFile(context, input);
      if (known.has(text)) continue;
      known.add(text);
      const from = items.length > 1 ? `input ${input + 1}, ` : '';
      for (const row of readRows({ text, format, ...delimiterOption(context) })) inputs.rows.push({ ...row, place: from + row.place, input });
    } catch (thrown) {
      if (!context.continueOnFail()) throw nodeError(context.getNode(), thrown, input);
      inputs.unreadable.push(failedItem(thrown, input));
    }
  }
  return inputs;
}

interface Content {
  text: string;
  format: 'csv' | 'json';
}

function readText(context: IExecuteFunctions, input: number): Content {
  const value: unknown = context.getNodeParameter('text', input, '');
  // The list itself, out of an expression, is taken too.
  if (typeof value === 'object' && value !== null) return { text: JSON.stringify(value), format: 'json' };
  if (typeof value === 'string' && value.trim() !== '') return { text: value, format: formatOf(context) };
  throw new PushError('no-text', "The parameter 'Text' is empty.", 'Name the field that holds the CSV or JSON, such as {{ $json.data }}.', { field: 'text' });
}

async function readFile(context: IExecuteFunctions, input: number): Promise<Content> {
  const field = context.getNodeParameter('binaryField', 0) as string;
  // Says in words where there is no such file; reading alone would not.
  context.helpers.assertBinaryData(input, field);
  return { text: (await context.helpers.getBinaryDataBuffer(input, field)).toString('utf8'), format: formatOf(context) };
}

function formatOf(context: IExecuteFunctions): Content['format'] {
  return context.getNodeParameter('format', 0) as Content['format'];
}

function delimiterOption(context: IExecuteFunctions): { delimiter?: string } {
  const { delimiter } = optionsParameter(context);
  return typeof delimiter === 'string' ? { delimiter: delimiter === '\\t' ? '\t' : delimiter } : {};
}
