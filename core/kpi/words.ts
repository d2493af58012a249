/** What the report says to a reader, in their language. */
import { kpiLabel, KPI_NOTES } from './definitions';
import type { Denominator, KpiNote } from './report';

export interface ReportWords {
  language: 'en' | 'fr';
  title: string;
  empty: string;
  campaign: string;
  arm: string;
  total: string;
  noArm: string;
  people: string;
  rates: string;
  revenue: string;
  conversions: string;
  perAccepted: string;
  notSentTo: string;
  leftOut: string;
  /** In a column that has no room for the note. */
  notMeasurable: string;
  /** Between two numbers: where a comma is decimal, it cannot part them. */
  listMark: string;
  /** A number that was written in the English way. */
  number(text: string): string;
  label(kpi: string): string;
  note(note: KpiNote): string;
  /** Why somebody got nothing; a reason of the user's own stays as it is. */
  reason(code: string): string;
  range(low: string, high: string): string;
  part(numerator: number, denominator: number): string;
  conversionCount(conversions: number): string;
  basis(denominator: Denominator, confidence: string, hours: number): string;
  caution: string;
  beforeSend(events: number): string;
  afterWindow(events: number): string;
  notSent(events: number): string;
  severalArms(people: number): string;
}

const EN: ReportWords = {
  language: 'en',
  title: 'Push campaign report',
  empty: 'No events: there is nothing to report yet.',
  campaign: 'Campaign',
  arm: 'Arm',
  total: 'total',
  noArm: '(no arm)',
  people: 'People',
  rates: 'Rates',
  revenue: 'Revenue',
  conversions: 'conversions',
  perAccepted: 'per accepted',
  notSentTo: 'Not sent to, by reason',
  leftOut: 'Left out',
  notMeasurable: 'n/m',
  listMark: ',',
  number: (text) => text,
  label: kpiLabel,
  note: (note) => KPI_NOTES[note],
  reason: (code) => code.replaceAll('-', ' '),
  range: (low, high) => `${low} to ${high}`,
  part: (numerator, denominator) => `${numerator} of ${denominator}`,
  conversionCount: (conversions) => `${conversions} conversion${conversions === 1 ? '' : 's'}`,
  basis: (denominator, confidence, hours) =>
    `Rates with ${confidence} intervals (Wilson), against people ${denominator}; conversions and opt-outs within ${hours} h`,
  caution: 'People are counted once, whatever their devices. Accepted means that the push service took the message, not that the phone received it.',
  beforeSend: (events) => `${events} event${events === 1 ? '' : 's'} before the send`,
  afterWindow: (events) => `${events} event${events === 1 ? '' : 's'} after the attribution window`,
  notSent: (events) => `${events} event${events === 1 ? '' : 's'} of people to whom nothing was sent`,
  severalArms: (people) => `${people} people were seen in more than one arm and count in their first`,
};

const FR_LABELS: Readonly<Record<string, string>> = {
  people: 'personnes',
  eligible: 'éligibles',
  sent: 'envois',
  accepted: 'acceptés',
  failed: 'échecs',
  received: 'reçus',
  opened: 'ouverts',
  clicked: 'cliqués',
  converted: 'convertis',
  optedOut: 'désabonnés',
  acceptRate: 'taux d’acceptation',
  receiptRate: 'taux de réception',
  openRate: 'taux d’ouverture',
  clickRate: 'taux de clics',
  clickToOpenRate: 'clics par ouverture',
  conversionRate: 'taux de conversion',
  optOutRate: 'taux de désabonnement',
};

const FR_NOTES: Readonly<Record<KpiNote, string>> = {
  'not-measurable': 'non mesurable : aucun événement ne le dit',
  'measured-in-part': 'mesuré sur certaines plateformes seulement',
  'held-out': 'exclus : mesuré sur tout le groupe',
};

const FR_REASONS: Readonly<Record<string, string>> = {
  suppressed: 'liste d’exclusion',
  'no-consent': 'sans consentement',
  'no-device': 'sans appareil',
  'device-dead': 'appareil mort',
  'permission-denied': 'notifications coupées',
  'no-gateway': 'sans passerelle',
  'already-sent': 'déjà envoyé',
  cancelled: 'annulé',
  'unknown-zone': 'fuseau inconnu',
  'local-time-passed': 'heure passée',
  'frequency-cap': 'plafond atteint',
  'minimum-gap': 'trop rapproché',
  'quiet-hours': 'heures calmes',
  expired: 'périmé',
  'held-out': 'groupe témoin',
  'audience-cap': 'audience pleine',
  duplicate: 'en double',
  'unknown-before': 'issue inconnue',
};

const FR_DENOMINATORS: Readonly<Record<Denominator, string>> = {
  accepted: 'dont un message a été accepté',
  received: 'dont un message est arrivé',
  assigned: 'du bras',
};

const FR: ReportWords = {
  language: 'fr',
  title: 'Rapport de campagne push',
  empty: 'Aucun événement : il n’y a encore rien à rapporter.',
  campaign: 'Campagne',
  arm: 'Bras',
  total: 'total',
  noArm: '(sans bras)',
  people: 'Personnes',
  rates: 'Taux',
  revenue: 'Revenu',
  conversions: 'conversions',
  perAccepted: 'par accepté',
  notSentTo: 'Sans envoi, par raison',
  leftOut: 'Laissés de côté',
  notMeasurable: 'n. m.',
  listMark: ' ;',
  number: (text) => text.replace('.', ','),
  label: (kpi) => FR_LABELS[kpi] ?? kpi,
  note: (note) => FR_NOTES[note],
  reason: (code) => (Object.hasOwn(FR_REASONS, code) ? FR_REASONS[code] : undefined) ?? code,
  range: (low, high) => `de ${low} à ${high}`,
  part: (numerator, denominator) => `${numerator} sur ${denominator}`,
  conversionCount: (conversions) => `${conversions} conversion${conversions < 2 ? '' : 's'}`,
  basis: (denominator, confidence, hours) =>
    `Taux avec leurs intervalles à ${confidence} (Wilson), sur les personnes ${FR_DENOMINATORS[denominator]} ; conversions et désabonnements sous ${hours} h`,
  caution: 'Une personne compte une fois, quels que soient ses appareils. Accepté : le service push a pris le message, ce qui ne dit pas que le téléphone l’a reçu.',
  beforeSend: (events) => `${events} événement${events < 2 ? '' : 's'} avant l’envoi`,
  afterWindow: (events) => `${events} événement${events < 2 ? '' : 's'} après la fenêtre d’attribution`,
  notSent: (events) => `${events} événement${events < 2 ? '' : 's'} de personnes sans envoi`,
  severalArms: (people) => `${people} personnes vues dans plusieurs bras comptent dans le premier`,
};

/** @param language any language tag; others than French read English */
export function reportWords(language = 'en'): ReportWords {
  return /^fr\b/i.test(language) ? FR : EN;
}
