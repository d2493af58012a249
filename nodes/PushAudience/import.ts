/** Import and Upsert: rows in; people, a summary or a reference out, and the rejected rows beside them. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { audienceReference, importPeople, peopleById, readRows, type ImportReport, type ImportRow, type Store } from '../../core';
import { fieldsParameter, optionsParameter } from '../shared/configuration';

export async function runImport(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
  const source = context.getNodeParameter('operation', 0) === 'upsert' ? 'items' : (context.getNodeParameter('source', 0) as string);
  const rows = await rowsOf(context, source);
  const report = await importPeople(rows, { store, fields: fieldsParameter(context) });
  tell(context, report);
  const output: INodeExecutionData[] = [];
  for await (const json of results(context, store, report)) output.push({ json, pairedItem: { item: 0 } });
  return [output, report.rejected.map((rejected) => rejectedItem(rejected, source))];
}

async function rowsOf(context: IExecuteFunctions, source: string): Promise<ImportRow[]> {
  if (source === 'items') return readRows({ items: context.getInputData().map(({ json }) => json) });
  const { delimiter } = optionsParameter(context);
  return readRows({
    format: context.getNodeParameter('format', 0) as 'csv' | 'json',
    text: source === 'text' ? String(context.getNodeParameter('text', 0, '')) : await readFile(context),
    ...(typeof delimiter === 'string' && { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
  });
}

async function readFile(context: IExecuteFunctions): Promise<string> {
  const field = context.getNodeParameter('binaryField', 0) as string;
  // Says in words where there is no such file; reading alone would not.
  context.helpers.assertBinaryData(0, field);
  return (await context.helpers.getBinaryDataBuffer(0, field)).toString('utf8');
}

async function* results(context: IExecuteFunctions, store: Store, report: ImportReport): AsyncGenerator<IDataObject> {
  const output = context.getNodeParameter('output', 0) as string;
  if (output === 'people') yield* peopleById(store, report.people) as AsyncIterable<IDataObject>;
  else if (output === 'reference') yield audienceReference() as IDataObject;
  else yield { ...report, people: report.people.length };
}

/**
 * A rejected item says so in the two fields that n8n's error output looks for, and goes there where the node has one.
 * A row of a text stays in 'Rejected': n8n would lay the whole text under every one of them.
 */
function rejectedItem({ place, code, message }: ImportReport['rejected'][number], source: string): INodeExecutionData {
  if (source !== 'items') return { json: { place, error: message, details: { code } }, pairedItem: { item: 0 } };
  const item = Number(place.replace(/\D+/g, '')) - 1;
  return { json: { error: message, details: { code, place } }, pairedItem: { item } };
}

function tell(context: IExecuteFunctions, { people, created, updated, moved, rejected, warnings }: ImportReport): void {
  const parts = [
    `${people.length} people: ${created} new, ${updated} renewed`,
    ...(moved > 0 ? [`${moved} devices moved to a new owner`] : []),
    ...(warnings.length > 0 ? [`${warnings.length} fields could not be read and were left out, such as ${warnings[0]?.place}: ${warnings[0]?.message}`] : []),
    ...(rejected.length > 0 ? [`${rejected.length} rows rejected, such as ${rejected[0]?.place}: ${rejected[0]?.message}`] : []),
  ];
  context.addExecutionHints({
    message: parts.join('; '),
    type: rejected.length + warnings.length > 0 ? 'warning' : 'info',
    location: 'outputPane',
  });
}
