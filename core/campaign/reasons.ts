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
  'already-sent': 'Already sent to in this occurrence of the campaign.',
  cancelled: 'The campaign was cancelled before it came to this person.',
  'unknown-zone': 'The time zone of the person is not known, and by rule it is not guessed.',
  'local-time-passed': 'The hour at which the message was to be sent has passed where the person lives.',
  'frequency-cap': 'Got as many messages lately as the caps allow.',
  'minimum-gap': 'Got another message too short a time ago.',
  'quiet-hours': 'Quiet hours where the person lives.',
  expired: 'The message would have come after its time to live had ended.',
  'held-out': 'Held out as control: measured, but sent nothing.',
  'audience-cap': 'As many people as the campaign may reach were reached before.',
  duplicate: 'Came twice in this run; the first one counts.',
  'unknown-before': 'An earlier run ended without knowing whether the message arrived; by rule it is not sent a second time.',
} as const;
export type SuppressionReason = keyof typeof SUPPRESSION_REASONS;

/** Why a person waits: the store remembers them, and the campaign sends to them when it runs again after that moment. */
export const HOLDING_REASONS = {
  paused: 'The campaign is paused; it is sent when the campaign goes on.',
  'local-time': 'Waits for the hour at which the message is to be sent where the person lives.',
  'minimum-gap': 'Waits until the last message was long enough ago.',
  'quiet-hours': 'Waits for the end of the quiet hours where the person lives.',
  canary: 'Waits while the message is tried on a share of the people.',
  'canary-failed': 'The message failed for too many of those on whom it was tried: nobody else gets it until that is mended.',
  'in-flight': 'Another run is sending to this person, or was a moment ago and is gone.',
  retry: 'The gateway was busy; waits for the next attempt.',
} as const;
export type HoldingReason = keyof typeof HOLDING_REASONS;

/**
 * What is said of a message to subscribers where it differs from what is said of a person. A held one is not remembered: what
 * is broadcast (a score, news) is seldom worth telling later, and who would get it then nobody knows.
 */
export const BROADCAST_REASONS = {
  accepted: 'The gateway took the message for whoever has subscribed. How many people that is, and who got it, it does not say.',
  'already-sent': 'Already sent to these subscribers in this occurrence of the campaign.',
  cancelled: 'The campaign was cancelled: nothing is sent to its subscribers.',
  paused: 'The campaign is paused, and a message to subscribers is not kept for later: run this step again when the campaign goes on.',
  'in-flight':
    'Another run is sending this message, or was a moment ago and is gone. It is not kept for later: to be sure, run this step again after push.until.',
  retry: 'The gateway was busy, and the run that waited for it is gone. The message is not kept for later: run this step again after push.until.',
} as const;

/** Reasons that say that the person's own standing, and not the experiment or the ledger, forbids sending. */
export const NOT_ELIGIBLE: ReadonlySet<string> = new Set<SuppressionReason>([
  'suppressed',
  'no-consent',
  'no-device',
  'device-dead',
  'permission-denied',
  'no-gateway',
]);
