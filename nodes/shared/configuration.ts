/** Reads a node's parameters: once a run, at item 0, since an expression costs n8n about 300 µs a call. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { isJsonObject, PushError, type FieldMap, type JsonObject } from '../../core';

/** The text of a parameter without blanks around it; undefined where it is empty. A number or a date becomes its text. */
export function textParameter(context: IExecuteFunctions, name: string, index = 0): string | undefined {
  const text = toText(context.getNodeParameter(name, index, ''))?.trim();
  return text === '' ? undefined : text;
}

/** The collection of options that the user added; see {@link collectionParameter}. */
export function optionsParameter(context: IExecuteFunctions, numbers?: readonly string[]): Record<string, unknown> {
  return collectionParameter(context, 'options', numbers);
}

/**
 * What the user added to a collection, without the empty ones.
 * @param numbers options that are numbers: the editor hands over a number, an expression often its text
 */
export function collectionParameter(context: IExecuteFunctions, name: string, numbers: readonly string[] = []): Record<string, unknown> {
  const options = withoutBlanks(context.getNodeParameter(name, 0, {}) as Record<string, unknown>);
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, numbers.includes(key) ? toNumber(value) : value]));
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
  return withoutBlanks(context.getNodeParameter('fields', 0, {}) as Record<string, string>);
}

function parseJson(text: string): { parsed?: unknown; reason?: string } {
  try {
    return { parsed: JSON.parse(text) };
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  // `{{ $today }}` is an object of Luxon; both kinds of dates say themselves as an ISO text here.
  const date: unknown = typeof value === 'object' ? (value as { toJSON?: () => unknown } | null)?.toJSON?.() : undefined;
  return typeof date === 'string' ? date : undefined;
}

/** What is no number stays as it is: core refuses it by name. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
