/** The connections to one host with one credential: as few as suffice, opened before they are needed, closed when idle. */
import { Session, type SessionListener, type SessionOptions } from './session';

export interface PoolOptions extends SessionOptions {
  mostSessions: number;
  random: () => number;
  /** Wait (ms) between connections after one failed: Apple takes rapid reconnecting for an attack. */
  reconnectMs: number;
}

export interface PoolListener {
  room(): void;
  /** A connection was tried and did not come about, and there is no other. */
  unreachable(): void;
  event(event: ConnectionEvent): void;
}

export type ConnectionEvent = { state: 'opened' | 'closed' } | { state: 'failed'; code: string };

/** One coarse timer looks after all deadlines; a timer for each of a thousand streams would cost more than the streams. */
const TICK_MS = 50;
/** Another connection is opened when this share of the window is taken. */
const NEARLY_FULL = 0.8;

export class Pool implements SessionListener {
  /** Set while connecting fails: the reason and how often in a row. */
  down: { code: string; failures: number } | undefined;
  private readonly sessions = new Set<Session>();
  private connections = 0;
  private ticker: NodeJS.Timeout | undefined;
  private tickedAt = 0;
  private later: NodeJS.Timeout | undefined;
  private connectNotBefore = 0;
  private closing: (() => void)[] = [];

  constructor(private readonly options: PoolOptions, private readonly listener: PoolListener) {}

  get isConnecting(): boolean {
    for (const session of this.sessions) if (session.state === 'connecting') return true;
    return false;
  }

  /**
   * A connection with room for one request; opens another where the window is nearly full.
   * Undefined where none has room: the listener hears when that changes.
   */
  take(): Session | undefined {
    let best: Session | undefined;
    let window = 0;
    let inFlight = 0;
    let live = 0;
    let opening = false;
    for (const session of this.sessions) {
      if (session.isOpening) opening = true;
      if (session.state === 'connecting') live++;
      if (session.state !== 'open') continue;
      live++;
      window += session.window;
      inFlight += session.inFlight;
      if (session.room > 0 && (best === undefined || session.room > best.room)) best = session;
    }
    if (!opening && live < this.options.mostSessions && inFlight + 1 > window * NEARLY_FULL) this.open();
    return best;
  }

  /** Lets what is in the air end, then closes all connections. */
  async close(): Promise<void> {
    clearTimeout(this.later);
    this.later = undefined;
    const closed = new Promise<void>((resolve) => this.closing.push(resolve));
    for (const session of this.sessions) session.retire();
    this.forget(undefined);
    await closed;
  }

  room(): void {
    this.down = undefined;
    this.listener.room();
  }

  opened(): void {
    this.listener.event({ state: 'opened' });
    this.room();
  }

  failed(session: Session, code: string): void {
    this.listener.event({ state: 'failed', code });
    this.forget(session);
    this.holdBack();
    this.down = { code, failures: (this.down?.failures ?? 0) + 1 };
    for (const { state } of this.sessions) if (state === 'open') return;
    this.listener.unreachable();
  }

  ended(session: Session): void {
    this.listener.event({ state: 'closed' });
    if (!session.worked) this.holdBack();
    this.forget(session);
    this.listener.room();
  }

  private holdBack(): void {
    this.connectNotBefore = performance.now() + this.options.reconnectMs * (1 + this.options.random());
  }

  private open(): void {
    if (this.later !== undefined) return;
    const wait = this.connectNotBefore - performance.now();
    if (wait > 0) {
      this.later = setTimeout(() => {
        this.later = undefined;
        this.listener.room();
      }, wait);
      // Whoever has messages to send keeps the process alive; the pool does not.
      this.later.unref();
      return;
    }
    this.sessions.add(new Session(this.options, this, this.connections++));
    if (this.ticker !== undefined) return;
    this.tickedAt = performance.now();
    this.ticker = setInterval(() => this.tick(), TICK_MS).unref();
  }

  private tick(): void {
    const now = performance.now();
    // While the process was busy with something else, answers may have come that nobody has read yet.
    const stalled = now - this.tickedAt - TICK_MS;
    this.tickedAt = now;
    for (const session of this.sessions) {
      if (stalled > TICK_MS) session.forgive(stalled);
      session.tick(now);
    }
  }

  private forget(session: Session | undefined): void {
    if (session !== undefined) this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    clearInterval(this.ticker);
    this.ticker = undefined;
    for (const resolve of this.closing.splice(0)) resolve();
  }
}
