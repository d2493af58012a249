/**
 * One run of messages through a gateway. Pulls from the source while there is room, puts messages on the wire, tries
 * again what the outcome table allows, and gives out each message's result exactly once.
 */
import { PushError } from '../errors';
import { Aftermath } from './aftermath';
import { Alarm } from './alarm';
import { FlightLines, newFlight, type Flight } from './flight';
import type { GatewayMessage, GatewayResult } from './gateway';
import type { Ending } from './http2/exchange';
import type { Pool } from './http2/pool';
import type { Session } from './http2/session';
import type { Line } from './line';
import { classify, type OutcomeRow } from './outcomes';
import type { Pace } from './rate/pace';
import type { SendLimits } from './send-limits';
import { SignIn } from './sign-in';
import { Source } from './source';
import { Verdicts } from './verdicts';

/** Messages that wait for a retry at most, in windows: beyond, no fresh ones are pulled and memory stays flat. */
const WAITING_WINDOWS = 10;
/** While something waits for others (a connection, a pause), a look so often; it also keeps the process alive. */
const HEARTBEAT_MS = 500;
/** Messages that are asked about together at most: who says that they may go writes down that they leave. */
const MOST_ASKED = 125;
/** What becomes of a message that may not go again. */
const TAKEN_OVER = 'The message waited for another attempt, and meanwhile another run took it over.';

export class Sender {
  private readonly source: Source<GatewayMessage>;
  private readonly lines = new FlightLines();
  private readonly verdicts: Verdicts;
  private readonly aftermath: Aftermath;
  private readonly signIn: SignIn;
  private readonly pace: Pace;
  private readonly alarm = new Alarm(() => this.pump());
  private airborne = 0;
  private pumping = false;
  private stopped = false;
  /** Whether it asks if messages may go again. */
  private asking = false;
  /** Why that could not be answered, in a box since anything can be thrown. */
  private failure: { thrown: unknown } | undefined;

  constructor(
    private readonly line: Line,
    messages: Iterable<GatewayMessage> | AsyncIterable<GatewayMessage>,
    private readonly limits: SendLimits,
  ) {
    const pump = () => this.pump();
    this.source = new Source(messages, pump);
    this.pace = line.pace.pace(limits.rate);
    this.verdicts = new Verdicts(line, limits.safetyStop, (row) => this.endAll(row));
    this.aftermath = new Aftermath({
      line, lines: this.lines, limits, pace: this.pace, verdicts: this.verdicts, pump,
      isOver: () => this.stopped || this.verdicts.stopped !== undefined,
    });
    this.signIn = new SignIn(line.credential, (...failure) => this.aftermath.failReady(...failure), pump);
  }

  /**
   * All results, as they come; throws what the source threw, or who was asked whether messages may go again, after the last of them.
   * @param hooks called when the first result is asked for, and when no more will be
   */
  async *run(hooks: { begin(): void; end(): void }): AsyncGenerator<GatewayResult> {
    const { results } = this.verdicts;
    hooks.begin();
    try {
      this.pump();
      for (;;) {
        for (let result = results.take(); result !== undefined; result = results.take()) {
          if (results.size === 0) this.pump();
          yield result;
        }
        if (this.isDone) break;
        await results.wait();
      }
      const failure = this.failure ?? this.source.failure;
      if (failure !== undefined) throw failure.thrown;
    } finally {
      // A reader that leaves early loses interest in what is in the air, not the vendor.
      this.stop();
      this.alarm.clear();
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

  /**
   * Moves everything that can move.
   * @param most messages that may go at most, where other runs wait for the same places
   * @returns how many went
   */
  pump(most = Infinity): number {
    if (this.pumping) return 0;
    this.pumping = true;
    let launched = 0;
    try {
      do {
        this.pull();
        launched += this.launchAll(most - launched);
      } while (launched < most && this.mayPull && this.source.isReady);
    } finally {
      this.pumping = false;
    }
    if (this.underway === 0) this.verdicts.release();
    this.schedule();
    if (this.verdicts.results.size > 0 || this.isDone) this.verdicts.results.wake();
    return launched;
  }

  /** Whether its messages go over these connections. */
  uses(pool: Pool): boolean {
    return this.line.pool === pool;
  }

  /** No connection came about: everything that is ready has had one try in vain. */
  unreachable(): void {
    const { down } = this.line.pool;
    if (down === undefined) return;
    this.aftermath.failReady(down.code, '', down.failures);
    this.pump();
  }

  private get isDone(): boolean {
    return this.source.isDone && this.underway === 0 && !this.verdicts.isHolding;
  }

  /** Messages without a result. */
  private get underway(): number {
    return this.airborne + this.aftermath.renewing + this.lines.size;
  }

  private get mayPull(): boolean {
    const { concurrency } = this.limits;
    return !this.stopped
      && this.airborne + this.lines.notYetSent < concurrency
      && this.verdicts.results.size < concurrency
      && this.lines.waitingForTheirTime < WAITING_WINDOWS * concurrency;
  }

  private pull(): void {
    while (this.mayPull || this.stopped) {
      const next = this.source.take();
      if (next === undefined) return;
      const flight = newFlight(next.value);
      const { over } = this;
      if (over === undefined) this.lines.addFresh(flight);
      else this.verdicts.finish(flight, over);
    }
  }

  /** The row with which whatever is not on the wire comes back; undefined while messages may go. */
  private get over(): OutcomeRow | undefined {
    return this.stopped ? this.row('cancelled') : this.verdicts.stopped;
  }

  private launchAll(most: number): number {
    const { over } = this;
    // A run that is stopped by what it tells of one message may have put others in line since.
    if (over !== undefined) this.endAll(over);
    const now = performance.now();
    this.lines.wake(now);
    let launched = 0;
    if (now < this.line.pausedUntil) return launched;
    this.askForMore();
    while (launched < most && this.airborne < this.room && this.lines.ready > 0) {
      const authorization = this.signIn.header();
      if (authorization === null || !this.pace.isReady) break;
      const session = this.line.pool.take();
      if (session === undefined) {
        this.failFastWhenDown();
        break;
      }
      this.launch(this.lines.next(), session, authorization);
      launched++;
    }
    return launched;
  }

  /** Asks whether messages that waited may go again, as many as the wire takes, and only when nothing else keeps them. */
  private askForMore(): void {
    const { mayGoAgain } = this.limits;
    if (mayGoAgain === undefined || this.asking || this.lines.asking === 0 || this.lines.goingAgain > 0 || !this.pace.isReady) return;
    this.asking = true;
    void this.ask(this.lines.takeUnasked(Math.min(this.room, MOST_ASKED)), mayGoAgain);
  }

  private async ask(flights: readonly Flight[], mayGoAgain: NonNullable<SendLimits['mayGoAgain']>): Promise<void> {
    try {
      const may = new Set(await mayGoAgain(flights.map(({ message }) => message.id)));
      // None is left of a run that ended meanwhile.
      for (const flight of this.lines.takeAsked()) {
        flight.mustAsk = false;
        if (may.has(flight.message.id)) this.lines.addDue(flight, false);
        else this.verdicts.finish(flight, this.row('cancelled'), {}, TAKEN_OVER);
      }
    } catch (thrown) {
      this.failure = { thrown };
      this.stop();
    }
    this.asking = false;
    this.pump();
  }

  /** Messages in the air at most; one where it tries for all whether the gateway is well again. */
  private get room(): number {
    return this.line.overload.isTrying ? 1 : this.limits.concurrency;
  }

  /** A gateway that could not be reached again and again does not keep every message waiting for its own retries. */
  private failFastWhenDown(): void {
    const { pool } = this.line;
    if (pool.down === undefined || pool.isConnecting) return;
    const { code, failures } = pool.down;
    if (this.row(code).retriable && failures < this.limits.attempts) return;
    this.aftermath.failReady(code, '', failures);
  }

  private launch(flight: Flight, session: Session, authorization: string | undefined): void {
    const { message } = flight;
    if (message.expiresAt !== undefined && message.expiresAt.getTime() <= this.line.now()) return this.verdicts.finish(flight, this.row('expired'));
    if (this.aftermath.isGivenUp(flight)) return;
    let request;
    try {
      request = this.line.protocol.write(message);
    } catch (thrown) {
      return this.verdicts.finish(flight, this.row(thrown instanceof PushError ? thrown.code : 'payload-malformed'));
    }
    const now = performance.now();
    const wait = this.pace.deviceWait(message.token);
    if (wait > 0) return this.lines.addWaiting(flight, now + wait);
    this.pace.take();
    this.airborne++;
    flight.attempts++;
    flight.firstAt ??= now;
    session.send(request, authorization, this.limits.timeoutMs, this.landing(flight, now, session, authorization));
  }

  /** What happens when its stream has ended; apart from the launch, so that no request is kept in memory until then. */
  private landing(flight: Flight, leftAt: number, session: Session, authorization: string | undefined): (ending: Ending) => void {
    return (ending) => {
      try {
        this.aftermath.land(flight, leftAt, session, authorization, ending);
      } finally {
        // A listener that throws all the same breaks its promise, not the run.
        this.airborne--;
        this.line.wakeSoon('answer' in ending && ending.answer.complete);
      }
    };
  }

  private endAll(row: OutcomeRow): void {
    for (const flight of this.lines.takeAll()) this.verdicts.finish(flight, row);
  }

  private row(code: string): OutcomeRow {
    return classify(this.line.protocol.type, undefined, code);
  }

  /** Wakes up for the next retry or the end of a pause; needs no timer while answers are awaited and nothing else. */
  private schedule(): void {
    const now = performance.now();
    const pause = this.line.pausedUntil > now ? this.line.pausedUntil - now : HEARTBEAT_MS;
    // A pause that nobody waits for keeps no process alive.
    const ready = this.lines.ready + this.lines.asking > 0 ? Math.min(pause, HEARTBEAT_MS) : Infinity;
    this.alarm.set(Math.min((this.lines.nextAt ?? Infinity) - now, ready), now);
  }
}
