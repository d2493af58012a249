/** A report as one page that stands alone: no script, no address, readable in light and dark, printable. */
import { COUNT_NAMES, kpiLabel, KPI_NOTES, RATE_NAMES } from './definitions';
import type { CampaignKpis, KpiReport, KpiRow, Rate } from './report';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#dfe3e8, #3a4047); --soft: light-dark(#f5f7f9, #23282e); --bar: light-dark(#2f6fde, #6ea2ff); --faint: light-dark(#5c6773, #a0abb7); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; background: light-dark(#fff, #191d21); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem .7rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; }
thead th { font-weight: 600; color: var(--faint); } tbody th { font-weight: 600; } tr.total { background: var(--soft); }
small { color: var(--faint); display: block; }
.interval { position: relative; height: 4px; margin-top: .3rem; background: var(--soft); border-radius: 2px; min-width: 6rem; }
.interval i { position: absolute; top: 0; bottom: 0; min-width: 3px; background: var(--bar); border-radius: 2px; }
.scroll { overflow-x: auto; }
footer { margin: 2rem 0; color: var(--faint); }`;

/** The report as an HTML document. Every text of a campaign is escaped. */
export function renderReport(report: KpiReport): string {
  const campaigns = report.campaigns.map((campaign) => section(campaign)).join('');
  const confidence = `${Number((report.confidence * 100).toFixed(4))} %`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Push campaign report</title><style>${STYLE}</style></head><body>
${campaigns === '' ? '<h1>Push campaign report</h1><p>No events: there is nothing to report yet.</p>' : campaigns}
<footer>People are counted once, whatever their devices. Rates are measured against people ${escape(report.denominator)}, with ${confidence} Wilson intervals;
conversions and opt-outs count within ${report.attributionWindowHours} hours. Accepted means that the push service took the message, not that the phone received it.</footer>
</body></html>
`;
}

function section({ campaign, total, arms, peopleInSeveralArms }: CampaignKpis): string {
  const rows = [{ name: 'Total', row: total }, ...arms.map((row) => ({ name: row.arm ?? '(no arm)', row }))];
  const warning = peopleInSeveralArms > 0 ? `<p>${peopleInSeveralArms} people were seen in more than one arm; they count in the first.</p>` : '';
  return `<h1>${escape(campaign)}</h1>${warning}
${table('People', COUNT_NAMES.map(kpiLabel), rows, (row) => COUNT_NAMES.map((name) => count(row[name])))}
${table('Rates', RATE_NAMES.map(kpiLabel), rows, (row, scale) => RATE_NAMES.map((name) => rate(row.rates[name], scale.get(name) ?? 1)))}
${table('Revenue', ['Revenue', 'Conversions', 'Per accepted'], rows, (row) => revenue(row))}
${table('Not sent to, by reason', reasons(rows.map(({ row }) => row)), rows, (row) => reasons(rows.map((one) => one.row)).map((reason) => count(row.suppressed[reason] ?? 0)))}`;
}

type NamedRow = { name: string; row: KpiRow };

function table(title: string, columns: readonly string[], rows: readonly NamedRow[], cells: (row: KpiRow, scale: Map<string, number>) => string[]): string {
  if (columns.length === 0) return '';
  const scale = new Map(RATE_NAMES.map((name) => [name as string, Math.max(...rows.map(({ row }) => row.rates[name].high ?? 0), 1e-9)]));
  const body = rows.map(({ name, row }, index) =>
    `<tr${index === 0 ? ' class="total"' : ''}><th>${escape(name)}</th>${cells(row, scale).map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<h2>${escape(title)}</h2><div class="scroll"><table><thead><tr><th>Arm</th>${columns.map((name) => `<th>${escape(name)}</th>`).join('')}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

/** The rate, its interval as a bar on the scale of its column, and its two parts. */
function rate({ value, low, high, numerator, denominator, note }: Rate, most: number): string {
  const why = note === undefined ? '' : `<small>${escape(KPI_NOTES[note])}</small>`;
  if (value === null || low === null || high === null) return `–${why}`;
  const at = (share: number) => `${((share / most) * 100).toFixed(1)}%`;
  return `${percent(value)} %<small>${percent(low)} to ${percent(high)}</small><small>${numerator} of ${denominator}</small>` +
    `<div class="interval"><i style="left:${at(low)};width:${at(high - low)}"></i></div>${why}`;
}

function revenue({ revenue: list }: KpiRow): string[] {
  if (list.length === 0) return ['–', '–', '–'];
  return [
    list.map(({ total, currency }) => `${total} ${escape(currency)}`).join('<br>'),
    list.map(({ conversions }) => String(conversions)).join('<br>'),
    list.map(({ perAccepted, currency }) => (perAccepted === null ? '–' : `${perAccepted.toFixed(2)} ${escape(currency)}`)).join('<br>'),
  ];
}

function reasons(rows: readonly KpiRow[]): string[] {
  return [...new Set(rows.flatMap(({ suppressed }) => Object.keys(suppressed)))].sort();
}

function count(value: number | null): string {
  return value === null ? '–' : String(value);
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
