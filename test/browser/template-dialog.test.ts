/** The dialog of push-template in the real editor: it keeps what it has no field for, and writes what each field says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../demo/hosts/node-red';
import { KIND_PRESETS } from '../../core';
import { launchChromium } from './chromium';

jest.setTimeout(120_000);

interface Editor { nodes: { node(id: string): object; convertNode(node: object, credentials: boolean): object }; editor: { edit(node: object): void } }
declare const RED: Editor;

const base = { type: 'push-template', z: 'tab', x: 200, y: 100, wires: [[], []], name: '', property: 'payload', link: '', image: '', subtitle: '', defaultLocale: 'en', missing: 'refuse', fallback: '', overflow: 'refuse' };
/** As somebody may write it into a flow file, or as a later version may. */
const BY_HAND = {
  ...base, id: 'by-hand', title: 'Hello {{firstName}}', body: 'B', kind: 'promotion',
  data: [{ key: 'screen', value: 'sale', note: 'kept' }],
  buttons: [{ id: 'buy', title: 'Buy', link: 'shop://buy', colour: 'red' }],
  fragments: [{ name: 'shipped', text: 'is on its way' }],
  locales: [{ locale: 'fr', title: 'Bonjour', body: '', link: '', image: '', subtitle: '', fragments: 'shipped: est en route', tone: 'tu' }],
  defaults: [{ field: 'firstName', text: 'friend' }, { field: 'orderId', policy: 'fail', text: '' }],
  copyCheck: 'gate', copySample: 50, fallbackShare: '10', reserveBytes: 200,
  options: { badge: 3, mutableContent: false, silent: false, web: true, relevanceScore: 0.5, ttlSeconds: 60, future: { of: 'the package' } },
};
const LIVE = { ...base, id: 'live', title: '', body: '', data: [], locales: [], defaults: [], options: { liveActivity: { event: 'end', contentState: { eta: '{{eta}}' }, dismissAfterSeconds: 0 } } };
const NEW = { ...base, id: 'new', title: 'T', body: 'B', data: [], locales: [], defaults: [], options: {} };

describe('the dialog of push-template', () => {
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  let tray: Locator;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-template-dialog-'));
  const problems: string[] = [];

  beforeAll(async () => {
    const flows = [{ id: 'tab', type: 'tab', label: 'Templates' }, BY_HAND, LIVE, NEW] as unknown as FlowNode[];
    [host, browser] = await Promise.all([startNodeRed({ dataFolder, packageFolder: resolve(__dirname, '../..'), flows }), launchChromium()]);
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.addInitScript("localStorage.setItem('editor-language', 'en-US')");
    await page.goto(host.url);
    await page.waitForFunction(`window.RED?.nodes?.node?.('new') !== null && !document.querySelector('#red-ui-loading-progress:not([style*="none"])')`);
    await page.waitForTimeout(500);
    tray = page.locator('.red-ui-tray').last();
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
    expect(problems).toEqual([]);
  });

  const open = async (id: string) => {
    await page.evaluate((id) => RED.editor.edit(RED.nodes.node(id)), id);
    await tray.locator('form').first().waitFor();
    await page.waitForTimeout(400);
  };
  const done = async () => {
    await page.click('#node-dialog-ok');
    await tray.waitFor({ state: 'detached' });
  };
  const saved = (id: string) => page.evaluate((id) => RED.nodes.convertNode(RED.nodes.node(id), false), id);
  const tab = (name: string) => page.click(`#push-template-tabs a[href="#push-template-tab-${name}"]`);

  it.each([['what was set by hand', BY_HAND], ['a Live Activity that was set as an object', LIVE]])('keeps %s, also where something else is changed', async (_, { x: _x, ...node }) => {
    await open(node.id);
    await page.fill('#node-input-name', 'renamed');
    await done();
    expect(await saved(node.id)).toMatchObject({ ...node, name: 'renamed' });
  });

  it('keeps the rest of what was set by hand where one field of it is changed', async () => {
    await open('by-hand');
    await tab('options');
    await page.fill('#push-template-option-badge', '+1');
    await page.fill('#push-template-buttons [data-field="title"]', 'Buy it');
    await done();
    expect(await saved('by-hand')).toMatchObject({ options: { ...BY_HAND.options, badge: '+1' }, buttons: [{ ...BY_HAND.buttons[0], title: 'Buy it' }] });
  });

  it('writes what each field says, and nothing that was left empty', async () => {
    await open(NEW.id);
    const add = (list: string) => page.locator('.red-ui-editableList', { has: page.locator(list) }).locator('.red-ui-editableList-addButton').click();
    const fill = (list: string, field: string, text: string) => page.locator(`${list} [data-field="${field}"]`).last().fill(text);
    await page.selectOption('#push-template-field-kind', 'reminder');
    await add('#push-template-data');
    await fill('#push-template-data', 'key', 'screen');
    await fill('#push-template-data', 'value', 'sale');
    await tab('languages');
    await add('#push-template-locales');
    await fill('#push-template-locales', 'locale', 'fr');
    await fill('#push-template-locales', 'body', 'Corps {{t "wait"}}');
    await fill('#push-template-locales', 'fragments', 'wait: attend');
    await add('#push-template-fragments');
    await fill('#push-template-fragments', 'name', 'wait');
    await fill('#push-template-fragments', 'text', 'waits');
    await tab('missing');
    await add('#push-template-defaults');
    await fill('#push-template-defaults', 'field', 'orderId');
    await page.locator('#push-template-defaults select').last().selectOption('fail');
    await page.selectOption('#node-input-missing', 'fail');
    await tab('options');
    await add('#push-template-buttons');
    await fill('#push-template-buttons', 'id', 'later');
    await fill('#push-template-buttons', 'title', 'Later');
    for (const [name, text] of Object.entries({ badge: '+1', category: 'OFFER', webIcon: 'https://shop.example/i.png', ttlSeconds: '60', relevanceScore: '0.2' })) await page.fill(`#push-template-option-${name}`, text);
    for (const name of ['contentAvailable', 'web']) await page.check(`#push-template-option-${name}`);
    await page.selectOption('#push-template-option-mutableContent', 'false');
    await page.fill('#push-template-field-reserveBytes', '200');
    await tab('check');
    await page.selectOption('#push-template-field-copyCheck', 'gate');
    await page.fill('#push-template-field-fallbackShare', '10');
    expect(await tray.locator('.push-template-problem:visible').allInnerTexts()).toEqual([]);
    await done();
    expect(await saved('new')).toEqual({
      ...NEW, kind: 'reminder', missing: 'fail', reserveBytes: '200', copyCheck: 'gate', fallbackShare: '10',
      data: [{ key: 'screen', value: 'sale' }], buttons: [{ id: 'later', title: 'Later' }], fragments: [{ name: 'wait', text: 'waits' }],
      locales: [{ locale: 'fr', body: 'Corps {{t "wait"}}', fragments: 'wait: attend' }], defaults: [{ field: 'orderId', policy: 'fail' }],
      options: { badge: '+1', category: 'OFFER', contentAvailable: true, mutableContent: false, relevanceScore: 0.2, ttlSeconds: 60, webIcon: 'https://shop.example/i.png', web: true },
    });
  });

  it('says what a kind presets, in the values of the engine', async () => {
    await open('new');
    for (const [kind, { priority, ttlSeconds, interruptionLevel }] of Object.entries(KIND_PRESETS)) {
      await page.selectOption('#push-template-field-kind', kind);
      await page.waitForFunction(`$('#push-template-kind-values').text().includes('Priority ${priority}, kept for ${ttlSeconds / 3600} h, interruption ${interruptionLevel};')`);
    }
    await page.click('#node-dialog-cancel');
    await tray.waitFor({ state: 'detached' });
  });

  it('tells on each tab what is wrong there, and the preview what only the engine knows', async () => {
    await open('new');
    await tab('options');
    await page.fill('#push-template-option-badge', 'many');
    expect(await page.innerText('#push-template-options-problem')).toContain('The badge is a whole number');
    await page.fill('#push-template-option-badge', '1');
    await tab('text');
    await page.fill('#node-input-title', 'Hello {{#if x}}');
    await page.locator('.push-template-place').waitFor();
    expect(await page.innerText('.push-template-place')).toMatch(/line 1, column/);
    await page.click('#node-dialog-cancel');
    await tray.waitFor({ state: 'detached' });
  });
});
