/** The hash that draws people: the same seed and id always fall into the same bucket. */
import { PushError } from '../errors';

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export type HashVersion = 1 | 2;

/**
 * GrowthBook's bucket hash (MIT, `packages/sdk-js/src/util.ts`), over UTF-16 units as its JavaScript SDK does it:
 * another SDK hashes code points or UTF-8 bytes and differs for ids beyond ASCII.
 *
 * Version 2, the default, hashes `seed + value` twice into 10 000 steps. Version 1 (`value + seed`, 1 000 steps) is
 * there for reading old assignments: with it the arms of two experiments whose keys end alike depend on each other.
 * @returns a number in [0, 1)
 * @throws PushError `unknown-hash-version`
 */
export function hashBucket(seed: string, value: string, version: HashVersion = 2): number {
  if (version === 2) return finish(fnv1a(value, fnv1a(seed)));
  if (version === 1) return (fnv1a(seed, fnv1a(value)) % 1000) / 1000;
  throw new PushError('unknown-hash-version', `There is no hash version ${String(version)}.`, 'Use 2, or 1 for old assignments.');
}

/** {@link hashBucket} (version 2) for many values under one seed: the seed is hashed once, twice as fast on short ids. */
export function bucketOf(seed: string): (value: string) => number {
  const state = fnv1a(seed);
  return (value) => finish(fnv1a(value, state));
}

function finish(hash: number): number {
  return (fnv1a(String(hash)) % 10_000) / 10_000;
}

/** FNV-1a, 32 bit; `state` is the hash of what came before, because FNV reads its input once from left to right. */
function fnv1a(text: string, state: number = OFFSET_BASIS): number {
  let hash = state;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  }
  return hash >>> 0;
}
