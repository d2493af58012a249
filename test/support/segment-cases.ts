/** The golden cases of segments, for hosts: those with a "now" of their own are asked while the host's clock stands there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../core';

export interface SegmentCase {
  name: string;
  condition: JsonObject;
  view?: JsonObject;
  now?: string;
  expect?: boolean;
  /** Code with which the condition is refused. */
  error?: string;
}

export const SEGMENT_CASES = JSON.parse(readFileSync(join(__dirname, '../vectors/segment.json'), 'utf8')) as readonly SegmentCase[];

/** Cases by their "now"; most have none. */
export const SEGMENT_CASES_BY_NOW: ReadonlyMap<string | undefined, readonly SegmentCase[]> = Map.groupBy(SEGMENT_CASES, ({ now }) => now);

/** What a host should answer. */
export const wanted = ({ name, expect: expected, error }: SegmentCase) => ({ name, answer: error ?? expected });
