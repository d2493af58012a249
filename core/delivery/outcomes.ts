/**
 * The outcome table: what each answer of a push service means, as data. It is the only place that knows codes; the
 * engine reads its rows and branches on nothing else.
 */
import type { GatewayType } from '../recipient';
import type { Outcome } from './gateway';
import { APNS_OUTCOMES } from './outcomes-apns';
import { FCM_OUTCOMES } from './outcomes-fcm';
import { TRANSPORT_OUTCOMES } from './outcomes-transport';

export interface OutcomeRow {
  /** `any`: found on our side of the wire, whichever the gateway. */
  gateway: GatewayType | 'any';
  /** HTTP status; absent where no answer came. */
  status?: number;
  /** FCM errorCode, APNs reason or transport code; `*` stands for every code of that status without a row of its own. */
  code: string;
  outcome: Outcome;
  /** Whether the same message may go again in this run without asking anybody. */
  retriable: boolean;
  /** Goes again at once: the peer certainly did not process it. Else after a backoff. */
  atOnce?: boolean;
  /** Goes again once, after the access or provider token is renewed. */
  renews?: boolean;
  /** Goes again with the credential's other key, where it has one. */
  otherKey?: boolean;
  /** The connection is of no more use for new messages. */
  reconnects?: boolean;
  /** Whom a Retry-After holds back: everything for this gateway, or this message only. */
  holds?: 'gateway' | 'message';
  /** Not again sooner than this (ms), unless the gateway itself names a time. */
  notBeforeMs?: number;
  /** Concerns some devices of the gateway only: other messages may well go. */
  partial?: boolean;
  /** The vendor says this only after it has accepted our key, project or topic: a connection test that gets it has passed. */
  signedIn?: boolean;
  /** The gateway's own word on our credential, though it answered no message: the safety stop heeds it. */
  saidInHandshake?: boolean;
  /** For a person: what happened. */
  meaning: string;
  /** For a person: what to do. */
  action: string;
  source: string;
}

export const OUTCOME_TABLE: readonly OutcomeRow[] = [...FCM_OUTCOMES, ...APNS_OUTCOMES, ...TRANSPORT_OUTCOMES];

/** What is said where even the status has no row: nothing is concluded from it. */
const UNHEARD_OF: OutcomeRow = {
  gateway: 'any',
  code: '*',
  outcome: 'unknown',
  retriable: false,
  meaning: 'The gateway answered in a way that is not documented.',
  action: 'Look at the code and status. The message may or may not have been delivered.',
  source: 'no source: undocumented by either vendor',
};

const rows = new Map<string, OutcomeRow>();
for (const row of OUTCOME_TABLE) {
  rows.set(key(row.gateway, row.status, row.code), row);
  // A known code under another status than documented still says what it says, except that nobody's token dies of it.
  if (row.outcome !== 'dead-token' && row.code !== '*') rows.set(key(row.gateway, undefined, row.code), row);
}

/**
 * The row for an answer (`status` and the vendor's code) or for a failure on the way (`status` undefined).
 * Every answer has a row: an unknown code falls back to its status, an unknown status to its class (4xx, 5xx).
 */
export function classify(gateway: GatewayType, status: number | undefined, code: string | undefined): OutcomeRow {
  const named = code === undefined
    ? undefined
    : (rows.get(key(gateway, status, code)) ?? rows.get(key(gateway, undefined, code)) ?? rows.get(key('any', undefined, code)));
  if (named !== undefined) return named;
  if (status === undefined) return UNHEARD_OF;
  return rows.get(key(gateway, status, '*')) ?? rows.get(key(gateway, Math.floor(status / 100) * 100, '*')) ?? UNHEARD_OF;
}

/** The row as text for a person. */
export function describeOutcome({ meaning, action }: OutcomeRow): string {
  return action === '' ? meaning : `${meaning} ${action}`;
}

function key(gateway: OutcomeRow['gateway'], status: number | undefined, code: string): string {
  return `${gateway} ${status ?? ''} ${code}`;
}
