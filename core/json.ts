/** Data as it comes from outside: a value of JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue | undefined };

/** True for a plain object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text as every store keeps it: without NUL and without half of a pair of UTF-16 units. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
