/** The names that editors offer beside typing them: saved lists and events, out of the store. */
import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyMode } from 'n8n-workflow';
import { SEGMENT_EVENTS, type Store } from '../../core';
import { withStore } from './store';

/** The mode of a resource locator in which one of these names is chosen; without a credential the store is n8n's usual file. */
export function namesInStore(searchListMethod: 'searchLists' | 'searchEvents'): INodePropertyMode {
  // eslint-disable-next-line n8n-nodes-base/node-param-default-missing -- a mode of a field is no field
  return { displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod, searchable: true, skipCredentialsCheckInRLC: true } };
}

export function searchLists(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  return search(this, filter, async (store) => (await store.lists()).map(({ name }) => name));
}

export function searchEvents(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  return search(this, filter, async (store) => [...new Set([...SEGMENT_EVENTS, ...(await store.activityNames())])]);
}

async function search(context: ILoadOptionsFunctions, filter: string | undefined, ask: (store: Store) => Promise<string[]>): Promise<INodeListSearchResult> {
  const { storeFile } = (context.getCurrentNodeParameter('options') ?? {}) as { storeFile?: string };
  const wanted = filter?.toLowerCase() ?? '';
  const names = (await withStore(context, storeFile, ask)).filter((name) => name.toLowerCase().includes(wanted));
  return { results: names.map((name) => ({ name, value: name })) };
}
