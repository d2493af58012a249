/** The operations on campaigns and devices: what an operator looks at and does. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { deliveryCounters, listRuns, removeDeadDevices, reportDevices, steerRun, type RunAction, type Store } from '../../core';
import { textParameter, withoutBlanks } from '../shared/configuration';

const OPERATIONS: Record<string, (context: IExecuteFunctions, store: Store) => Promise<object[]>> = {
  pauseCampaign: (context, store) => steer(context, store, 'pause'),
  resumeCampaign: (context, store) => steer(context, store, 'resume'),
  cancelCampaign: (context, store) => steer(context, store, 'cancel'),
  getRuns: (context, store) => listRuns(store, selection(context)),
  reportDevices: async (_context, store) => [await reportDevices(store)],
  getCounters: async () => [{ counters: deliveryCounters.toJSON(), text: deliveryCounters.text() }],
  removeDeadDevices: async (_context, store) => [await removeDeadDevices(store)],
};

/** Whether the operation is about the whole store and not about the people of the items. */
export function isOperator(operation: string): boolean {
  return Object.hasOwn(OPERATIONS, operation);
}

export async function runOperator(context: IExecuteFunctions, store: Store, operation: string): Promise<INodeExecutionData[][]> {
  const rows = (await OPERATIONS[operation]?.(context, store)) ?? [];
  return [rows.map((row) => ({ json: row as IDataObject, pairedItem: { item: 0 } })), []];
}

function steer(context: IExecuteFunctions, store: Store, action: RunAction): Promise<object[]> {
  return steerRun(store, action, selection(context));
}

function selection(context: IExecuteFunctions): { campaign?: string; occurrence?: string } {
  return withoutBlanks({ campaign: textParameter(context, 'campaign'), occurrence: textParameter(context, 'occurrence') }) as { campaign?: string; occurrence?: string };
}
