/** KPIs: what the events of a campaign add up to. Pure. */
export { aggregateKpis } from './aggregate';
export { KPI_DEFINITIONS, KPI_NOTES, type KpiDefinition, kpiLabel, RATE_NAMES, type RateName } from './definitions';
export { KPI_EVENT_TYPES, type KpiEvent, type KpiEventType } from './event';
export { formatReport } from './format';
export { renderReport } from './html';
export { parseKpiEvent } from './parse';
export {
  type CampaignKpis,
  type Denominator,
  DENOMINATORS,
  type KpiNote,
  type KpiOptions,
  type KpiReport,
  type KpiRow,
  type Rate,
  type Revenue,
} from './report';
export { type ReportTable, reportTable, type TableCell } from './table';
