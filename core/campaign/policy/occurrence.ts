/** The occurrence as a whole: stopped by its operator, the control, the canary, and how many may get it. */
import { hashBucket } from '../../experiment';
import { putOff, type Policy } from './policy';

export const operator: Policy = (_rules, { run }, plan) => {
  if (run.state === 'cancelled') return 'cancelled';
  return run.state === 'paused' ? { ...plan, waitsFor: 'paused' } : plan;
};

export const control: Policy = (_rules, { heldOut }, plan) => (heldOut ? 'held-out' : plan);

export const canary: Policy = ({ canary: rule }, { person, run, now }, plan) => {
  if (rule === undefined || hashBucket(`canary:${run.name}`, person.id) < rule.share) return plan;
  const end = run.startedAt + rule.ms;
  if (end > now || run.failedShare <= rule.mostFailed) return putOff(plan, end, 'canary');
  // Looked at again after as long as the canary had; until then an operator may cancel, or mend it and send to the canary again.
  return putOff(plan, now + rule.ms, 'canary-failed');
};

export const audienceCap: Policy = ({ audienceCap: most }, { run }, plan) =>
  (most !== undefined && run.taken >= most && !run.isCounted ? 'audience-cap' : plan);
