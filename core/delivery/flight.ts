/** A message under way, and the lines in which it waits. */
import type { GatewayMessage } from './gateway';
import type { Tries } from './next-step';
import { WaitingLine } from './retry';

export interface Flight extends Tries {
  readonly message: GatewayMessage;
  /** Put on the wire so often. */
  attempts: number;
  /** Monotonic ms of the first attempt; undefined before. */
  firstAt: number | undefined;
  /** Ends it as what it waits for would have, should its time be over before it may go again; undefined before it waited. */
  giveUp: (() => void) | undefined;
  /** It waited for another attempt, and nobody said yet that it may go again. */
  mustAsk: boolean;
}

export function newFlight(message: GatewayMessage): Flight {
  return { message, tries: 0, attempts: 0, unprocessed: 0, renewed: false, firstAt: undefined, giveUp: undefined, mustAsk: false };
}

/** The messages of a run that are not on the wire: fresh ones, those that may go again, those that wait until they may, and those that have to ask then. */
export class FlightLines {
  private readonly fresh: Flight[] = [];
  private readonly due: Flight[] = [];
  private readonly waiting = new WaitingLine<Flight>();
  private readonly unasked: Flight[] = [];
  private readonly asked: Flight[] = [];
  private turn = false;

  /** Messages that may go now. */
  get ready(): number {
    return this.fresh.length + this.due.length;
  }

  get notYetSent(): number {
    return this.fresh.length;
  }

  /** Messages that may go again now. */
  get goingAgain(): number {
    return this.due.length;
  }

  /** Messages whose time has come, and that are or have to be asked about. */
  get asking(): number {
    return this.unasked.length + this.asked.length;
  }

  /** Messages that wait for another attempt, or to hear whether there is one. */
  get waitingForTheirTime(): number {
    return this.waiting.size + this.asking;
  }

  get size(): number {
    return this.ready + this.waitingForTheirTime;
  }

  /** Monotonic ms when the next one that waits may go. */
  get nextAt(): number | undefined {
    return this.waiting.next;
  }

  addFresh(flight: Flight): void {
    this.fresh.push(flight);
  }

  /** Goes again; `first` before all others that do. */
  addDue(flight: Flight, first: boolean): void {
    if (first) this.due.unshift(flight);
    else this.due.push(flight);
  }

  addWaiting(flight: Flight, at: number): void {
    this.waiting.add(at, flight);
  }

  /** Moves those whose time has come among the ready ones, or among those that have to ask. */
  wake(now: number): void {
    for (let flight = this.waiting.take(now); flight !== undefined; flight = this.waiting.take(now)) (flight.mustAsk ? this.unasked : this.due).push(flight);
  }

  /** Those that have to ask, from now on asked about. */
  takeUnasked(most: number): readonly Flight[] {
    this.asked.push(...this.unasked.splice(0, most));
    return [...this.asked];
  }

  /** The answer is there: those it is about, but for those that came to their end meanwhile. */
  takeAsked(): Flight[] {
    return this.asked.splice(0);
  }

  /** Fresh messages and retries in turns, so that neither starves the other; there is one that is ready. */
  next(): Flight {
    this.turn = !this.turn;
    const first = this.turn ? this.fresh : this.due;
    return (first.shift() ?? (this.turn ? this.due : this.fresh).shift()) as Flight;
  }

  takeReady(): Flight[] {
    return [...this.fresh.splice(0), ...this.due.splice(0)];
  }

  takeAll(): Flight[] {
    return [...this.takeReady(), ...this.takeAsked(), ...this.unasked.splice(0), ...this.waiting.clear()];
  }
}
