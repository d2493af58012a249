import type { INodeTypeDescription } from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import type { Bench } from '../support/bench';
import { editorPage, launchChromium } from '../support/chromium';

const NODES = ['pushAudience', 'segmentFilter', 'abSplit', 'templatePersonalize', 'pushSend', 'pushEventTrigger', 'kpiAggregate'];

export function specifyEditor(bench: Bench): void {
  describe('in the editor', () => {
    it("lists the seven nodes under 'Push', each with a picture for light and for dark and with documentation", async () => {
      const { url } = bench.host();
      const types = await bench.host().rest<(INodeTypeDescription & { iconUrl?: { light: string; dark: string } })[]>('GET', '/types/nodes.json');
      const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-push-campaigns.') && !name.endsWith('Tool'));
      expect(ours.map(({ name }) => name.split('.')[1]).sort()).toEqual([...NODES].sort());
      for (const { displayName, iconUrl, codex } of ours) {
        expect(displayName).toMatch(/^Push /);
        expect(codex?.resources?.primaryDocumentation?.[0]?.url).toContain('docs/n8n.md');
        for (const icon of [iconUrl?.light, iconUrl?.dark]) {
          const response = await fetch(`${url}/${icon}`);
          expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('svg')]);
        }
      }
    });

    it('keeps {{name}} literal where somebody types it into a template field', async () => {
      const node = randomUUID();
      const id = await bench.host().addWorkflow({
        name: 'Typing',
        connections: {},
        nodes: [
          { id: randomUUID(), name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: node, parameters: { path: node } },
          { id: node, name: 'Text', type: 'n8n-nodes-push-campaigns.templatePersonalize', typeVersion: 1, position: [200, 0], parameters: {} },
        ],
      });
      const browser = await launchChromium();
      try {
        const page = await editorPage(browser, bench.host());
        const { url } = bench.host();
        await page.goto(`${url}/workflow/${id}/${node}`);
        const title = page.locator('[data-test-id="parameter-input-title"] input, [data-test-id="parameter-item"]:has-text("Title") input').first();
        await title.click();
        await title.pressSequentially('Hi {{name}}!');
        await title.blur();
        expect(await title.inputValue()).toBe('Hi {{name}}!');
        await page.keyboard.press('Escape');
        await page.waitForTimeout(2000);
        const { nodes } = await bench.host().rest<{ nodes: { name: string; parameters: { title?: string } }[] }>('GET', `/rest/workflows/${id}`);
        expect(nodes.find(({ name }) => name === 'Text')?.parameters.title).toBe('Hi {{name}}!');
      } finally {
        await browser.close();
      }
    });

    it('asks for the names in the usual store too, where the node has no credential', async () => {
      const types = await bench.host().rest<INodeTypeDescription[]>('GET', '/types/nodes.json');
      const text = JSON.stringify(types.filter(({ name }) => name.startsWith('n8n-nodes-push-campaigns.')));
      const pickers = text.match(/"searchListMethod":"\w+"[^}]*/g) ?? [];
      expect(pickers.length).toBeGreaterThan(2);
      expect(pickers.filter((picker) => !picker.includes('"skipCredentialsCheckInRLC":true'))).toEqual([]);
    });
  });
}
