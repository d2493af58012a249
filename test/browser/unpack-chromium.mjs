/** Unpacks the Chromium of @sparticuz/chromium with the libraries that a bare Debian lacks (NSS, NSPR, expat), and prints how to start it. */
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = '@sparticuz/chromium';
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.resolve(NAME)), 'utf8'));
const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const folder = join(cache, `chromium-${version}`);

const there = () => access(join(folder, 'start')).then(() => true, () => false);
if (!(await there())) await unpack();
console.log(join(folder, 'start'));

async function unpack() {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  // The package unpacks into the temporary folder, and its libraries only where it finds itself in AWS Lambda.
  Object.assign(process.env, { TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' });
  const { default: packed } = await import(NAME);
  await packed.executablePath();
  // Its own list of font folders names places of Lambda.
  const fonts = ['/usr/share/fonts', join(folder, 'fonts')].map((place) => `<dir>${place}</dir>`).join('');
  await writeFile(join(fresh, 'fonts', 'fonts.conf'), `<?xml version="1.0"?>\n<fontconfig>${fonts}<cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>\n`);
  const start = ['#!/bin/sh', 'here=$(dirname "$0")', 'export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_PATH="$here/fonts"', 'exec "$here/chromium" "$@"', ''];
  await writeFile(join(fresh, 'start'), start.join('\n'), { mode: 0o755 });
  try {
    await rename(fresh, folder);
  } catch (thrown) {
    // Another test was faster.
    await rm(fresh, { recursive: true });
    if (!(await there())) throw thrown;
  }
}
