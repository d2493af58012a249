/** What a host pays that only lists our nodes; `bench/load` measures the same. Needs the build. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
const MOST_MS = 60;
const MOST_MB = 15;
/** What works, as opposed to what describes parameters: loaded when a node does its work. */
const ENGINE = /core\/(delivery\/(sender|http2|create-gateway)|store\/(sqlite|postgres|open)|kpi\/report|segment\/compile|template\/(compile-template|payload|lint\/)|experiment\/statistics|picture\/(png|fonts))/;

describe.each(['n8n', 'node-red'])('listing the nodes in %s', (host) => {
  const load = () => JSON.parse(execFileSync(process.execPath, [join(ROOT, 'bench/load/load.cjs'), host], { encoding: 'utf8' })) as { ms: number; mb: number; modules: string[] };

  it('loads neither the engine nor a library', () => {
    const { modules } = load();
    expect(modules.filter((name) => ENGINE.test(name) || /node_modules|shipped/.test(name))).toEqual([]);
    expect(modules.length).toBeGreaterThan(10);
  });

  // The least of several: other work on the machine is not ours.
  it(`costs no more than ${MOST_MS} ms and ${MOST_MB} MB`, () => {
    const runs = [load(), load(), load(), load(), load()];
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(MOST_MS);
    expect(Math.min(...runs.map(({ mb }) => mb))).toBeLessThan(MOST_MB);
  });
});
