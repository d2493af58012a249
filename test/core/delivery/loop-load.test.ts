import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopLoad } from '../../../core/delivery/loop-load';

/** Keeps the event loop for so long (ms). */
async function work(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}

describe('the load of the event loop', () => {
  it('is high while the process works, and low again while it waits', async () => {
    const load = new LoopLoad();
    expect(load.isBusy).toBe(false);
    await work(150);
    expect(load.isBusy).toBe(true);
    await sleep(300);
    expect(load.isBusy).toBe(false);
  });

  it('is what it was for a while: asking a thousand times a turn costs nothing', async () => {
    const load = new LoopLoad();
    await work(150);
    const measured = jest.spyOn(performance, 'eventLoopUtilization');
    for (let n = 0; n < 1000; n++) expect(load.isBusy).toBe(true);
    expect(measured.mock.calls.length).toBeGreaterThan(0);
    expect(measured.mock.calls.length).toBeLessThan(20);
    measured.mockRestore();
  });
});
