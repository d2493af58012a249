/** Writes blocks of header fields (RFC 7541, 6), short and fast: what came before is an index, what comes once is plain text. */
import { DEFAULT_TABLE_BYTES, fieldBytes, HeaderTable, nameIndex } from './table';

/** A field may take this share of the table: larger ones would push out all others. */
const LARGEST_SHARE = 0.5;
/** Index or length of a string in bytes at most. */
const NUMBER_BYTES = 5;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** Bytes that a field takes at most. */
export function mostFieldBytes(name: string, value: string): number {
  return 1 + 2 * NUMBER_BYTES + name.length + value.length;
}

/** Bytes that {@link HeaderEncoder.begin} takes at most. */
export const MOST_BEGIN_BYTES = 2 * NUMBER_BYTES;

export class HeaderEncoder {
  private readonly table = new HeaderTable();
  /** The smallest size since the last block that the peer was not told of yet. */
  private smallest: number | undefined;

  /** @param unindexed names of fields that change with each message: they would only push others out of the table */
  constructor(private readonly unindexed: ReadonlySet<string>) {}

  /** The peer keeps a table of so many bytes at most. */
  resize(bytes: number): void {
    const size = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (size === this.table.limit) return;
    this.smallest = Math.min(this.smallest ?? size, size);
    this.table.resize(size);
  }

  /** Begins a block at `at`. @returns where to go on, here and below */
  begin(into: Buffer, at: number): number {
    if (this.smallest === undefined) return at;
    let next = number(into, at, 0x20, 0x1f, this.smallest);
    if (this.smallest < this.table.limit) next = number(into, next, 0x20, 0x1f, this.table.limit);
    this.smallest = undefined;
    return next;
  }

  /**
   * Appends a field.
   * @throws TypeError for a value with other than printable ASCII letters; the block is to be thrown away then, what it told of tables is not lost
   */
  field(into: Buffer, at: number, name: string, value: string): number {
    const known = this.table.find(name, value);
    if (known > 0) return number(into, at, 0x80, 0x7f, known);
    if (!PRINTABLE.test(value)) throw new TypeError(`The header ${name} has letters that no header has.`);
    const keeps = !this.unindexed.has(name) && fieldBytes(name, value) <= this.table.limit * LARGEST_SHARE;
    const index = nameIndex(name);
    let next = keeps ? number(into, at, 0x40, 0x3f, index) : number(into, at, 0x00, 0x0f, index);
    if (index === 0) next = text(into, next, name);
    next = text(into, next, value);
    if (keeps) this.table.add({ name, value });
    return next;
  }
}

function number(into: Buffer, at: number, flags: number, mask: number, value: number): number {
  if (value < mask) {
    into[at] = flags | value;
    return at + 1;
  }
  into[at++] = flags | mask;
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80;
  into[at++] = rest;
  return at;
}

function text(into: Buffer, at: number, value: string): number {
  const next = number(into, at, 0x00, 0x7f, value.length);
  return next + into.write(value, next, 'latin1');
}
