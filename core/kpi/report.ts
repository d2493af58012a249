/** The shape of a KPI report; plain JSON. */
import type { RateName } from './definitions';

/** What a person may be measured against: see {@link KpiOptions.denominator}. */
export const DENOMINATORS = ['accepted', 'received', 'assigned'] as const;
export type Denominator = (typeof DENOMINATORS)[number];

export interface KpiOptions {
  /** Confidence level of the intervals, 0.95 if not given. */
  confidence?: number;
  /** 'arm' (default): a row a campaign and one an arm. 'campaign': no rows of arms. */
  by?: 'arm' | 'campaign';
  /** Only this campaign, and only this occurrence of it. */
  campaign?: string;
  occurrence?: string;
  /** How long after the acceptance a conversion or an opt-out counts; 72 if not given. */
  attributionWindowHours?: number;
  /**
   * What open, click, conversion and opt-out rates are measured against: the people whose message was `accepted`
   * (default) or `received`, or all `assigned` to the row. The last compares arms, the control group among them,
   * without the bias of who could be delivered to.
   */
  denominator?: Denominator;
}

/** Why a rate has no value, or not for everybody; the sentences are in `KPI_NOTES`. */
export type KpiNote = 'not-measurable' | 'measured-in-part' | 'held-out';

export interface Rate {
  numerator: number;
  denominator: number;
  /** numerator / denominator; null where the denominator is 0 or the thing cannot be measured. */
  value: number | null;
  /** Wilson interval; null where the value is. */
  low: number | null;
  high: number | null;
  note?: KpiNote;
  /** With the note 'measured-in-part': the platforms that the rate speaks of. */
  platforms?: string[];
}

export interface Revenue {
  currency: string;
  /** Exact to the last decimal of its parts. */
  total: number;
  /** Conversions with a value in this currency. */
  conversions: number;
  /** Revenue of people whose message was accepted, a head of them; null where there are none. */
  perAccepted: number | null;
  /** Total a head of all people of the row: comparable with a control group. Null where there are none. */
  perPerson: number | null;
}

/** Figures of a campaign (arm null) or of one of its arms. People are counted once, whatever their devices. */
export interface KpiRow {
  campaign: string;
  arm: string | null;
  people: number;
  eligible: number;
  sent: number;
  accepted: number;
  failed: number;
  /** People by the reason why nothing was sent. */
  suppressed: Record<string, number>;
  /** Messages, one a device. */
  deliveries: { attempted: number; accepted: number; failed: number };
  /** Null where no phone of the row's platforms reports receipts. */
  received: number | null;
  opened: number;
  clicked: number;
  /** Null where all people are held out and no event tells what they did. */
  converted: number | null;
  optedOut: number;
  /** Events, each once: a person may open twice. */
  events: { received: number; opened: number; clicked: number; converted: number; unsubscribed: number };
  /** Events that count for nothing above: before the send, after the window, of people to whom nothing was sent. */
  ignored: { beforeSend: number; afterWindow: number; notSent: number };
  rates: Record<RateName, Rate>;
  /** By currency, in the order of their codes. */
  revenue: Revenue[];
}

export interface CampaignKpis {
  campaign: string;
  total: KpiRow;
  /** In the order of their names, people without an arm last; empty where the campaign is not split. */
  arms: KpiRow[];
  /** People seen in more than one arm; they count in the first. Many of them spoil a comparison. */
  peopleInSeveralArms: number;
}

export interface KpiReport {
  confidence: number;
  attributionWindowHours: number;
  denominator: Denominator;
  campaigns: CampaignKpis[];
}
