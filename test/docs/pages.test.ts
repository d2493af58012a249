import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; 'node-red': { nodes: Record<string, string> }; n8n: { nodes: string[] } };
const pages = ['README.md', 'README.fr.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: ROOT }), 'examples/data/README.md'];

describe('the pages', () => {
  it.each(pages)('%s leads only to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target]) => target as string);
    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  it.each(pages)('%s names only npm scripts that exist', (page) => {
    const scripts = [...read(page).matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name]) => name as string);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it.each(pages)('%s speaks of the project alone', (page) => {
    expect(read(page)).not.toMatch(/\/work\/|\/tmp\/|\/root\//);
  });

  it('the French README has the parts and the commands of the English one', () => {
    const shape = (text: string) => ({
      headings: [...text.matchAll(/^#+/gm)].map(([level]) => level),
      blocks: [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code),
      rows: text.split('\n').filter((line) => line.startsWith('| ')).length,
    });
    expect(shape(read('README.fr.md'))).toEqual(shape(read('README.md')));
  });

  it('every Node-RED node is described in docs/node-red.md and every n8n node in docs/n8n.md', () => {
    const nodeRed = read('docs/node-red.md');
    expect(Object.keys(manifest['node-red'].nodes).filter((name) => !nodeRed.includes(name))).toEqual([]);
    const n8n = read('docs/n8n.md');
    const names = ['Push Audience', 'Push Segment Filter', 'Push A/B Split', 'Push Template Personalize', 'Push Send', 'Push Event Trigger', 'Push KPI Aggregate'];
    expect(names).toHaveLength(manifest.n8n.nodes.length);
    expect(names.filter((name) => !n8n.includes(name))).toEqual([]);
  });
});

describe('the CI script', () => {
  it('runs the test command of the README', () => {
    const [, command] = /npm ci && (npm test)/.exec(read('README.md')) ?? [];
    expect(command).toBeDefined();
    expect(read('.ci/run').split('\n')).toEqual(expect.arrayContaining(['npm ci', command]));
  });
});
