/** Decides for one person: sent to, suppressed, or held back until later. Pure: clock and store come in with the case. */
import type { Device } from '../../recipient';
import type { HoldingReason, SuppressionReason } from '../reasons';
import { caps, gap } from './frequency';
import { audienceCap, canary, control, operator } from './occurrence';
import type { Case, Plan, Policy, Rules } from './policy';
import { consent, devices, onList, once } from './standing';
import { knownZone, localTime, quietHours, waiting, worthIt } from './time';

export { parsePolicies, type CampaignRules, type PolicyOptions } from './parse';
export { CONSENT_RULES, type Case, type ConsentRule, type Rules } from './policy';

/** In the order of the waterfall (`SUPPRESSION_REASONS`): the first that stands against a person gives the reason. */
const POLICIES: readonly Policy[] = [
  onList, consent, devices, once, operator,
  knownZone, waiting, localTime, caps, gap, quietHours, worthIt,
  control, canary, audienceCap,
];

export type Verdict =
  | { fate: 'go'; devices: Device[]; since: number; silent: boolean }
  | { fate: 'suppressed'; reason: SuppressionReason }
  | { fate: 'held'; reason: HoldingReason; until: number; since: number };

export function judge(rules: Rules, one: Case): Verdict {
  let plan: Plan = { devices: [], at: one.now, since: one.now, silent: false };
  for (const policy of POLICIES) {
    const ruling = policy(rules, one, plan);
    if (typeof ruling === 'string') return { fate: 'suppressed', reason: ruling };
    plan = ruling;
  }
  const { devices: chosen, at, since, silent, waitsFor } = plan;
  if (waitsFor !== undefined) return { fate: 'held', reason: waitsFor, until: at, since };
  return { fate: 'go', devices: chosen, since, silent };
}

/** How far back (ms) the rules ask what a person got; 0 where they do not. */
export function lookBackMs({ caps: rules, gap: rule, capped }: Rules): number {
  return capped ? Math.max(0, rule?.ms ?? 0, ...rules.map(({ ms }) => ms)) : 0;
}
