import { openStore, type StoreLocation } from './open';

/** Who waits for the answer sits before the screen. */
const PATIENCE = 2000;

/**
 * Opens a store and closes it again; makes what is not there yet. Says in words that it can be used.
 * @throws PushError as `openStore` says
 */
export async function checkStore(location: StoreLocation): Promise<{ ok: true; message: string }> {
  const store = await openStore(location, PATIENCE);
  const people = await store.countPeople().finally(() => store.close());
  return { ok: true, message: `The store can be read and written; ${people.toLocaleString('en')} people are in it.` };
}
