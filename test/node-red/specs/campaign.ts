import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { atAddresses } from '../../../demo/host';
import { withCredentials } from '../../../demo/node-red';
import { demoCredentials } from '../../../demo/credentials';
import { runCampaign } from '../../../demo/run';
import type { FlowNode, NodeRedHost } from '../../../demo/hosts/node-red';
import type { Sandbox } from '../../../sandbox';

const REPOSITORY = resolve(__dirname, '../../..');

export function specifyCampaign(host: () => NodeRedHost, sandbox: () => Sandbox, dataFolder: string): void {
  describe('the example campaign', () => {
    it('runs from people to figures; the gateway and the ledger agree on every device; a second run sends nothing', async () => {
      sandbox().reset();
      const example = JSON.parse(readFileSync(join(REPOSITORY, 'examples/node-red/push-campaign.json'), 'utf8')) as FlowNode[];
      const flows = withCredentials(atAddresses(example, sandbox(), { from: 'http://127.0.0.1:1880', to: host().url }), demoCredentials(sandbox(), `${host().url}/push-events`));
      await host().deploy(flows);
      const address = (path: string) => `${host().url}/${path}`;
      const { summary, report, again, mismatches } = await runCampaign({ address }, sandbox(), join(dataFolder, 'push-campaigns.sqlite'), 'test');
      const { people, sent, failed, suppressed } = summary;
      expect(sent).toBeGreaterThan(400);
      expect(sent + failed + Object.values(suppressed).reduce((a, b) => a + b, 0)).toBe(people);
      expect(mismatches).toEqual([]);
      expect(again).toMatchObject({ sent: 0, people });
      const campaign = report.campaigns.find((one) => one.campaign === 'autumn-sale');
      expect(campaign?.total).toMatchObject({ people, accepted: sent });
      expect(campaign?.total.opened).toBeGreaterThan(0);
      expect(campaign?.arms.map(({ arm }) => arm)).toEqual(['A', 'B', 'control']);
      const page = await (await fetch(`${address('push-demo/report')}?occurrence=test&format=html`)).text();
      expect(page).toContain('<!doctype html>');
    });

    it('answers who asked when a step fails as a whole', async () => {
      const example = JSON.parse(readFileSync(join(REPOSITORY, 'examples/node-red/push-campaign.json'), 'utf8')) as FlowNode[];
      const nobodyThere = atAddresses(example, { ...sandbox(), pageUrl: 'http://127.0.0.1:9' }, { from: 'http://127.0.0.1:1880', to: host().url });
      await host().deploy(nobodyThere.map((node) => (node.type === 'push-store' ? { ...node, path: '/dev/null/store.sqlite' } : node)));
      const start = await fetch(`${host().url}/push-demo/start`, { method: 'POST' });
      expect([start.status, await start.json()]).toEqual([500, { message: expect.stringContaining('ECONNREFUSED') }]);
      const report = await fetch(`${host().url}/push-demo/report`);
      expect([report.status, await report.json()]).toEqual([500, { message: expect.stringContaining('cannot be written') }]);
    });
  });
}
