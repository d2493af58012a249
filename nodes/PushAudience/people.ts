/** The operations on stored people. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { audienceReference, getPerson, selectPeople, setConsent, suppressPerson, unsuppressPerson, type Item, type Store } from '../../core';
import { jsonParameter, textParameter } from '../shared/configuration';
import { runItems } from '../shared/items';

/** Operations about the person that each item names. */
const OPERATIONS: Record<string, (context: IExecuteFunctions, store: Store, index: number) => Promise<Item>> = {
  get: (context, store, index) => getPerson(store, idOf(context, index)),
  setConsent: (context, store, index) =>
    setConsent(store, {
      id: idOf(context, index),
      category: textParameter(context, 'category', index),
      state: textParameter(context, 'state', index),
    }),
  suppress: (context, store, index) => {
    const reason = textParameter(context, 'reason', index);
    return suppressPerson(store, { id: idOf(context, index), ...(reason !== undefined && { reason }) });
  },
  unsuppress: (context, store, index) => unsuppressPerson(store, { id: idOf(context, index) }),
};

export function runOnPeople(context: IExecuteFunctions, store: Store, operation: string): Promise<INodeExecutionData[][]> {
  return runItems(context, 2, async (_item, index) => {
    const item = await OPERATIONS[operation]?.(context, store, index);
    return item === undefined ? [] : [{ output: 0, item }];
  });
}

export async function runGetMany(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
  const output: INodeExecutionData[] = [];
  const add = (json: Item) => output.push({ json: json as IDataObject, pairedItem: { item: 0 } });
  const given = jsonParameter(context, 'condition', 'Condition');
  const condition = given === undefined || Object.keys(given).length === 0 ? {} : { condition: given };
  if (context.getNodeParameter('selection', 0) === 'reference') {
    add(await audienceReference(store, condition));
    return [output, []];
  }
  const limit = context.getNodeParameter('returnAll', 0, false) ? Infinity : (context.getNodeParameter('limit', 0, 50) as number);
  for await (const person of selectPeople(store, { ...condition, now: new Date() })) {
    if (output.length >= limit) break;
    add(person);
  }
  return [output, []];
}

function idOf(context: IExecuteFunctions, index: number): unknown {
  return context.getNodeParameter('id', index, '');
}
