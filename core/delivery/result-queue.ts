/** Results between the engine, which puts them in, and the one reader, who takes them out and may wait for more. */
import type { GatewayResult } from './gateway';

export class ResultQueue {
  private items: GatewayResult[] = [];
  private read = 0;
  private wakeReader: (() => void) | undefined;

  /** Results that nobody has read. */
  get size(): number {
    return this.items.length - this.read;
  }

  push(result: GatewayResult): void {
    this.items.push(result);
  }

  take(): GatewayResult | undefined {
    if (this.size === 0) return undefined;
    const result = this.items[this.read++];
    if (this.size === 0) {
      this.items = [];
      this.read = 0;
    }
    return result;
  }

  /** Resolves at the next {@link wake}. */
  wait(): Promise<void> {
    return new Promise((resolve) => (this.wakeReader = resolve));
  }

  wake(): void {
    this.wakeReader?.();
    this.wakeReader = undefined;
  }
}
