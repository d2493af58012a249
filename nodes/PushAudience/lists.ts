/** Segments saved under a name: static ones out of rows, dynamic ones out of a condition. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { removeList, saveDynamicList, savedLists, saveStaticList, type Store } from '../../core';
import { jsonParameter, textParameter } from '../shared/configuration';
import { readInputs } from './rows';

type Run = (context: IExecuteFunctions, store: Store) => Promise<INodeExecutionData[][]>;

const OPERATIONS: Record<string, Run> = {
  async saveList(context, store) {
    const { rows, unreadable } = await readInputs(context, context.getNodeParameter('source', 0) as string);
    const { rejected, ...report } = await saveStaticList(store, listName(context), rows, { idField: textParameter(context, 'idField') ?? 'id' });
    const inputs = new Map(rows.map(({ place, input }) => [place, input]));
    const refused = rejected.map(({ place, code, message }) => ({ json: { place, error: message, details: { code } }, pairedItem: { item: inputs.get(place) ?? 0 } }));
    return [[one({ ...report, rejected: rejected.length })], [...unreadable, ...refused]];
  },
  async saveSegment(context, store) {
    const condition = jsonParameter(context, 'segment', 'Condition');
    await saveDynamicList(store, listName(context), condition);
    return [[one({ name: listName(context), condition })], []];
  },
  getLists: async (_context, store) => [(await savedLists(store)).map(one), []],
  deleteList: async (context, store) => [[one(await removeList(store, listName(context)))], []],
};

export function isListOperation(operation: string): boolean {
  return Object.hasOwn(OPERATIONS, operation);
}

export async function runListOperation(context: IExecuteFunctions, store: Store, operation: string): Promise<INodeExecutionData[][]> {
  return (await OPERATIONS[operation]?.(context, store)) ?? [[], []];
}

function listName(context: IExecuteFunctions): unknown {
  return context.getNodeParameter('list', 0, '', { extractValue: true });
}

function one(json: object): INodeExecutionData {
  return { json: json as IDataObject, pairedItem: { item: 0 } };
}
