/** What a host pays that only lists our nodes; `bench/load` has the milliseconds. Needs the build. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');
/** What works, as opposed to what describes parameters: loaded when a node does its work. */
const ENGINE = /core\/(delivery\/(sender|http2|create-gateway)|store\/(sqlite|postgres|open)|kpi\/report|segment\/compile|template\/(compile-template|payload|lint\/)|experiment\/statistics|picture\/(png|fonts))/;
/** Of the CPU time that the host's own library takes to load: some three times what it is, and a fraction of what the engine takes. */
const MOST_SHARE = 0.25;

interface Load {
  cpuMs: number;
  /** What the host's own library took to load, in the same process. */
  hostCpuMs: number;
  /** Code that was read. */
  kb: number;
  modules: string[];
}

describe.each([['n8n', { modules: 90, kb: 330 }], ['node-red', { modules: 40, kb: 100 }]])('listing the nodes in %s', (host, most) => {
  const load = () => JSON.parse(execFileSync(process.execPath, [join(ROOT, 'bench/load/load.cjs'), host], { encoding: 'utf8' })) as Load;
  let runs: Load[];
  beforeAll(() => {
    runs = [load(), load(), load()];
  });

  it('loads neither the engine nor a library', () => {
    const { modules = [] } = runs[0] ?? {};
    expect(modules.filter((name) => ENGINE.test(name) || /node_modules|shipped/.test(name))).toEqual([]);
    expect(modules.length).toBeGreaterThan(10);
  });

  it(`reads no more than ${most.modules} modules and ${most.kb} kB of code`, () => {
    expect(runs[0]?.modules.length).toBeLessThanOrEqual(most.modules);
    expect(runs[0]?.kb).toBeLessThanOrEqual(most.kb);
  });

  // A share and not a time, and the least of several: how fast the machine is and what else it does bears on both.
  it('costs little beside the library of the host itself', () => {
    expect(Math.min(...runs.map(({ cpuMs, hostCpuMs }) => cpuMs / hostCpuMs))).toBeLessThan(MOST_SHARE);
  });
});
