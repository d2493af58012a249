/**
 * Looks at the first answers of a run and stops it when they say mostly that we are wrong: environment, credentials, or the
 * message. Until then no token is told dead, since a wrong environment makes good tokens look so.
 */
import type { GatewayResult, Outcome } from '../gateway';
import { classify, describeOutcome, type OutcomeRow } from '../outcomes';

/** After so many answers the run has shown that it is right; only credentials can still fail it. */
const SAMPLE = 1000;
/** Answers in a row that refuse our credentials, none in between that proves them good. */
const REFUSALS_IN_A_ROW = 3;

interface Rule {
  outcome: Outcome;
  /** Only of this code; all of the outcome if not given. */
  code?: string;
  /** Judged from so many answers on. */
  least: number;
  /** More than this share of the answers. */
  share: number;
  /** Code with which the rest of the run comes back. */
  stop: string;
}

/** Old lists hold dead tokens, a fifth of them here and there; a wrong environment hits nearly all. */
export const SAFETY_RULES: readonly Rule[] = [
  { outcome: 'wrong-environment', least: 20, share: 0.5, stop: 'stopped-wrong-environment' },
  { outcome: 'wrong-environment', least: 100, share: 0.2, stop: 'stopped-wrong-environment' },
  // A project has tokens of another one only where two lists were mixed up.
  { outcome: 'wrong-environment', code: 'SENDER_ID_MISMATCH', least: 100, share: 0.05, stop: 'stopped-wrong-environment' },
  { outcome: 'dead-token', least: 100, share: 0.5, stop: 'stopped-dead-tokens' },
  { outcome: 'bad-payload', least: 20, share: 0.9, stop: 'stopped-bad-payload' },
];

export class SafetyStop {
  /** The row with which the rest of the run comes back; undefined while it may go on. */
  stopped: OutcomeRow | undefined;
  private answers = 0;
  private refusals = 0;
  private readonly counts = new Map<Rule, number>();
  private held: { result: GatewayResult; tell: (result: GatewayResult) => void }[] = [];

  /** @param enabled false: nothing is held back and nothing stops */
  constructor(private readonly enabled: boolean) {}

  /** Judges a message that has come to its end; `tell` is called once, when its result may be told. */
  judge(result: GatewayResult, row: OutcomeRow, tell: (result: GatewayResult) => void): void {
    const isGatewaysWord = row.status !== undefined || row.saidInHandshake === true;
    if (this.enabled && isGatewaysWord && this.stopped === undefined) this.count(row);
    if (row.outcome === 'dead-token' && this.enabled && (this.stopped !== undefined || this.answers < SAMPLE)) this.held.push({ result, tell });
    else tell(result);
    if (this.stopped !== undefined || this.answers >= SAMPLE) this.release();
  }

  get isHolding(): boolean {
    return this.held.length > 0;
  }

  /** Nothing more is to be learnt for now: what was held back is told, dead unless the run was stopped. */
  release(): void {
    const { stopped } = this;
    if (this.held.length === 0) return;
    for (const { result, tell } of this.held.splice(0)) tell(stopped === undefined ? result : notJudged(result, stopped));
  }

  private count({ outcome, code, signedIn, partial }: OutcomeRow): void {
    this.refusals = outcome === 'bad-credentials' && partial !== true ? this.refusals + 1 : signedIn === true ? 0 : this.refusals;
    if (this.refusals >= REFUSALS_IN_A_ROW) return this.stop('stopped-bad-credentials');
    if (this.answers >= SAMPLE || outcome === 'throttled' || outcome === 'unavailable') return;
    this.answers++;
    for (const rule of SAFETY_RULES) {
      if (rule.outcome !== outcome || (rule.code ?? code) !== code) continue;
      const count = (this.counts.get(rule) ?? 0) + 1;
      this.counts.set(rule, count);
      if (this.answers >= rule.least && count > rule.share * this.answers) return this.stop(rule.stop);
    }
  }

  private stop(code: string): void {
    this.stopped = classify('fcm', undefined, code);
  }
}

/** The vendor's code stays; that nobody removes the token for it is what the outcome says. */
function notJudged(result: GatewayResult, stop: OutcomeRow): GatewayResult {
  return { ...result, outcome: 'wrong-environment', detail: `${result.detail ?? ''} It is not held against the token: ${describeOutcome(stop)}`.trim() };
}
