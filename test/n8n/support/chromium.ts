import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { N8nHost } from '../../../demo/hosts/n8n';

/** The machine's own Chromium, or the one that comes through npm. */
export async function launchChromium(): Promise<Browser> {
  const installed = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args: ['--no-sandbox'] });
  const { default: bundled } = await import('@sparticuz/chromium');
  return chromium.launch({ executablePath: await bundled.executablePath(), args: bundled.args });
}

/** A page of n8n's editor, signed in as the owner. */
export async function editorPage(browser: Browser, { url, owner }: N8nHost): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(`${url}/signin`);
  await page.fill('input[type=email]', owner.email);
  await page.fill('input[type=password]', owner.password);
  await page.click('button:has-text("Sign in")');
  await page.waitForURL(/home|workflow/);
  return page;
}
