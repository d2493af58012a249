import fc from 'fast-check';
import { WireError } from '../../../../core/delivery/http2/frames';
import { HeaderDecoder } from '../../../../core/delivery/http2/hpack/decoder';
import { HeaderEncoder, MOST_BEGIN_BYTES, mostFieldBytes } from '../../../../core/delivery/http2/hpack/encoder';
import { decodeHuffman } from '../../../../core/delivery/http2/hpack/huffman';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function decode(decoder: HeaderDecoder, hex: string): Record<string, string> {
  const block = bytes(hex);
  return Object.fromEntries(decoder.decode(block, 0, block.length) ?? []);
}

const DATE = 'Mon, 21 Oct 2013 20:13:21 GMT';
const LATER = 'Mon, 21 Oct 2013 20:13:22 GMT';
const first = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'www.example.com' };
const REQUESTS = [first, { ...first, 'cache-control': 'no-cache' }, { ...first, ':scheme': 'https', ':path': '/index.html', 'custom-key': 'custom-value' }];
const RESPONSES = [
  { ':status': '302', 'cache-control': 'private', date: DATE, location: 'https://www.example.com' },
  { ':status': '307', 'cache-control': 'private', date: DATE, location: 'https://www.example.com' },
  { ':status': '200', 'cache-control': 'private', date: LATER, location: 'https://www.example.com', 'content-encoding': 'gzip', 'set-cookie': 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1' },
];
/** The examples of responses know a table of 256 bytes: the first block says so. */
const SIZE_256 = '3fe101';

describe('blocks of header fields are read', () => {
  it.each([
    ['C.3', REQUESTS, ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', '8286 84be 5808 6e6f 2d63 6163 6865', '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65']],
    ['C.4, Huffman', REQUESTS, ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', '8286 84be 5886 a8eb 1064 9cbf', '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf']],
    ['C.5, with a small table', RESPONSES, [
      `${SIZE_256} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
      '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
    ]],
    ['C.6, with a small table, Huffman', RESPONSES, [
      `${SIZE_256} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ]],
  ])('as RFC 7541 writes them: %s', (_, expected, blocks) => {
    const decoder = new HeaderDecoder();
    expect(blocks.map((hex) => decode(decoder, hex))).toEqual(expected);
  });

  it.each([
    ['an index of nothing', '80'],
    ['an index beyond the tables', 'be'],
    ['a table larger than allowed', '3fe1ff03'],
    ['a new table size behind a field', '88 20'],
    ['a number without end', 'ff 80 80 80 80 80 80 80 80 01'],
    ['a number beyond all sense', 'ff ff ff ff ff 7f'],
    ['a block that breaks off in a number', 'ff'],
    ['a block that breaks off in a text', '40 05 6162'],
    ['a text that ends in the middle of a letter', '00 81 00 00'],
    ['a text filled up with more than seven bits', '00 82 1f ff 00'],
    ['the end of a text in the middle of one', '00 84 ff ff ff ff 00'],
  ])('but not %s', (_, hex) => {
    expect(() => decode(new HeaderDecoder(), hex)).toThrow(WireError);
  });

  it.each([
    ['with a capital', '88 40 01 58 01 79', '88 be'],
    ['of nothing', '88 40 00 01 79', '88 be'],
    ['with a blank', '88 40 03 612062 01 79', '88 0f 2f 01 7a'],
    ['that only a request has', '88 40 05 3a70617468 01 2f', '88 be'],
  ])('but a field with a name %s makes its answer none, and each that refers to it; the table is kept', (_, hex, again) => {
    const decoder = new HeaderDecoder();
    const read = (text: string): unknown => decoder.decode(bytes(text), 0, bytes(text).length);
    expect(read(hex)).toBeUndefined();
    expect(read(again)).toBeUndefined();
    expect(read('88 40 01 61 01 62')).toBeDefined();
    expect(read('88 be')).toEqual(new Map([[':status', '200'], ['a', 'b']]));
  });

  it('but not a small block that stands for megabytes', () => {
    const decoder = new HeaderDecoder();
    const value = Buffer.alloc(4000, 'a');
    const block = Buffer.concat([bytes('40 01 61 7f a1 1e'), value, Buffer.alloc(10_000, 0xbe)]);
    expect(() => decoder.decode(block, 0, block.length)).toThrow('More header fields than anybody needs.');
  });

  it('or told what is wrong, whatever bytes they are', () => {
    const decoder = new HeaderDecoder();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      try {
        decoder.decode(Buffer.from(noise), 0, noise.length);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }), { numRuns: 3000 });
  });

  it.each([['the rarest letter', 'ff ff fb bf', '\xff'], ['a control letter', 'ff ff b1', '\x01'], ['nothing', '', '']])('letter by letter: %s', (_, hex, text) => {
    expect(decodeHuffman(bytes(hex), 0, bytes(hex).length)).toBe(text);
  });
});

describe('blocks of header fields are written', () => {
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 200 });
  const name = fc.constantFrom(':path', ':method', 'authorization', 'content-type', 'apns-id', 'apns-topic', 'x-own');
  const encode = (encoder: HeaderEncoder, fields: readonly (readonly [string, string])[]): Buffer => {
    const block = Buffer.alloc(fields.reduce((sum, [field, value]) => sum + mostFieldBytes(field, value), MOST_BEGIN_BYTES));
    let at = encoder.begin(block, 0);
    for (const [field, value] of fields) at = encoder.field(block, at, field, value);
    return block.subarray(0, at);
  };

  it('so that they are read as they were meant, whatever came before and however large the table is', () => {
    const fields = fc.uniqueArray(fc.tuple(name, fc.oneof(printable, fc.constantFrom('POST', 'a', 'b'))), { maxLength: 6, selector: ([field]) => field });
    const block = fc.record({ fields, sizes: fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 3 }) });
    fc.assert(fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
      const encoder = new HeaderEncoder(new Set([':path', 'apns-id']));
      const decoder = new HeaderDecoder();
      for (const { fields: list, sizes } of blocks) {
        for (const size of sizes) encoder.resize(size);
        const written = encode(encoder, list);
        expect([...decoder.decode(written, 0, written.length) ?? []]).toEqual(list);
      }
    }));
  });

  it('with one byte for what was said before, and nothing kept of what changes with each message', () => {
    const encoder = new HeaderEncoder(new Set([':path']));
    const token: readonly [string, string] = ['authorization', `Bearer ${'a'.repeat(1000)}`];
    expect(encode(encoder, [token]).length).toBeGreaterThan(1000);
    expect(encode(encoder, [token])).toHaveLength(1);
    for (let n = 0; n < 100; n++) encode(encoder, [[':path', `/3/device/${n}`]]);
    expect(encode(encoder, [token])).toHaveLength(1);
  });

  it('without the largest of fields pushing out all others', () => {
    const encoder = new HeaderEncoder(new Set());
    encode(encoder, [['content-type', 'application/json']]);
    for (let n = 0; n < 3; n++) expect(encode(encoder, [['x-own', 'a'.repeat(3000)]]).length).toBeGreaterThan(3000);
    expect(encode(encoder, [['content-type', 'application/json']])).toHaveLength(1);
  });

  it.each(['a\r\nb', 'ä', '\0'])('but not %j', (value) => {
    expect(() => encode(new HeaderEncoder(new Set()), [['x-own', value]])).toThrow(TypeError);
  });
});
