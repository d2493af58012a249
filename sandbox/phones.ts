/** Virtual phones: what the people behind them do with a push, drawn from the seed, and told to the events webhook. */
import { createHash } from 'node:crypto';
import type { Message } from './inbox';
import type { Poster } from './poster';

/** Probabilities from 0 to 1. */
export interface PhoneBehaviour {
  receive: number;
  /** Of those who received. */
  open: number;
  /** Of those who opened. */
  click: number;
  /** Of those who clicked. */
  convert: number;
  /** Of those who received. */
  optOut: number;
  /** Smallest and largest value of a conversion. */
  value: [least: number, most: number];
  currency: string;
  /** A title that asks, or that shows a picture sign, is opened so many times as often. */
  livelyTitle: number;
}

export const DEFAULT_BEHAVIOUR: PhoneBehaviour = {
  receive: 0.97, open: 0.28, click: 0.45, convert: 0.3, optOut: 0.012, value: [9, 120], currency: 'EUR', livelyTitle: 1.3,
};

export type PhoneEvent = { type: string; id?: string; action?: string; value?: number; currency?: string };

export class Phones {
  constructor(
    private readonly seed: number,
    private readonly behaviour: PhoneBehaviour,
    private readonly poster: Poster,
    /** Average time (ms) between two things that a person does. */
    private readonly paceMs: number,
  ) {}

  /** A push arrived: its person does what the seed says. The same token and text lead to the same deeds in every run. */
  receive(message: Message): void {
    if (message.eventsUrl === undefined || message.deliveryToken === undefined) return;
    const draw = (what: string) => share(`${this.seed}|${message.token}|${message.title}|${message.body}|${what}`);
    const { receive, open, click, convert, optOut, livelyTitle, value: [least, most], currency } = this.behaviour;
    if (draw('receive') >= receive) return;
    let at = 0;
    const then = (event: PhoneEvent) => {
      at += this.paceMs * (0.5 + draw(`pace ${event.type}`));
      this.poster.later(message, event, at);
    };
    then({ type: 'received' });
    const lively = /\?|\p{Extended_Pictographic}/u.test(message.title) ? livelyTitle : 1;
    if (draw('open') < Math.min(1, open * lively)) {
      then({ type: 'opened' });
      if (draw('click') < click) {
        then({ type: 'clicked', action: 'link' });
        if (draw('convert') < convert) {
          const value = Math.round((least + draw('value') * (most - least)) * 100) / 100;
          then({ type: 'converted', id: 'order', value, currency });
        }
      }
    }
    if (draw('optOut') < optOut) then({ type: 'unsubscribed' });
  }
}

/** A number in [0, 1) that depends on the text alone. */
function share(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}
