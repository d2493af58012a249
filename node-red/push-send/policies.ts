/** The policies as the edit dialog keeps them, in core's form: without what was left empty. */
import type { PolicyOptions } from '../../core';

type Value = string | number | boolean | undefined | null | Value[] | { [field: string]: Value };

export function readPolicies(kept: Value): PolicyOptions {
  return (withoutBlanks(kept) ?? {}) as PolicyOptions;
}

function withoutBlanks(value: Value): Value {
  if (Array.isArray(value)) {
    const list = value.map(withoutBlanks).filter((one) => one !== undefined);
    return list.length === 0 ? undefined : list;
  }
  if (typeof value !== 'object' || value === null) return value === '' || value === null ? undefined : value;
  const fields = Object.entries(value).map(([field, inner]) => [field, withoutBlanks(inner)] as const).filter(([, inner]) => inner !== undefined);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
