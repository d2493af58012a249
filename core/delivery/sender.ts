/**
 * One run of messages through a gateway. Pulls from the source while there is room, puts messages on the wire, tries
 * again what the outcome table allows, and gives out each message's result exactly once.
 */
import { PushError } from '../errors';
import type { GatewayMessage, GatewayResult } from './gateway';
import type { Ending } from './http2/exchange';
import type { Session } from './http2/session';
import type { Line } from './line';
import { nextStep, type Tries } from './next-step';
import { classify, type OutcomeRow } from './outcomes';
import type { Reading } from './protocol';
import { resultOf } from './result';
import { retryAfterMs, WaitingLine } from './retry';
import type { SendLimits } from './send-limits';
import { Source } from './source';

/** A message under way. */
interface Flight extends Tries {
  readonly message: GatewayMessage;
  /** Put on the wire. */
  attempts: number;
}

/** Messages that wait for a retry at most, in windows: beyond, no fresh ones are pulled and memory stays flat. */
const WAITING_WINDOWS = 10;
/** While something waits for others (a connection, a pause), a look so often; it also keeps the process alive. */
const HEARTBEAT_MS = 500;

export class Sender {
  private readonly source: Source<GatewayMessage>;
  private readonly fresh: Flight[] = [];
  private readonly due: Flight[] = [];
  private readonly waiting = new WaitingLine<Flight>();
  private results: GatewayResult[] = [];
  private read = 0;
  private airborne = 0;
  private renewing = 0;
  private signingIn = false;
  private pumping = false;
  private turn = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;
  private wakeReader: (() => void) | undefined;

  constructor(
    private readonly line: Line,
    messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>,
    private readonly limits: SendLimits,
  ) {
    this.source = new Source(messages, () => this.pump());
  }

  /**
   * All results, as they come; throws what the source threw, after the last of them.
   * @param hooks called when the first result is asked for, and when no more will be
   */
  async *run(hooks: { begin(): void; end(): void }): AsyncGenerator<GatewayResult> {
    hooks.begin();
    try {
      this.pump();
      for (;;) {
        while (this.read < this.results.length) {
          const result = this.results[this.read++] as GatewayResult;
          if (this.read === this.results.length) {
            this.results = [];
            this.read = 0;
            this.pump();
          }
          yield result;
        }
        if (this.isDone) break;
        await new Promise<void>((resolve) => (this.wakeReader = resolve));
      }
      if (this.source.failure !== undefined) throw this.source.failure.thrown;
    } finally {
      // A reader that leaves early loses interest in what is in the air, not the vendor.
      this.stop();
      clearTimeout(this.timer);
      hooks.end();
    }
  }

  /** Takes no more messages; those not on the wire come back as cancelled, those in the air are waited for. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.source.stop();
    for (const flight of [...this.fresh.splice(0), ...this.due.splice(0), ...this.waiting.clear()]) this.cancel(flight);
    this.pump();
  }

  /** Moves everything that can move. */
  pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    try {
      do {
        this.pull();
        this.launchAll();
      } while (this.mayPull && this.source.isReady);
    } finally {
      this.pumping = false;
    }
    this.schedule();
    if (this.read < this.results.length || this.isDone) {
      this.wakeReader?.();
      this.wakeReader = undefined;
    }
  }

  /** No connection came about: everything that is ready has had one try in vain. */
  unreachable(): void {
    const { down } = this.line.pool;
    if (down === undefined) return;
    for (const flight of [...this.fresh.splice(0), ...this.due.splice(0)]) this.failUnsent(flight, down.code, '', down.failures);
    this.pump();
  }

  private get isDone(): boolean {
    return this.source.isDone && this.airborne + this.renewing + this.fresh.length + this.due.length + this.waiting.size === 0;
  }

  private get mayPull(): boolean {
    const { concurrency } = this.limits;
    return !this.stopped
      && this.airborne + this.fresh.length < concurrency
      && this.results.length - this.read < concurrency
      && this.waiting.size < WAITING_WINDOWS * concurrency;
  }

  private pull(): void {
    while (this.mayPull || this.stopped) {
      const next = this.source.take();
      if (next === undefined) return;
      const flight: Flight = { message: next.value, tries: 0, attempts: 0, unprocessed: 0, renewed: false };
      if (this.stopped) this.cancel(flight);
      else this.fresh.push(flight);
    }
  }

  private launchAll(): void {
    const now = performance.now();
    for (let flight = this.waiting.take(now); flight !== undefined; flight = this.waiting.take(now)) this.due.push(flight);
    if (now < this.line.pausedUntil) return;
    while (this.airborne < this.limits.concurrency && this.fresh.length + this.due.length > 0) {
      const authorization = this.authorization();
      if (authorization === null) return;
      const session = this.line.pool.take();
      if (session === undefined) return this.failFastWhenDown();
      this.launch(this.nextFlight(), session, authorization);
    }
  }

  /** Fresh messages and retries in turns, so that neither starves the other. */
  private nextFlight(): Flight {
    this.turn = !this.turn;
    const first = this.turn ? this.fresh : this.due;
    return (first.shift() ?? (this.turn ? this.due : this.fresh).shift()) as Flight;
  }

  /** The header; undefined where none is needed, null where it is on its way. */
  private authorization(): string | undefined | null {
    if (this.signingIn) return null;
    const header = this.line.credential.authorization();
    if (!(header instanceof Promise)) return header;
    this.signingIn = true;
    header.then(() => undefined, (thrown: unknown) => thrown).then((thrown) => {
      this.signingIn = false;
      if (thrown !== undefined) {
        const { code, message } = thrown instanceof PushError ? thrown : { code: 'access-token-unavailable', message: '' };
        for (const flight of [...this.fresh.splice(0), ...this.due.splice(0)]) this.failUnsent(flight, code, message, this.line.credential.failures ?? 1);
      }
      this.pump();
    });
    return null;
  }

  /** A gateway that could not be reached again and again does not keep every message waiting for its own retries. */
  private failFastWhenDown(): void {
    const { pool } = this.line;
    if (pool.down === undefined || pool.isConnecting) return;
    const { code, failures } = pool.down;
    const row = classify(this.line.protocol.type, undefined, code);
    if (row.retriable && failures < this.limits.attempts) return;
    for (const flight of [...this.fresh.splice(0), ...this.due.splice(0)]) this.failUnsent(flight, code, '', failures);
  }

  private launch(flight: Flight, session: Session, authorization: string | undefined): void {
    let request;
    try {
      request = this.line.protocol.write(flight.message);
    } catch (thrown) {
      return this.finish(flight, this.row(thrown instanceof PushError ? thrown.code : 'payload-malformed'), {});
    }
    this.airborne++;
    flight.attempts++;
    session.send(request, authorization, this.limits.timeoutMs, (ending) => {
      this.airborne--;
      this.land(flight, session, authorization, ending);
      this.line.wake();
    });
  }

  private land(flight: Flight, session: Session, authorization: string | undefined, ending: Ending): void {
    if ('failure' in ending) return this.decide(flight, this.row(ending.failure), {}, undefined, authorization);
    const { answer } = ending;
    const reading = this.line.protocol.read(answer, flight.message);
    const row = classify(this.line.protocol.type, answer.status, reading.code);
    if (row.reconnects === true) session.retire();
    if (row.outcome !== 'bad-credentials') session.confirm();
    const header = answer.headers['retry-after'];
    const asked = row.retriable ? retryAfterMs(header, this.line.now()) : undefined;
    this.decide(flight, row, { ...reading, status: answer.status }, asked, authorization);
  }

  /** Again, or this is its result. */
  private decide(flight: Flight, row: OutcomeRow, reading: Reading & { status?: number }, asked: number | undefined, authorization: string | undefined): void {
    if (this.stopped) return this.finish(flight, row, reading);
    if (asked !== undefined && row.holds === 'gateway') {
      this.line.pausedUntil = Math.max(this.line.pausedUntil, performance.now() + Math.min(asked, this.limits.maxBackoffMs));
    }
    const step = nextStep(flight, row, asked, this.limits, this.line.random);
    if (step === 'finish') this.finish(flight, row, reading);
    else if (step === 'again') this.due.unshift(flight);
    else if (step === 'renew') this.renew(flight, row, reading, authorization);
    else this.waiting.add(performance.now() + step.wait, flight);
  }

  private renew(flight: Flight, row: OutcomeRow, reading: Reading & { status?: number }, authorization: string | undefined): void {
    this.renewing++;
    void this.line.credential.renew(authorization ?? '').then((renewed) => {
      this.renewing--;
      if (renewed && !this.stopped) this.due.push(flight);
      else this.finish(flight, row, reading);
      this.pump();
    });
  }

  /** @param failures how often in a row this happened to the gateway, whichever the message */
  private failUnsent(flight: Flight, code: string, detail: string, failures: number): void {
    const row = this.row(code);
    const step = failures >= this.limits.attempts ? 'finish' : nextStep(flight, row, undefined, this.limits, this.line.random);
    if (typeof step === 'object') this.waiting.add(performance.now() + step.wait, flight);
    else this.finish(flight, row, {}, detail);
  }

  private cancel(flight: Flight): void {
    this.finish(flight, this.row('cancelled'), {});
  }

  private finish(flight: Flight, row: OutcomeRow, reading: Reading & { status?: number }, detail = ''): void {
    this.results.push(resultOf(this.line.protocol, flight.message.id, flight.attempts, row, reading, detail));
  }

  private row(code: string): OutcomeRow {
    return classify(this.line.protocol.type, undefined, code);
  }

  /** Wakes up for the next retry or the end of a pause; needs no timer while answers are awaited and nothing else. */
  private schedule(): void {
    const idle = this.fresh.length + this.due.length > 0 ? HEARTBEAT_MS : Infinity;
    const now = performance.now();
    const pause = this.line.pausedUntil > now ? this.line.pausedUntil - now : idle;
    const wait = Math.min((this.waiting.next ?? Infinity) - now, Math.min(pause, idle));
    // A timer that goes off too early costs one look; setting it anew for every answer would cost more.
    if (wait !== Infinity && this.timer !== undefined && this.timerAt <= now + wait) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (wait === Infinity) return;
    this.timerAt = now + wait;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, Math.max(1, Math.ceil(wait)));
  }
}
