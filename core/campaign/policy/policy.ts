/** What policies have in common: the rules of a campaign, the case of one person, and the plan that a policy narrows. */
import type { Device, GatewayType, Recipient } from '../../recipient';
import type { Contact, FrequencyCap, MinimumGap, RunState, Standing } from '../../store';
import type { HoldingReason, SuppressionReason } from '../reasons';

export const CONSENT_RULES = ['opted-in', 'not-opted-out', 'none'] as const;
/** `opted-in`: only who said yes. `not-opted-out`: all but who said no. `none`: consent is not asked (transactions). */
export type ConsentRule = (typeof CONSENT_RULES)[number];

/** The policies for messages of one kind, read and ready (see `parsePolicies`); what is absent is not asked. Instants in ms. */
export interface Rules {
  category: string;
  consent: ConsentRule;
  /** Whether caps and gaps hold for the message, and whether it counts toward those of others. */
  capped: boolean;
  onUnknown: 'skip' | 'send-again';
  /** Gateways for which a credential is connected. */
  gateways: ReadonlySet<GatewayType>;
  /** Time zone of the campaign. */
  zone: string;
  unknownZone: 'campaign' | 'skip';
  /** Minutes of the local day. */
  quietHours?: { from: number; to: number; then: 'hold' | 'skip' | 'silent' };
  localTime?: { minute: number; date?: string; past: 'send' | 'next-day' | 'skip' };
  caps: readonly FrequencyCap[];
  gap?: MinimumGap;
  shortenTtl: boolean;
  audienceCap?: number;
  canary?: { share: number; ms: number; mostFailed: number };
}

/** Everything that is asked about one person at one moment. */
export interface Case {
  person: Recipient;
  heldOut: boolean;
  now: number;
  standing: Standing;
  /** Reached before in this occurrence. */
  reached: boolean;
  /** What else was sent to the person and counts toward caps. */
  contacts: readonly Contact[];
  /** How long the message is worth delivering. */
  ttlSeconds?: number;
  /** What an earlier run held the person back for. */
  waited?: { until: number; since: number; reason: HoldingReason };
  /** The occurrence as a whole, and whether the person is one of those whom it took. */
  run: { name: string; state: RunState; startedAt: number; taken: number; isCounted: boolean; failedShare: number };
}

/** How the message would go; policies narrow it one after the other. */
export interface Plan {
  devices: Device[];
  /** When it may leave. */
  at: number;
  /** When it was meant to leave: the moment from which its time to live counts. */
  since: number;
  silent: boolean;
  /** What it waits for, where `at` is later than now. */
  waitsFor?: HoldingReason;
}

/** A narrower plan, or the reason why this person gets nothing. */
export type Ruling = Plan | SuppressionReason;
export type Policy = (rules: Rules, one: Case, plan: Plan) => Ruling;

/** The plan put off to an instant; one that lies before changes nothing. */
export function putOff(plan: Plan, at: number, waitsFor: HoldingReason): Plan {
  return at > plan.at ? { ...plan, at, waitsFor } : plan;
}
