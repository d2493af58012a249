/** Reads blocks of header fields (RFC 7541, 3 and 6). All blocks of a connection go through one decoder, in their order. */
import { ErrorCode, WireError } from '../frames';
import { decodeHuffman } from './huffman';
import { DEFAULT_TABLE_BYTES, HeaderTable, type Field } from './table';

/** The first of fields of one name counts: nothing here asks for a field that may come twice. */
export type Headers = ReadonlyMap<string, string>;

/** Names and values of a block in bytes at most; references let a small block stand for a huge one. */
export const MOST_HEADER_BYTES = 64 * 1024;
/** Small letters only; of an answer's pseudo fields there is one. */
const NAME = /^(:status|[!#$%&'*+.^_`|~0-9a-z-]+)$/;
/** Beyond this a number is nonsense, and reading on would leave what a number can say. */
const MOST_NUMBER = 2 ** 24;

export class HeaderDecoder {
  private readonly table = new HeaderTable();
  private block: Buffer = Buffer.alloc(0);
  private at = 0;
  private end = 0;

  /**
   * @returns undefined where a field has a name that no field has: the answer is not to be believed
   * @throws WireError for what breaks a rule, or is too much: what comes later could not be read then
   */
  decode(block: Buffer, start: number, end: number): Headers | undefined {
    this.block = block;
    this.at = start;
    this.end = end;
    const headers = new Map<string, string>();
    let bytes = 0;
    let malformed = false;
    while (this.at < this.end) {
      const first = block[this.at] as number;
      if ((first & 0xe0) === 0x20) {
        if (headers.size > 0) throw broken('A new table size behind a field.');
        this.resize(this.number(0x1f));
        continue;
      }
      const { name, value, malformed: unnamed } = first >= 0x80 ? this.indexed(this.number(0x7f)) : this.literal(first);
      if (unnamed === true) malformed = true;
      bytes += name.length + value.length;
      if (bytes > MOST_HEADER_BYTES) throw new WireError(ErrorCode.enhanceYourCalm, 'More header fields than anybody needs.');
      if (!headers.has(name)) headers.set(name, value);
    }
    return malformed ? undefined : headers;
  }

  private literal(first: number): Field {
    const keeps = first >= 0x40;
    const index = this.number(keeps ? 0x3f : 0x0f);
    const { name, malformed } = index === 0 ? this.name() : this.indexed(index);
    const field: Field = { name, value: this.text(), malformed };
    if (keeps) this.table.add(field);
    return field;
  }

  private name(): Omit<Field, 'value'> {
    const name = this.text();
    return { name, malformed: !NAME.test(name) };
  }

  private indexed(index: number): Field {
    const field = this.table.at(index);
    if (field === undefined) throw broken('A field that is in no table.');
    return field;
  }

  private resize(size: number): void {
    if (size > DEFAULT_TABLE_BYTES) throw broken('A table larger than allowed.');
    this.table.resize(size);
  }

  /** @param mask the bits of the first byte that belong to it (5.1) */
  private number(mask: number): number {
    const prefix = this.byte() & mask;
    if (prefix < mask) return prefix;
    let value = mask;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (value > MOST_NUMBER || factor > MOST_NUMBER) throw broken('A number without end.');
      if (byte < 0x80) return value;
    }
  }

  private text(): string {
    const coded = ((this.block[this.at] ?? 0) & 0x80) !== 0;
    const length = this.number(0x7f);
    const start = this.at;
    this.at += length;
    if (this.at > this.end) throw broken('A string longer than its block.');
    return coded ? decodeHuffman(this.block, start, this.at) : this.block.toString('latin1', start, this.at);
  }

  private byte(): number {
    if (this.at >= this.end) throw broken('A block that breaks off.');
    return this.block[this.at++] as number;
  }
}

function broken(what: string): WireError {
  return new WireError(ErrorCode.compression, what);
}
