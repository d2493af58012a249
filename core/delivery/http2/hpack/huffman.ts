/** The Huffman code of header strings (RFC 7541, 5.2 and appendix B), read four bits at a time. */
import { ErrorCode, WireError } from '../frames';

/** Bits of the code of each byte. The code is canonical: the lengths say it all. The end-of-string symbol has 30. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const END = 256;

/** An inner node of the code's tree: what comes next after a 0 and a 1, a node or the symbol -1 - n. */
type Node = [number, number];

/** The codes in order of length, then symbol, each one more than the one before (RFC 1951, 3.2.2 describes how). */
function buildTree(): Node[] {
  const nodes: Node[] = [[0, 0]];
  const symbols = LENGTHS.map((_, symbol) => symbol).sort((a, b) => (LENGTHS[a] as number) - (LENGTHS[b] as number) || a - b);
  let code = 0;
  let length = LENGTHS[symbols[0] as number] as number;
  for (const symbol of symbols) {
    const bits = LENGTHS[symbol] as number;
    code <<= bits - length;
    length = bits;
    let at = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const node = nodes[at] as Node;
      const side = (code >>> bit) & 1;
      if (node[side] === 0) node[side] = nodes.push([0, 0]) - 1;
      at = node[side] as number;
    }
    (nodes[at] as Node)[code & 1] = -1 - symbol;
    code++;
  }
  return nodes;
}

const NOTHING = -1;
const FAILS = -2;

/** For each inner node and each four bits: the node after them, and the symbol that they ended; no code is so short that it were two. */
function buildSteps(): { next: Uint8Array; symbols: Int16Array; mayEnd: Uint8Array } {
  const nodes = buildTree();
  const next = new Uint8Array(nodes.length * 16);
  const symbols = new Int16Array(nodes.length * 16).fill(NOTHING);
  for (let node = 0; node < nodes.length; node++) {
    for (let bits = 0; bits < 16; bits++) {
      let at = node;
      for (let bit = 3; bit >= 0; bit--) {
        const after = (nodes[at] as Node)[(bits >>> bit) & 1] as number;
        if (after >= 0) at = after;
        else {
          symbols[node * 16 + bits] = -1 - after === END ? FAILS : -1 - after;
          at = 0;
        }
      }
      next[node * 16 + bits] = at;
    }
  }
  // A string is filled up with the first bits of the end symbol, all ones, at most seven.
  const mayEnd = new Uint8Array(nodes.length);
  for (let ones = 0, at = 0; ones <= 7; ones++) {
    mayEnd[at] = 1;
    at = (nodes[at] as Node)[1];
  }
  return { next, symbols, mayEnd };
}

const { next, symbols, mayEnd } = buildSteps();

/**
 * The text in `bytes` from `start` to `end`, each byte a letter (latin1).
 * @throws WireError for what is no such code
 */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  // The shortest code has five bits.
  const text = Buffer.allocUnsafe(Math.floor((end - start) * 8 / 5));
  let length = 0;
  let node = 0;
  for (let half = start * 2; half < end * 2; half++) {
    const byte = bytes[half >>> 1] as number;
    const index = node * 16 + ((half & 1) === 0 ? byte >>> 4 : byte & 15);
    const symbol = symbols[index] as number;
    if (symbol >= 0) text[length++] = symbol;
    else if (symbol === FAILS) throw new WireError(ErrorCode.compression, 'The end of a string in the middle of one.');
    node = next[index] as number;
  }
  if (mayEnd[node] !== 1) throw new WireError(ErrorCode.compression, 'A string ends in the middle of a letter.');
  return text.toString('latin1', 0, length);
}
