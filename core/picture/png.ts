/** SVG without text -> PNG, by resvg (WebAssembly: no browser, no native add-on). */
import { readFile } from 'node:fs/promises';
import { loadResvg, type Resvg } from './shipped';

let loading: Promise<Resvg> | undefined;

/** @param scale pixels for each unit of the SVG */
export async function svgToPng(svg: string, scale: number): Promise<Buffer> {
  loading ??= load().catch((thrown: unknown) => {
    loading = undefined;
    throw thrown;
  });
  const { Resvg } = await loading;
  const picture = new Resvg(svg, { fitTo: { mode: 'zoom', value: scale }, font: { loadSystemFonts: false } });
  try {
    const rendered = picture.render();
    try {
      return Buffer.from(rendered.asPng());
    } finally {
      rendered.free();
    }
  } finally {
    picture.free();
  }
}

async function load(): Promise<Resvg> {
  const { resvg, wasm } = loadResvg();
  await resvg.initWasm(await readFile(wasm));
  return resvg;
}
