import type { NodeRedHost } from '../../../demo/hosts/node-red';

const manifest = require('../../../package.json') as { 'node-red': { nodes: Record<string, string> } };

export function specifyLoading(host: () => NodeRedHost): void {
  describe('the package', () => {
    it('loads every node without a word of complaint', async () => {
      const sets = (await host().nodeSets()).filter(({ module }) => module === 'n8n-nodes-push-campaigns');
      expect(sets.map(({ types, err }) => [types, err])).toEqual(Object.keys(manifest['node-red'].nodes).map((name) => [[name], undefined]));
    });
  });
}
