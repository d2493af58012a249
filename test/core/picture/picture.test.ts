import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Letters } from '../../../core/picture/fonts';
import { visualPieces, type Levels } from '../../../core/picture/runs';

const createBidi = require('bidi-js') as () => { getEmbeddingLevels(text: string, direction: 'ltr' | 'rtl'): { levels: Uint8Array } };
const { getEmbeddingLevels } = createBidi();
const levels: Levels = (text, direction) => getEmbeddingLevels(text, direction).levels;
const [latin, hebrew] = [{ unitsPerEm: 1000 }, { unitsPerEm: 2000 }] as Letters[];
const choose = (grapheme: string) => (/\p{Script=Hebrew}/u.test(grapheme) ? hebrew : latin);
const pieces = (text: string, direction: 'ltr' | 'rtl') => visualPieces(text, direction, levels, choose).map((piece) => piece.text);

describe('the pieces of a line, from left to right', () => {
  it('keeps one font and direction together', () => {
    expect(visualPieces('Hello Anna', 'ltr', levels, choose)).toMatchObject([{ text: 'Hello Anna', direction: 'ltr', letters: latin }]);
  });

  it('puts the end of a line from right to left first, and numbers in it the right way round', () => {
    expect(pieces('שלום Anna 47', 'rtl')).toEqual(['Anna 47', ' ', 'שלום']);
    expect(pieces('שלום 12 חג', 'rtl')).toEqual(['חג', ' ', '12', ' ', 'שלום']);
  });

  it('turns Hebrew within Latin round, and nothing else', () => {
    expect(pieces('to שלום רב now', 'ltr')).toEqual(['to ', 'רב', ' ', 'שלום', ' now']);
  });
});

describe('the PNG', () => {
  const folder = join(__dirname, '../../..');

  it('is made of every golden message, without any font of the machine', () => {
    // In a process of its own: HarfBuzz is an ES module.
    const script = `
      const { readFileSync } = require('node:fs');
      const { renderPreviewSheet, drawPreviewSheet } = require('./dist/core');
      (async () => {
        for (const { name, message } of JSON.parse(readFileSync('test/vectors/preview.json', 'utf8'))) {
          const png = await renderPreviewSheet(message, { app: 'Shop', heading: name });
          const height = Number(/height="(\\d+)/.exec(drawPreviewSheet(message, { heading: name }))[1]);
          console.log(JSON.stringify({ name, magic: png.toString('latin1', 1, 4), width: png.readUInt32BE(16), scale: png.readUInt32BE(20) / height, bytes: png.length }));
        }
      })();`;
    const made = execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' }).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    const goldens = JSON.parse(readFileSync(join(folder, 'test/vectors/preview.json'), 'utf8')) as { name: string }[];
    expect(made.map(({ name }) => name)).toEqual(goldens.map(({ name }) => name));
    for (const picture of made) {
      expect(picture).toMatchObject({ magic: 'PNG', width: 1374 });
      expect(picture['scale']).toBeCloseTo(1.5, 2);
      expect(picture['bytes']).toBeGreaterThan(60_000);
    }
  }, 60_000);
});
