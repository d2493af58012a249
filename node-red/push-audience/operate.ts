/** The operations on campaigns, devices and saved lists: what an operator looks at and does. */
import { isJsonObject, listRuns, removeDeadDevices, removeList, reportDevices, savedLists, steerRun, type Store } from '../../core';

interface Selection {
  campaign?: string;
  occurrence?: string;
  list?: string;
}

const OPERATIONS = {
  runs: (store: Store, selection: Selection) => listRuns(store, selection),
  pause: (store: Store, selection: Selection) => steerRun(store, 'pause', selection),
  resume: (store: Store, selection: Selection) => steerRun(store, 'resume', selection),
  cancel: (store: Store, selection: Selection) => steerRun(store, 'cancel', selection),
  reportDevices: (store: Store) => reportDevices(store),
  removeDeadDevices: (store: Store) => removeDeadDevices(store),
  lists: (store: Store) => savedLists(store),
  deleteList: (store: Store, { list }: Selection) => removeList(store, list),
};
export type Operation = keyof typeof OPERATIONS;

export function isOperation(operation: string): operation is Operation {
  return Object.hasOwn(OPERATIONS, operation);
}

/** What the message says goes before what the node says. */
export function operate(store: Store, operation: Operation, own: Selection, value: unknown): Promise<unknown> {
  const said = isJsonObject(value) ? value : {};
  const named = (field: keyof Selection) => String(said[field] ?? own[field] ?? '').trim();
  const selection = Object.fromEntries((['campaign', 'occurrence', 'list'] as const).map((field) => [field, named(field)]).filter(([, name]) => name !== ''));
  return OPERATIONS[operation](store, selection);
}
