/** A fault for ordinary tokens: for a share of the requests, the fate of a test token. */
import { MAGIC_TOKENS, type Behaviour } from './magic';

export interface DisturbancePlan {
  /** Name of the test token whose fate it is, such as `unavailable-once`. */
  as: string;
  /** Requests that pass first; 0 if not given. */
  after?: number;
  /** Every how-manieth of the others; 1 if not given. */
  every?: number;
  /** So often at most; without end if not given. */
  times?: number;
}

export class Disturbance {
  private plan: Required<DisturbancePlan> | undefined;
  private behaviour: Behaviour | undefined;
  private requests = 0;
  private befallen = 0;

  /** @param plan undefined: ordinary tokens are accepted again */
  set(plan: DisturbancePlan | undefined): void {
    const magic = MAGIC_TOKENS.find(({ name }) => name === plan?.as);
    if (plan !== undefined && magic === undefined) throw new Error(`There is no test token '${plan.as}'.`);
    this.plan = plan && { after: 0, every: 1, times: Infinity, ...plan };
    this.behaviour = magic?.behaviour;
    this.requests = this.befallen = 0;
  }

  /** What befalls the next ordinary request; undefined where it is accepted. */
  next(): Behaviour | undefined {
    if (this.plan === undefined) return undefined;
    const { after, every, times } = this.plan;
    const index = this.requests++ - after;
    if (index < 0 || index % every !== 0 || this.befallen >= times) return undefined;
    this.befallen++;
    return this.behaviour;
  }
}
