/** Every KPI in words: what it means, what is counted, against what. The documentation is tested against this table. */
import type { KpiNote } from './report';

/** Counts of people that a row holds as plain numbers, from first to last step. */
export const COUNT_NAMES = [
  'people',
  'eligible',
  'sent',
  'accepted',
  'failed',
  'received',
  'opened',
  'clicked',
  'converted',
  'optedOut',
] as const;

export const RATE_NAMES = [
  'acceptRate',
  'receiptRate',
  'openRate',
  'clickRate',
  'clickToOpenRate',
  'conversionRate',
  'optOutRate',
] as const;
export type RateName = (typeof RATE_NAMES)[number];

export interface KpiDefinition {
  name: string;
  /** As a table heads it. */
  label: string;
  meaning: string;
  /** What is counted. */
  numerator: string;
  /** Against what; a dash for a plain count. */
  denominator: string;
  formula: string;
}

/** The default denominator; `denominator` of the options puts another in its place where the formula says `base`. */
const BASE = 'people with an accepted message (`base`)';

export const KPI_DEFINITIONS: readonly KpiDefinition[] = [
  count('people', 'people', 'People whom the campaign looked at.', 'people assigned, suppressed or sent to'),
  count('eligible', 'eligible', 'People against whom nothing speaks; those held out as control are among them.',
    'people not suppressed, and people held out', 'people - suppressed + held-out'),
  count('suppressed', 'suppressed', 'People who were sent nothing, by their last reason (no consent, no device, held out, ...).',
    'people with a suppression and no attempt'),
  count('sent', 'sent', 'People to whom at least one message was handed over, whatever its gateway answered.',
    'people with an accepted or a failed delivery', 'accepted + failed'),
  count('accepted', 'accepted', 'People for whom a gateway (FCM, APNs) took at least one message. It does not say that a phone has it.',
    'people with an accepted delivery'),
  count('failed', 'failed', 'People to whom sending was tried and for whom no gateway took a message.',
    'people with a failed delivery and no accepted one', 'sent - accepted'),
  count('deliveries', 'messages', 'Messages to single devices: attempted, accepted, failed.',
    'deliveries, each once; one that was accepted in the end is accepted', 'attempted = accepted + failed'),
  count('received', 'received', 'People of whose phones one said that the message arrived. Not known where no phone of a platform reports it.',
    'people with an accepted message and a received event'),
  count('opened', 'opened', 'People who opened the message by tapping it. A click is an open too.',
    'people with an accepted message and an opened or clicked event'),
  count('clicked', 'clicked', 'People who followed a link or a button of the message.',
    'people with an accepted message and a clicked event'),
  count('converted', 'converted', 'People who did what the campaign is for, within the attribution window.',
    'people with an accepted message, or held out, and a converted event in the window'),
  count('optedOut', 'opted out', 'People who took their consent back within the attribution window.',
    'people with an accepted message, or held out, and an unsubscribed event in the window'),
  count('events', 'events', 'Events by type; a person may open or click several times.', 'events, each once'),
  count('ignored', 'ignored', 'Events that no other figure counts: beforeSend, afterWindow, and notSent for people to whom nothing was sent.',
    'events outside the window or without an accepted message'),
  ratio('acceptRate', 'accept rate', 'How much of the sending the gateways took.',
    'people with an accepted message', 'people sent to', 'accepted / sent'),
  ratio('receiptRate', 'receipt rate', 'How many messages arrived, on the platforms whose phones report it.',
    'people with a received event', 'people with an accepted message on a platform that reports receipts', 'received / accepted'),
  ratio('openRate', 'open rate', 'How many people opened the message.', 'people who opened or clicked', BASE, 'opened / base'),
  ratio('clickRate', 'click rate', 'How many people followed a link or a button.', 'people who clicked', BASE, 'clicked / base'),
  ratio('clickToOpenRate', 'click-to-open', 'How many of those who opened also clicked: what the content is worth once seen.',
    'people who clicked', 'people who opened', 'clicked / opened'),
  ratio('conversionRate', 'conversion rate', 'How many people converted within the window. A control group is measured against all held out.',
    'people who converted', `${BASE}; in a control group all people held out`, 'converted / base'),
  ratio('optOutRate', 'opt-out rate', 'How many people the message drove away.', 'people who opted out', BASE, 'optedOut / base'),
  ratio('revenue', 'revenue', 'Value of the conversions in the window, a currency at a time, exact to the cent.',
    'values of conversions', '-', 'sum(value)'),
  ratio('perAccepted', 'revenue per accepted', 'What a message that was taken is worth on average.',
    'revenue of people with an accepted message', 'people with an accepted message', 'revenue / accepted'),
  ratio('perPerson', 'revenue per person', 'What a person is worth on average, sent to or not: for comparing with a control group.',
    'revenue', 'people', 'revenue / people'),
];

export const KPI_NOTES: Readonly<Record<KpiNote, string>> = {
  'not-measurable': 'not measurable: no event tells',
  'measured-in-part': 'measured on some platforms only',
  'held-out': 'held out: measured against everybody in the group',
};

/** What a KPI is called in a table. */
export function kpiLabel(name: string): string {
  return KPI_DEFINITIONS.find((definition) => definition.name === name)?.label ?? name;
}

function count(name: string, label: string, meaning: string, numerator: string, formula = `count of ${name}`): KpiDefinition {
  return { name, label, meaning, numerator, denominator: '-', formula };
}

function ratio(
  name: string,
  label: string,
  meaning: string,
  numerator: string,
  denominator: string,
  formula: string,
): KpiDefinition {
  return { name, label, meaning, numerator, denominator, formula };
}
