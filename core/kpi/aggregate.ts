/** Events in, figures out: one pass, any order, each event once. */
import { PushError } from '../errors';
import { requireConfidence } from '../experiment/statistics';
import type { KpiEvent } from './event';
import { parseKpiEvent } from './parse';
import { reportingPlatforms } from './person';
import { type CampaignKpis, DENOMINATORS, type KpiOptions, type KpiReport } from './report';
import { RowCounter, type RowContext } from './row';
import { CampaignTally } from './tally';

const HOUR_MS = 3_600_000;

type Settings = Required<Pick<KpiOptions, 'confidence' | 'by' | 'attributionWindowHours' | 'denominator'>> &
  Pick<KpiOptions, 'campaign' | 'occurrence'>;

/**
 * Aggregates the events of campaigns to KPIs (their meaning: `KPI_DEFINITIONS`).
 *
 * A person counts once in a campaign, in one arm. An event counts once: deliveries by their id, events of phones by
 * delivery (or person and occurrence where none is named), type and id (or action). Conversions and opt-outs count
 * from the person's first acceptance in the occurrence until the attribution window ends; held-out people's from the
 * moment they were held out. The result depends neither on the order of the events nor on repetitions.
 * @throws PushError what `parseKpiEvent` throws; `bad-confidence`, `bad-option`
 */
export function aggregateKpis(events: Iterable<KpiEvent>, options?: KpiOptions): KpiReport;
export function aggregateKpis(events: AsyncIterable<KpiEvent>, options?: KpiOptions): Promise<KpiReport>;
export function aggregateKpis(
  events: Iterable<KpiEvent> | AsyncIterable<KpiEvent>,
  options: KpiOptions = {},
): KpiReport | Promise<KpiReport> {
  const aggregation = new Aggregation(readOptions(options));
  if (Symbol.asyncIterator in events) return aggregation.addAll(events);
  for (const event of events) aggregation.add(event);
  return aggregation.toReport();
}

class Aggregation {
  private readonly tallies = new Map<string, CampaignTally>();
  private position = 0;

  constructor(private readonly settings: Settings) {}

  async addAll(events: AsyncIterable<KpiEvent>): Promise<KpiReport> {
    for await (const event of events) this.add(event);
    return this.toReport();
  }

  add(value: KpiEvent): void {
    this.position++;
    const event = parseKpiEvent(value, `position ${this.position}`);
    const { campaign = event.campaign, occurrence = event.occurrence } = this.settings;
    if (event.campaign !== campaign || event.occurrence !== occurrence) return;
    let tally = this.tallies.get(event.campaign);
    if (tally === undefined) this.tallies.set(event.campaign, (tally = new CampaignTally()));
    tally.add(event);
  }

  toReport(): KpiReport {
    const { confidence, attributionWindowHours, denominator } = this.settings;
    const campaigns = [...this.tallies].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      confidence,
      attributionWindowHours,
      denominator,
      campaigns: campaigns.map(([campaign, tally]) => this.campaign(campaign, tally)),
    };
  }

  private campaign(campaign: string, { people }: CampaignTally): CampaignKpis {
    const { confidence, attributionWindowHours, denominator, by } = this.settings;
    const windowMs = attributionWindowHours * HOUR_MS;
    const context: RowContext = { confidence, windowMs, denominator, reporting: reportingPlatforms(people.values()) };
    const total = new RowCounter(context);
    const arms = new Map<string | null, RowCounter>();
    let peopleInSeveralArms = 0;
    for (const person of people.values()) {
      total.add(person);
      let counter = arms.get(person.arm);
      if (counter === undefined) arms.set(person.arm, (counter = new RowCounter(context)));
      counter.add(person);
      peopleInSeveralArms += Number(person.inSeveralArms);
    }
    const isSplit = [...arms.keys()].some((arm) => arm !== null);
    const rows = by === 'arm' && isSplit ? [...arms].sort(([a], [b]) => compareArms(a, b)) : [];
    return {
      campaign,
      total: total.toRow(campaign, null, total.currencies),
      arms: rows.map(([arm, counter]) => counter.toRow(campaign, arm, total.currencies)),
      peopleInSeveralArms,
    };
  }
}

function readOptions(options: KpiOptions): Settings {
  const { confidence = 0.95, by = 'arm', attributionWindowHours = 72, denominator = 'accepted', campaign, occurrence } = options;
  requireConfidence(confidence);
  if (by !== 'arm' && by !== 'campaign') throw badOption('by', by, "Use 'arm' or 'campaign'.");
  if (typeof attributionWindowHours !== 'number' || !Number.isFinite(attributionWindowHours) || attributionWindowHours <= 0) {
    throw badOption('attributionWindowHours', attributionWindowHours, 'Give a number of hours above 0, such as 72.');
  }
  if (!DENOMINATORS.includes(denominator)) {
    throw badOption('denominator', denominator, `Use ${DENOMINATORS.join(', ')}.`);
  }
  return {
    confidence,
    by,
    attributionWindowHours,
    denominator,
    ...(campaign !== undefined && { campaign }),
    ...(occurrence !== undefined && { occurrence }),
  };
}

/** By name; people without an arm last. */
function compareArms(a: string | null, b: string | null): number {
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function badOption(option: string, value: unknown, hint: string): PushError {
  return new PushError('bad-option', `The report cannot be made with ${option} '${String(value)}'.`, hint, { option });
}
