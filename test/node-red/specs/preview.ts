/** The live preview of push-template: its route of the admin API, and the pane in the editor's dialog. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openStore } from '../../../core';
import { launchChromium } from '../../browser/chromium';
import type { NodeRedHost } from '../../../demo/hosts/node-red';
import { readSvg } from '../../core/template/preview/svg';

type Json = Record<string, unknown>;
interface Answer { preview?: Json; pictures?: Record<string, string>; problem?: { code: string; message: string; fields: Json } }

const goldens = JSON.parse(readFileSync(join(__dirname, '../../vectors/preview.json'), 'utf8')) as { name: string; message: Json; expect: Json }[];
const TEXTS = { title: '{{title}}', subtitle: '{{subtitle}}', body: '{{body}}', image: '{{image}}', missing: 'empty' };
const BUTTONS = [0, 1, 2].map((index) => ({ id: `button-${index}`, title: `{{buttons.${index}.title}}`, link: '' }));

export function specifyPreview(host: () => NodeRedHost): void {
  const ask = async (body: unknown): Promise<{ status: number; answer: Answer }> => {
    const response = await fetch(`${host().url}/push-template/preview`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, answer: (await response.json()) as Answer };
  };

  describe('push-template, asked for a preview', () => {
    it('shows what the golden previews show, and a picture of each screen', async () => {
      const visible = goldens.filter(({ message }) => message['silent'] !== true);
      for (const { name, message, expect: wanted } of visible) {
        const { answer } = await ask({ definition: { ...TEXTS, buttons: BUTTONS }, person: message, theme: 'dark', app: 'Shop' });
        expect([name, answer.preview]).toEqual([name, wanted]);
        expect(Object.keys(answer.pictures ?? {})).toEqual(Object.keys(wanted));
        for (const svg of Object.values(answer.pictures ?? {})) readSvg(svg);
      }
    });

    it('shows nothing of a silent message', async () => {
      const { answer } = await ask({ definition: { data: [{ key: 'a', value: 'b' }], options: { silent: true } }, person: {} });
      expect(answer).toMatchObject({ preview: {}, pictures: {} });
    });

    it.each([
      ['a template that does not parse', { title: 'A\n{{#if x}}' }, { code: 'template-syntax', fields: { field: 'title', line: 2 } }],
      ['a mistake in one language', { title: 'A', locales: [{ locale: 'fr', title: '{{/if}}' }] }, { code: 'template-syntax', fields: { field: 'locales.fr.title' } }],
      ['a field that the person does not have', { title: '{{nickname}}', missing: 'refuse' }, { code: 'missing-value', fields: { field: 'title', path: 'nickname' } }],
      ['no text at all', {}, { code: 'nothing-to-show' }],
      ['a definition that is none', { title: 'A', data: 7, locales: 'x' }, { code: 'unexpected' }],
    ])('says what is wrong and where: %s', async (_, definition, problem) => {
      const { status, answer } = await ask({ definition, person: { id: 1 } });
      expect([status, answer.problem]).toMatchObject([200, problem]);
    });

    it('refuses a request without a person', async () => {
      expect((await ask({ definition: TEXTS })).status).toBe(400);
      expect((await ask([])).status).toBe(400);
    });
  });

  describe('the live preview in the editor', () => {
    let browser: Browser;
    let page: Page;
    const shown = (surface: string) => page.getAttribute(`#push-template-preview-pictures img[data-surface="${surface}"]`, 'alt');
    const eventually = (surface: string, text: string) => page.waitForSelector(`#push-template-preview-pictures img[data-surface="${surface}"][alt*="${text}"]`, { timeout: 10_000 });

    beforeAll(async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'push-preview-')), 'people.sqlite');
      const store = await openStore({ sqlite: path });
      await store.upsertPeople([{ id: 'mia', locale: 'ar', attributes: { firstName: 'Mia', city: 'Rome' }, devices: [] }, { id: 'tom', attributes: { firstName: 'Tom', city: 'Oslo' }, devices: [] }], new Date());
      await store.close();
      await host().deploy([
        { id: 'preview-store', type: 'push-store', name: 'People', path, pathType: 'str' },
        { id: 'preview-tab', type: 'tab', label: 'Preview' },
        { id: 'preview', type: 'push-template', z: 'preview-tab', x: 200, y: 100, wires: [[], []], property: 'payload', outputs: 2, ...TEXTS, title: 'Hello {{firstName}}', subtitle: '', body: 'See you in {{city}}', image: '', link: '', missing: 'refuse', locales: [{ locale: 'ar', title: 'مرحبا {{firstName}}' }], defaultLocale: 'en', options: {} },
      ]);
      browser = await launchChromium();
      page = await browser.newPage({ viewport: { width: 1500, height: 1200 } });
      await page.goto(host().url);
      await page.waitForFunction("window.RED && RED.nodes && RED.nodes.node('preview')");
      await page.evaluate("RED.editor.edit(RED.nodes.node('preview'))");
    }, 60_000);

    afterAll(() => browser?.close());

    it('shows the message for a made-up person when the dialog opens', async () => {
      await eventually('ios-lock-screen', 'Hello Anna');
      expect(await shown('android-expanded')).toBe('Hello Anna See you in London');
      expect(await page.evaluate("document.querySelector('#push-template-preview-pictures img').naturalWidth")).toBe(412);
    });

    it('follows what is typed', async () => {
      await page.fill('#node-input-title', 'Good day {{firstName}}');
      await eventually('android-collapsed', 'Good day Anna');
    });

    it('speaks the language of the person', async () => {
      await page.selectOption('#push-template-preview-sample', 'arabic');
      await eventually('ios-lock-screen', 'مرحبا ليلى');
      await page.selectOption('#push-template-preview-sample', 'english');
      await eventually('ios-lock-screen', 'Good day Anna');
    });

    it('tells a mistake beside the field that has it, and takes that away when it is mended', async () => {
      await page.fill('#node-input-body', 'See you, {{nickname}}');
      await page.waitForFunction("/nickname/.test(document.querySelector('#node-input-body').closest('.form-row').nextElementSibling.textContent)");
      await page.fill('#node-input-body', 'See you <b>soon</b>');
      await eventually('ios-lock-screen', 'See you <b>soon</b>');
      expect(await page.locator('.push-template-place').count()).toBe(0);
    });

    it('takes a person of the store, by id or drawn', async () => {
      await page.selectOption('#push-template-preview-sample', 'named');
      await page.waitForFunction("/store/.test(document.querySelector('#push-template-preview-problem').textContent)");
      await page.fill('#push-template-preview-id', 'mia');
      await eventually('ios-lock-screen', 'مرحبا Mia');
      await page.fill('#push-template-preview-id', 'nobody');
      await page.waitForFunction("/nobody/.test(document.querySelector('#push-template-preview-problem').textContent)");
      await page.selectOption('#push-template-preview-sample', 'random');
      await page.waitForFunction("['mia', 'tom'].includes(document.querySelector('#push-template-preview-who').textContent)");
      const seen = new Set<string | null>();
      for (let draw = 0; draw < 40 && seen.size < 2; draw += 1) {
        seen.add(await page.textContent('#push-template-preview-who'));
        await page.click('#push-template-preview-another');
        await page.waitForTimeout(400);
      }
      expect(seen).toEqual(new Set(['mia', 'tom']));
    });

    it('takes a person as JSON', async () => {
      await page.selectOption('#push-template-preview-sample', 'own');
      await page.fill('#push-template-preview-person-row .red-ui-typedInput-container input', '{ "firstName": "Zoë" }');
      await eventually('ios-lock-screen', 'Good day Zoë');
      await page.fill('#push-template-preview-person-row .red-ui-typedInput-container input', '{ not json');
      await page.waitForFunction("/JSON/.test(document.querySelector('#push-template-preview-problem').textContent)");
    });
  });
}
