/** The end of each message of a run: judged by the safety stop, then told to the reader and the listener, once. */
import { tokenFingerprint, type GatewayType } from '../recipient';
import { SafetyStop } from './breaker/safety-stop';
import type { Flight } from './flight';
import type { GatewayResult } from './gateway';
import type { Line } from './line';
import type { OutcomeRow } from './outcomes';
import type { Reading } from './protocol';
import { resultOf } from './result';
import { ResultQueue } from './result-queue';

/** What an answer says, with its status. */
export type Read = Reading & { status?: number };

/** A message as the listener may know it. */
export function about({ protocol }: Line, { message: { id, token, broadcast } }: Flight): { gateway: GatewayType; id: string; device: string } {
  return { gateway: protocol.type, id, device: broadcast === undefined ? tokenFingerprint(String(token)) : 'broadcast' };
}

export class Verdicts {
  readonly results = new ResultQueue();
  private readonly safety: SafetyStop;

  /** @param stop called once, when the safety stop ends the run, with the row that ends whatever is left */
  constructor(private readonly line: Line, safetyStop: boolean, private readonly stop: (row: OutcomeRow) => void) {
    this.safety = new SafetyStop(safetyStop);
  }

  /** The row with which whatever is left comes back; undefined while the run may go on. */
  get stopped(): OutcomeRow | undefined {
    return this.safety.stopped;
  }

  /** @param detail replaces the row's words where more is known */
  finish(flight: Flight, row: OutcomeRow, reading: Read = {}, detail = ''): void {
    const wentOn = this.safety.stopped === undefined;
    const result = resultOf(this.line.protocol, flight.message.id, flight.attempts, row, reading, detail);
    this.safety.judge(result, row, (judged) => this.tell(flight, judged));
    if (!wentOn || this.safety.stopped === undefined) return;
    this.line.listener?.({ gateway: this.line.protocol.type, event: 'stopped', code: this.safety.stopped.code });
    this.stop(this.safety.stopped);
  }

  /** Whether some ends are not told yet. */
  get isHolding(): boolean {
    return this.safety.isHolding;
  }

  /** Nothing is under way: what the safety stop held back is told. */
  release(): void {
    this.safety.release();
  }

  private tell(flight: Flight, result: GatewayResult): void {
    this.results.push(result);
    const { listener } = this.line;
    if (listener === undefined) return;
    const { outcome, code, status, attempts } = result;
    const ms = flight.firstAt === undefined ? 0 : Math.round(performance.now() - flight.firstAt);
    listener({ ...about(this.line, flight), event: 'settled', outcome, ...(code !== undefined && { code }), ...(status !== undefined && { status }), attempts, ms });
  }
}
