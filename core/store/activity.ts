/** Which of the user's own events every store can keep. */
import { requireShort } from '../names';
import { readId } from '../recipient';
import type { Activity } from './store';

/** @throws PushError `name-too-long` or `id-too-long`, before any of them is written */
export function requireStorableActivities(activities: readonly Activity[]): void {
  for (const { recipient, name, key } of activities) {
    readId(recipient, 'recipient');
    requireShort(name, 'event');
    requireShort(key, 'event\'s key');
  }
}
