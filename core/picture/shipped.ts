/**
 * Libraries that travel inside the package: the build lays their files beside this one (gulpfile.js), so that a package
 * with pictures has no more dependencies than one without. Loaded when the first picture is made.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bidi } from 'bidi-js';

export type HarfBuzz = typeof import('harfbuzzjs', { with: { 'resolution-mode': 'import' } });
export type Resvg = typeof import('@resvg/resvg-wasm', { with: { 'resolution-mode': 'require' } });

const shipped = (file: string): string => join(__dirname, 'shipped', file);

/** The shaper of letters; an ES module. */
export async function loadHarfBuzz(): Promise<HarfBuzz> {
  return await import(pathToFileURL(shipped('harfbuzzjs/dist/index.mjs')).href) as HarfBuzz;
}

/** The order of text that runs in both directions (UAX #9). */
export function loadBidi(): Bidi {
  return (require(shipped('bidi-js/dist/bidi.js')) as () => Bidi)();
}

/** The rasteriser, and the path of its WebAssembly. */
export function loadResvg(): { resvg: Resvg; wasm: string } {
  return { resvg: require(shipped('@resvg/resvg-wasm/index.js')) as Resvg, wasm: shipped('@resvg/resvg-wasm/index_bg.wasm') };
}
