/** The store of the campaigns: of the node's credential, else one SQLite file beside n8n's own data. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ICredentialDataDecryptedObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { openStore, PushError, type PostgresLocation, type Store, type StoreLocation } from '../../core';
import { withoutBlanks } from './configuration';

export const STORE_FILE = 'push-campaigns.sqlite';

/** n8n keeps its data in `.n8n` under N8N_USER_FOLDER or the home folder; PUSH_CAMPAIGNS_STORE names the file itself. */
export function defaultStoreFile(environment: Record<string, string | undefined> = process.env): string {
  return environment['PUSH_CAMPAIGNS_STORE']?.trim() || join(environment['N8N_USER_FOLDER']?.trim() || homedir(), '.n8n', STORE_FILE);
}

/** Where the store of a credential is. */
export function storeLocation({ kind, file, ...postgres }: ICredentialDataDecryptedObject): StoreLocation {
  if (kind === 'sqlite') return { sqlite: String(file ?? '') };
  return { postgres: withoutBlanks(postgres) as PostgresLocation };
}

/** Opens the store for the length of `use`: of the node's credential, else the file, else n8n's usual one. */
export async function withStore<T>(
  context: Pick<IExecuteFunctions, 'getNode' | 'getCredentials'>, file: unknown, use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(await locate(context, typeof file === 'string' ? file.trim() : ''));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function locate(context: Pick<IExecuteFunctions, 'getNode' | 'getCredentials'>, file: string): Promise<StoreLocation> {
  if (!context.getNode().credentials?.['pushStoreApi']) return { sqlite: file === '' ? defaultStoreFile() : file };
  if (file !== '') {
    throw new PushError('two-stores', 'The node names two stores: a credential, and a file in its options.', 'Take the option Store File away, or the credential.');
  }
  return storeLocation(await context.getCredentials('pushStoreApi'));
}

/** The option of every node that uses the store. */
export const storeFileOption: INodeProperties = {
  displayName: 'Store File',
  name: 'storeFile',
  type: 'string',
  default: '',
  placeholder: 'e.g. /home/node/.n8n/push-campaigns.sqlite',
  description:
    'Path of the SQLite file that keeps people, consents, the ledger and events. If empty: push-campaigns.sqlite in the .n8n folder, or what the environment variable PUSH_CAMPAIGNS_STORE says. All nodes of a campaign must use the same one.',
};
