/** The tables of header fields that both ends know (RFC 7541, 2.3 and 4): a fixed one, and one of the fields seen last. */

export interface Field {
  readonly name: string;
  readonly value: string;
  /** Of a name that HTTP/2 does not allow (RFC 9113, 8.2.1). */
  readonly malformed?: boolean;
}

/** Appendix A; index 1 is the first. */
const STATIC: readonly Field[] = [
  [':authority'], [':method', 'GET'], [':method', 'POST'], [':path', '/'], [':path', '/index.html'], [':scheme', 'http'], [':scheme', 'https'],
  [':status', '200'], [':status', '204'], [':status', '206'], [':status', '304'], [':status', '400'], [':status', '404'], [':status', '500'],
  ['accept-charset'], ['accept-encoding', 'gzip, deflate'], ['accept-language'], ['accept-ranges'], ['accept'], ['access-control-allow-origin'],
  ['age'], ['allow'], ['authorization'], ['cache-control'], ['content-disposition'], ['content-encoding'], ['content-language'], ['content-length'],
  ['content-location'], ['content-range'], ['content-type'], ['cookie'], ['date'], ['etag'], ['expect'], ['expires'], ['from'], ['host'], ['if-match'],
  ['if-modified-since'], ['if-none-match'], ['if-range'], ['if-unmodified-since'], ['last-modified'], ['link'], ['location'], ['max-forwards'],
  ['proxy-authenticate'], ['proxy-authorization'], ['range'], ['referer'], ['refresh'], ['retry-after'], ['server'], ['set-cookie'],
  ['strict-transport-security'], ['transfer-encoding'], ['user-agent'], ['vary'], ['via'], ['www-authenticate'],
].map(([name = '', value = '']) => ({ name, value }));

/** What a field takes beside its letters, by the reckoning of the RFC (4.1). */
const FIELD_BYTES = 32;
/** Size of a table until its reader says otherwise. */
export const DEFAULT_TABLE_BYTES = 4096;

export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + FIELD_BYTES;
}

export class HeaderTable {
  /** The oldest first. */
  private readonly fields: Field[] = [];
  private size = 0;

  constructor(private most = DEFAULT_TABLE_BYTES) {}

  /** Bytes that it may hold. */
  get limit(): number {
    return this.most;
  }

  /** @param index counted through both tables, as on the wire; undefined where there is nothing */
  at(index: number): Field | undefined {
    return index <= STATIC.length ? STATIC[index - 1] : this.fields[this.fields.length - (index - STATIC.length)];
  }

  /** One that is too large for the table empties it. */
  add(field: Field): void {
    const bytes = fieldBytes(field.name, field.value);
    this.shrinkTo(this.most - bytes);
    if (bytes > this.most) return;
    this.fields.push(field);
    this.size += bytes;
  }

  resize(most: number): void {
    this.most = most;
    this.shrinkTo(most);
  }

  /** The index of the whole field; 0 where it is in neither table. */
  find(name: string, value: string): number {
    for (let at = this.fields.length - 1; at >= 0; at--) {
      const field = this.fields[at] as Field;
      if (field.name === name && field.value === value) return STATIC.length + this.fields.length - at;
    }
    return STATIC.findIndex((field) => field.name === name && field.value === value) + 1;
  }

  private shrinkTo(bytes: number): void {
    while (this.size > bytes && this.fields.length > 0) {
      const { name, value } = this.fields.shift() as Field;
      this.size -= fieldBytes(name, value);
    }
  }
}

const STATIC_NAMES: ReadonlyMap<string, number> = new Map(STATIC.map(({ name }, at) => [name, at + 1] as const).reverse());

/** The index of a field of that name in the fixed table; 0 where it has none. */
export function nameIndex(name: string): number {
  return STATIC_NAMES.get(name) ?? 0;
}
