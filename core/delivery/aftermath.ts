/** What an answer or a failure leads to: a rest for the gateway, another try for the message, or its end. */
import type { Flight, FlightLines } from './flight';
import type { Ending } from './http2/exchange';
import type { Session } from './http2/session';
import type { Line } from './line';
import { firstWait, nextStep, type Step } from './next-step';
import { classify, type OutcomeRow } from './outcomes';
import type { Pace } from './rate/pace';
import { retryAfterMs } from './retry';
import type { SendLimits } from './send-limits';
import { about, type Read, type Verdicts } from './verdicts';

/** First rest (ms) of a gateway of which more than half of the answers fail. */
const OVERLOAD_REST_MS = 10_000;

export interface AftermathParts {
  line: Line;
  lines: FlightLines;
  limits: SendLimits;
  pace: Pace;
  verdicts: Verdicts;
  /** Whether nothing more is put on the wire. */
  isOver: () => boolean;
  /** Called when a message may go that could not. */
  pump: () => void;
}

export class Aftermath {
  /** Messages that wait for a renewed credential. */
  renewing = 0;

  constructor(private readonly parts: AftermathParts) {}

  /** @param leftAt when it was put on the wire, monotonic ms */
  land(flight: Flight, leftAt: number, session: Session, authorization: string | undefined, ending: Ending): void {
    const { protocol, now } = this.parts.line;
    if ('failure' in ending) {
      const row = classify(protocol.type, undefined, ending.failure);
      // What the peer certainly did not look at says nothing of how well it is.
      if (row.atOnce !== true) this.note(row, row.outcome === 'unknown', leftAt);
      return this.decide(flight, row, {}, undefined, authorization);
    }
    const { answer } = ending;
    const reading = protocol.read(answer, flight.message);
    const row = classify(protocol.type, answer.status, reading.code);
    if (row.reconnects === true) session.retire();
    if (row.outcome !== 'bad-credentials') session.confirm();
    this.note(row, answer.status >= 500, leftAt);
    const asked = row.retriable ? retryAfterMs(answer.headers.get('retry-after'), now()) : undefined;
    this.decide(flight, row, { ...reading, status: answer.status }, asked, authorization);
  }

  /**
   * What is ready to go cannot leave.
   * @param failures how often in a row this happened to the gateway, whichever the message
   */
  failReady(code: string, detail: string, failures: number): void {
    const { line, lines, limits } = this.parts;
    const row = classify(line.protocol.type, undefined, code);
    for (const flight of lines.takeReady()) {
      const step = failures >= limits.attempts ? 'finish' : nextStep(flight, row, undefined, limits, this.timeLeft(flight), line.random);
      this.waitOrFinish(flight, row, {}, step, detail);
    }
  }

  /** Lets the circuit breaker hear how the gateway is. */
  private note(row: OutcomeRow, failed: boolean, leftAt: number): void {
    const { line: { overload }, limits } = this.parts;
    const rest = overload.note(failed, leftAt, performance.now(), limits.backoffMs ?? OVERLOAD_REST_MS, limits.maxBackoffMs);
    if (rest > 0) this.hold(rest, row.code);
  }

  /** Nothing leaves through this gateway for so long (ms), whichever the run. */
  private hold(ms: number, code: string): void {
    const { line, limits, pace } = this.parts;
    const wait = Math.min(ms, limits.maxBackoffMs);
    const until = performance.now() + wait;
    if (until <= line.pausedUntil) return;
    line.pausedUntil = until;
    pace.rest(wait);
    line.listener?.({ gateway: line.protocol.type, event: 'paused', code, ms: Math.round(wait) });
  }

  private decide(flight: Flight, row: OutcomeRow, reading: Read, asked: number | undefined, authorization: string | undefined): void {
    const { line, lines, limits, verdicts, isOver } = this.parts;
    if (row.outcome === 'accepted' || isOver()) return verdicts.finish(flight, row, reading);
    if (row.holds === 'gateway') {
      // A quota that names no time to come back is given the vendor's minute; an error of the server concerns this message only.
      const rest = asked ?? (row.outcome === 'throttled' ? firstWait(row, limits) : 0);
      if (rest > 0) this.hold(rest, reading.code ?? row.code);
    }
    if (row.renews !== true && this.useOther(flight, row, reading, authorization)) return;
    const step = nextStep(flight, row, asked, limits, this.timeLeft(flight), line.random);
    if (step === 'again') lines.addDue(flight, true);
    else if (step === 'renew') this.renew(flight, row, reading, authorization);
    else if (step !== 'finish' || !this.useOther(flight, row, reading, authorization)) this.waitOrFinish(flight, row, reading, step, '');
  }

  /** Whether the answer is about the key, and the message goes again with the credential's other one. */
  private useOther(flight: Flight, row: OutcomeRow, reading: Read, authorization: string | undefined): boolean {
    const { line, lines } = this.parts;
    const change = row.otherKey !== true || authorization === undefined ? undefined : line.credential.useOther?.(authorization);
    if (change === undefined) return false;
    if (typeof change === 'object') line.listener?.({ gateway: line.protocol.type, event: 'key-changed', code: reading.code ?? row.code, ...change });
    flight.renewed = false;
    lines.addDue(flight, true);
    return true;
  }

  private waitOrFinish(flight: Flight, row: OutcomeRow, reading: Read, step: Step, detail: string): void {
    const { line, lines, limits, verdicts } = this.parts;
    if (typeof step !== 'object') return verdicts.finish(flight, row, reading, detail);
    const code = reading.code ?? row.code;
    flight.giveUp = () => verdicts.finish(flight, row, reading, detail);
    flight.mustAsk = limits.mayGoAgain !== undefined;
    lines.addWaiting(flight, performance.now() + step.wait);
    limits.onWait?.(flight.message.id, new Date(line.now() + step.wait), code);
    line.listener?.({ ...about(line, flight), event: 'waiting', code, ms: Math.round(step.wait) });
  }

  /** Whether the message has waited beyond its time, as behind a rest that others caused; it is ended then. */
  isGivenUp(flight: Flight): boolean {
    if (flight.giveUp === undefined || this.timeLeft(flight) > 0) return false;
    flight.giveUp();
    return true;
  }

  /** How long (ms) the message is still of use: its own time to live, and the run's patience. */
  private timeLeft({ message, firstAt }: Flight): number {
    const { line, limits } = this.parts;
    const patience = limits.giveUpAfterMs - (firstAt === undefined ? 0 : performance.now() - firstAt);
    return message.expiresAt === undefined ? patience : Math.min(patience, message.expiresAt.getTime() - line.now());
  }

  private renew(flight: Flight, row: OutcomeRow, reading: Read, authorization: string | undefined): void {
    const { line, lines, verdicts, isOver, pump } = this.parts;
    this.renewing++;
    void line.credential.renew(authorization ?? '').then((renewed) => {
      this.renewing--;
      if (renewed && !isOver()) lines.addDue(flight, false);
      else if (isOver() || !this.useOther(flight, row, reading, authorization)) verdicts.finish(flight, row, reading);
      pump();
    });
  }
}
