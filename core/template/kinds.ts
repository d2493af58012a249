/**
 * Kinds of messages as one table of presets. A kind says how loud a message is and how long it is worth keeping (the
 * template step), and which rules it goes by when it is sent (the send step). What the user sets wins over the table.
 *
 * Sources: Apple, Human Interface Guidelines, "Managing notifications" (which interruption level is for what; never
 * `time-sensitive` for marketing) and App Review Guideline 4.5.4 (promotions need explicit consent); FCM, "Set and
 * manage Android message priority" (high is for what a person must see now); Airship and Braze for quiet hours.
 */
import type { InterruptionLevel, Priority } from './template';

export const MESSAGE_KINDS = ['news', 'alert', 'promotion', 'reminder', 'transaction'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface KindPreset {
  priority: Priority;
  /** How long it is worth delivering, in seconds. */
  ttlSeconds: number;
  interruptionLevel: InterruptionLevel;
  /** Consent category that the send step asks. */
  category: string;
  /** Whom the category lets through: who said yes, all but who said no, or everyone. */
  consent: 'opted-in' | 'not-opted-out' | 'none';
  /** In a person's quiet hours: `wait` for their end, `drop` the message, or `ignore` the hours. */
  quietHours: 'wait' | 'drop' | 'ignore';
  /** Whether it counts against, and is stopped by, caps on how many messages a person gets. */
  capped: boolean;
  /** After a run that does not know whether a message arrived: rather none (`skip`) or rather two (`send-again`). */
  onUnknown: 'skip' | 'send-again';
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const KIND_PRESETS: Readonly<Record<MessageKind, KindPreset>> = {
  news: {
    priority: 'normal', ttlSeconds: 2 * DAY, interruptionLevel: 'passive',
    category: 'news', consent: 'not-opted-out', quietHours: 'wait', capped: true, onUnknown: 'skip',
  },
  alert: {
    priority: 'high', ttlSeconds: HOUR, interruptionLevel: 'time-sensitive',
    category: 'alerts', consent: 'not-opted-out', quietHours: 'ignore', capped: false, onUnknown: 'send-again',
  },
  promotion: {
    priority: 'normal', ttlSeconds: DAY, interruptionLevel: 'active',
    category: 'marketing', consent: 'opted-in', quietHours: 'wait', capped: true, onUnknown: 'skip',
  },
  reminder: {
    priority: 'high', ttlSeconds: 4 * HOUR, interruptionLevel: 'active',
    category: 'reminders', consent: 'not-opted-out', quietHours: 'drop', capped: true, onUnknown: 'skip',
  },
  transaction: {
    priority: 'high', ttlSeconds: 3 * DAY, interruptionLevel: 'active',
    category: 'transactional', consent: 'none', quietHours: 'ignore', capped: false, onUnknown: 'send-again',
  },
};

/** The preset of a message's kind, as `push.message.kind` carries it; undefined for a message of no kind. */
export function kindPreset(kind: unknown): KindPreset | undefined {
  return MESSAGE_KINDS.includes(kind as MessageKind) ? KIND_PRESETS[kind as MessageKind] : undefined;
}
