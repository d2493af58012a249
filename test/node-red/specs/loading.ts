import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type NodeRedHost } from '../../../demo/hosts/node-red';

const manifest = require('../../../package.json') as { 'node-red': { nodes: Record<string, string> } };

export function specifyLoading(host: () => NodeRedHost): void {
  describe('the package', () => {
    it('loads every node without a word of complaint', async () => {
      const sets = (await host().nodeSets()).filter(({ module }) => module === 'n8n-nodes-push-campaigns');
      expect(sets.map(({ types, err }) => [types, err])).toEqual(Object.keys(manifest['node-red'].nodes).map((name) => [[name], undefined]));
    });
  });

  describe('the demo\'s Node-RED', () => {
    it('does not touch another Node-RED that has its port', async () => {
      const dataFolder = mkdtempSync(join(tmpdir(), 'push-second-'));
      const flows = [{ id: 'second', type: 'tab', label: 'Second' }];
      const port = Number(new URL(host().url).port);
      await host().deploy([{ id: 'first', type: 'tab', label: 'First' }]);
      try {
        await expect(startNodeRed({ dataFolder, packageFolder: resolve(__dirname, '../../..'), port, flows })).rejects.toThrow(`Port ${port} is taken`);
        expect(await (await fetch(`${host().url}/flows`)).json()).toMatchObject([{ id: 'first' }]);
      } finally {
        rmSync(dataFolder, { recursive: true, force: true });
      }
    });
  });
}
