/** A Chromium for the tests: the one of the machine, else one out of the dev dependencies. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @returns the program to start. Looks at CHROMIUM_PATH, /usr/bin/chromium, PATH and @sparticuz/chromium, in this order. */
export async function chromiumPath(): Promise<string> {
  const { CHROMIUM_PATH, PATH = '' } = process.env;
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') {
    if (await runnable(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH is '${CHROMIUM_PATH}', where no program is. Correct it, or unset it to have one found.`);
  }
  const places = PATH.split(delimiter).filter((folder) => folder !== '').flatMap((folder) => NAMES.map((name) => join(folder, name)));
  for (const place of ['/usr/bin/chromium', ...places]) if (await runnable(place)) return place;
  return packedChromium();
}

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: FLAGS });
}

/** The one of @sparticuz/chromium, unpacked on first use. In a process of its own: Jest does not load ES modules. */
export async function packedChromium(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'unpack-chromium.mjs')]);
    return stdout.trim();
  } catch (thrown) {
    throw new Error('No Chromium was found, and @sparticuz/chromium did not unpack. Install chromium, or name one in CHROMIUM_PATH.', { cause: thrown });
  }
}

async function runnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(() => true, () => false);
}
