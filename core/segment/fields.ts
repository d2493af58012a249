import { rulesOf } from './condition';
import { parseCondition } from './parse';

/**
 * The fields that a condition asks for, each once, in the order in which they are written. Of a list that is tested
 * item by item it is the list.
 * @throws PushError as `parseCondition` says
 */
export function conditionFields(condition: object): string[] {
  const paths = new Set<string>();
  for (const { field } of rulesOf(parseCondition(condition))) if (field !== undefined) paths.add(field.path);
  return [...paths];
}
