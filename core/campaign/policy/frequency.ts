/** How much a person gets: caps over rolling windows, and a gap between two messages. */
import { gapEnd, isCapReached } from '../../store';
import { putOff, type Policy } from './policy';

export const caps: Policy = ({ caps: rules, capped }, { contacts }, plan) => {
  if (!capped) return plan;
  return isCapReached(rules, contacts, plan.at) ? 'frequency-cap' : plan;
};

export const gap: Policy = ({ gap: rule, capped }, { contacts }, plan) => {
  if (rule === undefined || !capped) return plan;
  const end = gapEnd(rule, contacts);
  if (plan.at >= end) return plan;
  return rule.then === 'skip' ? 'minimum-gap' : putOff(plan, end, 'minimum-gap');
};
