/**
 * Why a person got nothing, in the order in which it is asked: the first that holds is the person's reason, so that
 * the waterfall adds up. Code on the left, what a reader is told on the right.
 */
export const SUPPRESSION_REASONS = {
  suppressed: 'On the suppression list: this person gets nothing.',
  'no-consent': 'No consent for messages of this category.',
  'no-device': 'No device is known.',
  'device-dead': 'Every device was declared dead by its gateway (app removed, or token replaced).',
  'permission-denied': 'Notifications are switched off on every device.',
  'no-gateway': 'No credential is connected for the gateway of any of the devices.',
  'held-out': 'Held out as control: measured, but sent nothing.',
  'already-sent': 'Already sent to in this occurrence of the campaign.',
  duplicate: 'Came twice in this run; the first one counts.',
  'in-flight': 'Another run of this occurrence is sending to this person now.',
  'unknown-before': 'An earlier run ended without knowing whether the message arrived; by rule it is not sent a second time.',
} as const;
export type SuppressionReason = keyof typeof SUPPRESSION_REASONS;

/** Reasons that say that the person's own standing, and not the experiment or the ledger, forbids sending. */
export const NOT_ELIGIBLE: ReadonlySet<string> = new Set<SuppressionReason>([
  'suppressed',
  'no-consent',
  'no-device',
  'device-dead',
  'permission-denied',
  'no-gateway',
]);
