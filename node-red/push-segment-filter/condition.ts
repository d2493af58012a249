/** The stage that a node's configuration stands for. */
import { isJsonObject, PushError, type JsonObject, type SegmentStage } from '../../core';

/** As the flow file keeps it; conditions are JSON as their writer wrote it. */
export interface SegmentConfiguration {
  route?: 'condition' | 'first' | 'all';
  condition?: string;
  segments?: { name: string; condition: string }[];
}

/** @throws PushError `no-condition`, `condition-invalid`, for named segments with the name */
export function readSegment({ route = 'condition', condition, segments }: SegmentConfiguration): SegmentStage {
  if (route === 'condition') return { condition: readJson(condition, '') };
  return { segments: (segments ?? []).map(({ name, condition: text }) => ({ name, condition: readJson(text, `Segment '${name}': `) })), match: route };
}

function readJson(text: unknown, where: string): JsonObject {
  if (typeof text !== 'string' || text.trim() === '') {
    throw new PushError('no-condition', `${where}The segment has no condition.`, 'Open the node and add a rule.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PushError('condition-invalid', `${where}The condition is not JSON.`, 'Open the node and correct it.');
  }
  if (isJsonObject(value)) return value;
  throw new PushError('condition-invalid', `${where}The condition is no JSON object.`, 'Write one such as { "country": "FR" }.');
}
