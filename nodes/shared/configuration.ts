/** Reads a node's parameters: once a run, at item 0, since an expression costs n8n about 300 µs a call. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { isJsonObject, PushError, type FieldMap, type JsonObject } from '../../core';

/** The text of a parameter without blanks around it; undefined where it is empty. */
export function textParameter(context: IExecuteFunctions, name: string, index = 0): string | undefined {
  const value = context.getNodeParameter(name, index, '');
  return blankToUndefined(typeof value === 'number' ? String(value) : value);
}

/** The collection of options that the user added, without the empty ones. */
export function optionsParameter(context: IExecuteFunctions, name = 'options'): Record<string, unknown> {
  return withoutBlanks(context.getNodeParameter(name, 0, {}) as Record<string, unknown>);
}

export function withoutBlanks<T extends Record<string, unknown>>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== '' && value !== undefined && value !== null),
  ) as Partial<T>;
}

/** A JSON parameter: the editor hands over text, an expression may hand over the object itself. */
export function jsonParameter(context: IExecuteFunctions, name: string, displayName: string): JsonObject | undefined {
  return jsonValue(context.getNodeParameter(name, 0, ''), name, displayName);
}

/** The same of a value that was read already, such as one of a collection. */
export function jsonValue(value: unknown, name: string, displayName: string): JsonObject | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const { parsed, reason } = typeof value === 'string' ? parseJson(value) : { parsed: value };
  if (isJsonObject(parsed)) return parsed;
  throw new PushError('parameter-no-object', `The parameter '${displayName}' holds no JSON object${reason === undefined ? '' : `: ${reason}`}.`,
    'Write an object such as { "country": "FR" }.', { field: name });
}

/** Where the user's own rows keep the fields of a person. */
export function fieldsParameter(context: IExecuteFunctions): FieldMap {
  return optionsParameter(context, 'fields') as FieldMap;
}

function parseJson(text: string): { parsed?: unknown; reason?: string } {
  try {
    return { parsed: JSON.parse(text) };
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function blankToUndefined(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
