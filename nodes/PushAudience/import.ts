/** Import and Upsert: rows in; people, a summary or a reference out, and the rejected rows beside them. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { audienceReference, importPeople, peopleById, type ImportReport, type Store } from '../../core';
import { fieldsParameter } from '../shared/configuration';
import { counted, tellHint } from '../shared/hints';
import { readInputs, type InputRow } from './rows';

export async function runImport(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
  const source = context.getNodeParameter('operation', 0) === 'upsert' ? 'items' : (context.getNodeParameter('source', 0) as string);
  const { rows, unreadable } = await readInputs(context, source);
  const owners = new Owners(rows);
  const report = await importPeople(rows, { store, fields: fieldsParameter(context), onTaken: ({ place }, id) => owners.add(place, id) });
  tell(context, report);
  const output: INodeExecutionData[] = [];
  for await (const result of results(context, store, report, owners)) output.push(result);
  return [output, [...unreadable, ...report.rejected.map((rejected) => rejectedItem(rejected, source, owners))]];
}

/** Which input items each person came out of, and each row. */
class Owners {
  private readonly places: ReadonlyMap<string, number>;
  private readonly people = new Map<string, Set<number>>();

  constructor(rows: readonly InputRow[]) {
    this.places = new Map(rows.map(({ place, input }) => [place, input]));
  }

  add(place: string, id: string): void {
    const inputs = this.people.get(id) ?? new Set();
    this.people.set(id, inputs.add(this.ofPlace(place)));
  }

  ofPlace(place: string): number {
    return this.places.get(place) ?? 0;
  }

  ofPerson(id: string): INodeExecutionData['pairedItem'] {
    const [first = { item: 0 }, ...more] = Array.from(this.people.get(id) ?? [], (item) => ({ item }));
    return more.length === 0 ? first : [first, ...more];
  }
}

async function* results(context: IExecuteFunctions, store: Store, report: ImportReport, owners: Owners): AsyncGenerator<INodeExecutionData> {
  const output = context.getNodeParameter('output', 0) as string;
  if (output === 'people') {
    for await (const person of peopleById(store, report.people)) {
      yield { json: person as IDataObject, pairedItem: owners.ofPerson(person['id'] as string) };
    }
  } else if (output === 'reference') yield { json: await audienceReference(store) as IDataObject, pairedItem: { item: 0 } };
  else yield { json: { ...report, people: report.people.length }, pairedItem: { item: 0 } };
}

/**
 * A rejected item says so in the two fields that n8n's error output looks for, and goes there where the node has one.
 * A row of a text stays in 'Rejected': n8n would lay the whole text under every one of them.
 */
function rejectedItem({ place, code, message }: ImportReport['rejected'][number], source: string, owners: Owners): INodeExecutionData {
  const pairedItem = { item: owners.ofPlace(place) };
  if (source !== 'items') return { json: { place, error: message, details: { code } }, pairedItem };
  return { json: { error: message, details: { code, place } }, pairedItem };
}

function tell(context: IExecuteFunctions, { people, created, updated, moved, rejected, warnings }: ImportReport): void {
  const parts = [
    `${counted(people.length, 'person', 'people')}: ${created} new, ${updated} renewed`,
    ...(moved > 0 ? [`${counted(moved, 'device', 'devices')} moved to a new owner`] : []),
    ...(warnings.length > 0 ? [`${counted(warnings.length, 'field', 'fields')} could not be read and left out, such as ${warnings[0]?.place}: ${warnings[0]?.message}`] : []),
    ...(rejected.length > 0 ? [`${counted(rejected.length, 'row', 'rows')} rejected, such as ${rejected[0]?.place}: ${rejected[0]?.message}`] : []),
  ];
  tellHint(context, {
    message: parts.join('; '),
    type: rejected.length + warnings.length > 0 ? 'warning' : 'info',
    location: 'outputPane',
  });
}
