/** The editor of the real Node-RED: what its dialogs save, what they say is wrong, in which language. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { withCredentials } from '../../demo/node-red';
import { startNodeRed, type FlowNode, type NodeRedHost } from '../../demo/hosts/node-red';
import { launchChromium } from './chromium';

jest.setTimeout(120_000);

interface EditorNode { id: string; type: string; changed?: boolean; valid?: boolean; validationErrors?: string[] }
interface Editor {
  nodes: { node(id: string): EditorNode; add(node: EditorNode): void; convertNode(node: EditorNode, credentials: boolean): object };
  editor: { edit(node: EditorNode): void; editConfig(name: string, type: string, id: string): void; validateNode(node: EditorNode): boolean };
  view: { createNode(type: string, x: number, y: number): { node: EditorNode } };
}
declare const RED: Editor;

const ROOT = resolve(__dirname, '../..');
// With secrets: Node-RED itself marks a config node as changed whose empty secret was looked at.
const example = withCredentials(JSON.parse(readFileSync(join(ROOT, 'examples/node-red/push-campaign.json'), 'utf8')) as FlowNode[], {
  fcm: { endpoint: 'http://127.0.0.1:4011', projectId: 'demo', accessToken: 'sandbox' },
  apns: { endpoint: 'http://127.0.0.1:4011', bundleId: 'com.example.shop', teamId: 'ABCDE12345', keyId: 'ABCDE12345', key: 'a key' },
  tracking: { eventsUrl: 'http://127.0.0.1:1880/push-events', secret: 'a secret of some length' },
});
const ours = [...new Map(example.filter(({ type }) => type.startsWith('push-')).map((node) => [node.type, node])).values()];

describe.each(['en-US', 'fr'])('the editor of Node-RED in %s', (language) => {
  let host: NodeRedHost;
  let browser: Browser;
  let page: Page;
  const dataFolder = mkdtempSync(join(tmpdir(), 'push-editor-'));
  const problems: string[] = [];

  beforeAll(async () => {
    [host, browser] = await Promise.all([startNodeRed({ dataFolder, packageFolder: ROOT, flows: example }), launchChromium()]);
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
    await page.goto(host.url);
    await page.waitForFunction(`window.RED?.nodes?.node?.('${example.at(-1)?.id}') !== null && !document.querySelector('#red-ui-loading-progress:not([style*="none"])')`);
    await page.waitForTimeout(500);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    rmSync(dataFolder, { recursive: true, force: true });
    expect(problems).toEqual([]);
  });

  const tray = () => page.locator('.red-ui-tray').last();
  const open = async ({ id, type, z }: FlowNode) => {
    await page.evaluate(({ id, type, config }) => (config ? RED.editor.editConfig('', type, id) : RED.editor.edit(RED.nodes.node(id))), { id, type, config: z === undefined });
    await tray().locator('form').first().waitFor();
    await page.waitForTimeout(400);
  };
  const done = async ({ z }: FlowNode) => {
    await page.click(z === undefined ? '#node-config-dialog-ok' : '#node-dialog-ok');
    await tray().waitFor({ state: 'detached' });
  };
  const saved = (id: string) => page.evaluate((id) => ({ node: RED.nodes.convertNode(RED.nodes.node(id), false), changed: RED.nodes.node(id).changed === true }), id);

  it.each(ours.map((node) => [node.type, node] as const))('%s: every text is translated, and a dialog in which nothing was done changes nothing', async (_, node) => {
    const before = await saved(node.id);
    await open(node);
    expect(await tray().innerText()).not.toMatch(/push-[a-z-]+\.[a-z]/);
    await done(node);
    expect(await saved(node.id)).toEqual({ ...before, changed: false });
  });

  it('a connection is tested with what the dialog says: a proxy that was taken out is not used, a key that was not touched is', async () => {
    const apns = ours.find(({ type }) => type === 'push-apns') as FlowNode;
    let asked: Record<string, string> = {};
    let answer: object = { ok: true, message: 'It works' };
    await page.route('**/push-apns/*/check', async (route) => {
      asked = route.request().postDataJSON() as typeof asked;
      await route.fulfill({ json: answer });
    });
    await open(apns);
    await page.fill('#node-config-input-proxy', 'http://proxy.example:3128');
    await page.click('#push-apns-check');
    await page.locator('#push-apns-answer', { hasText: language === 'fr' ? 'La connexion fonctionne' : 'It works' }).waitFor();
    expect(asked).toMatchObject({ proxy: 'http://proxy.example:3128', key: '__PWRD__', certificateKey: '' });
    await page.fill('#node-config-input-proxy', '');
    answer = { ok: false, problem: { code: 'team-id-malformed', message: 'The team is wrong', fields: {} } };
    await page.click('#push-apns-check');
    await page.locator('#push-apns-answer', { hasText: language === 'fr' ? 'L’identifiant de l’équipe' : 'The team is wrong' }).waitFor();
    expect(asked).toMatchObject({ proxy: '', key: '__PWRD__' });
    await page.click('#node-config-dialog-cancel');
    await tray().waitFor({ state: 'detached' });
  });

  it.each([
    ['push-audience', 1], ['push-segment-filter', 1], ['push-ab-split', 1], ['push-template', 1], ['push-send', 4], ['push-events', 2], ['push-kpi', 1],
  ])('%s: a new one says what is missing', async (type, count) => {
    const errors = await page.evaluate((type) => {
      const { node } = RED.view.createNode(type, 1500, 1500);
      RED.nodes.add(node);
      RED.editor.validateNode(node);
      return node.validationErrors ?? [];
    }, type);
    expect(errors).toHaveLength(count);
    for (const error of errors) expect(error).toMatch(/^\p{Lu}.*\p{L}.*/u);
  });
});
