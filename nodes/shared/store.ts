/** The store of the campaigns: one SQLite file beside n8n's own data, unless the user says otherwise. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { openStore, type Store } from '../../core';

const STORE_FILE = 'push-campaigns.sqlite';

/**
 * The file that the option names, or else PUSH_CAMPAIGNS_STORE, or else the usual one. n8n keeps its data in `.n8n`
 * under N8N_USER_FOLDER or the home folder: a relative path begins there, and not where n8n happened to be started.
 */
export function storeFile(option: unknown, environment: Record<string, string | undefined> = process.env): string {
  const named = (typeof option === 'string' && option.trim()) || environment['PUSH_CAMPAIGNS_STORE']?.trim() || STORE_FILE;
  return resolve(join(environment['N8N_USER_FOLDER']?.trim() || homedir(), '.n8n'), named);
}

/** Opens the store for the length of `use`. */
export async function withStore<T>(file: unknown, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ sqlite: storeFile(file) });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The option of every node that uses the store. */
export const storeFileOption: INodeProperties = {
  displayName: 'Store File',
  name: 'storeFile',
  type: 'string',
  default: '',
  placeholder: 'e.g. /home/node/.n8n/push-campaigns.sqlite',
  description:
    'Path of the SQLite file that keeps people, consents, the ledger and events; a relative one begins in the .n8n folder. If empty: push-campaigns.sqlite in the .n8n folder, or what the environment variable PUSH_CAMPAIGNS_STORE says. All nodes of a campaign must use the same one.',
};
