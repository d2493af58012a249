/** What strangers say in JSON, read without believing it. */

/** @returns the object, or undefined where the text is none */
export function readJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Header or claims of a JWT (RFC 7519); empty where the part is none. */
export function readJwtPart(part: string): Record<string, unknown> {
  return readJsonObject(Buffer.from(part, 'base64url').toString('utf8')) ?? {};
}
