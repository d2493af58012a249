import { figures, runCampaign } from '../../../demo/run';
import type { Sandbox } from '../../../sandbox';
import type { Bench } from '../support/bench';

export function specifyCampaign(bench: Bench, sandbox: () => Sandbox, storePath: string): void {
  describe('the example campaign', () => {
    it('runs from the list of people to the figures; a second run sends nothing; gateway and ledger agree', async () => {
      const { host } = bench;
      const demo = { name: 'n8n', editorUrl: host().url, storePath, address: (path: string) => host().webhook(path), stop: () => Promise.resolve() };
      const result = await runCampaign(demo, sandbox(), storePath, '2026-01-31');
      const { summary, again, mismatches } = result;
      const suppressed = Object.values(summary.suppressed).reduce((sum, count) => sum + count, 0);
      expect(summary).toMatchObject({ campaign: 'autumn-sale', occurrence: '2026-01-31' });
      expect(summary.people).toBeGreaterThan(500);
      expect(summary.sent + summary.failed + suppressed).toBe(summary.people);
      expect(Object.keys(summary.byArm)).toEqual(['A', 'B', 'control']);
      expect(summary.byArm['control']).toMatchObject({ sent: 0, failed: 0 });
      expect(again).toMatchObject({ people: summary.people, sent: 0 });
      expect(mismatches).toEqual([]);
      const { opened, clicked, converted, optedOut, byArm } = figures(result, sandbox());
      for (const count of [opened, clicked, converted, optedOut]) expect(count).toBeGreaterThan(0);
      expect(byArm['control']).toMatchObject({ sent: 0, opened: 0 });
      expect(sandbox().messages().some(({ title }) => title.includes("les soldes d'automne"))).toBe(true);
    });

    it('answers for its report with a page, too', async () => {
      const response = await bench.call('push-demo/report?occurrence=2026-01-31&format=html', undefined, 'GET');
      expect(response.headers.get('content-type')).toContain('text/html');
      const page = await response.text();
      expect(page).toMatch(/^<!doctype html>/i);
      expect(page).toContain('autumn-sale');
    });
  });
}
