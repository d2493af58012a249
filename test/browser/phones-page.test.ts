import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Sandbox } from '../../sandbox';
import { APNS_BODY, apnsHeaders, byType, FCM_HEADERS, fcmBody, quickSandbox, request, session, webhook, type Webhook } from '../sandbox/support';
import { launchChromium } from './chromium';

jest.setTimeout(60_000);

const ARABIC = { title: 'مرحبا سارة، بدأت التخفيضات', body: 'خصم 30% على اختياراتك حتى يوم الأحد.' };
// Drawn inline: the page may load pictures from anywhere by https, and the test must not need the network.
const IMAGE = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';

describe('page of the phones', () => {
  let sandbox: Sandbox;
  let hook: Webhook;
  let browser: Browser;
  let page: Page;
  const shots = process.env['SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'push-phones-'));
  const problems: string[] = [];

  beforeAll(async () => {
    // Nobody touches a phone but the test.
    [sandbox, hook, browser] = await Promise.all([quickSandbox({ behaviour: { receive: 0 } }), webhook(), launchChromium()]);
  });
  beforeEach(async () => {
    sandbox.reset();
    hook.events.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 860 }, locale: 'en-US' });
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
    await page.goto(sandbox.pageUrl);
  });
  afterEach(async () => {
    await page.close();
    expect(problems.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await hook?.close();
    await sandbox?.close();
  });

  const android = (token: string, notification: object, data: object = {}) =>
    [FCM_HEADERS, fcmBody({ token, notification, data: { eventsUrl: hook.url, deliveryToken: `delivery-${token}.x`, link: 'https://shop.example', ...data } })] as const;
  const send = async (...pushes: (readonly [object, string])[]) => {
    const open = session(sandbox.gatewayUrl);
    await Promise.all(pushes.map(([headers, body]) => request(open, { ...headers }, body)));
    open.destroy();
  };
  const phone = (title: string) => page.locator('.phone', { hasText: title });

  it('says what to do while nothing has come', async () => {
    expect(await page.locator('#empty').isVisible()).toBe(true);
    expect(await page.locator('.phone').count()).toBe(0);
  });

  it('shows each push on a lock screen, with its text, picture and counts', async () => {
    const ios = JSON.stringify({ aps: { alert: { title: 'Bonjour', subtitle: 'Soldes', body: 'Jusqu’à -30 %' } } });
    await send(android('a-1', { title: 'Hello Ada 🍂', body: 'Up to 30 % off', image: IMAGE }), android('a-2', ARABIC), [apnsHeaders('cd'.repeat(32)), ios], android('magic-unregistered', { title: 'Never shown' }));
    await phone('Bonjour').waitFor();
    expect(await page.locator('.phone').count()).toBe(3);
    expect(await page.locator('#empty').isVisible()).toBe(false);
    expect(await phone('Bonjour').locator('.subtitle').textContent()).toBe('Soldes');
    expect(await phone('Bonjour').locator('.clock').textContent()).toMatch(/^\d{1,2}:\d\d$/);
    expect(await phone('Hello Ada').locator('.body').textContent()).toBe('Up to 30 % off');
    expect(await phone('Hello Ada').locator('img').isVisible()).toBe(true);
    expect(await phone('Bonjour').locator('img').isVisible()).toBe(false);
    expect(await phone(ARABIC.title).locator('.title').evaluate((title: Element) => getComputedStyle(title).direction)).toBe('rtl');
    await page.locator('[data-count=requests]', { hasText: '4' }).waitFor();
    expect(await page.locator('[data-count=accepted]').textContent()).toBe('3');
  });

  it('never takes text for markup', async () => {
    await send(android('a-1', { title: '<img src=x onerror=alert(1)>', body: '<b>bold</b>' }));
    await phone('onerror').waitFor();
    expect(await page.locator('.phone b').count()).toBe(0);
    expect(await phone('onerror').locator('.body').textContent()).toBe('<b>bold</b>');
  });

  it('filters by words and by platform', async () => {
    await send(android('a-1', { title: 'Autumn sale' }), android('a-2', { title: 'Your parcel' }), [apnsHeaders('cd'.repeat(32)), APNS_BODY]);
    await phone('Hello').waitFor();
    const seen = async () => (await page.locator('.phone .title').allTextContents()).sort();
    await page.getByLabel('Search title or text').fill('AUTUMN');
    expect(await seen()).toEqual(['Autumn sale']);
    await page.getByLabel('Search title or text').fill('');
    await page.getByLabel('Platform').selectOption('ios');
    expect(await seen()).toEqual(['Hello']);
    await page.getByLabel('Search title or text').fill('parcel');
    expect(await seen()).toEqual([]);
    expect(await page.locator('#none').isVisible()).toBe(true);
  });

  it('a tap tells opened and clicked, an opt-out unsubscribed, a swipe nothing', async () => {
    await send(android('a-1', { title: 'Tap me' }), android('a-2', { title: 'Enough of this' }), android('a-3', { title: 'Swipe me' }));
    await phone('Swipe me').waitFor();
    await phone('Tap me').locator('.notification').click();
    await phone('Enough of this').locator('[data-deed=opt-out]').click();
    await phone('Swipe me').locator('[data-deed=dismiss]').click();
    await page.locator('.phone.tapped', { hasText: 'Tap me' }).waitFor();
    await page.locator('[data-count=unsubscribed]', { hasText: '1' }).waitFor();
    await sandbox.idle();
    expect(byType(hook.events)).toEqual({ opened: 1, clicked: 1, unsubscribed: 1 });
    expect(hook.events.filter(({ type }) => type === 'unsubscribed').map(({ token }) => token)).toEqual(['delivery-a-2.x']);
    expect(await phone('Swipe me').locator('.notification').isVisible()).toBe(false);
  });

  it('shows the newest of many pushes first, at both colour schemes and widths', async () => {
    const long = 'A title that goes on and on because somebody forgot that phones show forty characters at most, ProbablyWithAWordThatHasNoPlaceToBreak';
    const texts = [
      { title: 'Ada, the autumn sale is on', body: 'Up to 30 % off shoes until Sunday. See your picks.' },
      { title: 'Still thinking about coats? 🍂', body: 'Grace, 30 % off ends on Sunday. Grab yours now. 👩🏽‍🚀🎉', image: IMAGE },
      ARABIC,
      { title: long, body: long.repeat(3) },
      { body: 'Only a text' },
      { title: 'Only a title' },
    ];
    for (let at = 0; at < 200; at += 50) {
      await send(...Array.from({ length: 50 }, (_, index) => {
        const text = texts[(at + index) % texts.length] ?? {};
        return index % 2 === 0
          ? android(`a-${at + index}`, text)
          : ([apnsHeaders(String(1000 + at + index).padEnd(64, 'e')), JSON.stringify({ aps: { alert: text }, ...('image' in text && { image: IMAGE }) })] as const);
      }));
    }
    await send(android('last', { title: 'The very last', body: 'of 201' }));
    await phone('The very last').waitFor();
    expect(await page.locator('.phone .title').first().textContent()).toBe('The very last');
    expect(await page.locator('.phone').count()).toBe(60);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 860 });
        await page.screenshot({ path: join(shots, `phones-${colorScheme}-${width}.png`) });
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
      }
    }
  });
});
