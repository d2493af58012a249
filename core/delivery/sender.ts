/**
 * One run of messages through a gateway. Pulls from the source while there is room, puts messages on the wire, tries
 * again what the outcome table allows, and gives out each message's result exactly once.
 */
import { PushError } from '../errors';
import { tokenFingerprint, type GatewayType } from '../recipient';
import { SafetyStop } from './breaker/safety-stop';
import { FlightLines, newFlight, type Flight } from './flight';
import type { GatewayMessage, GatewayResult } from './gateway';
import type { Ending } from './http2/exchange';
import type { Session } from './http2/session';
import type { Line } from './line';
import { firstWait, nextStep, type Step } from './next-step';
import { classify, type OutcomeRow } from './outcomes';
import type { Reading } from './protocol';
import type { Pace } from './rate/pace';
import { resultOf } from './result';
import { ResultQueue } from './result-queue';
import { retryAfterMs } from './retry';
import type { SendLimits } from './send-limits';
import { Source } from './source';

/** What an answer says, with its status. */
type Read = Reading & { status?: number };

/** Messages that wait for a retry at most, in windows: beyond, no fresh ones are pulled and memory stays flat. */
const WAITING_WINDOWS = 10;
/** First rest (ms) of a gateway of which more than half of the answers fail. */
const OVERLOAD_REST_MS = 10_000;
/** While something waits for others (a connection, a pause), a look so often; it also keeps the process alive. */
const HEARTBEAT_MS = 500;

export class Sender {
  private readonly source: Source<GatewayMessage>;
  private readonly lines = new FlightLines();
  private readonly results = new ResultQueue();
  private readonly safety: SafetyStop;
  private readonly pace: Pace;
  private airborne = 0;
  private renewing = 0;
  private signingIn = false;
  private pumping = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;

  constructor(
    private readonly line: Line,
    messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>,
    private readonly limits: SendLimits,
  ) {
    this.source = new Source(messages, () => this.pump());
    this.safety = new SafetyStop(limits.safetyStop);
    this.pace = line.pace.pace(limits.rate);
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
        for (let result = this.results.take(); result !== undefined; result = this.results.take()) {
          if (this.results.size === 0) this.pump();
          yield result;
        }
        if (this.isDone) break;
        await this.results.wait();
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
    this.endAll(this.row('cancelled'));
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
    if (this.underway === 0) this.safety.release();
    this.schedule();
    if (this.results.size > 0 || this.isDone) this.results.wake();
  }

  /** No connection came about: everything that is ready has had one try in vain. */
  unreachable(): void {
    const { down } = this.line.pool;
    if (down === undefined) return;
    this.failReady(down.code, '', down.failures);
    this.pump();
  }

  private get isDone(): boolean {
    return this.source.isDone && this.underway === 0;
  }

  /** Messages without a result. */
  private get underway(): number {
    return this.airborne + this.renewing + this.lines.size;
  }

  private get mayPull(): boolean {
    const { concurrency } = this.limits;
    return !this.stopped
      && this.airborne + this.lines.notYetSent < concurrency
      && this.results.size < concurrency
      && this.lines.waitingForTheirTime < WAITING_WINDOWS * concurrency;
  }

  private pull(): void {
    while (this.mayPull || this.stopped) {
      const next = this.source.take();
      if (next === undefined) return;
      const flight = newFlight(next.value);
      if (this.stopped) this.finish(flight, this.row('cancelled'), {});
      else if (this.safety.stopped !== undefined) this.finish(flight, this.safety.stopped, {});
      else this.lines.addFresh(flight);
    }
  }

  private launchAll(): void {
    const now = performance.now();
    this.lines.wake(now);
    if (now < this.line.pausedUntil) return;
    while (this.airborne < this.room && this.lines.ready > 0) {
      const authorization = this.authorization();
      if (authorization === null || !this.pace.isReady) return;
      const session = this.line.pool.take();
      if (session === undefined) return this.failFastWhenDown();
      this.launch(this.lines.next(), session, authorization);
    }
  }

  /** Messages in the air at most; one where it tries for all whether the gateway is well again. */
  private get room(): number {
    return this.line.overload.isTrying ? 1 : this.limits.concurrency;
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
        this.failReady(code, message, this.line.credential.failures ?? 1);
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
    this.failReady(code, '', failures);
  }

  private launch(flight: Flight, session: Session, authorization: string | undefined): void {
    const { message } = flight;
    if (message.expiresAt !== undefined && message.expiresAt.getTime() <= this.line.now()) return this.finish(flight, this.row('expired'), {});
    let request;
    try {
      request = this.line.protocol.write(message);
    } catch (thrown) {
      return this.finish(flight, this.row(thrown instanceof PushError ? thrown.code : 'payload-malformed'), {});
    }
    const now = performance.now();
    const wait = this.pace.deviceWait(message.token);
    if (wait > 0) return this.lines.addWaiting(flight, now + wait);
    this.pace.take();
    this.airborne++;
    flight.attempts++;
    flight.firstAt ??= now;
    session.send(request, authorization, this.limits.timeoutMs, (ending) => {
      this.airborne--;
      this.land(flight, session, authorization, ending);
      this.line.wake();
    });
  }

  private land(flight: Flight, session: Session, authorization: string | undefined, ending: Ending): void {
    if ('failure' in ending) {
      const row = this.row(ending.failure);
      this.note(row, ending.failure === 'timeout');
      return this.decide(flight, row, {}, undefined, authorization);
    }
    const { answer } = ending;
    const reading = this.line.protocol.read(answer, flight.message);
    const row = classify(this.line.protocol.type, answer.status, reading.code);
    if (row.reconnects === true) session.retire();
    if (row.outcome !== 'bad-credentials') session.confirm();
    this.note(row, answer.status >= 500);
    const asked = row.retriable ? retryAfterMs(answer.headers['retry-after'], this.line.now()) : undefined;
    this.decide(flight, row, { ...reading, status: answer.status }, asked, authorization);
  }

  /** Lets the circuit breaker hear how the gateway is. */
  private note(row: OutcomeRow, failed: boolean): void {
    const rest = this.line.overload.note(failed, performance.now(), this.limits.backoffMs ?? OVERLOAD_REST_MS);
    if (rest > 0) this.hold(rest, row.code);
  }

  /** Nothing leaves through this gateway for so long (ms), whichever the run. */
  private hold(ms: number, code: string): void {
    const wait = Math.min(ms, this.limits.maxBackoffMs);
    const until = performance.now() + wait;
    if (until <= this.line.pausedUntil) return;
    this.line.pausedUntil = until;
    this.pace.rest(wait);
    this.line.listener?.({ gateway: this.line.protocol.type, event: 'paused', code, ms: Math.round(wait) });
  }

  /** Again, or this is its result. */
  private decide(flight: Flight, row: OutcomeRow, reading: Read, asked: number | undefined, authorization: string | undefined): void {
    if (this.isOver) return this.finish(flight, row, reading);
    if (row.holds === 'gateway') {
      // A quota that names no time to come back is given the vendor's minute; an error of the server concerns this message only.
      const rest = asked ?? (row.outcome === 'throttled' ? firstWait(row, this.limits) : 0);
      if (rest > 0) this.hold(rest, reading.code ?? row.code);
    }
    const step = nextStep(flight, row, asked, this.limits, this.timeLeft(flight), this.line.random);
    if (step === 'again') this.lines.addDue(flight, true);
    else if (step === 'renew') this.renew(flight, row, reading, authorization);
    else this.waitOrFinish(flight, row, reading, step, '');
  }

  private waitOrFinish(flight: Flight, row: OutcomeRow, reading: Read, step: Step, detail: string): void {
    if (typeof step !== 'object') return this.finish(flight, row, reading, detail);
    const code = reading.code ?? row.code;
    this.lines.addWaiting(flight, performance.now() + step.wait);
    this.limits.onWait?.(flight.message.id, new Date(this.line.now() + step.wait), code);
    this.line.listener?.({ ...this.about(flight), event: 'waiting', code, ms: Math.round(step.wait) });
  }

  /** How long (ms) the message is still of use: its own time to live, and the run's patience. */
  private timeLeft({ message, firstAt }: Flight): number {
    const patience = this.limits.giveUpAfterMs - (firstAt === undefined ? 0 : performance.now() - firstAt);
    return message.expiresAt === undefined ? patience : Math.min(patience, message.expiresAt.getTime() - this.line.now());
  }

  private renew(flight: Flight, row: OutcomeRow, reading: Read, authorization: string | undefined): void {
    this.renewing++;
    void this.line.credential.renew(authorization ?? '').then((renewed) => {
      this.renewing--;
      if (renewed && !this.isOver) this.lines.addDue(flight, false);
      else this.finish(flight, row, reading);
      this.pump();
    });
  }

  /**
   * What is ready to go cannot leave.
   * @param failures how often in a row this happened to the gateway, whichever the message
   */
  private failReady(code: string, detail: string, failures: number): void {
    const row = this.row(code);
    for (const flight of this.lines.takeReady()) {
      const step = failures >= this.limits.attempts ? 'finish' : nextStep(flight, row, undefined, this.limits, this.timeLeft(flight), this.line.random);
      this.waitOrFinish(flight, row, {}, step, detail);
    }
  }

  /** Nothing more is put on the wire. */
  private get isOver(): boolean {
    return this.stopped || this.safety.stopped !== undefined;
  }

  private endAll(row: OutcomeRow): void {
    for (const flight of this.lines.takeAll()) this.finish(flight, row, {});
  }

  private finish(flight: Flight, row: OutcomeRow, reading: Read, detail = ''): void {
    const wentOn = this.safety.stopped === undefined;
    const result = resultOf(this.line.protocol, flight.message.id, flight.attempts, row, reading, detail);
    this.safety.judge(result, row, (judged) => this.tell(flight, judged));
    if (!wentOn || this.safety.stopped === undefined) return;
    this.line.listener?.({ gateway: this.line.protocol.type, event: 'stopped', code: this.safety.stopped.code });
    this.endAll(this.safety.stopped);
  }

  private tell(flight: Flight, result: GatewayResult): void {
    this.results.push(result);
    const { listener } = this.line;
    if (listener === undefined) return;
    const { outcome, code, status, attempts } = result;
    const ms = flight.firstAt === undefined ? 0 : Math.round(performance.now() - flight.firstAt);
    listener({ ...this.about(flight), event: 'settled', outcome, ...(code !== undefined && { code }), ...(status !== undefined && { status }), attempts, ms });
  }

  private about({ message: { id, token } }: Flight): { gateway: GatewayType; id: string; device: string } {
    return { gateway: this.line.protocol.type, id, device: tokenFingerprint(String(token)) };
  }

  private row(code: string): OutcomeRow {
    return classify(this.line.protocol.type, undefined, code);
  }

  /** Wakes up for the next retry or the end of a pause; needs no timer while answers are awaited and nothing else. */
  private schedule(): void {
    const idle = this.lines.ready > 0 ? HEARTBEAT_MS : Infinity;
    const now = performance.now();
    const pause = this.line.pausedUntil > now ? this.line.pausedUntil - now : idle;
    const wait = Math.min((this.lines.nextAt ?? Infinity) - now, Math.min(pause, idle));
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
