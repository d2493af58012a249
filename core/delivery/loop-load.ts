/** How busy this process is: whether its event loop still has time to wait. */
import { performance } from 'node:perf_hooks';

/** So long (ms) a share of time is measured. */
const SAMPLE_MS = 50;
/** A loop that works for more than this share of its time is, or will soon be, the bottleneck itself. */
const BUSY = 0.6;

export class LoopLoad {
  private sample = performance.eventLoopUtilization();
  private sampledAt = performance.now();
  private busy = false;

  get isBusy(): boolean {
    const now = performance.now();
    if (now - this.sampledAt < SAMPLE_MS) return this.busy;
    const sample = performance.eventLoopUtilization();
    this.busy = performance.eventLoopUtilization(sample, this.sample).utilization > BUSY;
    this.sample = sample;
    this.sampledAt = now;
    return this.busy;
  }
}
