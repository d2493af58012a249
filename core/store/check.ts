import { asPushError } from '../errors';
import { openStore, type StoreLocation } from './open';

/** Opens a store and closes it again; says in words whether it can be used. Makes what is not there yet. */
export async function checkStore(location: StoreLocation): Promise<{ ok: boolean; message: string }> {
  try {
    const store = await openStore(location);
    const people = await store.countPeople().finally(() => store.close());
    return { ok: true, message: `The store can be read and written; ${people.toLocaleString('en')} people are in it.` };
  } catch (thrown) {
    const { message, hint } = asPushError(thrown);
    return { ok: false, message: [message, hint].filter((text) => text !== '').join(' ') };
  }
}
