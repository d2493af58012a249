/** The choices of the editor's lists: events and saved lists, out of the store. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { SEGMENT_EVENTS, type Store } from '../../core';
import { withStore } from '../shared/store';

export function getEvents(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  return names(this, async (store) => [...new Set([...SEGMENT_EVENTS, ...(await store.activityNames())])]);
}

export function getLists(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  return names(this, async (store) => (await store.lists()).map(({ name }) => name));
}

async function names(context: ILoadOptionsFunctions, ask: (store: Store) => Promise<string[]>): Promise<INodePropertyOptions[]> {
  const { storeFile } = (context.getCurrentNodeParameter('options') ?? {}) as { storeFile?: string };
  return (await withStore(context, storeFile, ask)).map((name) => ({ name, value: name }));
}
