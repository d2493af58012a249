/** Brings what phones do to the events webhook: in batches, again where it fails for a while. */
import type { Message } from './inbox';
import type { PhoneEvent } from './phones';

const BATCH = 200;
const COLLECT_MS = 200;
const ATTEMPTS = 6;
/** Posts on their way at once. */
const MOST_POSTS = 16;

export interface PosterCounts {
  /** Events on their way. */
  pending: number;
  posted: number;
  failed: number;
}

export class Poster {
  private readonly queues = new Map<string, object[]>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly scheduled = new Set<NodeJS.Timeout>();
  private readonly waiters: (() => void)[] = [];
  readonly counts: PosterCounts = { pending: 0, posted: 0, failed: 0 };
  byType: Record<string, number> = {};
  private posts = 0;
  /** Those who wait for a post to end. */
  private readonly line: (() => void)[] = [];
  private closed = false;

  /** @param anywhere also to addresses that are not of this machine */
  constructor(private readonly anywhere: boolean) {}

  later(message: Message, event: PhoneEvent, afterMs: number): void {
    if (this.closed || !this.allowed(message.eventsUrl)) return;
    this.counts.pending++;
    const timer = setTimeout(() => {
      this.scheduled.delete(timer);
      this.now(message, event);
    }, afterMs);
    this.scheduled.add(timer);
  }

  /** Resolves when no phone has anything left to tell. */
  idle(): Promise<void> {
    return this.counts.pending === 0 ? Promise.resolve() : new Promise((resolve) => this.waiters.push(resolve));
  }

  /** Starts counting anew; what is on its way still goes out. */
  forget(): void {
    this.byType = {};
    Object.assign(this.counts, { posted: 0, failed: 0 });
  }

  close(): void {
    this.closed = true;
    for (const timer of [...this.scheduled, ...this.timers.values()]) clearTimeout(timer);
    this.counts.pending = 0;
    for (const wake of this.waiters.splice(0)) wake();
  }

  private now({ link, eventsUrl = '', deliveryToken }: Message, event: PhoneEvent): void {
    this.byType[event.type] = (this.byType[event.type] ?? 0) + 1;
    if (event.type === 'clicked' && link?.startsWith(`${eventsUrl}?`)) {
      void this.attempt(1, async () => {
        const response = await fetch(link, { redirect: 'manual' });
        await response.body?.cancel();
        return arrived(response.status);
      });
      return;
    }
    const queue = this.queues.get(eventsUrl) ?? [];
    this.queues.set(eventsUrl, queue);
    queue.push({ token: deliveryToken, at: new Date().toISOString(), ...event });
    if (!this.timers.has(eventsUrl)) this.timers.set(eventsUrl, setTimeout(() => this.flush(eventsUrl), COLLECT_MS));
  }

  private flush(eventsUrl: string): void {
    this.timers.delete(eventsUrl);
    const queue = this.queues.get(eventsUrl) ?? [];
    this.queues.delete(eventsUrl);
    for (let start = 0; start < queue.length; start += BATCH) {
      const batch = queue.slice(start, start + BATCH);
      void this.attempt(batch.length, async () => {
        const response = await fetch(eventsUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(batch) });
        await response.arrayBuffer();
        return arrived(response.status);
      });
    }
  }

  private async attempt(events: number, post: () => Promise<boolean>): Promise<void> {
    let done = false;
    while (this.posts >= MOST_POSTS) await new Promise<void>((resolve) => this.line.push(resolve));
    this.posts++;
    for (let attempt = 0; attempt < ATTEMPTS && !done && !this.closed; attempt++) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
      done = await post().catch(() => false);
    }
    this.posts--;
    this.line.shift()?.();
    this.counts[done ? 'posted' : 'failed'] += events;
    this.counts.pending = Math.max(0, this.counts.pending - events);
    if (this.counts.pending === 0) for (const wake of this.waiters.splice(0)) wake();
  }

  private allowed(address: string | undefined): boolean {
    const url = address === undefined ? null : URL.parse(address);
    if (url === null || !/^https?:$/.test(url.protocol)) return false;
    return this.anywhere || url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname);
  }
}

/** False where it may get through later: a webhook that is not there yet, or that is busy. */
function arrived(status: number): boolean {
  return status < 500 && status !== 404 && status !== 429;
}
