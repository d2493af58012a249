/** The KPI step: figures out of what the store holds, or out of events that came as items. */
import { aggregateKpis, parseKpiEvent, type KpiOptions, type KpiReport } from '../kpi';
import type { KpiSelection, Store } from '../store';
import type { Item } from './item';
import { storableSelection } from './runs';

export type ReportOptions = KpiOptions & KpiSelection;

export async function campaignReport(store: Store, { campaign, occurrence, ...options }: ReportOptions = {}): Promise<KpiReport> {
  return aggregateKpis(store.kpiEvents(storableSelection({ campaign, occurrence })), options);
}

/** @throws PushError that names the item which is no event */
export function reportOfItems(items: Iterable<Item>, options: KpiOptions = {}): KpiReport {
  return aggregateKpis(Array.from(items, (item, index) => parseKpiEvent(item, `item ${index + 1}`)), options);
}
