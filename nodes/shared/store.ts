/** The store of the campaigns: of the node's credential, else one SQLite file beside n8n's own data. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ICredentialDataDecryptedObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { openStore, PushError, type PostgresLocation, type Store, type StoreLocation } from '../../core';
import { withoutBlanks } from './configuration';

const STORE_FILE = 'push-campaigns.sqlite';

/**
 * The file that the option names, or else PUSH_CAMPAIGNS_STORE, or else the usual one. n8n keeps its data in `.n8n`
 * under N8N_USER_FOLDER or the home folder: a relative path begins there, and not where n8n happened to be started.
 */
export function storeFile(option: unknown, environment: Record<string, string | undefined> = process.env): string {
  const named = (typeof option === 'string' && option.trim()) || environment['PUSH_CAMPAIGNS_STORE']?.trim() || STORE_FILE;
  return resolve(join(environment['N8N_USER_FOLDER']?.trim() || homedir(), '.n8n'), named);
}

/** Where the store of a credential is. */
export function storeLocation({ kind, file, ...postgres }: ICredentialDataDecryptedObject): StoreLocation {
  if (kind === 'sqlite') return { sqlite: isBlank(file) ? '' : storeFile(file) };
  return { postgres: withoutBlanks(postgres) as PostgresLocation };
}

function isBlank(file: unknown): boolean {
  return typeof file !== 'string' || file.trim() === '';
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
  if (!context.getNode().credentials?.['pushStoreApi']) return { sqlite: storeFile(file) };
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
    'Path of the SQLite file that keeps people, consents, the ledger and events; a relative one begins in the .n8n folder. If empty: push-campaigns.sqlite in the .n8n folder, or what the environment variable PUSH_CAMPAIGNS_STORE says. All nodes of a campaign must use the same one.',
};
